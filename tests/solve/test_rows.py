"""Models as rows of whole numbers."""

import pytest
from ortools.sat.python.cp_model import CpModel

from scheduler.solve.rows import Rows, cost_of


def small() -> CpModel:
    """Two Booleans that exclude each other, and a number from 2 to 5 that is at least 3 where the first is true."""
    cp = CpModel()
    one, other, number = cp.new_bool_var(""), cp.new_bool_var(""), cp.new_int_var(2, 5, "")
    cp.add_at_most_one([one, other])
    cp.add(number >= 3 * one)
    cp.minimize(2 * one - other + 10 * number + 7)
    return cp


@pytest.mark.parametrize("values", [(0, 0, 2), (1, 0, 3), (0, 1, 5)])
def test_solutions_keep_every_row(values: tuple[int, ...]) -> None:
    """Those that keep limits and rows."""
    assert Rows().read(small()).keeps(values)


@pytest.mark.parametrize("values", [(), (0, 0), (1, 1, 3), (1, 0, 2), (0, 0, 6), (0, 0, 1), (2, 0, 6), (-1, 0, 2)])
def test_what_breaks_a_row_or_a_limit_does_not(values: tuple[int, ...]) -> None:
    """Too few values, two that exclude each other, a broken row, values beyond their limits."""
    assert not Rows().read(small()).keeps(values)


def test_they_grow_with_their_model() -> None:
    """A constraint that the model gets later counts from the next reading on."""
    cp = small()
    rows = Rows().read(cp)
    cp.add(cp.get_int_var_from_proto_index(2) == 4)
    assert rows.keeps((0, 0, 2))
    assert not rows.read(cp).keeps((0, 0, 2))
    assert rows.keeps((0, 0, 4))


def test_the_cost_of_values() -> None:
    """That of the objective, with what it adds."""
    assert cost_of(small(), (1, 0, 3)) == 39
