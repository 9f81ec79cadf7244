"""The solver on one page.

Series that share nobody are planned apart. A part of a few series is planned exactly, level by level of the score
(`exact`); many by their best rules, then moves, then improvement block by block with the same exact model (`many`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from threading import Event
from typing import Any, TypeVar

from scheduler import __version__
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.solve.bound import bounded, free_bound
from scheduler.solve.components import components
from scheduler.solve.exact import Part, comforted, eased, opened
from scheduler.solve.judge import judged
from scheduler.solve.many import planned
from scheduler.solve.polish import Placed
from scheduler.solve.search import Params, Search
from scheduler.solve.seats import taken_seats
from scheduler.solve.task import Task, all_tasks

T = TypeVar("T")
DEFAULTS = Params()
MOST_EXACT = 8
"""Parts of so many series are planned exactly."""
EFFORT = 60.0
"""Deterministic time for one model: a hopeless proof ends after about a minute."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: step `done` of `of` in a stage, the sessions that happen so far, and their bound."""

    stage: str
    done: int
    of: int
    happen: int
    bound: int


Report = Callable[[Progress], None]


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
    tasks = all_tasks(problem, previous)
    few, many = _by_size(tasks)
    steps = _teller(report or _nobody, free_bound(tasks))
    placed: Placed = {}
    for part in steps("rules and moves", many, placed):
        placed |= planned(problem, part, search)
    worst = judged(problem, [task for part in many for task in part], placed).worst
    opening = [opened(problem, part, taken_seats(part, {}), search) for part in steps("sessions", few, placed)]
    eased_parts, worst = _eased(steps("fairness", opening, placed), worst, search)
    optimal = not many
    for part, found in zip(few, steps("comfort", eased_parts, placed), strict=True):
        done = comforted(found, worst, search)
        optimal = optimal and done.proven
        placed |= {one.series: one for one in done.placements} or planned(problem, part, search)
    exact = optimal and previous is None  # with a previous plan the first level is not about sessions alone
    known = bounded(problem, [*few, *many], search, happen=_happening(placed), exact=exact)
    return Plan(tuple(placed[task.series.id] for task in tasks), _meta(search, *known, optimal=optimal))


def _by_size(tasks: Sequence[Task]) -> tuple[list[list[Task]], list[list[Task]]]:
    """The parts of a problem that share nobody: those that are planned exactly, and larger ones."""
    parts = components(tasks, [task.series.members for task in tasks])
    return [part for part in parts if len(part) <= MOST_EXACT], [part for part in parts if len(part) > MOST_EXACT]


def _eased(parts: Iterable[Part], worst: Fraction, search: Search) -> tuple[list[Part], Fraction]:
    """The parts with level 3 settled, and the worst burden of them all and of what is planned already."""
    done = []
    for part in parts:
        done.append(eased(part, worst, search))
        worst = max(worst, done[-1].worst)
    return done, worst


def _teller(report: Report, bound: int) -> Callable[[str, Sequence[T], Placed], Iterator[T]]:
    """Goes through the items of a stage, and reports before each."""

    def steps(stage: str, items: Sequence[T], placed: Placed) -> Iterator[T]:
        for done, item in enumerate(items):
            report(Progress(stage, done, len(items), _happening(placed), bound))
            yield item

    return steps


def _nobody(progress: Progress) -> None:
    """Hears no report."""


def _happening(placed: Placed) -> int:
    return sum(session.takes_place for placement in placed.values() for session in placement.sessions)


def _meta(search: Search, bound: int, by: str, *, optimal: bool) -> dict[str, Any]:
    """What is known of a plan; no times of day, no durations."""
    meta = {
        "bound": bound,
        "bound_by": by,
        "optimal": optimal,
        "seed": search.params.seed,
        "versions": {"rondo": __version__, "ortools": version("ortools"), "tzdata": version("tzdata")},
    }
    return meta | {"stopped": True} if search.was_cut else meta
