"""Improves a plan block by block: a few series are planned anew and exactly, while all others stay where they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.exact import comforted, eased, opened
from scheduler.solve.judge import burdens, gained_by, judged, strain_of
from scheduler.solve.search import Search
from scheduler.solve.seats import pain_of, taken_seats
from scheduler.solve.task import Task

BLOCK = 3
MOST_BLOCKS = 40
EFFORT = 5.0
"""Deterministic time for one level of one block."""
Placed = dict[str, Placement]


def polished(
    problem: Problem, tasks: Sequence[Task], placed: Placed, best: Mapping[str, int], search: Search
) -> Placed:
    """The plan after one round over the series that fall short of what they could reach alone, the worst first."""
    standing = judged(problem, tasks, placed)
    search = replace(search, effort=EFFORT)
    for block in list(_blocks(tasks, placed, best, problem.slack))[:MOST_BLOCKS]:
        if search.is_over:
            break
        tried = placed | _replanned(problem, tasks, block, placed, search)
        reached = judged(problem, tasks, tried)
        if reached < standing:
            placed, standing = tried, reached
    return placed


def _blocks(tasks: Sequence[Task], placed: Placed, best: Mapping[str, int], slack: int) -> Iterator[list[Task]]:
    """Each series that falls short, with those that share most people with it."""

    def short(task: Task) -> tuple[int, int]:
        placement = placed[task.series.id]
        return gained_by(task, placement) - best[task.series.id], -strain_of(task, placement, slack)

    for task in sorted(tasks, key=short):
        people = set(task.series.members)
        near = [other for other in tasks if other is not task and people & set(other.series.members)]
        near.sort(key=lambda other: (-len(people & set(other.series.members)), short(other)))
        yield [task, *near[: BLOCK - 1]]


def _replanned(
    problem: Problem, tasks: Sequence[Task], block: Sequence[Task], placed: Placed, search: Search
) -> Placed:
    """The block planned anew around everybody else."""
    inside = {task.series.id for task in block}
    others = {name: placement for name, placement in placed.items() if name not in inside}
    part = opened(problem, block, taken_seats(tasks, others), search, start=placed)
    enough = _worst_outside(problem, tasks, block, placed)
    part = eased(part, enough, search)
    part = comforted(part, max(part.worst, enough), search)
    return {placement.series: placement for placement in part.placements}


def _worst_outside(problem: Problem, tasks: Sequence[Task], block: Sequence[Task], placed: Placed) -> Fraction:
    """The largest burden of people whom the block does not touch."""
    inside = {who for task in block for who in task.series.members}
    outside = {who: rows for who, rows in taken_seats(tasks, placed).items() if who not in inside}
    pains = {who: pain_of(problem, who, rows) for who, rows in outside.items()}
    return max((load for who, load in burdens(tasks, pains).items() if who not in inside), default=Fraction(0))
