"""The choice of one rule for each of a few series, exactly: a small model that a process of its own can solve."""

from dataclasses import dataclass

import numpy as np
from ortools.sat.python.cp_model import CpModel, LinearExpr

from scheduler.core.interval import Int64Array
from scheduler.solve.search import Search


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
    """The best rule of each series, counted from its own first, or -1; the first ones, if there is no time."""
    cp = CpModel()
    rules = [cp.new_bool_var("") for _ in range(len(selection.gain))]
    spans = list(zip(selection.first[:-1].tolist(), selection.first[1:].tolist(), strict=True))
    for first, end in spans:
        cp.add_at_most_one(rules[first:end])
    for rows in selection.apart:
        cp.add_at_most_one([rules[rule] for rule in rows.tolist()])
    for caps in selection.caps:
        cp.add(
            LinearExpr.weighted_sum([rules[rule] for rule in caps.rules.tolist()], caps.counts.tolist()) <= caps.most
        )
    answer = search.minimize(cp, LinearExpr.weighted_sum(rules, _costs(selection).tolist()), None)
    if answer.values is None:
        return np.where(np.diff(selection.first) > 0, 0, -1)
    holds = np.array(answer.values[: len(rules)], dtype=bool)
    return np.array([next(iter(np.flatnonzero(holds[first:end]).tolist()), -1) for first, end in spans])


def _costs(selection: Selection) -> Int64Array:
    """One figure a rule that keeps the order of the levels, sized by what all series together can differ by."""
    spans = np.maximum.reduceat(selection.comfort, selection.first[:-1])
    strains = np.maximum.reduceat(selection.strain, selection.first[:-1])
    per_strain = 1 + int(spans.sum())
    per_gain = per_strain * (1 + int(strains.sum()))
    return selection.comfort + selection.strain * per_strain - selection.gain * per_gain
