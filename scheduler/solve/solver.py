"""The solver on one page: candidates, then rules and moves level by level of the score, then what is known of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from threading import Event
from typing import Any

from scheduler import __version__
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.solve.bound import free_bound
from scheduler.solve.components import components
from scheduler.solve.exact import Part, comforted, eased, opened
from scheduler.solve.search import Params, Search
from scheduler.solve.seats import taken_seats
from scheduler.solve.task import Task, all_tasks

DEFAULTS = Params()
EFFORT = 60.0
"""Deterministic time for one model: a hopeless proof ends after about a minute."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: step `done` of `of` in a stage, with the sessions that happen so far and their bound."""

    stage: str
    done: int
    of: int
    happen: int
    bound: int


def solve(
    problem: Problem,
    previous: Plan | None = None,
    *,
    params: Params = DEFAULTS,
    stop: Event | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Plan:
    """Plan every session of a problem; a previous plan is repaired (formats.md, `keep` and `freeze_until`).

    Set `stop` from another thread or a signal handler to end the search; the best plan so far is returned then, with
    `stopped` in its meta. A KeyboardInterrupt is not caught: it ends the search and passes on.
    """
    search = Search(params, stop or Event(), EFFORT)
    tasks = all_tasks(problem, previous)
    taken = taken_seats(tasks, {})
    parts = [opened(problem, part, taken, search) for part in components(tasks, [t.series.members for t in tasks])]
    parts, worst = _eased(parts, search)
    parts = [comforted(part, worst, search) for part in parts]
    placed = {placement.series: placement for part in parts for placement in part.placements}
    plan = Plan(tuple(placed[task.series.id] for task in tasks))
    return Plan(plan.placements, _meta(plan, tasks, search, optimal=all(part.proven for part in parts)))


def _eased(parts: Sequence[Part], search: Search) -> tuple[list[Part], Fraction]:
    """The parts with level 3 settled, and the worst burden of them all."""
    done, worst = [], Fraction(0)
    for part in parts:
        done.append(eased(part, worst, search))
        worst = max(worst, done[-1].worst)
    return done, worst


def _meta(plan: Plan, tasks: Sequence[Task], search: Search, *, optimal: bool) -> dict[str, Any]:
    happen = sum(session.takes_place for placement in plan.placements for session in placement.sessions)
    exact = optimal and not any(task.keep for task in tasks)
    known = {
        "bound": happen if exact else free_bound(tasks),
        "bound_by": "exact" if exact else "free",
        "optimal": optimal,
        "seed": search.params.seed,
        "versions": {"rondo": __version__, "ortools": version("ortools"), "tzdata": version("tzdata")},
    }
    return known | {"stopped": True} if search.stopped else known
