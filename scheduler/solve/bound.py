"""How many sessions can happen at most, whatever the plan."""

from collections.abc import Sequence

from ortools.sat.python.cp_model import LinearExpr

from scheduler.core.problem import Problem
from scheduler.solve.components import neighbours_near
from scheduler.solve.options import menu
from scheduler.solve.relax import Relaxation
from scheduler.solve.rules import add_rules
from scheduler.solve.search import Search
from scheduler.solve.seats import cleared, taken_seats
from scheduler.solve.solo import most_happening
from scheduler.solve.task import Task
from scheduler.solve.variables import variables

BLOCK = 40
"""So many series are relaxed together. That their people also sit elsewhere is let go, which keeps it a bound."""
MOST_RELAXED = 100
"""Of more series than this the relaxation takes too long."""


def bounded(
    problem: Problem, parts: Sequence[Sequence[Task]], search: Search, *, happen: int, exact: bool
) -> tuple[int, str]:
    """The sharpest bound that is worth its time, and what it is by: `exact`, `lp` or `free`.

    `exact`: what happens in the plan is proven to be the most.
    """
    tasks = [task for part in parts for task in part]
    free = free_bound(tasks)
    if exact or happen == free or len(tasks) > MOST_RELAXED:
        return (happen, "exact") if exact else (free, "free")
    tasks = neighbours_near(tasks, [task.series.members for task in tasks])
    relaxed = sum(_of_block(problem, tasks[at : at + BLOCK], search) for at in range(0, len(tasks), BLOCK))
    return relaxed, "lp" if relaxed < free else "free"


def free_bound(tasks: Sequence[Task]) -> int:
    """The sum of what each series could hold if it were alone."""
    return sum(most_happening(task) for task in tasks)


def _of_block(problem: Problem, block: Sequence[Task], search: Search) -> int:
    """The bound of the linear relaxation; the free one, if there is no time for it."""
    taken = taken_seats(block, {})
    model = variables(problem, [menu(task) for task in cleared(problem, block, taken)], taken)
    add_rules(model)
    stands = [var for series in model.series for var in series.stands]
    model.cp.minimize(-LinearExpr.sum(stands))
    least = search.relax(Relaxation(model.cp), dive=False).bound
    given = sum(session.takes_place for task in block for session in task.given.values())
    free = free_bound(block)
    return free if least is None else min(free, given - least)
