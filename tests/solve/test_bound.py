"""Bounds on sessions that happen."""

from threading import Event

import pytest

from scheduler.core.verify import check
from scheduler.solve import solve
from scheduler.solve.bound import bounded, free_bound
from scheduler.solve.search import Params, Search
from scheduler.solve.task import all_tasks
from tests.problems import random_problem
from tests.solve.bench import person, problem, series, tasks_of, window


def search(limit: float | None = None) -> Search:
    """A search that begins now."""
    return Search.begin(Params(time_limit=limit), Event(), 10.0)


@pytest.mark.campaign(60)
def test_bounds_hold(seed: int) -> None:
    """What happens in an optimal plan is at most the relaxation's bound, which is at most the free one."""
    asked, previous = random_problem(seed, size="small")
    happen = check(asked, solve(asked, previous), previous).score.happen
    tasks = all_tasks(asked, previous)
    relaxed, _ = bounded(asked, [tasks], search(), happen=-1, exact=False)
    assert happen <= relaxed <= free_bound(tasks)


def test_the_relaxation_sees_that_people_are_shared() -> None:
    """One hour, two series of one person: free they are two, together one."""
    asked = problem([person("anna", {0: window(9, 10)})], series("s", "anna"), series("t", "anna"))
    tasks = tasks_of(asked)
    assert bounded(asked, [tasks], search(), happen=1, exact=False) == (1, "lp")
    assert bounded(asked, [tasks], search(0.0), happen=1, exact=False) == (2, "free")
    assert bounded(asked, [tasks], search(), happen=1, exact=True) == (1, "exact")
    assert bounded(asked, [tasks], search(), happen=2, exact=False) == (2, "free")
