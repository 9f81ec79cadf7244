"""Improving a plan block by block."""

from threading import Event

import pytest

from scheduler.core.plan import Plan
from scheduler.core.verify import check
from scheduler.solve.judge import judged
from scheduler.solve.many import planned
from scheduler.solve.moves import seated
from scheduler.solve.polish import polished
from scheduler.solve.search import Params, Search
from scheduler.solve.shortlist import shortlist
from tests.problems import random_problem
from tests.solve.bench import person, problem, series, tasks_of, window

BEN = person("ben")
MENTOR = person("mentor")


def search(limit: float | None = None) -> Search:
    """A search that begins now."""
    return Search.begin(Params(time_limit=limit), Event(), 10.0)


@pytest.mark.campaign(40)
def test_rules_and_moves_break_no_rule_and_polishing_makes_nothing_worse(seed: int) -> None:
    """Rules and moves alone make a plan, and blocks of it only become better."""
    asked, previous = random_problem(seed, size="medium")
    tasks = tasks_of(asked, previous)
    rough = planned(asked, tasks, search(0.0))
    placements = tuple(rough[task.series.id] for task in tasks)
    assert check(asked, Plan(placements), previous).faults == ()
    few = tasks[:6]
    start = {task.series.id: rough[task.series.id] for task in few}
    fine = polished(asked, few, start, dict.fromkeys(start, 0), search())
    assert judged(asked, few, fine) <= judged(asked, few, start)


def test_polishing_finds_room() -> None:
    """Two series stand where only one of them had to: the third gets the hour."""
    people = [person("anna", {0: window(9, 10)}), BEN, MENTOR]
    asked = problem(people, series("s", "ben", "mentor"), series("t", "anna", "mentor"))
    tasks = tasks_of(asked)
    rules = {task.series.id: shortlist(task) for task in tasks}
    clumsy = seated(asked, tasks, {"s": rules["s"][0], "t": rules["t"][0]}, {})
    assert judged(asked, tasks, clumsy).missed == -1
    polished_ones = polished(asked, tasks, clumsy, {"s": 1, "t": 1}, search())
    assert judged(asked, tasks, polished_ones).missed == -2
