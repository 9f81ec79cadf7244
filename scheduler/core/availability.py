"""When one person can be met: limits and busy times compiled to minutes, and to a bitmap of possible starts.

A start is possible or not to the minute. So the bitmap does not hold free quarter-hours, which would have to be
rounded, but the starts at which a session of a given length fits: busy times may begin and end at any minute.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from scheduler.core.interval import DAY_MINUTES, Horizon, Int64Array, Intervals, complement, intersection, merged
from scheduler.core.people import Boundary, Participant
from scheduler.core.walltime import days_as_wall, resolve

Bitmap = NDArray[np.bool_]
MARGIN_DAYS = 3  # local weeks reach beyond those of UTC, and a window may end on the day after
OFFSET_MINUTES = 15  # zones keep whole quarters of an hour from UTC, so a grid of wall times falls on such a lattice


@dataclass(frozen=True, slots=True)
class Availability:
    """Of one person, in minutes since the horizon's epoch, sorted and disjoint, shape (n, 2).

    `open`: inside hours. `taken`: busy, and the buffer around it. A session fits if it lies wholly inside one open
    stretch and touches nothing taken.
    """

    open: Intervals
    taken: Intervals

    @property
    def free(self) -> Intervals:
        """Open and not taken."""
        if not len(self.open):
            return self.open
        start, end = int(self.open[0, 0]), int(self.open[-1, 1])
        return intersection(self.open, complement(self.taken, start, end))

    def inside_hours(self, starts: Int64Array, duration: int) -> Bitmap:
        """Whether [start, start + duration) lies inside one open stretch, for each start."""
        return _covered(self.open, starts, starts + duration)

    def is_taken(self, starts: Int64Array, duration: int) -> Bitmap:
        """Whether [start, start + duration) touches anything taken, for each start."""
        last = np.searchsorted(self.taken[:, 0], starts + duration, side="left") - 1
        return (last >= 0) & (np.append(self.taken[:, 1], -1)[last] > starts)

    def fits(self, starts: Int64Array, duration: int) -> Bitmap:
        """Whether a session of this length can begin at each of these minutes."""
        return self.inside_hours(starts, duration) & ~self.is_taken(starts, duration)


@dataclass(frozen=True, slots=True)
class Lattice:
    """The minutes `first`, `first + step`, ... on which every grid time of every zone falls; `size` of them."""

    first: int
    step: int
    size: int

    @staticmethod
    def of(horizon: Horizon, grid_minutes: int) -> "Lattice":
        """That of a grid of wall times over a horizon and a day at each end."""
        step = gcd(grid_minutes, OFFSET_MINUTES)
        return Lattice(-DAY_MINUTES, step, (horizon.weeks * 7 + 2) * DAY_MINUTES // step)

    def index(self, minutes: Int64Array) -> Int64Array:
        """Where on the lattice these minutes are; they must be on it."""
        return (minutes - self.first) // self.step

    def minutes(self, index: Int64Array) -> Int64Array:
        """The minutes at these places of the lattice."""
        return self.first + index * self.step


def availability(person: Participant, horizon: Horizon) -> Availability:
    """Compile a person's limits and busy times over a horizon."""
    margin = np.array([-person.boundary.buffer, person.boundary.buffer])
    return Availability(open_hours(person.boundary, horizon), merged(person.busy + margin))


def open_hours(boundary: Boundary, horizon: Horizon) -> Intervals:
    """The stretches inside a person's hours, in minutes since the epoch; windows that touch are one."""
    first = horizon.first_monday.toordinal() - MARGIN_DAYS
    days = np.arange(first, first + horizon.weeks * 7 + 2 * MARGIN_DAYS)
    rows = np.concatenate([_usual_windows(boundary, days), _special_windows(boundary, days)])
    spans = [
        np.stack([resolve(days_as_wall(day, minute), zone) for minute in (start, end)], axis=1)
        for zone, (day, start, end) in _by_zone(boundary, rows)
    ]
    return merged(horizon.minutes(np.concatenate(spans)))


def possible_starts(known: Availability, duration: int, lattice: Lattice) -> Bitmap:
    """At which minutes of the lattice a session of this length can begin, shape (size,)."""
    starts, ends = known.open[:, 0] - lattice.first, known.open[:, 1] - lattice.first
    inside = _painted(-(-starts // lattice.step), (ends - duration) // lattice.step + 1, lattice.size)
    starts, ends = known.taken[:, 0] - lattice.first, known.taken[:, 1] - lattice.first
    blocked = _painted((starts - duration) // lattice.step + 1, -(-ends // lattice.step), lattice.size)
    return inside & ~blocked


def _covered(stretches: Intervals, starts: Int64Array, ends: Int64Array) -> Bitmap:
    last = np.searchsorted(stretches[:, 0], starts, side="right") - 1
    return (last >= 0) & (np.append(stretches[:, 1], -1)[last] >= ends)


def _painted(firsts: Int64Array, lasts: Int64Array, size: int) -> Bitmap:
    """Which of `size` places lie in any of the index ranges [first, last)."""
    inside = np.clip(np.stack([firsts, np.maximum(firsts, lasts)]), 0, size)
    steps = np.bincount(inside[0], minlength=size + 1) - np.bincount(inside[1], minlength=size + 1)
    return np.cumsum(steps[:size]) > 0


def _usual_windows(boundary: Boundary, days: Int64Array) -> Int64Array:
    """Rows (ordinal day, start, end) on the days that follow the weekly hours."""
    special = [day.toordinal() for day in {*boundary.days_off, *boundary.overrides}]
    usual = days[~np.isin(days, special)]
    rows = [
        np.stack([on, np.full_like(on, window.start), np.full_like(on, window.end)], axis=1)
        for weekday, windows in boundary.hours.items()
        for on in [usual[(usual - 1) % 7 == weekday]]
        for window in windows
    ]
    return np.concatenate(rows) if rows else np.empty((0, 3), dtype=np.int64)


def _special_windows(boundary: Boundary, days: Int64Array) -> Int64Array:
    rows = [
        (day.toordinal(), window.start, window.end)
        for day in boundary.overrides
        if days[0] <= day.toordinal() <= days[-1]
        for window in boundary.windows_on(day)
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _by_zone(boundary: Boundary, rows: Int64Array) -> list[tuple[str, Int64Array]]:
    """The columns of the rows, apart for each zone whose clock they are read on."""
    zones = [boundary.zone, *(trip.zone for trip in boundary.travel)]
    which = np.zeros(len(rows), dtype=np.int64)
    for number, trip in reversed(list(enumerate(boundary.travel, start=1))):
        which[(rows[:, 0] >= trip.first.toordinal()) & (rows[:, 0] <= trip.last.toordinal())] = number
    return [(zone, rows[which == number].T) for number, zone in enumerate(zones)]
