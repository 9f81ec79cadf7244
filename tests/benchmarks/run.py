"""One method on one problem, in a process of its own, so that its time and its memory are its own.

    python -m tests.benchmarks.run METHOD problem.json plan.json

Prints seconds from reading the problem to having written the plan, and the peak memory in MB: that of the process and
of the largest of its workers, if it has any.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from scheduler.core.plan import Plan, plan_to_json
from scheduler.core.problem import Problem, problem_from_json
from scheduler.solve import Params, solve
from tests.benchmarks import baselines

Method = Callable[[Problem], Plan]


def rondo(*, polish: bool, workers: int = 1) -> Method:
    """Our own solver, without any limit on the wall, so that it gives the same plan each time."""
    return lambda problem: solve(problem, params=Params(polish=polish, workers=workers))


OTHERS: dict[str, Method] = {
    "naive": baselines.naive_skip,
    "naive + moves": baselines.naive_moves,
    "greedy": baselines.greedy,
    "best of 5 greedies": baselines.best_of_greedies,
}
QUICK, FULL = "rondo --no-polish", "rondo"
OURS: dict[str, Method] = {
    QUICK: rondo(polish=False),
    "rondo --no-polish --workers 2": rondo(polish=False, workers=2),
    FULL: rondo(polish=True),
    "rondo --workers 2": rondo(polish=True, workers=2),
}
TIMEFOLD = "timefold, 30 s"
METHODS = (*OTHERS, *OURS, TIMEFOLD)


def method_of(name: str) -> Method:
    """The method of this name; that of Timefold is imported when it is wanted, since the package may not be here."""
    if name == TIMEFOLD:
        by_timefold: Method = import_module("tests.benchmarks.by_timefold").timefold
        return by_timefold
    return (OTHERS | OURS)[name]


def main(method: str, problem_file: str, plan_file: str) -> None:
    """Plan, write, and tell what it took."""
    begun = time.perf_counter()
    problem = problem_from_json(Path(problem_file).read_bytes())
    plan = method_of(method)(problem)
    Path(plan_file).write_text(json.dumps(plan_to_json(plan)))
    seconds = time.perf_counter() - begun
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": round(seconds, 3), "megabytes": sum(peaks) // 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
