"""The rule under which the least has to give: all rules bounded at once, and few of them searched exactly."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np

from scheduler.core.barriers import Barrier
from scheduler.core.cover import Cost, Cover, Covering, numbers
from scheduler.core.interval import Int64Array
from scheduler.core.obstacles import Obstacles
from scheduler.core.rules import Rules

NEVER = int(np.iinfo(np.int64).max)
CHUNK = 256  # rules bounded at once
ROUNDING = 1e-6


class Aim(Enum):
    """What the best set is: of the fewest barriers, and then the cheapest; or the other way round."""

    SMALLEST = "smallest"
    CHEAPEST = "cheapest"

    def cost(self, count: int, price: int) -> Cost:
        """How sets are compared."""
        return (count, price) if self is Aim.SMALLEST else (price, count)


@dataclass(frozen=True, slots=True)
class Choice:
    """A first week or month (its number among the rules'), a rule for each place, and the barriers that give."""

    first: int
    rules: tuple[int, ...]
    cover: Cover


def cheapest(rules: Rules, found: Obstacles, need: int, aim: Aim) -> Choice | None:
    """The rule and the set of barriers without which it holds `need` dates, None where no rule has so many.

    Between sets that cost the same, names decide; between rules, the earlier one.
    """
    search = _Search(rules, found, max(need, 0), aim)
    promised = [(search.promise(first), first) for first in range(len(rules.firsts))]
    for promise, first in sorted(promised):
        search.search(first, promise)
    return search.choice


class _Search:
    """A search under way."""

    def __init__(self, rules: Rules, found: Obstacles, need: int, aim: Aim) -> None:
        self.rules, self.found, self.need, self.aim = rules, found, need, aim
        self.levels = (found.count, found.price) if aim is Aim.SMALLEST else (found.price, found.count)
        self.choice: Choice | None = None

    def promise(self, first: int) -> int:
        """No set under any rule from a first week on costs less: every date asks for its own."""
        least = [np.sort(self.levels[0][rows], axis=1).min(axis=0, initial=NEVER) for rows in self.rules.places[first]]
        dates = np.sort(np.concatenate([np.zeros(1, dtype=np.int64), *least]))
        return int(dates[self.need]) if len(dates) > self.need else NEVER

    def search(self, first: int, promise: int) -> None:
        """Look at all rules from a first week on that may be better than the best so far."""
        if promise == NEVER or not self._is_open(promise, 0):
            return
        costs = [self.levels[0][rows] for rows in self.rules.places[first]]
        self._try(first, [int((each <= promise).sum(axis=1).argmax()) for each in costs])
        within = [(each <= self._limit).sum(axis=1) for each in costs]
        spare = sum(int(each.max()) for each in within) - self.need
        useful = [np.flatnonzero(each >= int(each.max()) - spare) for each in within]
        some = np.stack([axis.ravel() for axis in np.meshgrid(*useful, indexing="ij")], axis=1)
        for chunk in np.split(some, range(CHUNK, len(some), CHUNK)):
            self._search_some(first, chunk)

    @property
    def _limit(self) -> int:
        return self.choice.cover.cost[0] if self.choice else NEVER

    def _is_open(self, first: int, second: int) -> bool:
        """Whether a cost that is no less than this may be as good as the best."""
        return self.choice is None or (first, second) <= self.choice.cover.cost

    def _search_some(self, first: int, some: Int64Array) -> None:
        tables = self.rules.places[first]
        rows = np.concatenate([table[some[:, place]] for place, table in enumerate(tables)], axis=1)
        rough = [_nth(level[rows], self.need) for level in self.levels]
        kept = np.flatnonzero([self._is_open(*both) for both in zip(*(each.tolist() for each in rough), strict=True)])
        count, price = bounds(self.found, rows[kept], self.need)
        fine = (count, price) if self.aim is Aim.SMALLEST else (price, count)
        both = [np.maximum(a[kept], b) for a, b in zip(rough, fine, strict=True)]
        for number in np.lexsort(both[::-1]).tolist():
            if not self._is_open(int(both[0][number]), int(both[1][number])):
                break
            self._try(first, some[kept[number]].tolist())

    def _try(self, first: int, rules: Sequence[int]) -> None:
        rows = self.rules.rows(first, rules)

        @cache
        def cost(number: int) -> Cost:
            return self.aim.cost(1, self.found.price_of(number, rows))

        classes = Counter(self.found.alternatives(row) for row in rows)
        before = self.choice.cover if self.choice else None
        covering = Covering(cost, self._names, before)
        covering.search([(weight, alternatives) for alternatives, weight in classes.items()], self.need)
        if covering.best is not None and covering.best is not before:
            self.choice = Choice(first, tuple(rules), covering.best)

    def _names(self, chosen: int) -> tuple[Barrier, ...]:
        return tuple(sorted(self.found.register.barriers[number] for number in numbers(chosen)))


def bounds(found: Obstacles, rows: Int64Array, need: int) -> tuple[Int64Array, Int64Array]:
    """The least number of barriers, and the least price, for each rule (a row of rows) to hold `need` dates.

    What more dates ask for than may be left out has to give. Of the rest each date bears its share, as in `core.cover`.
    """
    bits, prices = found.asked(rows)
    weights = bits.sum(axis=1)
    forced = weights > rows.shape[1] - need
    share = np.where(forced, 0, 1 / np.maximum(weights, 1))

    def least(prices: Int64Array) -> Int64Array:
        dates = np.sort(np.einsum("rdn,rn->rd", bits, share * prices), axis=1)[:, :need]
        paid = dates.sum(axis=1) + (forced * prices).sum(axis=1)
        return np.asarray(np.ceil(paid - ROUNDING), dtype=np.int64)

    return least(np.ones_like(prices)), least(prices)


def _nth(values: Int64Array, need: int) -> Int64Array:
    """The value that is reached with `need` of each row, 0 where nothing is needed."""
    return np.sort(values, axis=1)[:, need - 1] if need else np.zeros(len(values), dtype=np.int64)
