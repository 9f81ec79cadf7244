"""The choice of one rule for each of a few series, exactly: a small model that a process of its own can solve."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.sat.python.cp_model import CpModel, LinearExpr

from scheduler.core.availability import Bitmap
from scheduler.core.interval import Int64Array
from scheduler.solve.search import Search

FEW = 10
"""So many rules of each series are tried first."""
NONE = -1


@dataclass(frozen=True, slots=True)
class Caps:
    """Of these rules, each counted so often, at most `most`."""

    rules: Int64Array
    counts: Int64Array
    most: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Rules of some series: those from `first[s]` to before `first[s + 1]` are of series s, of which at most one holds.

    `gain` is what a rule brings, `strain` and `comfort` what it costs, in this order of weight. Of each set of `apart`
    at most one holds, and all `caps` are kept.
    """

    first: Int64Array
    gain: Int64Array
    strain: Int64Array
    comfort: Int64Array
    apart: tuple[Int64Array, ...]
    caps: tuple[Caps, ...]


def select(selection: Selection, search: Search) -> Int64Array:
    """The best rule of each series, counted from its own first, or -1; the first ones, if there is no time.

    Rules stand by what they cost, so a good choice is found among a few of each series. Whatever costs more than the
    first of its series by as much as that choice loses in all is in no better one: mostly nothing else is left.
    """
    costs, begins, counts = _costs(selection), selection.first[:-1], np.diff(selection.first)
    rank = np.arange(len(costs)) - np.repeat(begins, counts)
    found = _best_of(selection, costs, rank < FEW, search)
    if found is None:
        return np.where(counts > 0, 0, NONE)
    extra = costs - np.repeat(costs[begins], counts)
    chosen = np.where(found == NONE, -costs[begins], extra[begins + np.maximum(found, 0)])
    needed = extra <= chosen.sum()
    if (needed & (rank >= FEW)).any():
        better = _best_of(selection, costs, needed, search)
        found = found if better is None else better
    return found


def _best_of(selection: Selection, costs: Int64Array, some: Bitmap, search: Search) -> Int64Array | None:
    """The choice of least cost among some of the rules; None if there is no time."""
    cp, kept = CpModel(), np.flatnonzero(some)
    holds = {rule: cp.new_bool_var("") for rule in kept.tolist()}
    for first, end in pairwise(selection.first.tolist()):
        cp.add_at_most_one([holds[rule] for rule in range(first, end) if rule in holds])
    for rows in selection.apart:
        if len(rivals := [holds[rule] for rule in rows.tolist() if rule in holds]) > 1:
            cp.add_at_most_one(rivals)
    for caps in selection.caps:
        counted = [(holds[r], n) for r, n in zip(caps.rules.tolist(), caps.counts.tolist(), strict=True) if r in holds]
        if sum(count for _, count in counted) > caps.most:
            cp.add(LinearExpr.weighted_sum(*map(list, zip(*counted, strict=True))) <= caps.most)
    answer = search.minimize(cp, LinearExpr.weighted_sum(list(holds.values()), costs[kept].tolist()), None)
    if answer.values is None:
        return None
    taken = kept[np.flatnonzero(answer.values[: len(kept)])]
    found = np.full(len(selection.first) - 1, NONE)
    series = np.searchsorted(selection.first, taken, side="right") - 1
    found[series] = taken - selection.first[series]
    return found


def _costs(selection: Selection) -> Int64Array:
    """One figure a rule that keeps the order of the levels, sized by what all series together can differ by."""
    spans = np.maximum.reduceat(selection.comfort, selection.first[:-1])
    strains = np.maximum.reduceat(selection.strain, selection.first[:-1])
    per_strain = 1 + int(spans.sum())
    per_gain = per_strain * (1 + int(strains.sum()))
    return selection.comfort + selection.strain * per_strain - selection.gain * per_gain
