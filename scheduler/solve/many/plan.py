"""The way for many series that share people: the best rules together, then moves, then what can be bettered."""

from collections.abc import Sequence

from scheduler.core.problem import Problem
from scheduler.solve.many.ease import ease
from scheduler.solve.many.lazy import best_rules
from scheduler.solve.many.moves import seat_all
from scheduler.solve.many.polish import better_rules, polish
from scheduler.solve.many.reach import seat_most
from scheduler.solve.many.repair import MOSTLY, mended, restored
from scheduler.solve.many.seating import Placed
from scheduler.solve.many.shortlist import shortlist
from scheduler.solve.many.standing import Standing
from scheduler.solve.task import Task
from scheduler.solve.work import Work


def planned(problem: Problem, tasks: Sequence[Task], work: Work) -> Placed:
    """A good plan for series that may share people; where most of a previous one can stand, that is repaired."""
    if any(task.keep for task in tasks):
        standing, disturbed = restored(problem, tasks)
        if len(disturbed) <= MOSTLY * len(tasks):
            return _repaired(standing, disturbed, work)
    return _planned_anew(problem, tasks, work)


def _repaired(standing: Standing, disturbed: Sequence[int], work: Work) -> Placed:
    mended(standing, disturbed, work)
    work.teller.happen += standing.happen
    if work.search.params.polish and not work.search.is_over:
        seat_most(standing, work)
    return standing.placements()


def _planned_anew(problem: Problem, tasks: Sequence[Task], work: Work) -> Placed:
    standing = Standing.of(problem, tasks)
    around_given = (standing.around(number) for number in work.teller.steps("rules", range(len(tasks))))
    lists = [shortlist(task, problem.slack) for task in around_given]
    chosen = best_rules(standing, lists, work)
    seat_all(standing, lists, chosen, work)
    work.teller.happen += standing.happen
    if work.search.params.polish and not work.search.is_over:
        seat_most(standing, work)
        polish(standing, lists, work)
        better_rules(standing, range(len(tasks)), work)
        ease(standing, work)
    return standing.placements()
