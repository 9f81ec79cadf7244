"""Exact time: instants and half-open intervals in UTC, alone and by the thousand.

A single instant is an aware `datetime` in UTC. Many of them are an `Exact` array: int64 seconds since
1970-01-01T00:00Z. Many intervals are an int64 array of shape (n, 2), rows [start, end), in seconds (calendars)
or in minutes since a horizon's epoch (problems); a function that is given one unit answers in the same.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

Int64Array: TypeAlias = NDArray[np.int64]
Intervals: TypeAlias = Int64Array
Exact = NewType("Exact", Int64Array)

MINUTE = 60
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Interval:
    """[start, end) in UTC. Raises ValueError where a bound is naive or the end is not after the start."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            raise ValueError("an interval's bounds are instants in UTC")
        if self.end <= self.start:
            raise ValueError(f"an interval ends after it starts, not {self.start} to {self.end}")

    @property
    def seconds(self) -> tuple[int, int]:
        """Both bounds as seconds since 1970."""
        return int(self.start.timestamp()), int(self.end.timestamp())


@dataclass(frozen=True, slots=True)
class Horizon:
    """`weeks` whole weeks from a Monday; minutes are counted from its epoch, that Monday 00:00 UTC."""

    first_monday: date
    weeks: int

    def __post_init__(self) -> None:
        if self.first_monday.weekday() != 0:
            raise ValueError(f"{self.first_monday} is no Monday")
        if self.weeks < 1:
            raise ValueError("a horizon has at least one week")

    @property
    def epoch(self) -> datetime:
        """The instant of minute 0."""
        return datetime.combine(self.first_monday, time(), UTC)

    @property
    def interval(self) -> Interval:
        """The horizon and a day at each end, since local weeks reach beyond those of UTC."""
        day = timedelta(days=1)
        return Interval(self.epoch - day, self.epoch + timedelta(weeks=self.weeks) + day)

    def minute(self, instant: datetime) -> int:
        """Whole minutes since the epoch, rounded down."""
        return int((instant - self.epoch).total_seconds() // MINUTE)

    def instant(self, minute: int) -> datetime:
        """The instant of a minute."""
        return self.epoch + timedelta(minutes=int(minute))

    def minutes(self, exact: Int64Array) -> Int64Array:
        """Seconds since 1970 as whole minutes since the epoch, rounded down."""
        return (exact - int(self.epoch.timestamp())) // MINUTE

    def exact(self, minutes: Int64Array) -> Exact:
        """Minutes since the epoch as seconds since 1970."""
        return Exact(minutes * MINUTE + int(self.epoch.timestamp()))

    def outward(self, seconds: Intervals) -> Intervals:
        """Busy seconds as minutes since the epoch, rounded outward: a minute touched is a minute taken."""
        shifted = seconds - int(self.epoch.timestamp())
        return merged(np.stack([shifted[:, 0] // MINUTE, -(-shifted[:, 1] // MINUTE)], axis=1))


def no_intervals() -> Intervals:
    """An empty (0, 2) array."""
    return np.empty((0, 2), dtype=np.int64)


def no_numbers() -> Int64Array:
    """An empty (0,) array."""
    return np.empty(0, dtype=np.int64)


def as_intervals(rows: object) -> Intervals:
    """Rows of [start, end) as an (n, 2) int64 array; an empty list is no rows."""
    return np.asarray(rows, dtype=np.int64).reshape(-1, 2)


def merged(intervals: Intervals) -> Intervals:
    """Sorted and disjoint; intervals that overlap or touch become one, empty ones vanish."""
    kept = intervals[intervals[:, 1] > intervals[:, 0]]
    if not len(kept):
        return no_intervals()
    kept = kept[np.argsort(kept[:, 0], kind="stable")]
    reach = np.maximum.accumulate(kept[:, 1])
    first = np.concatenate([[True], kept[1:, 0] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.stack([kept[first, 0], reach[last]], axis=1)


def clipped(intervals: Intervals, start: int, end: int) -> Intervals:
    """What of sorted, disjoint intervals lies inside [start, end)."""
    inside = np.clip(intervals, start, end)
    return inside[inside[:, 1] > inside[:, 0]]


def complement(intervals: Intervals, start: int, end: int) -> Intervals:
    """What of [start, end) lies in none of the sorted, disjoint intervals."""
    inside = clipped(intervals, start, end)
    edges = np.concatenate([[start], inside.ravel(), [end]]).reshape(-1, 2)
    return edges[edges[:, 1] > edges[:, 0]]


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """What two sorted, disjoint lists have in common."""
    if not len(one) or not len(other):
        return no_intervals()
    start = int(min(one[0, 0], other[0, 0]))
    end = int(max(one[-1, 1], other[-1, 1]))
    missing = np.concatenate([complement(one, start, end), complement(other, start, end)])
    return complement(merged(missing), start, end)
