"""What a plan asks of people already: sessions that they attend, days and weeks that are full, and room for others."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from scheduler.core.availability import availability
from scheduler.core.commitments import DAY_CAP, WEEK_CAP, attended, full_days, with_commitments
from scheduler.core.interval import DAY_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant, Trip
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.presence import instant
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot
from scheduler.core.walltime import WallWindow

MONDAY = date(2027, 3, 22)  # London's clocks change on the Sunday
HORIZON = Horizon(MONDAY, 2)
ALWAYS = {day: (WallWindow(0, DAY_MINUTES),) for day in range(7)}
PAIR = Series(id="pair", required=("ana",), optional=("bo",), duration=60, sessions=3, anchor_zone="UTC")


def problem(**limits: Any) -> Problem:
    """Ana, with limits, and Bo, who has none; at all hours."""
    ana = Boundary(**{"zone": "Europe/London", "hours": ALWAYS, **limits})
    people = {
        "ana": Participant(id="ana", boundary=ana, busy=as_intervals([(5000, 5001)])),
        "bo": Participant(id="bo", boundary=Boundary(zone="UTC", hours=ALWAYS)),
    }
    return Problem(name="", horizon=HORIZON, people=people, series=(PAIR,))


def plan(*sessions: Session) -> Plan:
    """The pair's sessions, and those of a series that the problem does not have."""
    gone = Placement("gone", 0, (), (Session(9000, Status.HELD),))
    return Plan((Placement("pair", 0, (Slot(0, 600),), sessions), gone))


def test_sessions_are_attended_by_those_who_are_not_absent() -> None:
    """Held, moved and pinned ones count; skipped ones, and series that are left out, do not."""
    standing = plan(
        Session(600, Status.HELD, ("bo",)),
        Session(700, Status.SKIPPED),
        Session(800, Status.MOVED),
        Session(900, Status.PINNED),
    )
    told = {who: attended(problem(), standing, who)["pair"].tolist() for who in ("ana", "bo")}
    assert told == {"ana": [[600, 660], [800, 860], [900, 960]], "bo": [[800, 860], [900, 960]]}
    assert attended(problem(), standing, "ana", but="pair") == {}


@pytest.mark.parametrize(
    ("limits", "starts", "full"),
    [
        ({}, [600], {}),
        ({"max_per_day": 2}, [600], {}),
        ({"max_per_day": 2}, [600, 900], {MONDAY: DAY_CAP}),
        ({"max_per_day": 1}, [600, 600 + DAY_MINUTES], {MONDAY: DAY_CAP, MONDAY + timedelta(1): DAY_CAP}),
        ({"max_per_week": 2}, [600, 6 * DAY_MINUTES + 1380], {}),
        (
            {"max_per_week": 2},
            [600, 6 * DAY_MINUTES + 1379],
            {MONDAY + timedelta(day): WEEK_CAP for day in range(7)},
        ),
        (
            {"max_per_week": 1, "max_per_day": 1},
            [600],
            {MONDAY: DAY_CAP} | {MONDAY + timedelta(day): WEEK_CAP for day in range(1, 7)},
        ),
        ({"max_per_day": 1, "zone": "America/New_York"}, [3 * 60], {MONDAY - timedelta(1): DAY_CAP}),
    ],
    ids=["no cap", "room", "two a day", "one a day", "next week", "same week", "both", "another day there"],
)
def test_full_days_are_those_on_which_a_cap_is_used_up(
    limits: dict[str, Any], starts: list[int], full: dict[date, str]
) -> None:
    """By the local day and week; London's Sunday ends at 23:00 UTC once the clocks have changed."""
    boundary = problem(**limits).people["ana"].boundary
    assert full_days(boundary, np.array(starts, dtype=np.int64), HORIZON) == full


def test_sessions_of_a_plan_are_appointments_like_any_other() -> None:
    """They join the busy times of those who attend, and change nobody else."""
    committed = with_commitments(problem(), plan(Session(600, Status.HELD, ("bo",))), 30)
    assert committed.people["ana"].busy.tolist() == [[600, 660], [5000, 5001]]
    assert committed.people["bo"].busy.tolist() == []


@pytest.mark.parametrize("buffer", [0, 10, 300, 900])
def test_no_session_begins_on_a_full_day(buffer: int) -> None:
    """To the minute, whatever the buffer; one of the evening before may end there."""
    posed = problem(max_per_day=1, buffer=buffer)
    committed = with_commitments(posed, plan(Session(DAY_MINUTES + 720, Status.HELD)), 45)
    ana = committed.people["ana"]
    alone = replace(ana, busy=as_intervals([row for row in ana.busy.tolist() if row[0] != 5000]))
    starts = np.arange(0, 3 * DAY_MINUTES)
    free = availability(alone, HORIZON).fits(starts, 45)
    assert not free[DAY_MINUTES : 2 * DAY_MINUTES].any()
    if buffer < 300:
        assert free[:DAY_MINUTES].all()
        assert free[2 * DAY_MINUTES :].all()


def test_full_days_are_those_of_home_on_a_trip_too() -> None:
    """Wednesday morning in Tokyo is late on a full Tuesday in London: no window of Wednesday's makes it free."""
    trip = (Trip(MONDAY, MONDAY + timedelta(6), "Asia/Tokyo"),)
    posed = problem(max_per_day=1, travel=trip, hours={day: (WallWindow(480, 1020),) for day in range(7)})
    tuesday = DAY_MINUTES + 60  # Tuesday 01:00 in London, 10:00 in Tokyo
    ana = with_commitments(posed, plan(Session(tuesday, Status.HELD)), 60).people["ana"]
    late = np.array([instant(HORIZON, "Asia/Tokyo", MONDAY + timedelta(2), hour * 60) for hour in (8, 9)])
    assert late.tolist() == [2 * DAY_MINUTES - 60, 2 * DAY_MINUTES]
    assert availability(ana, HORIZON).fits(late, 60).tolist() == [False, True]
