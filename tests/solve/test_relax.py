"""The linear relaxation: its bound holds, its values are solutions."""

from random import Random

import pytest
from ortools.sat.python.cp_model import OPTIMAL, CpModel, CpSolver, LinearExpr

from scheduler.solve.relax import Relaxation


def packing(seed: int, *, variables: int = 14, rows: int = 12) -> CpModel:
    """Choose the most worth of what excludes each other in many ways; not integral, so that there is a gap."""
    draw = Random(seed)
    cp = CpModel()
    every = [cp.new_bool_var("") for _ in range(variables)]
    for _ in range(rows):
        some = draw.sample(every, 3)
        if draw.random() < 0.5:
            cp.add_at_most_one(some)
        else:
            cp.add(LinearExpr.weighted_sum(some, [draw.randint(1, 5) for _ in some]) <= 6)
    cp.minimize(LinearExpr.weighted_sum(every, [-draw.randint(1, 9) for _ in every]) + 3)
    return cp


def best(cp: CpModel) -> int:
    """The least cost, by search."""
    solver = CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(cp) == OPTIMAL
    return round(solver.objective_value)


@pytest.mark.parametrize("seed", range(40))
def test_bound_and_values(seed: int) -> None:
    """No solution costs less than the bound, and what the dive finds is a solution that costs what is said."""
    cp = packing(seed)
    relaxation = Relaxation(cp, rules=5)
    found = relaxation.minimized(10.0, dive=True)
    assert found.bound is not None
    assert found.bound <= best(cp)
    if found.values is not None:
        assert relaxation.is_solution(found.values)
        assert relaxation.cost_of(found.values) >= best(cp)


def test_the_dive_leaves_the_relaxation_as_it_was() -> None:
    """A second time it finds the same."""
    relaxation = Relaxation(packing(3))
    assert relaxation.minimized(10.0, dive=True) == relaxation.minimized(10.0, dive=True)


def test_it_grows_with_its_model() -> None:
    """A constraint and a variable that the model gets later count from then on."""
    cp = CpModel()
    one = cp.new_bool_var("")
    cp.minimize(-5 * one)
    relaxation = Relaxation(cp)
    assert relaxation.minimized(1.0, dive=False).bound == -5
    other = cp.new_bool_var("")
    cp.add(one + other <= 1)
    cp.minimize(-5 * one - 7 * other)
    assert relaxation.minimized(1.0, dive=False).values == (0, 1)


def test_what_is_no_solution() -> None:
    """Too few values, or a row that they break."""
    cp = CpModel()
    one, other = cp.new_bool_var(""), cp.new_bool_var("")
    cp.add_at_most_one([one, other])
    relaxation = Relaxation(cp)
    assert relaxation.is_solution([1, 0])
    assert not relaxation.is_solution([1])
    assert not relaxation.is_solution([1, 1])


def test_no_time_is_no_bound() -> None:
    """A relaxation that is cut short says nothing."""
    relaxation = Relaxation(packing(1, variables=300, rows=400))
    assert relaxation.minimized(0.0, dive=True).bound is None
