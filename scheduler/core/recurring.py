"""Which of somebody's busy times come back, by weekday and wall time: all that can be known without titles."""

from dataclasses import dataclass

import numpy as np

from scheduler.core.interval import DAY_MINUTES, MINUTE, WEEK_MINUTES, Horizon, Int64Array, Intervals
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, wall_clock

FEWEST = 3
"""So many times of the same weekday, hour and length are one appointment that comes back."""
SINGLE = -1


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
    spans = busy
    for begin, length in _patterns(spans, zone, horizon)[:, :2].tolist():
        spans = _cut(spans, begin, length, zone, horizon)
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    patterns = _patterns(spans, zone, horizon)
    keys = _keys(spans, zone, horizon)
    number = {(begin, length): i for i, (begin, length, _) in enumerate(patterns.tolist())}
    pattern = np.array([number.get((begin, length), SINGLE) for begin, length in keys.tolist()], dtype=np.int64)
    return Appointments(spans, pattern, patterns)


def _keys(spans: Intervals, zone: str, horizon: Horizon) -> Int64Array:
    """Minute of the local week and length of each stretch, shape (n, 2)."""
    wall = wall_clock(horizon.exact(spans), zone)
    weekday = (wall[:, 0] // DAY_SECONDS + EPOCH_DAY - 1) % 7
    begin = weekday * DAY_MINUTES + wall[:, 0] % DAY_SECONDS // MINUTE
    return np.stack([begin, spans[:, 1] - spans[:, 0]], axis=1)


def _patterns(spans: Intervals, zone: str, horizon: Horizon) -> Int64Array:
    """Rows (minute of the local week, length, times) of what comes back, the longest first."""
    found, counts = np.unique(_keys(spans, zone, horizon), axis=0, return_counts=True)
    rows = np.concatenate([found, counts[:, None]], axis=1)[counts >= FEWEST]
    return rows[np.lexsort([rows[:, 0], -rows[:, 1]])]


def _cut(spans: Intervals, begin: int, length: int, zone: str, horizon: Horizon) -> Intervals:
    """The same minutes, with every stretch that wholly holds an appointment parted where that begins and ends."""
    keys = _keys(spans, zone, horizon)
    ahead = (begin - keys[:, 0]) % WEEK_MINUTES
    holds = (ahead + length <= keys[:, 1]) & (length < keys[:, 1])
    start = spans[holds, 0] + ahead[holds]
    end = start + length
    parts = [
        np.stack([spans[holds, 0], start], axis=1),
        np.stack([start, end], axis=1),
        np.stack([end, spans[holds, 1]], axis=1),
    ]
    cut = np.concatenate([spans[~holds], *parts])
    return cut[cut[:, 1] > cut[:, 0]]
