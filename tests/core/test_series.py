"""On which dates a rule puts sessions, against dateutil's rules."""

from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from scheduler.core.interval import Horizon
from scheduler.core.series import NTHS, Cadence, Series, Slot, regular_days, regular_starts
from scheduler.core.walltime import WallTime, resolve_one

HORIZON = Horizon(date(2026, 9, 7), 31)


def series(sessions: int, zone: str = "UTC", **cadence: bool | int) -> Series:
    """A series of so many sessions."""
    return Series(
        id="s",
        required=("a",),
        duration=30,
        sessions=sessions,
        cadence=Cadence(**cadence),  # type: ignore[arg-type]  # its fields have two types
        anchor_zone=zone,
    )


def dates(days: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> list[date]:
    """Ordinal days as dates."""
    return [date.fromordinal(day) for day in days.tolist()]


@pytest.mark.campaign(200)
def test_a_weekly_series_falls_where_an_rrule_puts_it(seed: int) -> None:
    """From a first week on, every so many weeks, on the weekday of the slot."""
    draw = Random(seed)
    first, every, slot = draw.randint(0, 9), draw.randint(1, 12), Slot(draw.randint(0, 6), 0)
    start = datetime.fromordinal(HORIZON.first_monday.toordinal() + 7 * first)
    rule = rrule(WEEKLY, dtstart=start, interval=every, byweekday=slot.weekday, count=9)
    found = dates(regular_days(series(9, every_weeks=every), first, [slot], HORIZON))
    assert found == [moment.date() for moment in rule]


@pytest.mark.campaign(200)
def test_a_monthly_series_falls_on_the_nth_weekday(seed: int) -> None:
    """From a first month on, one a month, on the nth weekday, counted from the end for -1."""
    draw = Random(seed)
    first, slot = draw.randint(0, 14), Slot(draw.randint(0, 6), 0, draw.choice(NTHS))
    month = HORIZON.first_monday.year * 12 + HORIZON.first_monday.month - 1 + first
    assert slot.nth is not None
    rule = rrule(
        MONTHLY,
        dtstart=datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC),
        byweekday=weekday(slot.weekday)(slot.nth),
        count=14,
    )
    found = dates(regular_days(series(14, monthly=True), first, [slot], HORIZON))
    assert found == [moment.date() for moment in rule]


def test_a_rotation_takes_its_slots_in_turn() -> None:
    """Session i uses slot i mod k, weekly and monthly."""
    slots = [Slot(0, 60), Slot(4, 120), Slot(2, 0)]
    starts = regular_starts(series(5, rotation=3), 1, slots, HORIZON)
    assert starts.tolist() == [
        7 * 1440 + 60,
        (14 + 4) * 1440 + 120,
        (21 + 2) * 1440,
        28 * 1440 + 60,
        (35 + 4) * 1440 + 120,
    ]
    monthly = regular_days(series(3, rotation=2, monthly=True), 1, [Slot(0, 0, 1), Slot(4, 0, -1)], HORIZON)
    assert dates(monthly) == [date(2026, 10, 5), date(2026, 11, 27), date(2026, 12, 7)]


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
@pytest.mark.parametrize("minute", [0, 30, 90, 150, 1410])
def test_each_date_is_at_its_own_instant(zone: str, minute: int) -> None:
    """The wall time holds through clock changes; a skipped one has the offset before the gap (RFC 5545)."""
    weekly = series(30, zone)
    starts = regular_starts(weekly, 0, [Slot(6, minute)], HORIZON).tolist()
    sundays = dates(regular_days(weekly, 0, [Slot(6, minute)], HORIZON))
    assert starts == [HORIZON.minute(resolve_one(WallTime(day, minute), zone)) for day in sundays]
    assert len({later - earlier for earlier, later in pairwise(starts)}) > 1


def test_a_series_without_sessions_has_no_dates() -> None:
    """Nothing is asked for, and nothing is there."""
    assert regular_starts(series(0), 0, [Slot(0, 0)], HORIZON).tolist() == []
    assert regular_starts(series(0, monthly=True), 0, [Slot(0, 0, 1)], HORIZON).tolist() == []


def test_members_are_the_required_people_and_then_the_optional() -> None:
    """Everybody, in the order in which they were named."""
    circle = Series(id="s", required=("b", "a"), optional=("c",), duration=30, sessions=1, anchor_zone="UTC")
    assert circle.members == ("b", "a", "c")
