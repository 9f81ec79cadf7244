"""How many sessions can happen at most, whatever the plan.

Each series alone could hold so many: the free bound. What people share can only lower it where a plan misses a session
that could happen alone. From there regions grow, each as far as it matters (`growth`), and each is solved as a problem
of its own (`region`). That other people sit elsewhere is let go at their edges, which keeps it a bound of the whole; a
plan is the guide to where one has to look, and whatever plan it is, the bound holds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event
from typing import NamedTuple

from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.solve.bound.ground import Ground
from scheduler.solve.bound.growth import Growth
from scheduler.solve.bound.outline import outline
from scheduler.solve.bound.region import EFFORT, Decided, Region, decided
from scheduler.solve.progress import Report, Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.task import Task, all_tasks

ROUNDS = 60
"""Mostly all is settled after ten."""
BATCH = 64
"""So many regions are in memory at once."""
Tell = Callable[[int, int, int], None]
Do = Callable[[Region, Search], Decided]
Each = Callable[[Do, Sequence[Region]], Iterable[Decided]]
"""Does something with each of some regions, here or in other processes, and answers in their order."""


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
    each: Each | None = None,
) -> Bound:
    """The bound of all series together; `tell(done, of, bound)` hears of the regions that are decided."""
    free = free_bound(tasks)

    def tell_bound(done: int, of: int, spare: int) -> None:
        if tell:
            tell(done, of, free - spare)

    growth = grown(problem, tasks, guide, search, tell_bound, each)
    return Bound(free - growth.spare, growth.by)


def certified(
    problem: Problem,
    plan: Plan,
    previous: Plan | None = None,
    *,
    stop: Event | None = None,
    report: Report | None = None,
) -> Bound:
    """The bound of a problem, found anew: of a plan from anywhere nothing is believed, it only says where to look."""
    search, teller = Search.begin(Params(), stop or Event(), EFFORT), Teller(report or unheard)

    def tell(done: int, of: int, most: int) -> None:
        teller.bound = most
        teller.tell("bound", done, of)

    return bound(problem, all_tasks(problem, previous), plan.by_series(), search, tell)


def grown(
    problem: Problem,
    tasks: Sequence[Task],
    guide: Mapping[str, Placement],
    search: Search,
    tell: Tell | None = None,
    each: Each | None = None,
) -> Growth:
    """The regions around what a plan misses, decided and grown until nothing clashes or the search is over.

    `tell(done, of, spare)` hears of the regions decided, and how many sessions of the free bound can't take place.
    """
    ground = Ground.of(problem, tasks)
    growth = Growth.of(ground, ground.standing(guide))
    do_each = each or (lambda do, regions: (do(region, search) for region in regions))
    waiting = growth.begun()
    for _ in range(ROUNDS):
        if search.is_over or not waiting:
            break
        around = growth.around(waiting)
        for at in range(0, len(waiting), BATCH):
            names = waiting[at : at + BATCH]
            regions = [growth.region(name, around) for name in names]
            for name, region, answer in zip(names, regions, do_each(decided, regions), strict=True):
                growth.take(name, answer, region.free)
            if tell:
                tell(at + len(names), len(waiting), growth.spare)
        waiting = growth.grown(waiting)
    return growth


def free_bound(tasks: Sequence[Task]) -> int:
    """The sum of what each series could hold if it were alone."""
    given = sum(session.takes_place for task in tasks for session in task.given.values())
    return given + sum(outline(task).free for task in tasks)
