"""Meetings that come back: what is asked for, and on which dates a rule puts them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from scheduler.core.interval import Horizon, Int64Array
from scheduler.core.walltime import days_as_wall, resolve

NTHS = (1, 2, 3, 4, -1)
"""Which weekday of a month a rule may name: those that Google, Graph and CalDAV all express exactly."""
MOST_WEEKS_BETWEEN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often: every so many weeks, or once a month; with a rotation of k, session i uses slot i mod k."""

    every_weeks: int = 1
    monthly: bool = False
    rotation: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A weekday (Monday = 0) and minute of the day on the anchor zone's clock; `nth` of the month where monthly."""

    weekday: int
    minute: int
    nth: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series of a group (formats.md, Series).

    A session takes place when all `required` and at least `quorum` of the `optional` people attend. `pinned` maps a
    session's index to the minute where a person put it, or to None where a person skipped it.
    """

    id: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    quorum: int = 0
    duration: int
    sessions: int
    cadence: Cadence = Cadence()
    anchor_zone: str
    movable: bool = True
    pinned: Mapping[int, int | None] = field(default_factory=dict)

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody, the required first."""
        return self.required + self.optional


def by_member(series: Iterable[Series]) -> dict[str, list[Series]]:
    """The series of each of their members, in the order given."""
    mine: dict[str, list[Series]] = defaultdict(list)
    for each in series:
        for who in each.members:
            mine[who].append(each)
    return mine


def regular_days(series: Series, first: int, slots: Sequence[Slot], horizon: Horizon) -> Int64Array:
    """The ordinal day (anchor zone's calendar) of each session, shape (sessions,), from a first week or month on."""
    if series.cadence.monthly:
        months = range(first, first + series.sessions)
        on = [nth_weekday(horizon.first_monday, month, slots[i % len(slots)]) for i, month in enumerate(months)]
        return np.array(on, dtype=np.int64)
    index = np.arange(series.sessions)
    weekdays = np.array([slot.weekday for slot in slots])[index % len(slots)]
    weeks = first + index * series.cadence.every_weeks
    return np.asarray(horizon.first_monday.toordinal() + 7 * weeks + weekdays, dtype=np.int64)


def regular_starts(series: Series, first: int, slots: Sequence[Slot], horizon: Horizon) -> Int64Array:
    """The minute (since the horizon's epoch) at which the rule puts each session, shape (sessions,)."""
    minutes = np.array([slot.minute for slot in slots])[np.arange(series.sessions) % len(slots)]
    days = regular_days(series, first, slots, horizon)
    return horizon.minutes(resolve(days_as_wall(days, minutes), series.anchor_zone))


def nth_weekday(first: date, months_on: int, slot: Slot) -> int:
    """The ordinal day of the nth weekday in the month that is so many months after that of `first`."""
    month = first.year * 12 + first.month - 1 + months_on
    start, following = (date(m // 12, m % 12 + 1, 1).toordinal() for m in (month, month + 1))
    if slot.nth == -1:
        return following - 1 - (following - 2 - slot.weekday) % 7
    return start + (slot.weekday - (start - 1)) % 7 + 7 * ((slot.nth or 1) - 1)
