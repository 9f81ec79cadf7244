"""Bounds on sessions that happen."""

from collections.abc import Mapping
from threading import Event

import pytest

from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from scheduler.solve.bound.sharpen import Bound, bound, free_bound
from scheduler.solve.search import Answer, Params, Search
from scheduler.solve.task import all_tasks
from tests.benchmarks.instances import MANNERS, instance, instance_of
from tests.brute import best_plan
from tests.problems import random_problem
from tests.solve.bench import person, problem, series, tasks_of, window
from tests.whole import WholeRelaxation

NO_GUIDE: Mapping[str, Placement] = {}


def search(limit: float | None = None) -> Search:
    """A search that begins now."""
    return Search.begin(Params(time_limit=limit), Event(), 10.0)


def bound_of(asked: Problem, guide: Mapping[str, Placement] = NO_GUIDE, previous: Plan | None = None) -> Bound:
    """The bound of all series of a problem."""
    return bound(asked, all_tasks(asked, previous), guide, search())


@pytest.mark.campaign(200)
def test_no_plan_of_a_tiny_problem_has_more_and_the_best_has_as_many(seed: int) -> None:
    """Brute force agrees, and no guide, the best plan and a plan of something else all lead to the same bound."""
    asked, previous = random_problem(seed, size="tiny")
    best = best_plan(asked, previous)
    happen = check(asked, best, previous).score.happen
    free = free_bound(all_tasks(asked, previous))
    for guide in (NO_GUIDE, best.by_series(), best_plan(random_problem(seed + 1, size="tiny")[0]).by_series()):
        found = bound_of(asked, guide, previous)
        assert happen <= found.happen <= free
        if previous is None:  # else the best plan may hold fewer, so that fewer change
            assert found.happen == happen


@pytest.mark.campaign(40)
def test_the_relaxation_of_the_whole_is_no_sharper(seed: int) -> None:
    """By another route: all series and weeks at once, in the plainest words, solved by another engine.

    Crowded programmes of thirty series; with --long, two of two hundred.
    """
    asked = instance("tight", seed) if seed in (1, 11) else instance_of(30, seed, manner=MANNERS["tight"])
    whole = WholeRelaxation(asked, "HIGHS").most()
    assert bound_of(asked).happen <= whole + 1e-6


def test_people_who_are_shared_lower_it() -> None:
    """One hour, two series of one person: free they are two, together one."""
    asked = problem([person("anna", {0: window(9, 10)})], series("s", "anna"), series("t", "anna"))
    tasks = tasks_of(asked)
    assert free_bound(tasks) == 2
    assert bound(asked, tasks, NO_GUIDE, search()) == (1, "exact")
    assert bound(asked, tasks, NO_GUIDE, search(0.0)) == (2, "free")


@pytest.mark.campaign(100)
def test_where_search_finds_nothing_the_relaxation_bounds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that gives up, or whose answers are not believed, leaves a bound all the same."""
    asked, previous = random_problem(seed, size="small")
    exact = bound_of(asked, previous=previous)
    monkeypatch.setattr(Search, "minimize", lambda *_: Answer())
    relaxed = bound_of(asked, previous=previous)
    assert exact.happen <= relaxed.happen <= free_bound(all_tasks(asked, previous))
    assert relaxed.by in ("free", "lp")


def test_the_relaxation_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four hours' sessions in three: proven without search."""
    monkeypatch.setattr(Search, "minimize", lambda *_: Answer())
    asked = problem([person("anna")], *(series(name, "anna") for name in "stuv"))
    assert bound_of(asked) == (3, "lp")


def test_nothing_to_sharpen_is_free() -> None:
    """Where the guide has all that could happen, nothing is solved."""
    asked = problem([person("anna")], series("s", "anna"), series("t", "anna"))
    assert bound_of(asked, best_plan(asked).by_series()) == (2, "free")


def test_regions_are_told() -> None:
    """How many of how many are decided, and the bound so far."""
    people = [person(name, {0: window(9, 10)}) for name in ("anna", "ben")]
    asked = problem(people, *(series(f"{who.id} {n}", who.id) for who in people for n in range(2)))
    heard: list[tuple[int, int, int]] = []
    bound(asked, tasks_of(asked), NO_GUIDE, search(), lambda *so_far: heard.append(so_far))
    assert heard == [(2, 2, 2)]


def test_given_sessions_count_and_take_room() -> None:
    """A pin on the only hour: it happens, and nothing beside it."""
    anna = person("anna", {0: window(9, 10)})
    asked = problem([anna], series("s", "anna", pinned={0: 540}), series("t", "anna"))
    assert free_bound(tasks_of(asked)) == 2
    assert bound_of(asked) == (1, "free")


def test_caps_lower_it() -> None:
    """Three hours of a day, and a cap of two; a pin leaves one of the two."""
    anna = person("anna", max_per_day=2)
    three = [series(name, "anna") for name in "stu"]
    assert bound_of(problem([anna], *three)) == (2, "exact")
    assert bound_of(problem([anna], *three, series("p", "anna", pinned={0: 3000}))) == (3, "exact")
    at_noon = series("p", "anna", pinned={0: 720})
    assert bound_of(problem([anna], *three, at_noon)) == (2, "exact")


def test_the_weeks_of_a_rule_go_together() -> None:
    """Fortnightly, free in weeks 0 and 3 only: no first week has both."""
    anna = person("anna", busy=[(10_080, 30_240)])
    assert bound_of(problem([anna], series("s", "anna", every=2, sessions=2), weeks=4)) == (1, "free")
    other = series("t", "anna", duration=180)  # it has one of the two weeks to itself
    assert bound_of(problem([anna], series("s", "anna", every=2, sessions=2), other, weeks=4)).happen == 2
