"""Which barriers stand in the way of each of many starts: all that have to give, and where one of several is enough.

Sets of barriers are rows of bits, so that a year of starts is one array; the few starts that are looked at closely
become alternatives of whole sets (`core.cover`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from propcache.api import cached_property

from scheduler.core.availability import Bitmap
from scheduler.core.barriers import BY_THE_MINUTE, PRICES, Barrier, Closed, Kind
from scheduler.core.cover import Alternatives, Bits, all_of, any_of
from scheduler.core.interval import Int64Array, Intervals

NONE = -1
WORD = 64
ORDER = {kind: number for number, kind in enumerate(Kind)}
COSTS = np.array([PRICES[kind] for kind in Kind], dtype=np.int64)
EDGES = [ORDER[kind] for kind in BY_THE_MINUTE]
SHARED = (Kind.SERIES, Kind.PROGRAMME)
"""Barriers of nobody in particular: one of them may stand in the way of several people at once."""
SHARED_KINDS = [ORDER[kind] for kind in SHARED]

Words = NDArray[np.uint64]


@dataclass(slots=True)
class Register:
    """Numbers for barriers, and for clauses: alternatives of which one has to give."""

    barriers: list[Barrier] = field(default_factory=list)
    clauses: list[Alternatives] = field(default_factory=list)
    _numbers: dict[Barrier, int] = field(default_factory=dict)
    _clauses: dict[Alternatives, int] = field(default_factory=dict)

    def number(self, barrier: Barrier) -> int:
        """The number of a barrier, a new one where it has none."""
        if barrier not in self._numbers:
            self._numbers[barrier] = len(self.barriers)
            self.barriers.append(barrier)
        return self._numbers[barrier]

    def clause(self, alternatives: Alternatives) -> int:
        """The number of a clause."""
        if alternatives not in self._clauses:
            self._clauses[alternatives] = len(self.clauses)
            self.clauses.append(alternatives)
        return self._clauses[alternatives]


@dataclass(frozen=True, slots=True)
class Cap:
    """Days or weeks that are full: the period of each start, and what would have to give in those that are."""

    periods: Int64Array
    full: Mapping[int, Alternatives]


class Blocked:
    """For each start, what stands in the way of some people who all have to come.

    `must`: bits of barriers that all have to give; `clauses`: columns of clauses (or NONE) that each have to be met;
    `count` and `price`: no set that lets the start be held has fewer barriers, or a lower price; `minutes`: by the
    number of an edge of hours, how far it would have to shift. With `alone`, bounds leave out what others share, so
    that those of several people add up. The register knows all barriers beforehand.
    """

    def __init__(self, starts: Int64Array, duration: int, register: Register, *, alone: bool) -> None:
        self.starts, self.duration, self.register, self.alone = starts, duration, register, alone
        width = -(-len(register.barriers) // WORD)
        self.must: Words = np.zeros((len(starts), width), dtype=np.uint64)
        self.clauses: list[Int64Array] = []
        self.count = np.zeros(len(starts), dtype=np.int64)
        self.price = np.zeros(len(starts), dtype=np.int64)
        self.minutes: dict[int, Int64Array] = {}

    def close(self, closed: Closed, gap: Barrier) -> None:
        """Add stretches in which somebody can't be met."""
        numbers = np.array([self.register.number(barrier) for barrier in closed.barriers], dtype=np.int64)[closed.which]
        near = []
        for rows, at in _touched(closed.spans, self.starts, self.duration, closed.margin):
            inside = self._inside(closed.spans[at], rows)
            self._forbid(rows[inside], at[inside], numbers, closed)
            near.append((rows[~inside], numbers[at[~inside]]))
        asked = self._mind_the_gap([pair for pair in near if len(pair[0])], gap)
        if not any(barrier.kind in SHARED for barrier in closed.barriers):
            self.count[asked] += 1
            self.price[asked] += PRICES[Kind.GAP]

    def limit(self, cap: Cap) -> None:
        """Add a cap of sessions, which bounds leave out: what gives elsewhere may leave room here."""
        full = np.array(list(cap.full), dtype=np.int64)
        where = np.searchsorted(full, cap.periods)
        hit = np.append(full, NONE)[where] == cap.periods
        numbers = np.array([self.register.clause(alternatives) for alternatives in cap.full.values()], dtype=np.int64)
        self.clauses.append(np.where(hit, np.append(numbers, NONE)[where], NONE))

    @property
    def free(self) -> Bitmap:
        """Where nothing is in the way."""
        unmet = self.must.any(axis=1)
        for column in self.clauses:
            unmet = unmet | (column != NONE)
        return np.logical_not(unmet)

    def alternatives(self, row: int) -> Alternatives:
        """The sets of barriers of which one has to give."""
        must: Bits = int.from_bytes(self.must[row].tobytes(), "little")
        numbers = [number for number in self._table[row].tolist() if number != NONE]
        return all_of([(must,), *(self.register.clauses[number] for number in numbers)]) if numbers else (must,)

    @cached_property
    def _table(self) -> Int64Array:
        """The columns of clauses side by side; nothing is added once single starts are looked at."""
        nothing = np.empty((len(self.starts), 0), dtype=np.int64)
        return np.concatenate([nothing, *(column[:, None] for column in self.clauses)], axis=1)

    def _inside(self, spans: Intervals, rows: Int64Array) -> Bitmap:
        starts = self.starts[rows]
        touches: Bitmap = (spans[:, 0] < starts + self.duration) & (spans[:, 1] > starts)
        return touches

    def _forbid(self, rows: Int64Array, at: Int64Array, numbers: Int64Array, closed: Closed) -> None:
        kept = numbers[at]
        words, bits = kept // WORD, np.uint64(1) << (kept % WORD).astype(np.uint64)
        new = (self.must[rows, words] & bits) == 0
        self.must[rows, words] |= bits
        kinds = np.array([ORDER[barrier.kind] for barrier in closed.barriers], dtype=np.int64)[closed.which[at]]
        own = new & ~(np.isin(kinds, SHARED_KINDS) & self.alone)
        self.count[rows[own]] += 1
        self.price[rows[own]] += COSTS[kinds[own]]
        edge = np.isin(kinds, EDGES)
        if edge.any():
            far = self._shift(rows[edge], closed.spans[at[edge]], kinds[edge])
            self.price[rows[edge]] += np.where(own[edge], far, 0)
            self._note(rows[edge], kept[edge], far)

    def _shift(self, rows: Int64Array, spans: Intervals, kinds: Int64Array) -> Int64Array:
        """By how many minutes an edge would have to shift; of a break, how much of it would be used."""
        begin = np.where(kinds == ORDER[Kind.LATE], spans[:, 0], np.maximum(self.starts[rows], spans[:, 0]))
        stop = np.minimum(self.starts[rows] + self.duration, spans[:, 1])
        end: Int64Array = np.where(kinds == ORDER[Kind.EARLY], spans[:, 1], stop)
        return end - begin

    def _note(self, rows: Int64Array, numbers: Int64Array, far: Int64Array) -> None:
        for number in np.unique(numbers).tolist():
            mine = numbers == number
            known = self.minutes.setdefault(number, np.zeros(len(self.starts), dtype=np.int64))
            known[rows[mine]] = np.maximum(known[rows[mine]], far[mine])

    def _mind_the_gap(self, near: Sequence[tuple[Int64Array, Int64Array]], gap: Barrier) -> Bitmap:
        """Where starts are too near to something: either that gives, or the gap does."""
        bit = 1 << self.register.number(gap)
        asked = np.zeros(len(self.starts), dtype=bool)
        for rows, numbers in near:
            given = (self.must[rows, numbers // WORD] >> (numbers % WORD).astype(np.uint64)) & np.uint64(1)
            open_rows, open_numbers = rows[given == 0], numbers[given == 0]
            column = np.full(len(self.starts), NONE, dtype=np.int64)
            for number in np.unique(open_numbers).tolist():
                column[open_rows[open_numbers == number]] = self.register.clause(any_of([bit, 1 << number]))
            self.clauses.append(column)
            asked[open_rows] = True
        return asked


def too_many(cap: Barrier, most: int, there: Sequence[str], register: Register) -> Alternatives:
    """What gives room in a period with these series' sessions: the cap, or enough of the series."""
    counts = Counter(there)
    names = sorted(counts)
    enough = [
        sum(1 << register.number(Barrier("", Kind.SERIES, name)) for name in some)
        for size in range(1, len(names) + 1)
        for some in combinations(names, size)
        if len(there) - sum(counts[name] for name in some) < most
    ]
    return any_of([1 << register.number(cap), *enough])


def _touched(
    spans: Intervals, starts: Int64Array, duration: int, margin: int
) -> Iterator[tuple[Int64Array, Int64Array]]:
    """Pairs of a start's row and of a stretch that it touches, margin included; no row comes twice at once."""
    if not len(spans):
        return
    reach = np.maximum.accumulate(spans[:, 1]) + margin
    first = np.searchsorted(reach, starts, side="right")
    last = np.searchsorted(spans[:, 0] - margin, starts + duration, side="left")
    for ahead in range(int((last - first).max(initial=0))):
        rows = np.flatnonzero(first + ahead < last)
        at = first[rows] + ahead
        touches = spans[at, 1] + margin > starts[rows]
        yield rows[touches], at[touches]
