"""Regions that grow: cells that are planned together, since a session in one takes the place of one in another.

They begin as the cells in which a plan misses a session. What a region was decided to do may clash with sessions around
it: then their cells join it, and it is decided anew. Where nothing clashes any more, what was found for the regions and
what stands around them go together, and no plan has more sessions.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.interval import Int64Array
from scheduler.solve.bound.clash import Around, clashes
from scheduler.solve.bound.ground import CELL, NO_SEATS, Ground
from scheduler.solve.bound.region import Coupled, Decided, Region

NO_PLACES = np.empty(0, dtype=np.int64)
MOST_CELLS = 400
"""Regions don't grow beyond this. What clashes then is let go, and the bound is a bound all the same."""
ELSEWHERE, IN_THE_WAY = 1, 2
"""How unwelcome a place is that is another one than before, and one where somebody else sits."""


@dataclass(slots=True)
class Growth:
    """All regions, each named by one of its nodes: a node is a cell, or a series whose cells depend on its pattern.

    `stands`: the places of sessions in the guide, by series; `seats`: theirs; `held`: their cells. `inside`: the cells
    of regions. `answers`: what was decided for a region. `spared`: how many sessions fewer than free that proves.
    """

    ground: Ground
    stands: Sequence[Int64Array]
    seats: Int64Array
    held: Bitmap
    inside: Bitmap
    region_of: dict[int, int] = field(default_factory=dict)
    cells: dict[int, list[int]] = field(default_factory=dict)
    answers: dict[int, Decided] = field(default_factory=dict)
    spared: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @staticmethod
    def of(ground: Ground, stands: Sequence[Int64Array]) -> "Growth":
        """A region for each cell where a session is missing that could take place if its series were alone."""
        held = np.zeros(int(ground.cells[-1]), dtype=bool)
        for number, mine in enumerate(stands):
            held[ground.cells[number] + ground.outlines[number].cell[mine]] = True
        seats = np.concatenate([NO_SEATS, *(ground.seats(number, mine) for number, mine in enumerate(stands))])
        growth = Growth(ground, stands, seats, held, np.zeros_like(held))
        for number in range(len(stands)):
            for cell in growth._missing(number):
                growth._add(cell)
        for name in growth.cells:
            growth.answers[name] = growth._anywhere(name)
        return growth

    @property
    def spare(self) -> int:
        """How many sessions of the free bound can't take place."""
        return self.ground.blocked + sum(self.spared.values())

    @property
    def by(self) -> str:
        """What proves the bound: see `Bound`."""
        if not any(self.spared.values()):
            return "free"
        return "exact" if all(answer.searched for answer in self.answers.values()) else "lp"

    def begun(self) -> list[int]:
        """The regions to decide first: with all that is in the way of any of their places."""
        self.grown(sorted(self.cells))
        return sorted(self.cells)

    def around(self, names: Sequence[int]) -> Around:
        """All that stands while these regions are decided anew."""
        waiting = set(names)
        others = [answer.seats for name, answer in self.answers.items() if name not in waiting]
        return Around.of(np.concatenate([self.seats[~self.inside[self.seats[:, CELL]]], *others]))

    def take(self, name: int, answer: Decided, free: int) -> None:
        """Note what was decided for a region."""
        self.answers[name] = answer
        self.spared[name] = max(self.spared[name], free - answer.most)

    def grown(self, recent: Sequence[int]) -> list[int]:
        """Let regions grow where what was decided for recent ones clashes; those that have to be decided anew."""
        outside = self.seats[~self.inside[self.seats[:, CELL]]]
        everything = np.concatenate([outside, *(answer.seats for answer in self.answers.values())])
        mine = np.concatenate([NO_SEATS, *(self.answers[name].seats for name in recent)])
        joined = [pair for pair in clashes(everything, mine) if self._join(*pair)]
        claimed = [cell for name in recent for cell in self._claimed(name)]
        for cell in claimed:
            self._add(cell)
        return sorted({self.region_of[self._node(cell)] for cell in [*claimed, *(one for one, _ in joined)]})

    def wanted(self, name: int, starts: Sequence[Int64Array]) -> dict[int, Int64Array]:
        """By series, the minutes at which to stand: inside a region as decided, elsewhere as in `starts`."""
        found: dict[int, Int64Array] = {}
        patterns: dict[int, list[int]] = defaultdict(list)
        for number, pattern in self.answers[name].patterns:
            patterns[number].append(pattern)
        for number, cells in self._parts(name):
            drawn, first = self.ground.outlines[number], self.ground.cells[number]
            minutes = self.ground.tasks[number].candidates.starts[drawn.start]
            stay = np.isin(minutes, starts[number]) & ~np.isin(first + drawn.cell, cells)
            if not drawn.is_settled:
                stay &= (drawn.opens[patterns[number]].sum(axis=0) > 0)[drawn.cell]
            places = self.ground.places[number] + np.arange(len(minutes))
            found[number] = minutes[stay | np.isin(places, self.answers[name].places)]
        return found

    def _anywhere(self, name: int) -> Decided:
        """Not yet decided: a region that may need any of its places."""
        seats = [self.ground.seats(number, self._places(number, mine)) for number, mine in self._parts(name)]
        return Decided(0, searched=True, places=NO_PLACES, seats=np.concatenate(seats), patterns=())

    def _node(self, cell: int) -> int:
        number = self.ground.series_of(cell)
        return cell if self.ground.outlines[number].is_settled else int(self.ground.cells[-1]) + number

    def _missing(self, number: int) -> list[int]:
        drawn, first = self.ground.outlines[number], int(self.ground.cells[number])
        if drawn.free <= len(self.stands[number]):
            return []
        wanted = drawn.opens[drawn.best].any(axis=0) & drawn.possible
        found: list[int] = (first + np.flatnonzero(wanted & ~self.held[first : first + len(wanted)])).tolist()
        return found

    def _claimed(self, name: int) -> list[int]:
        """Cells that a region takes for granted, though nothing stands there."""
        if name not in self.answers:
            return []
        found: set[int] = set()
        for number, pattern in self.answers[name].patterns:
            drawn, first = self.ground.outlines[number], int(self.ground.cells[number])
            cells = first + np.flatnonzero((drawn.opens[pattern] > 0) & drawn.possible)
            found.update(cells[~(self.inside | self.held)[cells]].tolist())
        return sorted(found)

    def _add(self, cell: int) -> None:
        node = self._node(cell)
        self.inside[cell] = True
        self.cells.setdefault(self.region_of.setdefault(node, node), []).append(cell)

    def _join(self, one: int, other: int) -> bool:
        """Bring two cells into one region, unless they are or it became too large."""
        known = {self.region_of[node] for node in map(self._node, (one, other)) if node in self.region_of}
        new = [cell for cell in (one, other) if not self.inside[cell]]
        size = sum(len(self.cells[name]) for name in known) + len(new)
        if (len(known) == 1 and not new) or size > MOST_CELLS:
            return False
        for cell in new:
            self._add(cell)
        kept, absorbed = sorted(self.region_of[self._node(cell)] for cell in (one, other))
        if kept != absorbed:
            self._absorb(kept, absorbed)
        return True

    def _absorb(self, kept: int, absorbed: int) -> None:
        for cell in self.cells[absorbed]:
            self.region_of[self._node(cell)] = kept
        self.cells[kept] += self.cells.pop(absorbed)
        self.spared[kept] += self.spared.pop(absorbed, 0)
        self.answers.pop(absorbed, None)

    def region(self, name: int, around: Around) -> Region:
        """What a region has to decide."""
        parts = self._parts(name)
        places = [(number, self._places(number, mine)) for number, mine in parts]
        seats = np.concatenate([self.ground.seats(number, some) for number, some in places])
        place = np.concatenate([self.ground.places[number] + some for number, some in places])
        before = np.concatenate([np.isin(some, self.stands[number]) for number, some in places])
        in_the_way = np.isin(place, around.unwelcome(seats))
        drawn = self.ground.outlines
        settled = [(number, mine) for number, mine in parts if drawn[number].is_settled]
        room = {
            int(cell): int(count)
            for number, mine in settled
            for cell, count in zip(mine, drawn[number].opens[0, mine - self.ground.cells[number]], strict=True)
        }
        coupled = [(number, mine) for number, mine in parts if not drawn[number].is_settled]
        return Region(
            cell=np.concatenate([self.ground.cells[number] + drawn[number].cell[some] for number, some in places]),
            place=place,
            cost=np.where(in_the_way, IN_THE_WAY, np.where(before, 0, ELSEWHERE)),
            seats=seats,
            room=room,
            coupled=tuple(self._coupled(number, mine) for number, mine in coupled),
            free=sum(room.values()) + sum(drawn[number].free for number, _ in coupled),
        )

    def _parts(self, name: int) -> list[tuple[int, Int64Array]]:
        """The cells of a region, apart for each series."""
        cells = np.array(sorted(self.cells[name]), dtype=np.int64)
        numbers = np.searchsorted(self.ground.cells, cells, side="right") - 1
        return [(number, cells[numbers == number]) for number in np.unique(numbers).tolist()]

    def _places(self, number: int, cells: Int64Array) -> Int64Array:
        return np.flatnonzero(np.isin(self.ground.outlines[number].cell, cells - self.ground.cells[number]))

    def _coupled(self, number: int, cells: Int64Array) -> Coupled:
        drawn, first = self.ground.outlines[number], self.ground.cells[number]
        every = np.arange(first, self.ground.cells[number + 1])
        outside = drawn.opens * (drawn.possible & ~self.inside[every])
        return Coupled(
            series=number,
            cells=cells,
            opens=drawn.opens[:, cells - first],
            gain=outside.sum(axis=1),
            cost=IN_THE_WAY * (outside[:, ~self.held[every]] > 0).sum(axis=1),
            slot=drawn.slot,
            first=drawn.first,
        )
