"""The cheapest set that covers enough: an exact search, branch and bound on sets of bits.

Each class is a number of dates that hold as soon as one of some sets of barriers gives as a whole. Wanted is the
cheapest set of barriers under which enough dates hold.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from math import ceil
from operator import and_, or_
from typing import TypeAlias

Bits: TypeAlias = int
"""A set of numbers from 0 on, as the bits of an integer of any length."""
Alternatives: TypeAlias = tuple[Bits, ...]
"""Sets of which one is enough; none contains another."""
Class: TypeAlias = tuple[int, Alternatives]
"""How many dates share these alternatives."""
Cost: TypeAlias = tuple[int, int]
"""What counts first, and what counts between those that are equal in it."""
ROUNDING = 1e-6
Key: TypeAlias = tuple[object, ...]
"""What decides between sets of the same cost: the smaller one wins."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A set and its cost."""

    cost: Cost
    chosen: Bits


@dataclass(slots=True)
class Covering:
    """One search: the costs of each number (all above 0), how to choose between equals, and the best set so far."""

    costs: Callable[[int], Cost]
    key: Callable[[Bits], Key]
    best: Cover | None = None

    def search(self, classes: Sequence[Class], need: int) -> None:
        """Improve the best set to one that covers at least `need` of the weights of the classes, if it can be."""
        self._descend(0, classes, need)

    def _descend(self, chosen: Bits, classes: Sequence[Class], need: int) -> None:
        left, need = _without(chosen, classes, need)
        spare = sum(weight for weight, _ in left) - need
        if spare < 0 or not self._promises(chosen, left, need):
            return
        if need <= 0:
            self._offer(Cover(self._price(chosen), chosen))
            return
        forced = _forced(left, spare)
        if forced:
            self._descend(chosen | forced, left, need)
            return
        self._branch(chosen, left, need, spare)

    def _branch(self, chosen: Bits, left: Sequence[Class], need: int, spare: int) -> None:
        """Leave or cover one class: the dearest where few may be left, else the cheapest."""
        dear = [min(self._price(bits) for bits in each) for _, each in left]
        number = dear.index(max(dear) if spare < need else min(dear))
        rest = [*left[:number], *left[number + 1 :]]
        if spare < need:
            self._descend(chosen, rest, need)
        for bits in left[number][1]:
            self._descend(chosen | bits, left, need)
        if spare >= need:
            self._descend(chosen, rest, need)

    def _promises(self, chosen: Bits, left: Sequence[Class], need: int) -> bool:
        """Whether what is chosen, and what is still to pay at the least, could be as good as the best."""
        if self.best is None:
            return True
        paid, best = self._price(chosen), self.best.cost
        weights = _weights(left)
        first = paid[0] + self._least(left, weights, need, 0)
        if first != best[0]:
            return first < best[0]
        return paid[1] + self._least(left, weights, need, 1) <= best[1]

    def _least(self, left: Sequence[Class], weights: Mapping[int, int], need: int, level: int) -> int:
        """A lower bound of what is still to pay: each date bears its share of what would let several be held.

        A set pays for each of its numbers once, and at most `weights` of it can be shared out among the dates.
        """
        share = {number: self.costs(number)[level] / weight for number, weight in weights.items()}
        shares = [(min([sum([share[n] for n in members(bits)]) for bits in each]), weight) for weight, each in left]
        least = 0.0
        for each, weight in sorted(shares):
            least += each * min(weight, max(need, 0))
            need -= weight
        return ceil(least - ROUNDING)

    def _price(self, bits: Bits) -> Cost:
        costs = [self.costs(number) for number in members(bits)]
        return sum([cost for cost, _ in costs]), sum([cost for _, cost in costs])

    def _offer(self, found: Cover) -> None:
        best = self.best
        if best is None or (found.cost, self.key(found.chosen)) < (best.cost, self.key(best.chosen)):
            self.best = found


def _without(chosen: Bits, classes: Sequence[Class], need: int) -> tuple[list[Class], int]:
    """The classes that a set does not cover, less what is in it, and how much is still to be covered."""
    left = []
    for weight, alternatives in classes:
        rest = tuple(bits & ~chosen for bits in alternatives)
        if 0 in rest:
            need -= weight
        else:
            left.append((weight, rest))
    return left, need


def _weights(left: Iterable[Class]) -> dict[int, int]:
    """How many dates each number stands in the way of."""
    weights: dict[int, int] = {}
    for weight, alternatives in left:
        for number in members(reduce(or_, alternatives)):
            weights[number] = weights.get(number, 0) + weight
    return weights


def _forced(left: Sequence[Class], spare: int) -> Bits:
    """What every good enough set holds: numbers without which more would be left uncovered than may be."""
    weights: Counter[int] = Counter()
    for weight, alternatives in left:
        for number in members(reduce(and_, alternatives)):
            weights[number] += weight
    return sum(1 << number for number, weight in weights.items() if weight > spare)


@lru_cache(maxsize=1 << 15)
def members(bits: Bits) -> tuple[int, ...]:
    """The numbers in a set; the same sets are met again and again."""
    return tuple(numbers(bits))


def numbers(bits: Bits) -> Iterator[int]:
    """The numbers in a set, in their order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def any_of(sets: Iterable[Bits]) -> Alternatives:
    """The alternatives among some sets: those that contain no other, in order."""
    kept: list[Bits] = []
    for bits in sorted(set(sets), key=lambda each: (each.bit_count(), each)):
        if not any(bits & other == other for other in kept):
            kept.append(bits)
    return tuple(kept)


def all_of(parts: Iterable[Alternatives]) -> Alternatives:
    """The alternatives that are enough for each of some parts at once."""
    whole: Alternatives = (0,)
    for part in parts:
        whole = any_of(one | other for one in whole for other in part)
    return whole
