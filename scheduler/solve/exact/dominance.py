"""Drops the starts to which no session need be moved, since another start of the same week is as good in every way.

As good: nobody's pain is more, everybody who could come still can, and of the seats that those people may take in
other series it meets none that the first did not meet. A plan that moves a session to the first start can then move it
to the other, and is no worse on any level of the score. Mostly one or two starts of a week are left.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE
from scheduler.core.interval import Int64Array
from scheduler.core.pain import MOST_PAIN
from scheduler.core.problem import Problem
from scheduler.solve.clocks import local_days, local_weeks
from scheduler.solve.exact.options import Menu
from scheduler.solve.task import Task

ABSENT = MOST_PAIN + 1
"""Worse than any pain: that somebody can't come."""

Seats = Sequence[tuple[int, Int64Array, int]]
"""Of one person: the number of a series, sorted minutes at which a seat in it may be, and its duration."""


def undominated(problem: Problem, menus: Sequence[Menu]) -> tuple[Menu, ...]:
    """The menus with only those moves that a best plan may need."""
    seats = _seats(menus)
    return tuple(one.moving_only_to(_needed(problem, number, one, seats)) for number, one in enumerate(menus))


def _seats(menus: Sequence[Menu]) -> Mapping[str, Seats]:
    """Everybody's seats, wherever a session may stand; those of pinned sessions count as a series of their own."""
    found: dict[str, list[tuple[int, Int64Array, int]]] = defaultdict(list)
    for number, one in enumerate(menus):
        task, series = one.task, one.task.series
        used = np.unique(one.options.start)
        pinned = np.array(sorted(task.given[i].start for i in task.undecided), dtype=np.int64)
        for member, who in enumerate(series.members):
            optional = member - len(series.required)
            here = used if optional < 0 else used[task.candidates.comes[used, optional]]
            found[who].append((number, task.candidates.starts[here], series.duration))
            if optional >= 0:
                found[who].append((NOWHERE, pinned, series.duration))
    return found


def _needed(problem: Problem, number: int, one: Menu, seats: Mapping[str, Seats]) -> Bitmap:
    """The starts to keep: those that no other is as good as, and where a session of the previous plan stood."""
    task = one.task
    needed = np.isin(task.candidates.starts, [session.start for session in task.was])
    movable = np.flatnonzero(one.week != NOWHERE)
    if not len(movable) or (task.series.cadence.monthly and task.series.cadence.rotation > 1):
        return np.ones_like(needed)  # of a rotation by months, two sessions may be in each other's way in one week
    others = {who: [seat for seat in seats[who] if seat[0] != number] for who in task.series.members}
    worse = np.stack(list(_compared(problem, task, others)), axis=1)
    clear = ~_meets_itself(problem, one)
    alike = np.stack([one.week, *_same(problem, task)], axis=1)
    _, group = np.unique(alike[movable], axis=0, return_inverse=True)
    for rows in np.split(movable[np.argsort(group, kind="stable")], np.cumsum(np.bincount(group))[:-1]):
        needed[rows[_best(worse[rows], clear[rows])]] = True
    return needed


def _compared(problem: Problem, task: Task, others: Mapping[str, Seats]) -> Iterator[Int64Array]:
    """What should be small at a start: pain, and the range of other seats that it meets, ends turned around."""
    found, series = task.candidates, task.series
    for member, who in enumerate(series.members):
        optional = member - len(series.required)
        comes = np.ones(len(found.starts), dtype=bool) if optional < 0 else found.comes[:, optional]
        yield np.where(comes, found.pain[:, member], ABSENT)
        buffer = problem.people[who].boundary.buffer
        for _, starts, duration in others[who]:
            first = np.searchsorted(starts, found.starts - duration - buffer, side="right")
            end = np.searchsorted(starts, found.starts + series.duration + buffer, side="left")
            meets = end > first
            yield np.where(meets, -first, -len(starts) - 1)
            yield np.where(meets, end, -1)


def _same(problem: Problem, task: Task) -> Iterator[Int64Array]:
    """What must be the same: the local days and weeks of those who have a cap on them."""
    starts = task.candidates.starts
    for who in task.series.members:
        boundary = problem.people[who].boundary
        if boundary.max_per_day is not None:
            yield local_days(starts, boundary.zone, problem.horizon)
        if boundary.max_per_week is not None:
            yield local_weeks(starts, boundary.zone, problem.horizon)


def _meets_itself(problem: Problem, one: Menu) -> Bitmap:
    """Whether a start is so near to one in another week that sessions of the series could be in each other's way."""
    starts = one.task.candidates.starts
    reach = max(one.task.series.duration + problem.people[who].boundary.buffer for who in one.task.series.members)
    used = np.unique(one.options.start)
    near = np.searchsorted(starts[used], starts + reach) - np.searchsorted(starts[used], starts - reach, side="right")
    far = (starts[-1] - starts[0] if len(starts) else 0) + 2 * reach + 1  # keeps the weeks apart
    keys = np.sort(one.week[used] * far + starts[used])
    mine = one.week * far + starts
    same = np.searchsorted(keys, mine + reach) - np.searchsorted(keys, mine - reach, side="right")
    return near > same


def _best(worse: Int64Array, clear: Bitmap) -> Int64Array:
    """The rows than which no other, clear one is as small in all columns; of equal ones that are clear the first."""
    free, stuck = np.flatnonzero(clear), np.flatnonzero(~clear)
    every, first = np.unique(worse[free], axis=0, return_index=True)
    beats = _as_small(every, every)
    np.fill_diagonal(beats, val=False)
    free, stuck = free[first[~beats.any(axis=0)]], stuck[~_as_small(every, worse[stuck]).any(axis=0)]
    return np.concatenate([free, stuck])


def _as_small(some: Int64Array, others: Int64Array) -> Bitmap:
    """Whether each of some rows is in no column larger than each of the others; shape (some, others)."""
    found = np.ones((len(some), len(others)), dtype=bool)
    for one, other in zip(some.T, others.T, strict=True):
        found &= one[:, None] <= other
    return found
