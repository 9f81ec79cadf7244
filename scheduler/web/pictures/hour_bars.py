"""Hour bars: a day of each person around one meeting, a bar below the other, one instant above the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.app.planning.times import PersonsClock
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import tongue
from scheduler.core.walltime import local_time
from scheduler.core.words import when

TICK_MINUTES = 180
QUARTERS = {0: "", 15: "¼", 30: "½", 45: "¾"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a bar, in minutes from its left end."""

    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One person's bar: hours in which they can come, those they like, the meeting, and what their clock shows."""

    name: str
    when: str
    words: str
    open: tuple[Span, ...]
    good: tuple[Span, ...]
    meeting: Span
    ticks: tuple[str, ...]


def hour_bars(clocks: Sequence[PersonsClock], minutes: int) -> tuple[Bar, ...]:
    """A bar for each clock, DAY_MINUTES wide; `minutes` is how long they meet."""
    return tuple(_bar(clock, minutes) for clock in clocks)


def _bar(clock: PersonsClock, minutes: int) -> Bar:
    start = int((clock.at - clock.hours.first).total_seconds()) // 60
    end = start + minutes
    if any(opens <= start and end <= closes for opens, closes in clock.hours.good):
        words = _("inside the hours that they like")
    elif any(opens <= start and end <= closes for opens, closes in clock.hours.open):
        words = _("inside their hours")
    else:
        words = _("outside their usual hours")
    marks = range(0, DAY_MINUTES, TICK_MINUTES)
    return Bar(
        name=clock.name,
        when=when(clock.at, clock.zone),
        words=words,
        open=_spans(clock.hours.open),
        good=_spans(clock.hours.good),
        meeting=Span(start=start, length=minutes),
        ticks=tuple(_hour(clock.hours.first + timedelta(minutes=mark), clock.zone) for mark in marks),
    )


def _spans(rows: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(Span(start=start, length=end - start) for start, end in rows)


def _hour(at: datetime, zone: str) -> str:
    """As on the axis of a clock: `9`, `5½`; where twelve hours are read, `9a`, `5½p`."""
    hour, minute = divmod(local_time(at, zone).minute, 60)
    if tongue().clock_24:
        return f"{hour}{QUARTERS.get(minute, '')}"
    return f"{(hour - 1) % 12 + 1}{QUARTERS.get(minute, '')}{'a' if hour < 12 else 'p'}"
