"""All occurrences of a collection in one table: wall time crosses to exact time once a clock, not once an event."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from connectors._ical.zones import Clock
from scheduler.core.icaltime import Length
from scheduler.core.interval import Int64Array, Intervals, no_intervals
from scheduler.core.walltime import DAY_SECONDS, Wall

SLACK = 2 * DAY_SECONDS
"""More than any two clocks differ: what is outside a window by more on one clock is outside it on every other."""


@dataclass(frozen=True, slots=True)
class Run:
    """Occurrences of equal length at `walls` plus `shift` of a clock; `fixed` ones stay whatever is excluded."""

    owner: int
    walls: Sequence[int] | Int64Array
    length: Length
    shift: int = 0
    fixed: bool = False


@dataclass(slots=True)
class Occurrences:
    """Collects runs and exclusions; owners are numbers (of UIDs), and an exclusion is one owner's. Exact window."""

    window: tuple[int, int]
    runs: dict[Clock, list[Run]] = field(default_factory=lambda: defaultdict(list))
    excluded: dict[Clock, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    excluded_days: list[tuple[int, int]] = field(default_factory=list)

    def add(self, clock: Clock, run: Run) -> None:
        """Occurrences on a clock."""
        self.runs[clock].append(run)

    def exclude(self, owner: int, clock: Clock, wall: int, *, whole_day: bool = False) -> None:
        """What the owner's runs have at this wall time, or on its day, does not take place."""
        if whole_day:
            self.excluded_days.append((owner, wall // DAY_SECONDS))
        else:
            self.excluded[clock].append((owner, wall))

    def rows(self) -> tuple[Intervals, Int64Array]:
        """Exact [start, end) inside the window, unsorted, and the owner of each."""
        instants = np.concatenate([_keys([]), *(_keys(pairs, clock) for clock, pairs in self.excluded.items())])
        days = _keys(self.excluded_days)
        found = [self._rows_of(clock, runs, instants, days) for clock, runs in self.runs.items()]
        if not found:
            return no_intervals(), np.empty(0, dtype=np.int64)
        intervals = np.clip(np.concatenate([rows for rows, _ in found]), *self.window)
        kept = intervals[:, 1] > intervals[:, 0]
        return intervals[kept], np.concatenate([owners for _, owners in found])[kept]

    def _rows_of(
        self, clock: Clock, runs: list[Run], instants: Int64Array, days: Int64Array
    ) -> tuple[Intervals, Int64Array]:
        ids = np.concatenate([np.asarray(run.walls, dtype=np.int64) for run in runs])
        values = np.array([(run.owner, run.shift, *run.length, run.fixed) for run in runs], dtype=np.int64)
        table = np.column_stack([ids, np.repeat(values, [len(run.walls) for run in runs], axis=0)])
        wall, length = table[:, 0] + table[:, 2], table[:, 3] + table[:, 4]
        table = table[(wall - SLACK < self.window[1]) & (wall + length + SLACK > self.window[0])]
        ids, owner, shift, nominal, exact, fixed = table.T
        excluded = np.isin(_key(owner, clock.resolve(Wall(ids))), instants)
        excluded |= np.isin(_key(owner, ids // DAY_SECONDS), days)
        kept = (fixed == 1) | ~excluded
        return self._exact(clock, (ids + shift)[kept], nominal[kept], exact[kept]), owner[kept]

    def _exact(self, clock: Clock, wall: Int64Array, nominal: Int64Array, exact: Int64Array) -> Intervals:
        """Where the wall clock puts an end before its start, inside a clock change, the length holds instead."""
        # what begins or ends far away is cut first, so that no clock changes of other centuries are looked up
        near = np.where(exact == 0, np.maximum(wall, self.window[0] - SLACK), wall)
        start = clock.resolve(Wall(near))
        end = clock.resolve(Wall(np.minimum(wall + nominal, self.window[1] + SLACK))) + exact
        turned = (end <= start) & (nominal < DAY_SECONDS)  # whole days may be no time at all: Samoa has skipped one
        return np.stack([start, np.where(turned, start + nominal + exact, end)], axis=1)


def _key(owner: Int64Array, moment: Int64Array) -> Int64Array:
    """Both in one number: seconds of the years 1 to 9999 need 39 bits."""
    return (owner << 40) + moment


def _keys(pairs: list[tuple[int, int]], clock: Clock | None = None) -> Int64Array:
    """The keys of (owner, moment), the moment resolved where it is a wall time of a clock."""
    owner, moment = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return _key(owner, clock.resolve(Wall(moment)) if clock else moment)
