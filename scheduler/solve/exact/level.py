"""One level of the score: the least cost of a model, by the cheapest way that proves it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python.cp_model import IntVar, LinearExprT

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


def least(relaxation: Relaxation, level: Level, hint: Sequence[int] | None, search: Search) -> Answer:
    """Settle a level, from values that are known if there are any; what may prove the least soonest comes first.

    The model gets the cost to minimize, and is left as it was else.
    """
    relaxation.cp.minimize(level.cost)
    known = _known(relaxation, hint)
    if known.values is not None and known.cost == level.bound:
        return replace(known, proven=True)
    relaxed = search.relax(relaxation)  # of the whole model, since it goes on from where the last level ended
    known = min(known, _known(relaxation, relaxed.values), key=_by_cost)
    bound = max((bound for bound in (level.bound, relaxed.bound) if bound is not None), default=None)
    if known.cost != bound and bound is not None and level.after is not None:
        known = min(known, _known(relaxation, _at_bound(relaxation, level, bound, level.after, search)), key=_by_cost)
    if known.values is not None and known.cost == bound:
        return replace(known, proven=True)
    return min(_searched(relaxation, level, bound, known, search), known, key=_by_cost)


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


def _searched(relaxation: Relaxation, level: Level, bound: int | None, known: Answer, search: Search) -> Answer:
    """Search as if the least cost were its bound, where little is left to choose; then for all that may be less than
    what is known. That nothing is found at the bound is no proof that there is nothing.
    """
    if level.hopeless and bound is not None and known.values is not None:
        answer = _searched_within(relaxation, level, bound, known, search.in_passing)
        if answer.proven and answer.cost <= bound:
            return answer
        known = min(known, answer, key=_by_cost)
    return _searched_within(relaxation, level, known.cost, known, search)


def _searched_within(relaxation: Relaxation, level: Level, most: int, known: Answer, search: Search) -> Answer:
    """The least of what can cost at most so much, as far as what is hopeless then tells."""
    hopeless = level.hopeless(most) if level.hopeless and known.values is not None else ()
    return search.minimize(relaxation.without(hopeless).cp, level.cost, known.values)
