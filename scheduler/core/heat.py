"""How many of a large group could come at each hour of a week: counts alone, which say nothing of anybody."""

from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import availability
from scheduler.core.interval import Int64Array
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts

FIRST_HOUR, LAST_HOUR = 6, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """`free` has a row for each weekday from Monday on and a column for each of `hours`: how many of `people` can come.

    A weekday's hour counts for somebody who is free then in at least half of the weeks.
    """

    hours: tuple[int, ...]
    free: Int64Array
    people: int
    zone: str


def heat(problem: Problem, series: Series, zone: str) -> Heat:
    """The hours of a week on the clock of `zone`, for the members of a series that the problem knows."""
    hours = tuple(range(FIRST_HOUR, LAST_HOUR))
    known = [availability(problem.people[who], problem.horizon) for who in series.members if who in problem.people]
    free = np.zeros((7, len(hours)), dtype=np.int64)
    weekly = Series(id="", required=(), duration=series.duration, sessions=problem.horizon.weeks, anchor_zone=zone)
    for weekday in range(7):
        for column, hour in enumerate(hours):
            starts = regular_starts(weekly, 0, [Slot(weekday, hour * 60)], problem.horizon)
            free[weekday, column] = sum(2 * each.fits(starts, series.duration).sum() >= len(starts) for each in known)
    return Heat(hours=hours, free=free, people=len(known), zone=zone)
