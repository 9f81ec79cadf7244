"""Dates on which clocks are special, and what a provider makes of series that fall on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version

from connectors._live.points import Told
from scheduler.core.walltime import WallTime, clock_changes, resolve_one

WEEK = timedelta(weeks=1)
FAR = timedelta(weeks=40)
DATES = 2  # of each series
LENGTH = timedelta(hours=2)  # so that the end is after the change, and after the start by any reading
QUIET = time(2)  # UTC, on a Sunday
CHANGING = "Europe/Berlin"
MORNING, IN_CHANGE = time(9), time(2, 30)


@dataclass(frozen=True, slots=True)
class ClockCase:
    """A weekly series of two dates, by its first wall time, and why it is special."""

    why: str
    zone: str
    first: datetime  # a wall time, without a zone

    @property
    def walls(self) -> list[datetime]:
        """The wall times of its dates."""
        return [self.first + number * WEEK for number in range(DATES)]

    @property
    def expected(self) -> list[datetime]:
        """When its dates are by our zone data and rules (RFC 5545, 3.3.5), in UTC."""
        return [resolve_one(WallTime(wall.date(), wall.hour * 60 + wall.minute), self.zone) for wall in self.walls]

    @property
    def name(self) -> str:
        """How it is told."""
        return f"{self.zone} {self.first:%Y-%m-%dT%H:%M} ({self.why})"


def nights(now: datetime) -> Iterator[datetime]:
    """Quiet hours of far-off Sundays, week after week; UTC."""
    day = _sunday(now.date() + FAR)
    while True:
        yield datetime.combine(day, QUIET, UTC)
        day += WEEK


def clock_cases(now: datetime) -> tuple[ClockCase, ...]:
    """Zones whose law changed in 2026, and times that a change of clocks skips or repeats, first or second in a series.

    British Columbia no longer puts its clocks back from 2026-11-01 on, Morocco stays at UTC from 2026-09-20 on; winter
    there, and a summer here without Ramadan, tell old zone data from new.
    """
    far = now.date() + FAR
    winter, summer = _sunday(date(far.year + 1, 1, 7)), _sunday(date(far.year + 1, 7, 1))
    skipped, repeated = _change(far, forward=True), _change(far, forward=False)
    return (
        ClockCase("law of 2026", "America/Vancouver", datetime.combine(winter, MORNING)),
        ClockCase("law of 2026", "Africa/Casablanca", datetime.combine(summer, MORNING)),
        ClockCase("skipped, the first", CHANGING, datetime.combine(skipped, IN_CHANGE)),
        ClockCase("skipped, the second", CHANGING, datetime.combine(skipped, IN_CHANGE) - WEEK),
        ClockCase("twice, the first", CHANGING, datetime.combine(repeated, IN_CHANGE)),
        ClockCase("twice, the second", CHANGING, datetime.combine(repeated, IN_CHANGE) - WEEK),
    )


def compared(found: Mapping[ClockCase, Sequence[datetime] | int]) -> Told:
    """What a provider made of each series: its instants in UTC, or the status with which it was refused."""
    other = [words for case, seen in found.items() for words in _differences(case, seen)]
    zones = f"tzdata {version('tzdata')}"
    words = f"Otherwise than Rondo ({zones}): {'; '.join(other)}." if other else f"All as Rondo has it ({zones})."
    facts = {
        case.name: seen if isinstance(seen, int) else [_text(each) for each in seen] for case, seen in found.items()
    }
    return Told(words, facts)


def _differences(case: ClockCase, seen: Sequence[datetime] | int) -> Iterator[str]:
    if isinstance(seen, int):
        yield f"{case.name} is refused with {seen}"
    elif len(seen) != DATES:
        yield f"{case.name} has {len(seen)} of {DATES} dates"
    else:
        for wall, ours, theirs in zip(case.walls, case.expected, seen, strict=True):
            if ours != theirs:
                minutes = round((theirs - ours).total_seconds() / 60)
                yield f"{case.zone} {wall:%Y-%m-%dT%H:%M} ({case.why}) by {minutes:+d} minutes"


def _change(after: date, *, forward: bool) -> date:
    """The date of the next change of clocks in one direction."""
    changes = clock_changes(CHANGING, after.year, after.year + 2)
    return next(at.date() for at, old, new in changes if at.date() > after and (new > old) is forward)


def _sunday(day: date) -> date:
    """That day, or the next Sunday."""
    return day + timedelta(days=(6 - day.weekday()) % 7)


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
