"""Settling one level of the score."""

from threading import Event

import pytest

from scheduler.solve.exact.level import Level, least
from scheduler.solve.relax import Relaxation
from scheduler.solve.search import Params, Search
from tests.solve.test_relax import best, packing

SEARCH = Search.begin(Params(), Event(), 10.0)


@pytest.mark.parametrize("seed", range(20))
def test_the_least_cost_is_proven(seed: int) -> None:
    """By the relaxation or by search, with or without a hint."""
    cp = packing(seed)
    cost = cp.proto.objective
    variables = [cp.get_int_var_from_proto_index(number) for number in cost.vars]
    level = Level(sum(variable * value for variable, value in zip(variables, cost.coeffs, strict=True)))
    wanted = best(cp) - 3
    answer = least(Relaxation(cp), level, None, SEARCH)
    assert (answer.cost, answer.proven) == (wanted, True)
    again = least(Relaxation(packing(seed)), level, answer.values, SEARCH)
    assert (again.cost, again.proven) == (wanted, True)


def test_values_that_meet_the_known_bound_need_no_search() -> None:
    """Even a search that is over proves them."""
    cp = packing(1)
    over = Search.begin(Params(time_limit=0.0), Event(), 10.0)
    answer = least(Relaxation(cp), Level(cp.get_int_var_from_proto_index(0), bound=0), [0] * 14, over)
    assert answer.proven
    assert not over.was_cut


def test_hopeless_variables_are_only_dropped_where_that_is_sound() -> None:
    """A wrong guess of the cost costs time, not the optimum: all that matters at the true cost is looked at."""
    cp = packing(7)
    every = [cp.get_int_var_from_proto_index(number) for number in range(14)]
    values = dict(zip(cp.proto.objective.vars, cp.proto.objective.coeffs, strict=True))
    cost = sum(variable * values[number] for number, variable in enumerate(every))
    wanted = best(cp) - 3
    level = Level(cost, hopeless=lambda most: every if most < wanted else ())
    assert least(Relaxation(cp), level, None, SEARCH).cost == wanted
