"""The solver against brute force: all four levels of the score, to the minute."""

from dataclasses import replace
from datetime import date

import pytest

from scheduler.core.interval import WEEK_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.walltime import WallWindow
from scheduler.solve import solve
from tests.brute import best_plan
from tests.judging import judged, levels
from tests.problems import random_problem

TEN = 600


def assert_best(problem: Problem, previous: Plan | None) -> Plan:
    """The solver's plan, which is good, proven best, and on every level as good as the best of all."""
    plan = solve(problem, previous)
    best = judged(problem, best_plan(problem, previous), previous)
    assert levels(judged(problem, plan, previous)) == levels(best)
    assert plan.meta["optimal"]
    assert plan.meta["bound"] >= best.happen
    return plan


@pytest.mark.campaign(200)
def test_no_plan_of_a_tiny_problem_is_better(seed: int) -> None:
    """With rotations, months, quorums, pins and repairs among them, nothing that can be tried beats the plan."""
    assert_best(*random_problem(seed, size="tiny"))


def mondays(*busy_weeks: int, **series: object) -> Problem:
    """One person, free on Mondays at ten of all but some weeks, and one series of three sessions in three weeks."""
    boundary = Boundary(zone="UTC", hours={0: (WallWindow(TEN, TEN + 60),)})
    busy = as_intervals([(week * WEEK_MINUTES + TEN, week * WEEK_MINUTES + TEN + 1) for week in busy_weeks])
    asked = Series(id="s", required=("a",), duration=60, sessions=3, anchor_zone="UTC")
    return Problem(
        name="mondays",
        horizon=Horizon(date(2027, 1, 4), 3),
        grid_minutes=60,
        people={"a": Participant(id="a", boundary=boundary, busy=busy)},
        series=(replace(asked, **series),),  # type: ignore[arg-type]  # fields of Series by name
    )


def test_the_rule_need_not_hold_the_dates_of_pinned_sessions() -> None:
    """Sessions 1 and 2 are pinned: then session 0 may be in the last week, though the rule would leave the horizon."""
    plan = assert_best(mondays(0, 1, pinned={1: 0, 2: 7}), None)
    assert plan.placements[0].sessions[0] == Session(2 * WEEK_MINUTES + TEN, Status.HELD)


def test_the_rule_need_not_hold_the_dates_of_frozen_sessions() -> None:
    """Session 0 is frozen: a new rule may put its date before the horizon, since the rule speaks of the others."""
    base = mondays(sessions=2, cadence=Cadence(monthly=True))
    friday = Boundary(zone="UTC", hours={4: (WallWindow(TEN, TEN + 60),)})
    problem = replace(
        base,
        horizon=Horizon(date(2027, 1, 4), 5),
        people={"a": Participant(id="a", boundary=friday)},
        freeze_until=10000,
    )
    frozen, skipped = Session(TEN, Status.HELD), Session(40000, Status.SKIPPED)
    previous = Plan((Placement("s", 0, (Slot(0, TEN, 1),), (frozen, skipped)),))
    first_friday = assert_best(problem, previous).placements[0].sessions
    assert first_friday == (frozen, Session(32 * 1440 + TEN, Status.HELD))
