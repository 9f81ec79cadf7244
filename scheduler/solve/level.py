"""One level of the score: the least cost of a model, by the cheapest way that proves it."""

from collections.abc import Callable, Sequence

from ortools.sat.python.cp_model import CpModel, IntVar, LinearExprT

from scheduler.solve.relax import Relaxation, Relaxed
from scheduler.solve.search import Answer, Search

Dropped = Callable[[int], Sequence[IntVar]]
"""The variables that are 0 in every solution of at most this cost."""


def least(
    relaxation: Relaxation,
    cost: LinearExprT,
    hint: Sequence[int] | None,
    search: Search,
    dropped: Dropped | None,
) -> Answer:
    """Minimize one cost: by the relaxation where that proves it, else by search, on few rules where they will do."""
    cp = relaxation.cp
    cp.minimize(cost)
    relaxed = search.relax(relaxation)
    known = _best_known(relaxation, hint, relaxed)
    if known.proven:
        return known
    hint = known.values or hint
    if relaxed.bound is not None:
        cp.add(cost >= relaxed.bound)
        answer = _with_few(cp, cost, hint, search, dropped, relaxed.bound + 1) if dropped else Answer()
        if answer.proven:
            return answer
    answer = search.minimize(cp, cost, hint)
    return answer if answer.values is not None else known


def _best_known(relaxation: Relaxation, hint: Sequence[int] | None, relaxed: Relaxed) -> Answer:
    """The better of two solutions that are known, if they are solutions; the best, if one meets the bound."""
    solutions = [tuple(values) for values in (hint, relaxed.values) if values and relaxation.is_solution(values)]
    costs = [relaxation.cost_of(values) for values in solutions]
    if not solutions:
        return Answer()
    cost = min(costs)
    return Answer(solutions[costs.index(cost)], cost, proven=cost == relaxed.bound)


def _with_few(
    cp: CpModel, cost: LinearExprT, hint: Sequence[int] | None, search: Search, dropped: Dropped, guess: int
) -> Answer:
    """Search as if the least cost were near a guess, and, once a solution is known, for all that could be better."""
    answer = _without(dropped(guess), cp, cost, hint, search)
    if answer.proven and answer.cost > guess:
        answer = _without(dropped(answer.cost), cp, cost, answer.values, search)
    return answer


def _without(
    variables: Sequence[IntVar], cp: CpModel, cost: LinearExprT, hint: Sequence[int] | None, search: Search
) -> Answer:
    smaller = cp.clone()
    for variable in variables:
        smaller.add(variable == 0)
    return search.minimize(smaller, cost, hint)
