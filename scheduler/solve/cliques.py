"""Which seats of one person exclude each other: the maximal sets of intervals that share an instant."""

from collections.abc import Iterator

import numpy as np

from scheduler.core.interval import Int64Array

SPREAD = np.random.default_rng(1).integers(1 << 63, size=1 << 16, dtype=np.uint64)
"""Random numbers whose sums tell sets apart."""


def cliques(
    starts: Int64Array, ends: Int64Array, groups: Int64Array, names: Int64Array | None = None
) -> Iterator[Int64Array]:
    """Sets of rows whose intervals [start, end) all meet, as large as can be; sets inside one group are left out.

    Of a group at most one row is chosen anyway. Every pair that meets lies in some set (intervals meet in a perfect
    graph, so these sets say all that pairs say, and are far stronger in a linear relaxation). Rows may have `names`
    (of which there are at most 65,536): then of sets with the same names only one is given.
    """
    order = np.argsort(starts, kind="stable")
    last, member = _meetings(starts[order], ends[order])
    edges = np.flatnonzero(np.diff(last, prepend=-1))
    if not len(edges):
        return
    rows = order[member]
    mixed = np.minimum.reduceat(groups[rows], edges) != np.maximum.reduceat(groups[rows], edges)
    if names is not None:
        _, firsts = np.unique(np.add.reduceat(SPREAD[names[rows]], edges), return_index=True)
        fresh = np.zeros(len(edges), dtype=bool)
        fresh[firsts] = True
        mixed &= fresh
    ends_at = np.append(edges[1:], len(rows))
    for first, end in zip(edges[mixed].tolist(), ends_at[mixed].tolist(), strict=True):
        yield np.sort(rows[first:end])


def _meetings(starts: Int64Array, ends: Int64Array) -> tuple[Int64Array, Int64Array]:
    """For sorted starts: pairs (row, other) of the rows that are running when a row begins, itself among them.

    Only for rows at which a maximal set is complete: something ends before the next one begins.
    """
    if not len(starts):
        return starts, starts
    longest = int((ends - starts).max())
    low = np.searchsorted(starts, starts - longest, side="right")
    closing = np.append(starts[1:] != starts[:-1], [True])
    row = np.flatnonzero(closing)
    counts = row - low[row] + 1
    first = np.repeat(np.cumsum(counts) - counts, counts)
    last = np.repeat(row, counts)
    member = np.arange(int(counts.sum())) - first + low[last]
    running = ends[member] > starts[last]
    last, member = last[running], member[running]
    edges = np.flatnonzero(np.diff(last, prepend=-1))
    soonest = np.minimum.reduceat(ends[member], edges)
    following = np.append(starts, np.iinfo(np.int64).max)[last[edges] + 1]
    whole = np.repeat(soonest <= following, np.diff(np.append(edges, len(last))))
    return last[whole], member[whole]


def touches(starts: Int64Array, groups: Int64Array, reach: int) -> bool:
    """Whether any two rows of different groups start less than `reach` apart."""
    order = np.argsort(starts, kind="stable")
    near, differ = np.diff(starts[order]) < reach, np.diff(groups[order]) != 0
    return bool((near & differ).any())
