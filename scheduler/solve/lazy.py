"""The best rule for each of many series, by lazy activation.

Each series starts on its own best rule, which nothing can beat. Only people whose rules then clash are looked at; the
series that share such people are solved together, one rule each, and exactly; and again, until nothing clashes. The
graph of who shares whom is one large whole, the graph of who clashes falls into small parts.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

from scheduler.core.interval import Int64Array
from scheduler.core.problem import Problem
from scheduler.solve.cliques import cliques
from scheduler.solve.components import components
from scheduler.solve.level import Level, least
from scheduler.solve.relax import Relaxation
from scheduler.solve.rules import local_days, local_weeks
from scheduler.solve.search import Search
from scheduler.solve.shortlist import Rule
from scheduler.solve.task import Task

Chosen = dict[str, Rule | None]


def best_rules(problem: Problem, tasks: Sequence[Task], rules: Mapping[str, Sequence[Rule]], search: Search) -> Chosen:
    """A rule for each series, or None, so that no regular sessions clash or break a cap, of the least cost together."""
    chosen: Chosen = {task.series.id: next(iter(rules[task.series.id]), None) for task in tasks}
    of_person = _of_person(tasks)
    active: set[str] = set()
    while new := {who for who, mine in of_person.items() if who not in active and _clashes(problem, who, mine, chosen)}:
        active |= new
        shares = [[who for who in task.series.required if who in active] for task in tasks]
        for part in components(tasks, shares):
            if any(who in new for task in part for who in task.series.required):
                chosen |= _chosen_together(problem, part, rules, active, search)
    return chosen


def _of_person(tasks: Sequence[Task]) -> dict[str, list[Task]]:
    """The series of each person that requires them; optional people may stay away where they can't attend."""
    found: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        for who in task.series.required:
            found[who].append(task)
    return found


def _clashes(problem: Problem, who: str, tasks: Sequence[Task], chosen: Chosen) -> bool:
    """Whether the rules that are chosen ask too much of a person."""
    boundary = problem.people[who].boundary
    rules = [[rule] if (rule := chosen[task.series.id]) else [] for task in tasks]
    rows = _intervals(tasks, rules, boundary.buffer)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    if (np.maximum.accumulate(rows[:-1, 1]) > rows[1:, 0]).any():
        return True
    return any((np.unique(of, return_counts=True)[1] > cap).any() for of, cap in _periods(problem, who, rows[:, 0]))


def _chosen_together(
    problem: Problem, part: Sequence[Task], rules: Mapping[str, Sequence[Rule]], active: set[str], search: Search
) -> Chosen:
    """The rules of least cost for series that share active people; those first found, where the search is cut short."""
    cp = CpModel()
    lists = [rules[task.series.id] for task in part]
    follows = [[cp.new_bool_var("") for _ in mine] for mine in lists]
    for mine in follows:
        cp.add_at_most_one(mine)
    for who in sorted({who for task in part for who in task.series.required} & active):
        _keep_apart(cp, problem, who, part, lists, follows)
    cost = LinearExpr.weighted_sum(
        [var for mine in follows for var in mine], [rule.cost for mine in lists for rule in mine]
    )
    values = least(Relaxation(cp, rules=len(cp.proto.variables)), Level(cost), None, search).values
    if values is None:
        return {task.series.id: next(iter(mine), None) for task, mine in zip(part, lists, strict=True)}
    return {
        task.series.id: next((rule for rule, var in zip(mine, some, strict=True) if values[var.index]), None)
        for task, mine, some in zip(part, lists, follows, strict=True)
    }


def _keep_apart(
    cp: CpModel,
    problem: Problem,
    who: str,
    part: Sequence[Task],
    lists: Sequence[Sequence[Rule]],
    follows: Sequence[Sequence[IntVar]],
) -> None:
    """No two rules that a person can't follow both, and no more of them than the caps allow."""
    mine = [
        (task, rules, some)
        for task, rules, some in zip(part, lists, follows, strict=True)
        if who in task.series.required
    ]
    rows = _intervals(
        [task for task, _, _ in mine], [rules for _, rules, _ in mine], problem.people[who].boundary.buffer
    )
    variables = [var for _, _, some in mine for var in some]
    meeting = {tuple(np.unique(rows[clique, 2]).tolist()) for clique in cliques(rows[:, 0], rows[:, 1], rows[:, 3])}
    for numbers in sorted(meeting):
        cp.add_at_most_one([variables[number] for number in numbers])
    for period, cap in _periods(problem, who, rows[:, 0]):
        for numbers, counts in sorted(set(_patterns(period, rows[:, 2]))):
            if cap > 0:
                cp.add(LinearExpr.weighted_sum([variables[number] for number in numbers], counts) <= cap)


def _intervals(tasks: Sequence[Task], lists: Sequence[Sequence[Rule]], buffer: int) -> Int64Array:
    """Rows (start, end with the buffer after it, number of the rule, number of the series) of all regular sessions."""
    rows = [np.empty((0, 4), dtype=np.int64)]
    number = 0
    for group, (task, rules) in enumerate(zip(tasks, lists, strict=True)):
        for rule in rules:
            ends = rule.starts + task.series.duration + buffer
            rows.append(np.stack([rule.starts, ends, np.full_like(ends, number), np.full_like(ends, group)], axis=1))
            number += 1
    return np.concatenate(rows)


def _periods(problem: Problem, who: str, starts: Int64Array) -> Iterator[tuple[Int64Array, int]]:
    """The local day and week of each start, where a person caps the sessions in it, with the cap."""
    boundary = problem.people[who].boundary
    if boundary.max_per_day is not None:
        yield local_days(starts, boundary.zone, problem.horizon), boundary.max_per_day
    if boundary.max_per_week is not None:
        yield local_weeks(starts, boundary.zone, problem.horizon), boundary.max_per_week


def _patterns(period: Int64Array, numbers: Int64Array) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """For each period: the rules with sessions in it, and how many each has."""
    pairs, counts = np.unique(np.stack([period, numbers], axis=1), axis=0, return_counts=True)
    for at in np.split(np.arange(len(pairs)), np.flatnonzero(np.diff(pairs[:, 0])) + 1):
        yield tuple(pairs[at, 1].tolist()), tuple(counts[at].tolist())
