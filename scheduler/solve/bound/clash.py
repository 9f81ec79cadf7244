"""Which seats can't all be taken: two of one person too near to each other, or more than a cap has room for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scheduler.core.interval import Int64Array
from scheduler.solve.bound.ground import CELL, DAY, DAY_ROOM, END, PERSON, PLACE, START, WEEK, WEEK_ROOM

CAPS = ((DAY, DAY_ROOM), (WEEK, WEEK_ROOM))


@dataclass(frozen=True, slots=True)
class Around:
    """Seats that are taken, sorted: `start` and `end` on the axis, and by cap the periods with how many are in each."""

    start: Int64Array
    end: Int64Array
    periods: tuple[tuple[Int64Array, Int64Array], ...]

    @staticmethod
    def of(seats: Int64Array) -> "Around":
        """Seats of which no two clash."""
        seats = seats[np.argsort(seats[:, START], kind="stable")]
        counts = [np.unique(seats[seats[:, period] >= 0, period], return_counts=True) for period, _ in CAPS]
        return Around(seats[:, START], seats[:, END], tuple(counts))

    def unwelcome(self, seats: Int64Array) -> Int64Array:
        """The places whose seats clash with those that are taken."""
        before = np.searchsorted(self.start, seats[:, END]) - 1
        clash = (before >= 0) & (np.append(self.end, 0)[before] > seats[:, START])
        for (period, room), (known, count) in zip(CAPS, self.periods, strict=True):
            at = np.searchsorted(known, seats[:, period])
            taken = np.where(np.append(known, -2)[at] == seats[:, period], np.append(count, 0)[at], 0)
            clash |= (seats[:, period] >= 0) & (taken >= seats[:, room])
        places: Int64Array = seats[clash, PLACE]
        return places


def clashes(seats: Int64Array, recent: Int64Array) -> Iterator[tuple[int, int]]:
    """Pairs of cells that can't both have their seats, among the people who have recent ones.

    Where a period is too full, its first cell comes with each of the others.
    """
    people = np.zeros(int(seats[:, START].max(initial=0)) // PERSON + 1, dtype=bool)
    people[recent[:, START] // PERSON] = True
    seats = seats[people[seats[:, START] // PERSON]]
    seats = seats[np.lexsort([seats[:, CELL], seats[:, START]])]
    yield from _near(seats)
    for period, room in CAPS:
        yield from _too_many(seats[seats[:, period] >= 0], period, room)


def _near(seats: Int64Array) -> Iterator[tuple[int, int]]:
    for step in range(1, len(seats)):
        meet = np.flatnonzero(seats[step:, START] < seats[:-step, END])
        if not len(meet):
            return
        pairs = np.unique(np.stack([seats[meet, CELL], seats[meet + step, CELL]], axis=1), axis=0)
        yield from ((one, other) for one, other in pairs.tolist() if one != other)


def _too_many(seats: Int64Array, period: int, room: int) -> Iterator[tuple[int, int]]:
    _, once = np.unique(seats[:, [period, CELL]], axis=0, return_index=True)
    seats = seats[once]
    _, first, count = np.unique(seats[:, period], return_index=True, return_counts=True)
    for at in np.flatnonzero(count > seats[first, room]).tolist():
        one, *others = seats[first[at] : first[at] + count[at], CELL].tolist()
        yield from ((one, other) for other in others)
