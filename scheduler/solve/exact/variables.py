"""Makes the variables of the exact model, as few as say everything."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

from scheduler.core.candidates import Candidates
from scheduler.core.interval import Int64Array
from scheduler.core.pain import pain
from scheduler.core.problem import Problem
from scheduler.solve.cliques import touches
from scheduler.solve.exact.model import Model, PersonVars, Seat, SeriesVars
from scheduler.solve.exact.options import Menu, Options
from scheduler.solve.seats import Taken, pain_of
from scheduler.solve.task import Task

NO_SEATS = np.empty((0, 3), dtype=np.int64)


def variables(problem: Problem, menus: Sequence[Menu], taken: Taken) -> Model:
    """The variables for placing some series around seats that are taken; no rule is said of them yet.

    The menus keep clear of these seats. The variables of rules come first: who decides them has decided most.
    """
    cp = CpModel()
    tasks = [menu.task for menu in menus]
    contended = _contended(problem, tasks)
    chosen = [tuple(_bools(cp, len(c.first)) for c in menu.columns) for menu in menus]
    series = [_series(cp, problem, menu, columns, contended) for menu, columns in zip(menus, chosen, strict=True)]
    people = dict.fromkeys(who for task in tasks for who in task.series.members)
    return Model(cp, problem, tuple(series), tuple(_person(problem, who, series, taken) for who in people))


def _contended(problem: Problem, tasks: Sequence[Task]) -> set[str]:
    """The people for whom attending one session may rule out another; to all others an empty seat brings nothing."""
    series_of = Counter(who for task in tasks for who in task.series.members)
    limits = {who: problem.people[who].boundary for who in series_of}
    capped = {who for who, limit in limits.items() if (limit.max_per_day, limit.max_per_week) != (None, None)}
    undecided = {who for task in tasks if task.undecided for who in task.series.optional}
    return {who for who, count in series_of.items() if count > 1} | capped | undecided


def _series(
    cp: CpModel, problem: Problem, menu: Menu, column: tuple[tuple[IntVar, ...], ...], contended: set[str]
) -> SeriesVars:
    task, choice, found = menu.task, menu.options, menu.task.candidates
    group = _groups(task, choice)
    stands = _bools(cp, len(choice.session))
    at = _at(cp, choice, stands)
    return SeriesVars(
        task=task,
        columns=menu.columns,
        options=choice,
        column=column,
        stands=stands,
        held=_held(cp, choice, stands),
        at=at,
        comes=_comes(cp, problem, found, at, group, contended),
        stays={(i, k): cp.new_bool_var("") for i in sorted(task.undecided) for k in range(len(task.series.optional))},
        excess=cp.new_int_var(0, task.series.sessions, ""),
        group=group,
    )


def _bools(cp: CpModel, count: int) -> tuple[IntVar, ...]:
    return tuple(cp.new_bool_var("") for _ in range(count))


def _held(cp: CpModel, choice: Options, stands: Sequence[IntVar]) -> tuple[IntVar | None, ...]:
    """A session that can't be moved stands only where its rule puts it: there one variable says both."""
    linked = np.zeros(len(stands), dtype=bool)
    linked[choice.links[:, 0]] = True
    fresh = linked & choice.movable
    return tuple(
        cp.new_bool_var("") if own else stand if link else None
        for stand, link, own in zip(stands, linked, fresh, strict=True)
    )


def _at(cp: CpModel, choice: Options, stands: Sequence[IntVar]) -> dict[int, IntVar]:
    """Where only one option has a start, it says itself whether a session stands there."""
    rows: dict[int, list[IntVar]] = {}
    for start, stand in zip(choice.start.tolist(), stands, strict=True):
        rows.setdefault(start, []).append(stand)
    return {start: _any(cp, rows[start]) for start in sorted(rows)}


def _any(cp: CpModel, several: list[IntVar]) -> IntVar:
    if len(several) == 1:
        return several[0]
    one = cp.new_bool_var("")
    cp.add(LinearExpr.sum(several) == one)
    return one


def _groups(task: Task, choice: Options) -> Int64Array:
    """Numbers of starts: the week, where at most one session stands in it under any rule; else one of its own."""
    week = task.candidates.week
    own = -2 - np.arange(len(week))
    if task.series.cadence.monthly:
        return own
    group = week.copy()
    odd = choice.start[week[choice.start] != choice.week]  # a time skipped by a clock change at the week's edge
    group[odd] = own[odd]
    return group


def _comes(
    cp: CpModel,
    problem: Problem,
    found: Candidates,
    at: Mapping[int, IntVar],
    group: Int64Array,
    contended: set[str],
) -> dict[tuple[int, int], IntVar]:
    seats: dict[tuple[int, int], IntVar] = {}
    used = np.array(list(at), dtype=np.int64)
    for k, who in enumerate(found.series.optional):
        reach = found.series.duration + problem.people[who].boundary.buffer
        choosable = who in contended or touches(found.starts[used], group[used], reach)
        for start in used[found.comes[used, k]].tolist():
            seats[start, k] = cp.new_bool_var("") if choosable else at[start]
    return seats


def _person(problem: Problem, who: str, series: Sequence[SeriesVars], taken: Taken) -> PersonVars:
    settled = taken.get(who, NO_SEATS)
    mine = [(number, s) for number, s in enumerate(series) if who in s.task.series.members]
    return PersonVars(
        who=who,
        boundary=problem.people[who].boundary,
        seats=tuple(seat for number, s in mine for seat in _seats(who, number, s)),
        pinned=tuple(seat for _, s in mine for seat in _pinned_seats(problem, who, s)),
        taken=settled,
        taken_pain=pain_of(problem, who, settled),
        owed=sum(s.sessions for s in problem.series if who in s.members),
    )


def _seats(who: str, number: int, vars_: SeriesVars) -> Iterator[Seat]:
    series, found = vars_.task.series, vars_.task.candidates
    member = series.members.index(who)
    optional = member - len(series.required)
    for start, at in vars_.at.items():
        var = at if optional < 0 else vars_.comes.get((start, optional))
        if var is not None:
            minute = int(found.starts[start])
            group = (number, int(vars_.group[start]))
            yield Seat(minute, minute + series.duration, group, int(found.pain[start, member]), var)


def _pinned_seats(problem: Problem, who: str, vars_: SeriesVars) -> Iterator[Seat]:
    series = vars_.task.series
    for (i, k), var in vars_.stays.items():
        if series.optional[k] == who:
            start = vars_.task.given[i].start
            hurts = pain(problem.people[who].boundary, np.array([start]), series.duration, problem.horizon)
            yield Seat(start, start + series.duration, (-1, i), int(hurts[0]), var)
