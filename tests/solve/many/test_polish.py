"""Bettering a plan where sessions are lost."""

from threading import Event

import pytest

from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from scheduler.solve.many.moves import respond
from scheduler.solve.many.plan import planned
from scheduler.solve.many.polish import polish
from scheduler.solve.many.shortlist import shortlist
from scheduler.solve.many.standing import Standing
from scheduler.solve.progress import Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.work import Work
from tests.problems import random_problem
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of, window


def work(*, bettering: bool = True) -> Work:
    """Work of a search that begins now."""
    return Work(Search.begin(Params(polish=bettering), Event(), 10.0), Teller(unheard))


@pytest.mark.campaign(60)
def test_rules_and_moves_break_no_rule_and_polishing_makes_nothing_worse(seed: int) -> None:
    """Rules and moves alone make a plan, and it only becomes better."""
    asked, previous = random_problem(seed, size="medium")
    tasks = tasks_of(asked, previous)
    gains = []
    for bettering in (False, True):
        placed = planned(asked, tasks, work(bettering=bettering))
        report = check(asked, Plan(tuple(placed[task.series.id] for task in tasks)), previous)
        assert report.faults == ()
        gains.append(report.score.keep if report.score.keep is not None else report.score.happen)
    assert gains[0] <= gains[1]


def polished(asked: Problem, *order: int) -> Standing:
    """Series that were seated in some order without looking ahead, and then bettered."""
    standing = Standing.of(asked, tasks_of(asked))
    lists = [shortlist(task, asked.slack) for task in standing.tasks]
    for number in order:
        standing.take(number, respond(standing, number))
    polish(standing, lists, work())
    return standing


def test_polishing_makes_room() -> None:
    """Ben's series took nine, the only hour of anna's: it goes to ten."""
    people = [person("anna", {0: window(9, 10)}), person("ben"), person("mentor")]
    asked = problem(people, series("s", "ben", "mentor"), series("t", "anna", "mentor"))
    standing = polished(asked, 0, 1)
    assert [seating.starts.tolist() for seating in standing.seatings] == [[TEN], [NINE]]


def test_a_week_is_seated_anew() -> None:
    """In the second week anna can only at ten, where ben's rule stands: his session moves, and both take place."""
    anna = person("anna", {0: window(9, 11)}, busy=[[WEEK + NINE, WEEK + TEN]])
    ben = person("ben", {0: window(10, 11)} | {1: window(9, 10)})
    people = [anna, ben, person("mentor", {0: window(9, 11), 1: window(9, 10)})]
    asked = problem(
        people, series("s", "ben", "mentor", sessions=2), series("t", "anna", "mentor", sessions=2), weeks=2
    )
    standing = polished(asked, 0, 1)
    assert standing.happen == 4


def test_nothing_is_bettered_when_time_is_over() -> None:
    """The limit is over before it began."""
    asked = problem([person("anna")], series("s", "anna"))
    standing = Standing.of(asked, tasks_of(asked))
    over = Work(Search.begin(Params(time_limit=0.0), Event(), 10.0), Teller(unheard))
    polish(standing, [shortlist(task, asked.slack) for task in standing.tasks], over)
    assert standing.happen == 0
    assert over.search.was_cut
