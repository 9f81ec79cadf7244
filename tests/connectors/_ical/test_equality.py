"""Whole calendars give the busy times of icalendar with recurring-ical-events, where those are right.

Left out is what they are known to do otherwise: times inside a clock change, dates that are both moved and excluded,
and whole days at the edge of the window, for which they are asked about more than the window.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import numpy as np
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors._ical.read import free_busy_of
from scheduler.core.interval import Interval, Intervals, as_intervals, clipped, merged
from tests.connectors._ical.calendars import calendar, event

OWNER = "Europe/Berlin"
FIRST_DAY = date(2025, 9, 1)
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=40",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260601T000000Z",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
    "FREQ=YEARLY",
)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", ""])
DAYS = st.integers(0, 300).map(lambda days: FIRST_DAY + timedelta(days=days))
TIMES = st.tuples(st.integers(4, 22), st.sampled_from([0, 15, 50])).map(lambda at: time(*at))
LENGTHS = st.sampled_from([timedelta(), timedelta(minutes=45), timedelta(hours=12), timedelta(days=2, hours=1)])


@dataclass(frozen=True)
class Written:
    """A start as a calendar writes it."""

    day: date
    at: time | None
    zone: str

    def moved(self, days: int) -> "Written":
        """The same time on another day."""
        return Written(self.day + timedelta(days=days), self.at, self.zone)

    def line(self, name: str, after: timedelta = timedelta()) -> str:
        """A property of this time, or of one so much later on the same clock."""
        if self.at is None:
            return f"{name};VALUE=DATE:{self.day + timedelta(days=after.days):%Y%m%d}"
        moment = datetime.combine(self.day, self.at) + after
        if self.zone in ("", "UTC"):
            return f"{name}:{moment:%Y%m%dT%H%M%S}{'Z' if self.zone else ''}"
        return f"{name};TZID={self.zone}:{moment:%Y%m%dT%H%M%S}"


@st.composite
def events(draw: st.DrawFn, uid: str) -> str:
    """A single event, or a series with excluded, extra, moved and cancelled dates; timed or of whole days."""
    start = Written(draw(DAYS), draw(st.none() | TIMES), draw(ZONES))
    length = draw(LENGTHS) if start.at else timedelta(days=draw(st.integers(1, 3)))
    lines = [draw(st.sampled_from(["TRANSP:OPAQUE", "TRANSP:TRANSPARENT", "STATUS:TENTATIVE", "STATUS:CANCELLED"]))]
    rule = draw(st.none() | st.sampled_from(RULES))
    if rule is None:
        return event(start.line("DTSTART"), start.line("DTEND", length), *lines, uid=uid)
    if start.at is None or start.zone == "":
        rule = rule.replace("T000000Z", "")
    weeks = draw(st.lists(st.integers(0, 40), unique=True, max_size=4))
    lines += [f"RRULE:{rule}", *(start.moved(7 * week).line("EXDATE") for week in weeks[:2])]
    lines += [start.moved(7 * week + 1).line("RDATE") for week in weeks[2:3]]
    text = event(start.line("DTSTART"), start.line("DTEND", length), *lines, uid=uid)
    for week in weeks[3:]:
        original = start.moved(7 * week)
        moved = original.moved(draw(st.integers(-9, 9)))
        status = draw(st.sampled_from(["STATUS:CONFIRMED", "STATUS:CANCELLED"]))
        text += event(
            original.line("RECURRENCE-ID"), moved.line("DTSTART"), moved.line("DTEND", length), status, uid=uid
        )
    return text


CALENDARS = st.integers(1, 4).flatmap(lambda size: st.tuples(*(events(f"event-{number}") for number in range(size))))
WINDOWS = st.tuples(DAYS, st.integers(1, 200)).map(
    lambda span: Interval(_instant(span[0]), _instant(span[0] + timedelta(days=span[1])))
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(parts=CALENDARS, window=WINDOWS)
def test_calendars_give_the_same_busy_times(parts: tuple[str, ...], window: Interval) -> None:
    """Single events, series, zones, whole days, floating times, all kinds of exceptions, any window."""
    text = calendar(*parts)
    found = free_busy_of([text], zone=OWNER, window=window)
    assert (found.warnings, found.complete) == ((), True)
    assert np.array_equal(found.busy, theirs(text, window))


def theirs(text: bytes, window: Interval) -> Intervals:
    """The busy seconds by the libraries."""
    more = timedelta(days=4)
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(window.start - more, window.end + more)
    rows = [
        (_second(one.start), _second(one.end))
        for one in found
        if one.get("TRANSP") != "TRANSPARENT" and one.get("STATUS") != "CANCELLED"
    ]
    return clipped(merged(as_intervals(rows)), *window.seconds)


def _second(moment: date) -> int:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(OWNER))).timestamp())


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
