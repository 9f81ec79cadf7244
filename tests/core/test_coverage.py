"""Coverage: each session is one cell, in the week of its rule, whatever the zone; sums agree with the plan."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from scheduler.core.coverage import Cell, coverage
from scheduler.core.plan import Placement, Plan, Session, Status
from tests.greedy import greedy_plan
from tests.problems import random_problem


@pytest.mark.campaign(60)
def test_every_session_that_takes_place_is_listed_and_every_cell_is_a_session(seed: int) -> None:
    """Also of series that are counted by months, rotate, or were put elsewhere by hand."""
    problem, _ = random_problem(seed)
    plan = greedy_plan(problem, Random(seed))
    found = coverage(problem, plan, [series.id for series in problem.series])
    sessions = [session for placement in plan.placements for session in placement.sessions]
    assert found.cells.shape == (len(problem.series), problem.horizon.weeks)
    assert found.planned == len(sessions)
    assert len(found.starts) == sum(session.takes_place for session in sessions) == found.placed
    assert np.all(np.diff(found.starts) >= 0)
    assert np.all(found.ends > found.starts)


def test_states_are_told_apart_and_groups_that_are_not_planned_have_no_cell() -> None:
    """Who skipped a session by hand is not told that there was no time."""
    problem, _ = random_problem(1)
    series = problem.series[0]
    plan = greedy_plan(problem, Random(1))
    found = coverage(problem, plan, ["stranger", series.id])
    assert not found.cells[0].any()
    placement = plan.by_series()[series.id]
    names = {Status.HELD: Cell.HOLDS, Status.MOVED: Cell.MOVES, Status.PINNED: Cell.MOVES}
    expected = Counter(
        names.get(
            session.status,
            Cell.SKIPPED if series.pinned.get(number, 0) is None else Cell.MISSING,
        )
        for number, session in enumerate(placement.sessions)
    )
    assert Counter(cell for cell in found.cells[1].tolist() if cell) == expected


def test_a_series_without_a_time_is_missing_in_each_of_its_weeks() -> None:
    """The rows with most of them come first."""
    problem, _ = random_problem(2)
    first, *others = problem.series
    nowhere = Placement(first.id, 0, (), tuple(Session(0, Status.SKIPPED) for _ in range(first.sessions)))
    plan = greedy_plan(problem, Random(2))
    plan = Plan(tuple(nowhere if each.series == first.id else each for each in plan.placements))
    found = coverage(problem, plan, [*(each.id for each in others), first.id])
    assert found.cells[-1].tolist().count(Cell.MISSING) == first.sessions - sum(
        minute is None for minute in first.pinned.values()
    )
    missing = (found.cells == Cell.MISSING).sum(axis=1)[found.worst_first()]
    assert np.all(np.diff(missing) <= 0)
