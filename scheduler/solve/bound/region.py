"""Some cells planned together: how many sessions can happen there at most, whatever happens around them.

Only where sessions stand matters here, not at which times they are regular: a model with so few variables that it is
mostly solved in milliseconds.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

from scheduler.core.interval import Int64Array
from scheduler.solve.bound.ground import CELL, DAY, DAY_ROOM, END, PLACE, START, WEEK, WEEK_ROOM
from scheduler.solve.relax import Relaxation
from scheduler.solve.search import Search

EFFORT = 3.0
"""Deterministic time for one region."""


@dataclass(frozen=True, slots=True)
class Coupled:
    """A series whose cells depend on its pattern; an entry each pattern.

    `opens[pattern, cell]`: of the region's cells in `cells`. `gain`: sessions in other cells, which count as happening.
    `cost`: how unwelcome a pattern is. `slot`, `first`: as in `Outline`.
    """

    series: int
    cells: Int64Array
    opens: Int64Array
    gain: Int64Array
    cost: Int64Array
    slot: Int64Array
    first: Int64Array


@dataclass(frozen=True, slots=True)
class Region:
    """`cell`, `place`, `cost`: where sessions may stand, and how unwelcome that is; `seats` of all these places.

    `room`: by cell that depends on no pattern, how many sessions it has. `free`: how many could happen if no two
    series met.
    """

    cell: Int64Array
    place: Int64Array
    cost: Int64Array
    seats: Int64Array
    room: dict[int, int]
    coupled: tuple[Coupled, ...]
    free: int


@dataclass(frozen=True, slots=True)
class Decided:
    """At most `most` sessions can happen; `searched`: that is proven by search, else by linear relaxation alone.

    A way that was found, the best of all if `searched`: `places` with their `seats`, and pairs (series, pattern) of the
    coupled ones.
    """

    most: int
    searched: bool
    places: Int64Array
    seats: Int64Array
    patterns: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sets of places of which at most so many may be chosen: entries (set, place), and `room` by set."""

    sets: Int64Array
    place: Int64Array
    room: Int64Array


