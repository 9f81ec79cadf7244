"""People as the scheduler sees them: when they may be met, and how much of it they want."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from scheduler.core.interval import Intervals, no_intervals
from scheduler.core.walltime import WallWindow

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WeekHours = Mapping[int, tuple[WallWindow, ...]]
"""Windows of each weekday, Monday = 0; a weekday that is missing has none."""


@dataclass(frozen=True, slots=True)
class Trip:
    """On these dates, both included, the person lives by the clock of another zone."""

    first: date
    last: date
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The limits that a person sets (formats.md, People); only `preferred` is a wish, the rest always holds.

    `overrides` take the place of `hours` on their dates; `days_off` win over both and carry the reason in words.
    `buffer` is in minutes; the caps count sessions per local day and week (Monday to Sunday) of `zone`.
    """

    zone: str
    hours: WeekHours
    preferred: WeekHours = field(default_factory=dict)
    days_off: Mapping[date, str] = field(default_factory=dict)
    overrides: Mapping[date, tuple[WallWindow, ...]] = field(default_factory=dict)
    travel: tuple[Trip, ...] = ()
    buffer: int = 0
    max_per_day: int | None = None
    max_per_week: int | None = None

    def zone_on(self, day: date) -> str:
        """The zone whose clock the person lives by on a date: that of the first trip which holds it, or home."""
        return next((trip.zone for trip in self.travel if trip.first <= day <= trip.last), self.zone)

    def windows_on(self, day: date) -> tuple[WallWindow, ...]:
        """When the person may be met on a date, on the clock of that date."""
        if day in self.days_off:
            return ()
        return self.overrides.get(day, self.hours.get(day.weekday(), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person of a problem: id, limits, and busy minutes since the horizon's epoch, shape (n, 2)."""

    id: str
    boundary: Boundary
    busy: Intervals = field(default_factory=no_intervals)
