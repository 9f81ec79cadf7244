"""How far sessions stand from the hours that people like best (formats.md, pain)."""

import numpy as np

from scheduler.core.interval import DAY_MINUTES, MINUTE, Horizon, Int64Array
from scheduler.core.people import Boundary
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, Wall, wall_clock

MOST_PAIN = 240


def pain(boundary: Boundary, starts: Int64Array, duration: Int64Array | int, horizon: Horizon) -> Int64Array:
    """Minutes by which each session would have to shift into a preferred window of its local weekday, 0 to 240.

    `starts` are minutes since the horizon's epoch, of any shape; the result has the same shape. A window that is too
    short for a session does not count for it.
    """
    if not boundary.preferred:
        return np.zeros_like(starts)
    wall = clock_lived_by(boundary, starts, horizon)
    weekday, minute = (wall // DAY_SECONDS + EPOCH_DAY - 1) % 7, wall // MINUTE % DAY_MINUTES
    rows = [(day, wish.start, wish.end) for day, wishes in boundary.preferred.items() for wish in wishes]
    days, opens, closes = np.array(rows, dtype=np.int64).reshape(-1, 3).T.reshape(3, -1, *[1] * starts.ndim)
    shift = np.maximum(opens - minute, minute + duration - closes)
    counts = (days == weekday) & (closes - opens >= duration)
    least: Int64Array = np.where(counts, shift, MOST_PAIN).min(axis=0, initial=MOST_PAIN)
    return np.maximum(least, 0)


def clock_lived_by(boundary: Boundary, starts: Int64Array, horizon: Horizon) -> Wall:
    """What the person's clock shows at these minutes: that of the trip which holds the date at home, or home's."""
    exact = horizon.exact(starts)
    home = wall_clock(exact, boundary.zone)
    days, shown = home // DAY_SECONDS + EPOCH_DAY, home
    for trip in reversed(boundary.travel):  # the first trip that holds a date counts, so it is laid on last
        away = (days >= trip.first.toordinal()) & (days <= trip.last.toordinal())
        shown = Wall(np.where(away, wall_clock(exact, trip.zone), shown))
    return shown
