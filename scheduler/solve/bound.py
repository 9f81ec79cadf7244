"""How many sessions can happen at most, whatever the plan.

Each series alone could hold so many: the free bound. What people share can only lower it where a plan misses a session
that could happen alone. From there regions grow, each as far as it matters (`growth`), and each is solved as a problem
of its own (`region`). That other people sit elsewhere is let go at their edges, which keeps it a bound of the whole; a
plan is the guide to where one has to look, and whatever plan it is, the bound holds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.ground import Ground
from scheduler.solve.growth import Growth
from scheduler.solve.outline import outline
from scheduler.solve.region import decided
from scheduler.solve.search import Search
from scheduler.solve.task import Task

EFFORT = 3.0
"""Deterministic time for one region."""
ROUNDS = 60
"""Mostly all is settled after ten."""
Tell = Callable[[int, int, int], None]


class Bound(NamedTuple):
    """No plan has more sessions that happen. `by`: `free`, `lp` (linear relaxation), or `exact` (search)."""

    happen: int
    by: str


def bound(
    problem: Problem,
    tasks: Sequence[Task],
    guide: Mapping[str, Placement],
    search: Search,
    tell: Tell | None = None,
) -> Bound:
    """The bound of all series together; `tell(done, of, bound)` hears of each region that is decided."""
    ground = Ground.of(problem, tasks)
    free = _given(tasks) + sum(drawn.free for drawn in ground.outlines)
    growth = Growth.of(ground, ground.standing(guide))
    search, waiting = replace(search, effort=EFFORT), growth.begun()
    for _ in range(ROUNDS):
        if search.is_over or not waiting:
            break
        regions = growth.regions(waiting)
        for done, (name, region) in enumerate(zip(waiting, regions, strict=True), start=1):
            growth.take(name, decided(region, search), region.free)
            if tell:
                tell(done, len(waiting), free - sum(growth.spared.values()))
        waiting = growth.grown(waiting)
    spared = sum(growth.spared.values())
    relaxed = any(not answer.searched for answer in growth.answers.values())
    return Bound(free - spared, ("lp" if relaxed else "exact") if spared else "free")


def free_bound(tasks: Sequence[Task]) -> int:
    """The sum of what each series could hold if it were alone."""
    return _given(tasks) + sum(outline(task).free for task in tasks)


def _given(tasks: Sequence[Task]) -> int:
    return sum(session.takes_place for task in tasks for session in task.given.values())
