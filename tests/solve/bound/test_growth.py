"""Regions that grow where they clash."""

from collections.abc import Mapping
from threading import Event
from typing import Any

import pytest

from scheduler.core.plan import Placement, Session, Status
from scheduler.core.problem import Problem
from scheduler.solve.bound import growth as module
from scheduler.solve.bound.ground import Ground
from scheduler.solve.bound.growth import Growth
from scheduler.solve.bound.sharpen import grown
from scheduler.solve.search import Params, Search
from tests.solve.bench import ELEVEN, NINE, TEN, WEEK, person, problem, series, tasks_of, window

ANNA_AT_NINE = person("anna", {0: window(9, 10)})


def guide(**starts: int) -> dict[str, Placement]:
    """A plan in which the one session of each of these series stands somewhere."""
    return {name: Placement(name, 0, (), (Session(start, Status.MOVED),)) for name, start in starts.items()}


def growth_of(asked: Problem, around: Mapping[str, Placement]) -> Growth:
    """The regions as they begin."""
    ground = Ground.of(asked, tasks_of(asked))
    return Growth.of(ground, ground.standing(around))


def settled(asked: Problem, around: Mapping[str, Placement] | None = None) -> Growth:
    """The regions when nothing clashes any more."""
    return grown(asked, tasks_of(asked), around or {}, Search.begin(Params(), Event(), 10.0))


def four(*people: Any, **more: Any) -> Problem:
    """Four series of one person's or more."""
    return problem(people, *(series(name, *(who.id for who in people)) for name in "stuv"), **more)


def test_regions_begin_where_a_session_is_missing() -> None:
    """Those that stand are outside; a series without any possible start misses nothing."""
    away = person("ben", busy=[(0, WEEK)])
    asked = problem([person("anna"), away], series("s", "anna"), series("t", "anna"), series("u", "ben"))
    growth = growth_of(asked, guide(s=NINE))
    assert list(growth.cells.values()) == [[1]]
    assert not growth_of(asked, guide(s=NINE, t=TEN)).cells


def test_what_is_in_the_way_joins() -> None:
    """All three hours are taken: whichever a fourth one takes, somebody has to go."""
    growth = growth_of(four(person("anna")), guide(s=NINE, t=TEN, u=ELEVEN))
    assert [len(growth.cells[name]) for name in growth.begun()] == [4]


def test_what_is_not_in_the_way_stays_outside() -> None:
    """Anna has one hour for two, and Ben stands elsewhere."""
    asked = problem([ANNA_AT_NINE, person("ben")], series("s", "anna"), series("t", "anna"), series("u", "ben"))
    growth = settled(asked, guide(s=NINE, u=TEN))
    assert growth.inside.tolist() == [True, True, False]
    assert growth.spare == 1


def test_missing_sessions_are_proven_and_said_where() -> None:
    """Of four, three: one is spared, by search, and the others have an hour each."""
    growth = settled(four(person("anna")))
    assert (growth.spare, growth.by) == (1, "exact")
    [name] = growth.cells
    wanted = growth.wanted(name, [series.candidates.starts[:0] for series in growth.ground.tasks])
    assert sorted(minute for mine in wanted.values() for minute in mine.tolist()) == [NINE, TEN, ELEVEN]


def test_a_region_asks_for_the_weeks_that_it_counts_on() -> None:
    """One hour a week, three series once in two weeks: the second week is looked at as well, and is not enough."""
    asked = problem([ANNA_AT_NINE], *(series(name, "anna", every=2) for name in "stu"), weeks=2)
    growth = settled(asked)
    assert growth.spare == 1
    assert growth.inside.all()


def test_other_sessions_stay_where_they_are_wanted() -> None:
    """A series whose other week is no matter of the region keeps what it has there."""
    asked = problem([ANNA_AT_NINE], series("s", "anna", sessions=2), series("t", "anna", sessions=2), weeks=2)
    stands = {"s": Placement("s", 0, (), (Session(NINE, Status.HELD), Session(NINE + WEEK, Status.HELD)))}
    growth = settled(asked, stands)
    assert growth.spare == 2
    tasks = growth.ground.tasks
    kept = [growth.wanted(name, [task.candidates.starts for task in tasks]) for name in growth.cells]
    assert all(len(minutes) for wanted in kept for minutes in wanted.values())


def test_without_growing_it_is_still_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where regions may not grow, clashes are let go: less is proven, and nothing false."""
    monkeypatch.setattr(module, "MOST_CELLS", 1)
    growth = settled(four(person("anna")), guide(s=NINE, t=TEN, u=ELEVEN))
    assert (growth.spare, growth.by) == (0, "free")
