"""How many sessions can happen at most, whatever the plan."""

from collections.abc import Iterable

import numpy as np

from scheduler.core.candidates import NOWHERE
from scheduler.solve.options import Columns, columns
from scheduler.solve.task import Task


def free_bound(tasks: Iterable[Task]) -> int:
    """The sum of what each series could hold if it were alone, with nobody shared: no plan has more."""
    return sum(alone(task) for task in tasks)


def alone(task: Task) -> int:
    """The most sessions of a series that take place under any one rule."""
    given = sum(session.takes_place for session in task.given.values())
    rotation = [_most_by_first(task, c) for c in columns(task)]
    return given + max((sum(most.get(first, 0) for most in rotation) for first in set().union(*rotation)), default=0)


def _most_by_first(task: Task, c: Columns) -> dict[int, int]:
    """The most sessions of one slot of the rotation that can happen, by first week or month."""
    weeks = np.unique(task.candidates.week)
    possible = (c.regular != NOWHERE) | np.isin(c.week, weeks[weeks != NOWHERE])
    most: dict[int, int] = {}
    for first, count in zip(c.first.tolist(), possible.sum(axis=1).tolist(), strict=True):
        most[first] = max(count, most.get(first, 0))
    return most
