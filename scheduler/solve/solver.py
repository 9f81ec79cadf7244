"""The solver on one page.

Series that share nobody are planned apart. A part of a few series is planned exactly, level by level of the score
(`exact`); many by their best rules, then moves, then improvement block by block with the same exact model (`many`).
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from importlib.metadata import version
from threading import Event
from typing import Any

from scheduler import __version__
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.solve.bound import Bound, bound, free_bound
from scheduler.solve.components import components
from scheduler.solve.exact import Part, comforted, eased, opened
from scheduler.solve.judge import judged
from scheduler.solve.many import planned
from scheduler.solve.progress import Report, Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.seating import Placed
from scheduler.solve.seats import taken_seats
from scheduler.solve.task import Task, all_tasks
from scheduler.solve.work import Work, working

DEFAULTS = Params()
MOST_EXACT = 8
"""Parts of so many series are planned exactly."""
MOST_IN_ALL = 24
"""Of more series than this none is planned exactly: each takes a tenth of a second, and all together a second."""
EFFORT = 60.0
"""Deterministic time for one model: a hopeless proof ends after about a minute."""


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
    few, many = _by_size(tasks)
    teller.bound = free_bound(tasks)
    with working(search, teller, len(many)) as work:
        placed = planned(problem, many, work) if many else {}
    worst = judged(problem, many, placed).worst
    opening = [opened(problem, part, taken_seats(part, {}), search) for part in teller.steps("sessions", few)]
    eased_parts, worst = _eased(teller.steps("fairness", opening), worst, search)
    optimal = not many
    for part, found in zip(few, teller.steps("comfort", eased_parts), strict=True):
        done = comforted(found, worst, search)
        optimal = optimal and done.proven
        placed |= {one.series: one for one in done.placements} or planned(problem, part, Work(search, teller))
        teller.happen = _happening(placed)
    exact = optimal and previous is None and not search.is_over  # else the first level is not of sessions alone
    known = Bound(teller.bound, teller.by)
    if exact:
        known = Bound(teller.happen, "exact")
    elif few and search.params.polish:
        known = bound(problem, tasks, placed, search)
    return Plan(tuple(placed[task.series.id] for task in tasks), _meta(search, known, optimal=optimal))


def _by_size(tasks: Sequence[Task]) -> tuple[list[list[Task]], list[Task]]:
    """The parts of a problem that share nobody and are planned exactly; and what is too much for that."""
    if len(tasks) > MOST_IN_ALL:
        return [], list(tasks)
    parts = components(tasks, [task.series.members for task in tasks])
    many = [task for part in parts if len(part) > MOST_EXACT for task in part]
    return [part for part in parts if len(part) <= MOST_EXACT], many


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
