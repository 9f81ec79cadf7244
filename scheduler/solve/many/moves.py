"""Seats all sessions where rules are chosen: first what the rules hold, then the rest wherever its week has room."""

from collections.abc import Sequence

import numpy as np

from scheduler.core.interval import Int64Array
from scheduler.solve.many.lazy import UNPLACED, Chosen
from scheduler.solve.many.seating import Seating, seating
from scheduler.solve.many.shortlist import Shortlist
from scheduler.solve.many.standing import Standing
from scheduler.solve.many.table import Rule, RuleTable, rule_table, table_of
from scheduler.solve.task import NEVER, Task
from scheduler.solve.work import Work


def seat_all(standing: Standing, lists: Sequence[Shortlist], chosen: Chosen, work: Work) -> None:
    """Seat every series by its rule, those first whose missing sessions have the fewest places to go."""
    loose, tasks = [], standing.tasks
    for number, (mine, rule) in enumerate(zip(lists, chosen.rules.tolist(), strict=True)):
        if rule != UNPLACED:
            whole = seating(mine.rules, rule)
            firm = mine.starts[rule]
            if number not in chosen.torn:
                standing.take(number, _held(whole, firm, len(tasks[number].series.required)))
            if number in chosen.torn or tasks[number].series.optional or (firm != whole.starts).any():
                loose.append((_room(tasks[number], whole, firm), number, whole.rule))
    for _, number, kept in work.teller.steps("moves", sorted(loose, key=lambda row: row[:2])):
        if kept is not None:
            standing.take(number, respond(standing, number, kept))


def respond(standing: Standing, number: int, rule: Rule | None = None) -> Seating:
    """The best seating of a series while all others stay: under any rule, or under one that is kept."""
    task, slack = standing.around(number), standing.problem.slack
    table = rule_table(task, slack) if rule is None else table_of(task, slack, rule)
    return best_seating(standing, number, table)


def best_seating(standing: Standing, number: int, table: RuleTable) -> Seating:
    """The seating of a series by the best rule of a table; nothing, where no rule gains anything."""
    best = table.best(1)
    if not len(best.gain) or best.gain[0] <= 0:
        return standing.nothing(number)
    return standing.consistent(number, seating(best, 0))


def _held(whole: Seating, firm: Int64Array, required: int) -> Seating:
    """The part of a seating that its rule decides, with the people whom nobody asks whether they come."""
    comes = whole.comes & (firm != NEVER)[:, None]
    comes[:, required:] = False
    return Seating(whole.rule, firm, comes, whole.gain, whole.strain, whole.comfort, whole.pain)


def _room(task: Task, whole: Seating, firm: Int64Array) -> int:
    """The fewest places that any session which has to be moved can go to."""
    moves = whole.starts[(firm == NEVER) & (whole.starts != NEVER)]
    weeks = task.candidates.week
    at = np.searchsorted(task.candidates.starts, moves)
    return int(np.bincount(weeks[weeks >= 0], minlength=task.candidates.weeks)[weeks[at]].min(initial=1 << 30))
