"""The way for many series that share people: the best rules, then moves, then improvement block by block."""

from collections.abc import Sequence

from scheduler.core.problem import Problem
from scheduler.solve.lazy import best_rules
from scheduler.solve.moves import seated
from scheduler.solve.polish import Placed, polished
from scheduler.solve.read import UNPLACED, placement
from scheduler.solve.search import Search
from scheduler.solve.seats import cleared, taken_seats
from scheduler.solve.shortlist import shortlist
from scheduler.solve.task import Task


def planned(problem: Problem, tasks: Sequence[Task], search: Search) -> Placed:
    """A good plan for series that may share people."""
    nothing = {task.series.id: placement(task, problem.horizon, UNPLACED) for task in tasks}
    taken = taken_seats(tasks, nothing)  # whoever may attend a pinned session does, to begin with
    ready = cleared(problem, tasks, taken)
    rules = {task.series.id: shortlist(task) for task in ready}
    chosen = best_rules(problem, ready, rules, search)
    placed = seated(problem, ready, chosen, taken)
    best = {name: max((rule.gain for rule in some), default=0) for name, some in rules.items()}
    return polished(problem, tasks, placed, best, search)
