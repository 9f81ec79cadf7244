"""The cheapest set that covers enough, against all sets there are."""

from itertools import combinations
from random import Random

import pytest

from scheduler.core.cover import Bits, Class, Cost, Covering, all_of, any_of, numbers

SIZE = 9


def drawn(draw: Random) -> tuple[list[Class], int, list[Cost]]:
    """Some classes with one alternative or a few, how much is to be covered, and the costs of each number."""
    sets = [draw.getrandbits(SIZE) & draw.getrandbits(SIZE) for _ in range(draw.randint(1, 16))]
    classes = [(draw.randint(1, 4), any_of([bits, *draw.sample(sets, draw.choice([0, 0, 1]))])) for bits in sets]
    need = draw.randint(0, sum(weight for weight, _ in classes))
    costs = [(draw.choice([1, draw.randint(1, 5)]), draw.randint(1, 9)) for _ in range(SIZE)]
    return classes, need, costs


def cost_of(bits: Bits, costs: list[Cost]) -> Cost:
    """What a set costs."""
    return sum(costs[n][0] for n in numbers(bits)), sum(costs[n][1] for n in numbers(bits))


def names(bits: Bits) -> tuple[int, ...]:
    """Decides between equals."""
    return tuple(numbers(bits))


@pytest.mark.campaign(600)
def test_the_cheapest_cover_is_that_of_brute_force(seed: int) -> None:
    """Of all sets that cover enough the cheapest, and of several such the first by name."""
    classes, need, costs = drawn(Random(seed))
    covering = Covering(costs.__getitem__, names)
    covering.search(classes, need)
    enough = [
        bits
        for bits in range(1 << SIZE)
        if sum(weight for weight, each in classes if any(one & ~bits == 0 for one in each)) >= need
    ]
    best = min(enough, key=lambda bits: (cost_of(bits, costs), names(bits)))
    assert covering.best is not None
    assert (covering.best.cost, covering.best.chosen) == (cost_of(best, costs), best)


def test_more_than_there_is_can_not_be_covered() -> None:
    """Then there is no set."""
    covering = Covering(lambda _: (1, 1), names)
    covering.search([(2, (1,)), (3, (2,))], 6)
    assert covering.best is None


def test_what_is_known_already_is_only_replaced_by_better() -> None:
    """A search goes on from the best set of another one."""
    covering = Covering(lambda _: (1, 1), names)
    covering.search([(1, (0b11,))], 1)
    known = covering.best
    covering.search([(1, (0b1100,))], 1)
    assert covering.best is known
    covering.search([(1, (0b100,))], 1)
    assert covering.best is not None
    assert covering.best.chosen == 0b100


def test_alternatives_keep_no_set_that_holds_another() -> None:
    """Whoever has the smaller one needs no larger one; both parts together need one of each."""
    assert any_of([0b111, 0b1, 0b110, 0b1]) == (0b1, 0b110)
    assert all_of([(0b1, 0b10), (0b1, 0b100)]) == (0b1, 0b110)
    assert all_of([]) == (0,)
    assert all_of([(), (1,)]) == ()


def test_numbers_of_a_set_come_in_their_order() -> None:
    """However many bits there are."""
    chosen = [each for size in (1, 2) for some in combinations((0, 63, 64, 200), size) for each in some]
    assert list(numbers(sum({1 << each for each in chosen}))) == [0, 63, 64, 200]
