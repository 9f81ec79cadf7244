"""Sets of intervals that exclude each other."""

from itertools import combinations
from random import Random

import numpy as np
import pytest

from scheduler.solve.cliques import cliques, touches


@pytest.mark.parametrize("seed", range(30))
def test_they_say_exactly_what_the_pairs_say(seed: int) -> None:
    """Every pair of different groups that meets is in a set, and all rows of a set meet each other."""
    draw = Random(seed)
    starts = np.array([draw.randrange(40) for _ in range(15)])
    ends = starts + np.array([draw.randint(1, 12) for _ in range(15)])
    groups = np.array([draw.randrange(5) for _ in range(15)])
    found = [set(rows.tolist()) for rows in cliques(starts, ends, groups)]
    together = {pair for rows in found for pair in combinations(sorted(rows), 2)}
    meeting = {
        (one, other)
        for one, other in combinations(range(15), 2)
        if starts[one] < ends[other] and starts[other] < ends[one]
    }
    assert together <= meeting
    assert {(one, other) for one, other in meeting if groups[one] != groups[other]} <= together
    assert not any(one < other for one in found for other in found)


def test_intervals_that_touch_do_not_meet() -> None:
    """Half-open: the end is free again."""
    assert list(cliques(np.array([0, 5]), np.array([5, 9]), np.array([0, 1]))) == []
    assert [rows.tolist() for rows in cliques(np.array([0, 5]), np.array([6, 9]), np.array([0, 1]))] == [[0, 1]]


def test_nothing_meets_nothing() -> None:
    """No rows, no sets."""
    empty = np.empty(0, dtype=np.int64)
    assert list(cliques(empty, empty, empty)) == []


def test_touching_groups() -> None:
    """Rows of different groups start less than the reach apart, or not."""
    starts, groups = np.array([30, 0, 5]), np.array([1, 0, 0])
    assert touches(starts, groups, 26)
    assert not touches(starts, groups, 25)
