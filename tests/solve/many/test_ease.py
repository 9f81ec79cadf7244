"""Fairness where many series share people."""

from threading import Event

import numpy as np
import pytest

from scheduler.core.plan import Plan
from scheduler.core.verify import check
from scheduler.solve.many.ease import Load, ease
from scheduler.solve.many.moves import respond
from scheduler.solve.many.plan import planned
from scheduler.solve.many.seating import seating
from scheduler.solve.many.standing import Standing
from scheduler.solve.many.table import rule_table
from scheduler.solve.progress import Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.work import Work
from tests.problems import random_problem
from tests.solve.bench import ELEVEN, NINE, TEN, WEEK, person, problem, series, tasks_of, window


def work() -> Work:
    """Work of a search that begins now."""
    return Work(Search.begin(Params(), Event(), 10.0), Teller(unheard))


def test_the_burden_is_shared_where_one_person_bore_it_all() -> None:
    """Ten hurts anna by two hours and ben not at all; at nine, each is an hour off."""
    anna = person("anna", preferred={0: window(8, 10)})
    ben = person("ben", preferred={0: window(10, 12)})
    asked = problem([anna, ben], series("s", "anna", "ben"))
    standing = Standing.of(asked, tasks_of(asked))
    table = rule_table(standing.tasks[0], asked.slack)
    at_eleven = next(n for n in range(3) if seating(table, n).starts.tolist() == [ELEVEN])
    standing.take(0, seating(table, at_eleven))
    assert standing.seatings[0].pain.tolist() == [120, 0]
    ease(standing, work())
    assert sorted(standing.seatings[0].pain.tolist()) in ([0, 60], [60, 60])


def test_slack_is_spent_on_who_bears_most() -> None:
    """Anna likes eleven, which is taken in the first week: of two sessions at ten one may move there."""
    anna = person("anna", preferred={0: window(11, 12)}, busy=[[ELEVEN, ELEVEN + 60], [WEEK + NINE, WEEK + TEN]])
    ben = person("ben", {0: window(10, 12)})
    asked = problem([anna, ben], series("s", "anna", "ben", sessions=2), weeks=2, slack=1)
    standing = Standing.of(asked, tasks_of(asked))
    standing.take(0, respond(standing, 0))
    ease(standing, work())
    assert standing.seatings[0].gain == 2
    assert standing.seatings[0].strain == 0
    assert standing.seatings[0].starts.tolist() == [TEN, WEEK + ELEVEN]


@pytest.mark.campaign(60)
def test_easing_costs_no_session_and_no_strain(seed: int) -> None:
    """On random programmes: no rule broken, as many sessions, as little strain, and no larger worst burden."""
    asked, _ = random_problem(seed, size="medium")
    tasks = tasks_of(asked)
    rough = Work(Search.begin(Params(polish=False), Event(), 10.0), Teller(unheard))
    standing = Standing.of(asked, tasks)
    for number in range(len(tasks)):
        standing.take(number, respond(standing, number))
    before = check(asked, plan_of(standing)).score
    ease(standing, work())
    report = check(asked, plan_of(standing))
    assert report.faults == ()
    assert (-report.score.happen, report.score.strain) <= (-before.happen, before.strain)
    assert report.score.worst_burden <= before.worst_burden + 1e-9
    load = Load.of(standing)
    assert np.isclose(load.burdens(standing).max(initial=0.0), report.score.worst_burden)
    assert planned(asked, tasks, rough).keys() == {task.series.id for task in tasks}


def plan_of(standing: Standing) -> Plan:
    """A standing as a plan."""
    placed = standing.placements()
    return Plan(tuple(placed[task.series.id] for task in standing.tasks))
