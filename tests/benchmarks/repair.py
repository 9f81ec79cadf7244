"""What it takes to answer changed calendars: a few people at once, and one person alone.

    python -m tests.benchmarks.repair [--kinds M,L] [--seeds 1] [--people 100]

Five in a hundred people have new events, and weeks 0 and 1 are frozen. Repaired and planned from scratch with the same
sessions standing: how many sessions change, and how many happen. Then people change one by one, each alone.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from scheduler.solve import solve
from tests.benchmarks.changes import busier, changed_sessions, pinned, some_people
from tests.benchmarks.instances import instance

Result = TypeVar("Result")
COLUMNS = ("instance", "broken", "changed", "from scratch", "ratio", "happen", "from scratch", "violations", "seconds")


def main() -> int:
    """Print two tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.repair")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=["M"])
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")], default=[1])
    parser.add_argument("--people", type=int, default=100)
    asked = parser.parse_args()
    instances = [(f"{kind} {seed}", instance(kind, seed), seed) for kind in asked.kinds for seed in asked.seeds]
    plans = [solve(problem) for _, problem, _ in instances]
    print("| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS))
    for (name, problem, seed), plan in zip(instances, plans, strict=True):
        print(f"| {name} | " + " | ".join(many_changes(problem, plan, seed)) + " |", flush=True)
    return 0


def many_changes(problem: Problem, plan: Plan, seed: int) -> Iterator[str]:
    """The figures of one repair."""
    changed = busier(problem, some_people(problem, seed), seed)
    broken = {fault.split(":")[0] for fault in check(changed, plan, plan).faults}
    seconds, repaired = timed(lambda: solve(changed, plan))
    report, scratch = check(changed, repaired, plan), solve(pinned(changed, plan))
    anew = changed_sessions(plan, scratch)
    yield from (f"{len(broken)}", f"{report.score.changed}", f"{anew}", f"{report.score.changed / anew:.3f}")
    yield from (f"{report.score.happen:,}", f"{check(pinned(changed, plan), scratch).score.happen:,}")
    yield from (f"{len(report.faults)}", f"{seconds:.2f}")


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds on the wall, and the result."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


if __name__ == "__main__":
    sys.exit(main())
