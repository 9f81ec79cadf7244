"""The solver on one page.

Everything is planned the quick way first (`many`): the best rules together, then moves, then betterment up to the bound
(`bound`); or, where most of a previous plan can stand, repaired. From there, parts of a few series that share nobody
with others are planned exactly, level by level of the score, with proofs (`exact`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version
from threading import Event
from typing import Any

from scheduler import __version__
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.solve.bound.sharpen import Bound, free_bound
from scheduler.solve.components import components
from scheduler.solve.exact.part import Part, comforted, eased, opened
from scheduler.solve.judge import judged
from scheduler.solve.many.plan import planned
from scheduler.solve.many.seating import Placed
from scheduler.solve.progress import Report, Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.seats import taken_seats
from scheduler.solve.task import Task, all_tasks
from scheduler.solve.work import working

DEFAULTS = Params()
MOST_EXACT = 8
"""Parts of so many series are planned exactly."""
MOST_IN_ALL = 24
"""Of more series than this none is planned exactly: each takes a tenth of a second, and all together a second."""
EFFORT = 60.0
"""Deterministic time for one model, near to seconds: shared by all series that are planned exactly."""


def solve(
    problem: Problem,
    previous: Plan | None = None,
    *,
    params: Params = DEFAULTS,
    stop: Event | None = None,
    report: Report | None = None,
) -> Plan:
    """Plan every session of a problem; a previous plan is repaired (formats.md, `keep` and `freeze_until`).

    Set `stop` from another thread or a signal handler to end the search; the best plan so far is returned then, with
    `stopped` in its meta. A KeyboardInterrupt is not caught: it ends the search and passes on.
    """
    search = Search.begin(params, stop or Event(), EFFORT)
    teller = Teller(report or unheard)
    tasks = all_tasks(problem, previous)
    teller.bound = free_bound(tasks)
    with working(search, teller, len(tasks)) as work:
        placed = planned(problem, tasks, work)
    few = _few(tasks) if params.polish else []
    placed, proven = _proven(problem, tasks, few, placed, search, teller)
    exact = proven and previous is None and not search.is_over  # else the first level is not of sessions alone
    known = Bound(teller.happen, "exact") if exact else Bound(teller.bound, teller.by)
    return Plan(tuple(placed[task.series.id] for task in tasks), _meta(search, known, optimal=proven))


def _proven(
    problem: Problem, tasks: Sequence[Task], few: Sequence[list[Task]], placed: Placed, search: Search, teller: Teller
) -> tuple[Placed, bool]:
    """The plan with parts of a few series planned exactly, and whether that is proven to be the best of all plans."""
    if not few:
        return placed, not tasks
    search = replace(search, effort=EFFORT / len(tasks))
    inside = {task.series.id for part in few for task in part}
    worst = judged(problem, [task for task in tasks if task.series.id not in inside], placed).worst
    opening = [opened(problem, part, taken_seats(part, {}), search, placed) for part in teller.steps("sessions", few)]
    eased_parts, worst = _eased(teller.steps("fairness", opening), worst, search)
    proven = len(inside) == len(tasks)
    for part, found in zip(few, teller.steps("comfort", eased_parts), strict=True):
        done = comforted(found, worst, search)
        proven = proven and done.proven
        better = {**placed, **done.placed}
        if done.proven or judged(problem, part, better) <= judged(problem, part, placed):
            placed = better
        teller.happen = _happening(placed)
    return placed, proven


def _few(tasks: Sequence[Task]) -> list[list[Task]]:
    """The parts of a problem that share nobody and are small enough to be planned exactly."""
    parts = components(tasks, [task.series.members for task in tasks]) if len(tasks) <= MOST_IN_ALL else []
    return [part for part in parts if len(part) <= MOST_EXACT]


def _eased(parts: Iterable[Part], worst: Fraction, search: Search) -> tuple[list[Part], Fraction]:
    """The parts with level 3 settled, and the worst burden of them all and of what is planned already."""
    done = []
    for part in parts:
        done.append(eased(part, worst, search))
        worst = max(worst, done[-1].worst)
    return done, worst


def _happening(placed: Placed) -> int:
    return sum(session.takes_place for placement in placed.values() for session in placement.sessions)


def _meta(search: Search, known: Bound, *, optimal: bool) -> dict[str, Any]:
    """What is known of a plan; no times of day, no durations."""
    meta = {
        "bound": known.happen,
        "bound_by": known.by,
        "optimal": optimal,
        "seed": search.params.seed,
        "versions": {"rondo": __version__, "ortools": version("ortools"), "tzdata": version("tzdata")},
    }
    return meta | {"stopped": True} if search.was_cut else meta
