"""Old to new: where in its week a meeting stood, and where it would stand, as two marks on a line of seven days."""

from dataclasses import dataclass
from datetime import datetime

from scheduler.core.walltime import local_time

WIDTH, HEIGHT = 168, 28
DAY = WIDTH / 7
LINE = 14
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the marks are on the line, in units of the box; None: it does not take place. `weeks`: how many on it is.

    `days` are the places of the seven days' beginnings.
    """

    before: float | None
    after: float | None
    weeks: int
    days: tuple[float, ...] = tuple(round(DAY * day, 1) for day in range(7))
    width: int = WIDTH
    height: int = HEIGHT
    line: int = LINE


def step(before: datetime | None, after: datetime | None, zone: str) -> Step:
    """Of a meeting on the clock of a zone."""
    weeks = _week(after, zone) - _week(before, zone) if before and after else 0
    return Step(before=_x(before, zone), after=_x(after, zone), weeks=weeks)


def _x(at: datetime | None, zone: str) -> float | None:
    if at is None:
        return None
    shown = local_time(at, zone)
    return round(min(max(DAY * (shown.day.weekday() + shown.minute / DAY_MINUTES), 6), WIDTH - 6), 1)


def _week(at: datetime, zone: str) -> int:
    day = local_time(at, zone).day
    return (day.toordinal() - day.weekday()) // 7
