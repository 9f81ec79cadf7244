"""Plans that have as many sessions as can take place."""

from threading import Event

import pytest

from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.solve.bound.sharpen import free_bound
from scheduler.solve.many.reach import seat_most
from scheduler.solve.many.standing import Standing
from scheduler.solve.progress import Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.task import all_tasks
from scheduler.solve.work import Work
from tests.benchmarks.instances import MANNERS, instance_of
from tests.judging import judged
from tests.problems import random_problem
from tests.solve.bench import NINE, person, problem, series, tasks_of, window


def work() -> Work:
    """Work of a search that begins now."""
    return Work(Search.begin(Params(), Event(), 10.0), Teller(unheard))


def reached(asked: Problem, previous: Plan | None = None) -> tuple[int, int]:
    """The sessions that happen when nothing stood before, and the bound; the plan breaks no rule."""
    tasks = all_tasks(asked, previous)
    standing, doing = Standing.of(asked, tasks), work()
    doing.teller.bound, doing.teller.happen = free_bound(tasks), standing.happen
    seat_most(standing, doing)
    placements = standing.placements()
    score = judged(asked, Plan(tuple(placements[task.series.id] for task in tasks)), previous)
    assert doing.teller.happen == standing.happen == score.happen <= doing.teller.bound
    return score.happen, doing.teller.bound


@pytest.mark.campaign(100)
def test_it_never_breaks_a_rule(seed: int) -> None:
    """Whatever the problem, and with a previous plan too."""
    reached(*random_problem(seed, size="medium"))


@pytest.mark.campaign(20)
def test_of_crowded_programmes_nearly_all_is_reached(seed: int) -> None:
    """From nothing: all sessions but one in a hundred of what the bound allows."""
    happen, bound = reached(instance_of(30, seed, manner=MANNERS["tight"]))
    assert happen >= 0.99 * bound


def test_an_hour_goes_to_those_who_have_no_other() -> None:
    """Ben is free at nine only, so that Anna's other session is later."""
    people = [person("anna"), person("ben", {0: window(9, 10)})]
    asked = problem(people, series("s", "anna"), series("t", "anna", "ben"))
    standing = Standing.of(asked, tasks_of(asked))
    seat_most(standing, work())
    assert standing.happen == 2
    assert standing.seatings[1].starts.tolist() == [NINE]


def test_what_is_no_gain_is_left_alone() -> None:
    """A plan that has all that can be keeps every start."""
    asked = problem([person("anna")], *(series(name, "anna") for name in "stu"))
    standing = Standing.of(asked, tasks_of(asked))
    seat_most(standing, work())
    before = [seating.starts.tolist() for seating in standing.seatings]
    seat_most(standing, work())
    assert [seating.starts.tolist() for seating in standing.seatings] == before
