"""One level of the score: the least cost of a model, by the cheapest way that proves it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python.cp_model import CpModel, IntVar, LinearExprT

from scheduler.solve.relax import Relaxation
from scheduler.solve.search import Answer, Search


@dataclass(frozen=True, slots=True)
class Level:
    """What to minimize. No solution costs less than `bound`; `hopeless(c)`: what is 0 in all that cost at most c.

    `after`: what will be minimized next; it tells solutions apart that cost the same here.
    """

    cost: LinearExprT
    bound: int | None = None
    hopeless: Callable[[int], Sequence[IntVar]] | None = None
    after: LinearExprT | None = None

    def forbid(self, cp: CpModel, most: int) -> None:
        """Bind a model to what solutions of at most this cost can do."""
        for variable in self.hopeless(most) if self.hopeless else ():
            cp.add(variable == 0)


def least(relaxation: Relaxation, level: Level, hint: Sequence[int] | None, search: Search) -> Answer:
    """Settle a level, from values that are known if there are any; what may prove the least soonest comes first."""
    cp = relaxation.cp
    cp.minimize(level.cost)
    known = _known(relaxation, hint)
    if known.values is not None and known.cost == level.bound:
        return replace(known, proven=True)
    if known.values is not None:
        level.forbid(cp, known.cost)
    relaxed = search.relax(relaxation)
    known = min(known, _known(relaxation, relaxed.values), key=_by_cost)
    bound = max((bound for bound in (level.bound, relaxed.bound) if bound is not None), default=None)
    if known.cost != bound and bound is not None and level.after is not None:
        known = min(known, _known(relaxation, _at_bound(relaxation, level, bound, level.after, search)), key=_by_cost)
    if known.values is not None and known.cost == bound:
        return replace(known, proven=True)
    answer = _searched(cp, level, bound, known.values or hint, search)
    return answer if answer.values is not None else known


def _known(relaxation: Relaxation, values: Sequence[int] | None) -> Answer:
    """Values with what they cost, if they are a solution."""
    if values is None or not relaxation.is_solution(values):
        return Answer()
    return Answer(tuple(values), relaxation.cost_of(values))


def _at_bound(
    relaxation: Relaxation, level: Level, bound: int, after: LinearExprT, search: Search
) -> Sequence[int] | None:
    """A solution that meets the bound, if the relaxation of what comes next ends in one.

    Where many solutions cost the same, the relaxation ends in a mixture of them; another cost tells them apart.
    """
    cp = relaxation.cp.clone()
    cp.add(level.cost <= bound)
    cp.minimize(after)
    return search.relax(Relaxation(cp, rules=relaxation.rules)).values


def _by_cost(answer: Answer) -> tuple[bool, int]:
    return answer.values is None, answer.cost


def _searched(cp: CpModel, level: Level, bound: int | None, hint: Sequence[int] | None, search: Search) -> Answer:
    """Search as if the least cost were near its bound, then for all that may beat what that found, then everywhere."""
    if bound is None:
        return search.minimize(cp, level.cost, hint)
    guess = bound + 1
    for _ in range(2 if level.hopeless else 0):
        smaller = cp.clone()
        level.forbid(smaller, guess)
        answer = search.minimize(smaller, level.cost, hint)
        if answer.proven and answer.cost <= guess:
            return answer
        if answer.values is None:
            break
        hint, guess = answer.values, answer.cost
    return search.minimize(cp, level.cost, hint)
