"""What would have to give: each kind of limit by itself, and the whole against brute force on tiny problems."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from scheduler.core.barriers import Barrier
from scheduler.core.candidates import NOWHERE, all_candidates
from scheduler.core.commitments import with_commitments
from scheduler.core.conflict import Conflict, Midst, conflicts
from scheduler.core.explain import explain_slot
from scheduler.core.obstacles import obstacles
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.rules import all_rules
from scheduler.core.series import Series
from scheduler.core.without import without
from tests.greedy import greedy_plan
from tests.problems import random_problem

# --- against brute force


def tiny(seed: int) -> tuple[Problem, Series, Midst, int]:
    """A tiny problem, one of its series in the midst of a plan of the others, and a number of sessions to ask for."""
    draw = Random(seed)
    problem, _ = random_problem(seed, size="tiny")
    problem = replace(problem, freeze_until=None, series=tuple(replace(each, pinned={}) for each in problem.series))
    series = draw.choice(problem.series)
    needed = draw.randint(1, max(1, series.sessions))
    return problem, series, Midst(plan=greedy_plan(problem, draw)), needed


def most_held(problem: Problem, series: Series, midst: Midst, gone: Iterable[Barrier]) -> int:
    """How many sessions one rule can hold when these barriers are gone: asked of the solver's own candidates."""
    eased = without(problem, midst.plan, midst.notes, frozenset(gone))
    others = Plan(tuple(one for one in (eased.plan or Plan(())).placements if one.series != series.id))
    alone = replace(with_commitments(eased.problem, others, series.duration), series=(series,))
    (found,) = all_candidates(alone)
    if not series.sessions:
        return 0
    possible = found.regular[found.dates] != NOWHERE
    possible &= (found.dates != NOWHERE).all(axis=2)[:, :, None, None] if series.cadence.rotation == 1 else True
    inside = found.dates != NOWHERE
    best = 0
    for first in range(len(found.dates)):
        held = 0
        for place in range(series.cadence.rotation):
            mine = slice(place, None, series.cadence.rotation)
            whole = inside[first, :, mine].all(axis=1)
            counts = possible[first, :, mine].sum(axis=1)[whole]
            if not counts.size:
                break
            held += int(counts.max())
        else:
            best = max(best, held)
    return best


def delivered(problem: Problem, series: Series, midst: Midst, found: Conflict, but: Barrier | None = None) -> int:
    """How many dates hold at the rule of a conflict, by the other explanation, once its limits (but one) have given."""
    eased = without(problem, midst.plan, midst.notes, found.barriers - {but})
    told = explain_slot(eased.problem, series, found.slots, found.first, plan=eased.plan, notes=eased.notes)
    return len(told.holds)


@pytest.mark.campaign(200)
def test_the_smallest_set_is_that_of_brute_force(seed: int) -> None:
    """It delivers what it says, no smaller set of any limits does, and no part of it is left over."""
    problem, series, midst, needed = tiny(seed)
    found = conflicts(problem, series, needed, midst)
    assert found.possible == most_held(problem, series, midst, ())
    if found.smallest is None or found.cheapest is None:
        assert series.sessions == 0 or not all_rules(problem, series, (), None).firsts
        return
    rules = all_rules(problem, series, (), None)
    every = obstacles(problem, series, rules.starts, midst.plan, midst.notes).register.barriers
    for conflict in (found.smallest, found.cheapest):
        assert delivered(problem, series, midst, conflict) >= conflict.holds >= needed
        assert most_held(problem, series, midst, conflict.barriers) >= needed
        for barrier in conflict.barriers:
            assert delivered(problem, series, midst, conflict, but=barrier) < needed
    assert found.cheapest.price <= found.smallest.price
    for size in range(min(len(found.smallest.givings), 3)):
        for some in combinations(every, size):
            assert most_held(problem, series, midst, some) < needed, some
