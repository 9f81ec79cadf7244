"""Which seats of one person exclude each other: the maximal sets of intervals that share an instant."""

from collections.abc import Iterator

import numpy as np

from scheduler.core.interval import Int64Array


def cliques(starts: Int64Array, ends: Int64Array, groups: Int64Array) -> Iterator[Int64Array]:
    """Sets of rows whose intervals [start, end) all meet, as large as can be; sets inside one group are left out.

    Of a group at most one row is chosen anyway. Every pair that meets lies in some set (intervals meet in a perfect
    graph, so these sets say all that pairs say, and are far stronger in a linear relaxation).
    """
    order = np.argsort(starts, kind="stable")
    begins = np.append(starts[order], np.iinfo(np.int64).max)
    last_of_start = np.flatnonzero(np.diff(begins))
    active = np.empty(0, dtype=np.int64)
    next_row = 0
    for last in last_of_start.tolist():
        active = np.concatenate([active[ends[active] > begins[last]], order[next_row : last + 1]])
        next_row = last + 1
        if ends[active].min() <= begins[last + 1] and (groups[active] != groups[active[0]]).any():
            yield np.sort(active)


def touches(starts: Int64Array, groups: Int64Array, reach: int) -> bool:
    """Whether any two rows of different groups start less than `reach` apart."""
    order = np.argsort(starts, kind="stable")
    near, differ = np.diff(starts[order]) < reach, np.diff(groups[order]) != 0
    return bool((near & differ).any())
