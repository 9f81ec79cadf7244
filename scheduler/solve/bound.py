"""How many sessions can happen at most, whatever the plan."""

from collections.abc import Iterable

from scheduler.solve.solo import most_happening
from scheduler.solve.task import Task


def free_bound(tasks: Iterable[Task]) -> int:
    """The sum of what each series could hold if it were alone: no plan has more."""
    return sum(most_happening(task) for task in tasks)
