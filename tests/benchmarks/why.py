"""How long it takes to find what would have to give, for every series that holds less than four sessions in five.

    python -m tests.benchmarks.why [KIND [SEED]]

Each set is tried out by the other explanation on a problem without its limits. Beside the search, in the same run, a
plain enumeration of all sets up to size two, of a sample of the series, with the same obstacles given to it.
"""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from typing import TypeVar

import numpy as np

from scheduler.core.conflict import Conflict, Midst, conflicts
from scheduler.core.cover import numbers
from scheduler.core.explain import explain_slot
from scheduler.core.obstacles import obstacles
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.rules import all_rules
from scheduler.core.series import Series
from scheduler.core.slot_search import Aim, Choice, cheapest
from scheduler.core.without import without
from scheduler.solve import Params, solve
from tests.benchmarks.instances import instance

T = TypeVar("T")
SAMPLE = 12
LARGE = 7  # members
LARGEST = 2


def poor_series(problem: Problem, plan: Plan) -> list[tuple[Series, int]]:
    """Series of which less than four in five sessions take place, and how many four in five are."""
    placed = plan.by_series()
    asked = [(series, -(-series.sessions * 4 // 5)) for series in problem.series]
    return [
        (series, needed)
        for series, needed in asked
        if sum(session.takes_place for session in placed[series.id].sessions) < needed
    ]


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What comes of some work, and the milliseconds of the processor that it took."""
    begin = time.process_time()
    found = work()
    return found, (time.process_time() - begin) * 1000


def delivers(problem: Problem, series: Series, plan: Plan, found: Conflict, needed: int) -> bool:
    """Whether enough dates hold once the limits have given, and whether all of them are needed for that."""

    def held(gone: frozenset[object]) -> int:
        eased = without(problem, plan, Midst().notes, [each for each in found.barriers if each in gone])
        return len(explain_slot(eased.problem, series, found.slots, found.first, plan=eased.plan).holds)

    return held(found.barriers) >= needed and all(held(found.barriers - {each}) < needed for each in found.barriers)


def enumerated(problem: Problem, series: Series, plan: Plan, needed: int) -> int | None:
    """The size of the smallest set by trying all of them under every rule, as far as LARGEST."""
    rules = all_rules(problem, series, (), None)
    found = obstacles(problem, series, rules.starts, plan, Midst().notes)
    tables = [places[0] for places in rules.places]
    asked = [[found.alternatives(row) for row in rows] for table in tables for rows in table.tolist()]
    for size in range(LARGEST + 1):
        for dates in asked:
            barriers = sorted({number for each in dates for bits in each for number in numbers(bits)})
            for some in combinations(barriers, size):
                chosen = sum(1 << number for number in some)
                if sum(any(bits & ~chosen == 0 for bits in each) for each in dates) >= needed:
                    return size
    return None


def spread(times: Sequence[float]) -> str:
    """Median, 95th percentile and maximum."""
    return "p50 {:.0f} ms, p95 {:.0f} ms, max {:.0f} ms".format(*np.percentile(times, [50, 95, 100]))


def smallest(problem: Problem, series: Series, plan: Plan, needed: int) -> Choice | None:
    """The smallest set alone, from the problem on."""
    rules = all_rules(problem, series, (), None)
    found = obstacles(problem, series, rules.starts, plan, Midst().notes)
    return cheapest(rules, found, needed, Aim.SMALLEST)


def main(kind: str = "M", seed: str = "1") -> None:
    """Measure, try out, and print."""
    problem = instance(kind, int(seed))
    plan = solve(problem, params=Params(polish=False))
    poor = poor_series(problem, plan)
    one, both, tried, sizes = [], [], 0, []
    for series, needed in poor:
        one.append(timed(partial(smallest, problem, series, plan, needed))[1])
        found, spent = timed(partial(conflicts, problem, series, needed, Midst(plan=plan)))
        both.append(spent)
        if found.smallest and found.cheapest:
            sizes.append((len(found.smallest.givings), len(found.cheapest.givings)))
            tried += all(delivers(problem, series, plan, each, needed) for each in (found.smallest, found.cheapest))
    large = [spent for (series, _), spent in zip(poor, one, strict=True) if len(series.members) >= LARGE]
    print(f"{kind} {seed}: {len(poor)} of {len(problem.series)} series below four in five")
    print(f"smallest set: {spread(one)}")
    print(f"smallest set of circles of {LARGE} and more: {spread(large or [0.0])}")
    print(f"smallest and cheapest set: {spread(both)}")
    counts = [np.bincount(column).tolist() for column in zip(*sizes, strict=True)]
    print(f"how many sets have 0, 1, ... limits, smallest and cheapest: {counts}")
    print(f"tried out, and minimal: {tried} of {len(sizes)}")
    ratios = []
    for (series, needed), spent in list(zip(poor, one, strict=True))[:: max(1, len(poor) // SAMPLE)]:
        if series.cadence.rotation == 1:
            ratios.append(timed(partial(enumerated, problem, series, plan, needed))[1] / spent)
    print(f"plain enumeration up to size {LARGEST} takes {np.median(ratios):.0f} times as long, of {len(ratios)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
