"""What it takes to answer changed calendars: those of a few people at once, and of one person alone.

    python -m tests.benchmarks.repair [--kinds M,L] [--seeds 1] [--people 20]

Five in a hundred people have new events, and weeks 0 and 1 are frozen. Repaired, and planned from scratch with the same
sessions standing: how many sessions change, and how many happen. Then so many people change one by one, each alone.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from scheduler.solve import solve
from scheduler.solve.many.repair import Stand, answered, stand
from tests.benchmarks.changes import busier, changed_sessions, pinned, some_people
from tests.benchmarks.instances import instance

Result = TypeVar("Result")
MANY = ("instance", "broken", "changed", "from scratch", "ratio", "happen", "from scratch", "violations", "seconds")
ONE = ("instance", "people", "changed", "at most", "violations", "p50 ms", "p95 ms", "max ms")


def main() -> int:
    """Print a table of repairs, and one of single changes; 1 where any plan breaks a rule."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.repair")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=["M"])
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")], default=[1])
    parser.add_argument("--people", type=int, default=20, help="how many change one by one")
    asked = parser.parse_args()
    cases = [(f"{kind} {seed}", instance(kind, seed), seed) for kind in asked.kinds for seed in asked.seeds]
    standing = [(name, problem, solve(problem), seed) for name, problem, seed in cases]
    many = [[name, *many_changes(problem, plan, seed)] for name, problem, plan, seed in standing]
    one = [[name, *single_changes(problem, plan, seed, asked.people)] for name, problem, plan, seed in standing]
    for columns, rows in ((MANY, many), (ONE, one)):
        print("\n".join("| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns), *rows)) + "\n")
    return int(
        any(row[columns.index("violations")] != "0" for columns, rows in ((MANY, many), (ONE, one)) for row in rows)
    )


def many_changes(problem: Problem, plan: Plan, seed: int) -> Iterator[str]:
    """The figures of one repair of many calendars."""
    changed = busier(problem, some_people(problem, seed), seed)
    from_scratch = pinned(changed, plan)
    broken = {fault.split(":")[0] for fault in check(changed, plan, plan).faults}
    seconds, repaired = timed(lambda: solve(changed, plan))
    report, anew = check(changed, repaired, plan), solve(from_scratch)
    differs = changed_sessions(plan, anew)
    yield from (f"{len(broken)}", f"{report.score.changed}", f"{differs}", f"{report.score.changed / differs:.3f}")
    yield from (f"{report.score.happen:,}", f"{check(from_scratch, anew).score.happen:,}")
    yield from (f"{len(report.faults)}", f"{seconds:.2f}")


def single_changes(problem: Problem, plan: Plan, seed: int, count: int) -> Iterator[str]:
    """The figures of the changes of single people, each answered alone from the plan that stands."""
    people, ready = some_people(problem, seed, count / len(problem.people)), stand(problem, plan)
    answers = [answer(ready, plan, busier(problem, [who], seed), who) for who in people]
    changed, faults = [one[1] for one in answers], sum(one[2] for one in answers)
    yield from (f"{len(people)}", f"{sum(changed)}", f"{max(changed)}", f"{faults}")
    yield from quantiles([1000 * one[0] for one in answers])


def answer(ready: Stand, plan: Plan, changed: Problem, who: str) -> tuple[float, int, int]:
    """Seconds, changed sessions, broken rules."""
    seconds, found = timed(lambda: answered(ready, changed.people[who], freeze_until=changed.freeze_until))
    report = check(changed, found.stand.plan, plan)
    return seconds, report.score.changed, len(report.faults)


def quantiles(figures: Sequence[float]) -> Iterator[str]:
    """The middle, the 95th of a hundred, and the largest."""
    yield from (f"{figure:.0f}" for figure in np.quantile(figures, [0.5, 0.95, 1.0], method="higher"))


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds on the wall, and the result."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


if __name__ == "__main__":
    sys.exit(main())
