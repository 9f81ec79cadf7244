"""Which of somebody's busy times come back, by weekday and wall time: all that can be known without titles."""

from dataclasses import dataclass

import numpy as np

from scheduler.core.interval import DAY_MINUTES, MINUTE, WEEK_MINUTES, Horizon, Int64Array, Intervals
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, wall_clock

FEWEST = 3
"""So many times of the same weekday, hour and length are one appointment that comes back."""
SINGLE = -1
MOST_LENGTH = 10**9  # minutes; to count pairs as single numbers


@dataclass(frozen=True, slots=True)
class Appointments:
    """Busy stretches (n, 2), sorted and disjoint, and for each the number of its pattern, or SINGLE.

    `patterns` has a row (minute of the local week from Monday, length, times) for each appointment that comes back.
    """

    spans: Intervals
    pattern: Int64Array
    patterns: Int64Array


def appointments(busy: Intervals, zone: str, horizon: Horizon) -> Appointments:
    """Part busy stretches, sorted and disjoint, into those that come back on a zone's clock and single ones.

    A stretch that holds a known appointment is cut there: what merely touches it is no part of it.
    """
    rows = np.concatenate([busy, _keys(busy, zone, horizon)], axis=1)
    for begin, length, _ in _patterns(rows).tolist():
        rows = _cut(rows, begin, length)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    patterns = _patterns(rows)
    number = {(begin, length): i for i, (begin, length, _) in enumerate(patterns.tolist())}
    pattern = [number.get((begin, length), SINGLE) for begin, length in rows[:, 2:].tolist()]
    return Appointments(rows[:, :2], np.array(pattern, dtype=np.int64), patterns)


def _keys(spans: Intervals, zone: str, horizon: Horizon) -> Int64Array:
    """Minute of the local week and length of each stretch, shape (n, 2)."""
    wall = wall_clock(horizon.exact(spans[:, 0]), zone)
    weekday = (wall // DAY_SECONDS + EPOCH_DAY - 1) % 7
    begin = weekday * DAY_MINUTES + wall % DAY_SECONDS // MINUTE
    return np.stack([begin, spans[:, 1] - spans[:, 0]], axis=1)


def _patterns(rows: Int64Array) -> Int64Array:
    """Rows (minute of the local week, length, times) of what comes back, the longest first."""
    packed, counts = np.unique(rows[:, 2] * MOST_LENGTH + rows[:, 3], return_counts=True)
    often = counts >= FEWEST
    found: Int64Array = np.stack([packed // MOST_LENGTH, packed % MOST_LENGTH, counts], axis=1)[often]
    order = np.lexsort([found[:, 0], -found[:, 1]])
    return np.asarray(found[order], dtype=np.int64)


def _cut(rows: Int64Array, begin: int, length: int) -> Int64Array:
    """The same minutes, with every stretch that wholly holds an appointment parted where that begins and ends."""
    ahead = (begin - rows[:, 2]) % WEEK_MINUTES
    holds = (ahead + length <= rows[:, 3]) & (length < rows[:, 3])
    if not holds.any():
        return rows
    start, end, at, _ = rows[holds].T
    first = start + ahead[holds]
    last = first + length
    parts = [
        np.stack([start, first, at, first - start], axis=1),
        np.stack([first, last, np.full_like(at, begin), last - first], axis=1),
        np.stack([last, end, (at + last - start) % WEEK_MINUTES, end - last], axis=1),
    ]
    cut = np.concatenate([rows[~holds], *parts])
    return cut[cut[:, 1] > cut[:, 0]]