def decided(region: Region, search: Search) -> Decided:
    """The most sessions of a region; where time is short, what the linear relaxation says."""
    search = replace(search, effort=min(EFFORT, search.effort))
    rows = [_meetings(region.seats), _capped(region.seats, DAY, DAY_ROOM), _capped(region.seats, WEEK, WEEK_ROOM)]
    kept = _undominated(region, rows)
    cp = CpModel()
    places = {int(region.place[at]): cp.new_bool_var("") for at in kept}
    patterns = [[cp.new_bool_var("") for _ in each.gain] for each in region.coupled]
    _say_cells(cp, region, places, patterns)
    for each, chosen in zip(region.coupled, patterns, strict=True):
        _say_patterns(cp, each, chosen)
    for some in rows:
        _say_rows(cp, some, places)
    worth, loss = _loss(region, places, patterns)
    cp.minimize(loss)  # for the relaxation too, should the search come to nothing
    found = search.minimize(cp, loss, None)
    most = min(region.free, -(found.cost // worth)) if found.proven else _relaxed(cp, region, worth, search)
    values = found.values or (0,) * len(cp.proto.variables)
    taken = np.array([place for place, var in places.items() if values[var.index]], dtype=np.int64)
    return Decided(
        most=most,
        searched=found.proven,
        places=taken,
        seats=region.seats[np.isin(region.seats[:, PLACE], taken)],
        patterns=tuple(
            (each.series, number)
            for each, chosen in zip(region.coupled, patterns, strict=True)
            for number, var in enumerate(chosen)
            if values[var.index]
        ),
    )


def _relaxed(cp: CpModel, region: Region, worth: int, search: Search) -> int:
    least = search.relax(Relaxation(cp), dive=False).bound
    return region.free if least is None else min(region.free, -(least // worth))


def _loss(region: Region, places: dict[int, IntVar], patterns: Sequence[Sequence[IntVar]]) -> tuple[int, LinearExpr]:
    """What a session is worth, more than all that is unwelcome together; and what is to be minimized."""
    cost = dict(zip(region.place.tolist(), region.cost.tolist(), strict=True))
    cells = len(np.unique(region.cell)) * (1 + int(region.cost.max(initial=0)))
    worth = 1 + cells + sum(int(each.cost.max(initial=0)) for each in region.coupled)
    loss = LinearExpr.weighted_sum(list(places.values()), [cost[place] - worth for place in places])
    for each, chosen in zip(region.coupled, patterns, strict=True):
        loss += LinearExpr.weighted_sum(list(chosen), (each.cost - worth * each.gain).tolist())
    return worth, loss


def _say_cells(cp: CpModel, region: Region, places: dict[int, IntVar], patterns: Sequence[Sequence[IntVar]]) -> None:
    """A cell holds as many sessions as it has, or as the patterns in force put there."""
    of_cell: dict[int, list[IntVar]] = defaultdict(list)
    for cell, place in zip(region.cell.tolist(), region.place.tolist(), strict=True):
        if place in places:
            of_cell[cell].append(places[place])
    for cell, room in region.room.items():
        cp.add(LinearExpr.sum(of_cell[cell]) <= room)
    for each, chosen in zip(region.coupled, patterns, strict=True):
        for cell, opens in zip(each.cells.tolist(), each.opens.T.tolist(), strict=True):
            cp.add(LinearExpr.sum(of_cell[cell]) <= LinearExpr.weighted_sum(list(chosen), opens))


def _say_patterns(cp: CpModel, each: Coupled, chosen: Sequence[IntVar]) -> None:
    """One pattern of each slot of the rotation at most, all with the same first week or month."""
    groups: dict[tuple[int, int], list[IntVar]] = defaultdict(list)
    for slot, first, var in zip(each.slot.tolist(), each.first.tolist(), chosen, strict=True):
        groups[slot, first].append(var)
    slots, firsts = sorted(set(each.slot.tolist())), sorted(set(each.first.tolist()))
    for slot in slots:
        cp.add_at_most_one([var for first in firsts for var in groups[slot, first]])
    for slot in slots[1:]:
        for first in firsts:
            cp.add(LinearExpr.sum(groups[slot, first]) == LinearExpr.sum(groups[slots[0], first]))


def _say_rows(cp: CpModel, rows: Rows, places: dict[int, IntVar]) -> None:
    members: list[list[int]] = [[] for _ in rows.room]
    for number, place in zip(rows.sets.tolist(), rows.place.tolist(), strict=True):
        members[number].append(place)
    for some, room in zip(members, rows.room.tolist(), strict=True):
        chosen = [places[place] for place in some if place in places]
        if len(chosen) > room:
            cp.add_at_most_one(chosen) if room == 1 else cp.add(LinearExpr.sum(chosen) <= room)


def _meetings(seats: Int64Array) -> Rows:
    """The maximal sets of seats of one person that share an instant: of each set one can be taken."""
    moments, ends = np.unique(seats[:, START]), np.unique(seats[:, END])
    over = np.searchsorted(ends, moments, side="right"), np.searchsorted(ends, np.append(moments[1:], 1 << 62), "right")
    moments = moments[over[0] < over[1]]  # between a moment and the next one something ends, else the next says more
    first, last = np.searchsorted(moments, seats[:, START]), np.searchsorted(moments, seats[:, END])
    count = last - first
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    place, cell = np.repeat(seats[:, PLACE], count), np.repeat(seats[:, CELL], count)
    return _if_they_meet(Rows(number, place, np.ones(len(moments), dtype=np.int64)), cell)


def _capped(seats: Int64Array, period: int, room: int) -> Rows:
    """The seats in each local day or week of which not all can be taken."""
    mine = seats[seats[:, period] >= 0]
    _, index, number = np.unique(mine[:, period], return_index=True, return_inverse=True)
    return _if_they_meet(Rows(number, mine[:, PLACE], mine[index, room]), mine[:, CELL])


def _if_they_meet(rows: Rows, cell: Int64Array) -> Rows:
    """Only the sets with seats of more cells than there is room for."""
    pairs = np.unique(np.stack([rows.sets, cell], axis=1), axis=0)
    full = np.bincount(pairs[:, 0], minlength=len(rows.room)) > rows.room
    number, kept = np.cumsum(full) - 1, full[rows.sets]
    return Rows(number[rows.sets[kept]], rows.place[kept], rows.room[full])


def _undominated(region: Region, rows: Sequence[Rows]) -> list[int]:
    """Which places to look at: none whose cell has another that is as welcome and lies in some of the same sets."""
    lies_in: dict[int, int] = defaultdict(int)
    bit = 0
    for some in rows:
        for number, place in zip(some.sets.tolist(), some.place.tolist(), strict=True):
            lies_in[place] |= 1 << (bit + number)
        bit += len(some.room)
    costs, places = region.cost.tolist(), region.place.tolist()
    of_cell: dict[int, list[int]] = defaultdict(list)
    for at, cell in enumerate(region.cell.tolist()):
        of_cell[cell].append(at)
    kept: list[int] = []
    for some_places in of_cell.values():
        chosen: list[int] = []
        for at in sorted(some_places, key=lambda at: (costs[at], lies_in[places[at]].bit_count(), at)):
            mask = lies_in[places[at]]
            if all(other & ~mask for other in chosen):
                chosen.append(mask)
                kept.append(at)
    return sorted(kept)
