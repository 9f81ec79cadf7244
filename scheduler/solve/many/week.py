"""One week of a few series seated anew and exactly, while all other sessions stay where they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python.cp_model import CpModel, LinearExpr

from scheduler.core.interval import Int64Array
from scheduler.solve.cliques import cliques
from scheduler.solve.many.seating import weighed
from scheduler.solve.many.select import Caps
from scheduler.solve.many.standing import NO_ROWS, Standing
from scheduler.solve.search import Search
from scheduler.solve.task import MOVE_PAIN, NEVER

STRAIN = 1 << 20
"""More than the pain and the move of one session."""
Chair = tuple[int, int]
"""A series' number and which of its open sessions."""


@dataclass(frozen=True, slots=True)
class Week:
    """The places of some sessions: those from `first[c]` to before `first[c + 1]` are of the c-th of `chairs`.

    `start[place]`; `gain` and `cost` of standing there. Of each set of `apart` at most one is taken, and all `caps` are
    kept. `now[c]`: the place that a session has, or -1.
    """

    chairs: tuple[Chair, ...]
    first: Int64Array
    start: Int64Array
    gain: Int64Array
    cost: Int64Array
    apart: tuple[Int64Array, ...]
    caps: tuple[Caps, ...]
    now: Int64Array


def week_of(standing: Standing, chairs: Sequence[Chair]) -> Week:
    """The places that sessions of one week could have around all others."""
    inside = {number: standing.seatings[number].starts[k] for number, k in chairs}
    people = dict.fromkeys(who for number, _ in chairs for who in standing.tasks[number].series.members)
    outside = {who: _without(standing.rows.get(who, NO_ROWS), inside) for who in people}
    places = [_places(standing, chair, outside) for chair in chairs]
    first = np.cumsum([0, *(len(starts) for starts, _, _ in places)])
    start = np.concatenate([starts for starts, _, _ in places])
    now = [
        int(at[0]) if len(at := np.flatnonzero(starts == inside[number])) else -1
        for (number, _), (starts, _, _) in zip(chairs, places, strict=True)
    ]
    limits = [_limits(standing, who, chairs, first, start, outside[who]) for who in people]
    return Week(
        chairs=tuple(chairs),
        first=first,
        start=start,
        gain=np.concatenate([gain for _, gain, _ in places]),
        cost=np.concatenate([cost for _, _, cost in places]),
        apart=tuple(rows for apart, _ in limits for rows in apart),
        caps=tuple(each for _, caps in limits for each in caps),
        now=np.array(now),
    )


def settle(week: Week, search: Search) -> Int64Array:
    """The best place of each session, counted from its own first, or -1; those that they have, if there is no time."""
    cp = CpModel()
    takes = [cp.new_bool_var("") for _ in range(len(week.start))]
    for first, end in zip(week.first[:-1].tolist(), week.first[1:].tolist(), strict=True):
        cp.add_at_most_one(takes[first:end])
    for rows in week.apart:
        cp.add_at_most_one([takes[row] for row in rows.tolist()])
    for caps in week.caps:
        cp.add(LinearExpr.sum([takes[row] for row in caps.rules.tolist()]) <= caps.most)
    worth = 1 + int(np.maximum.reduceat(np.append(week.cost, 0), week.first[:-1])[np.diff(week.first) > 0].sum())
    answer = search.minimize(cp, LinearExpr.weighted_sum(takes, (week.cost - worth * week.gain).tolist()), None)
    if answer.values is None:
        return week.now
    taken = np.flatnonzero(np.array(answer.values[: len(takes)]))
    found = np.full(len(week.chairs), -1)
    chair = np.searchsorted(week.first, taken, side="right") - 1
    found[chair] = taken - week.first[chair]
    return found


def seat_week(standing: Standing, week: Week, found: Int64Array) -> bool:
    """Take over the places found, if that is better for all together; says whether it was."""
    before = {number: standing.seatings[number] for number, _ in week.chairs}
    starts = [NEVER if at < 0 else int(week.start[first + at]) for first, at in zip(week.first, found, strict=False)]
    _put(standing, week.chairs, [NEVER] * len(starts))
    _put(standing, week.chairs, starts)
    for number, _ in week.chairs:
        standing.fill(number)
    return standing.kept_if_better(before)


def _put(standing: Standing, chairs: Sequence[Chair], starts: Sequence[int]) -> None:
    """Put sessions elsewhere, with the people whom they require."""
    for (number, k), start in zip(chairs, starts, strict=True):
        seating, task = standing.seatings[number], standing.tasks[number]
        assert seating.rule is not None
        new, comes = seating.starts.copy(), seating.comes.copy()
        new[k], comes[k] = start, np.arange(len(task.series.members)) < len(task.series.required)
        standing.take(number, weighed(task, standing.problem.slack, seating.rule, new, comes))


def _places(
    standing: Standing, chair: Chair, outside: Mapping[str, Int64Array]
) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Where one session can stand, what it gains there, and what it costs."""
    number, k = chair
    task, seating = standing.tasks[number], standing.seatings[number]
    assert seating.rule is not None
    found, series, regular = task.candidates, task.series, seating.rule.regular(task)
    at = np.flatnonzero((found.week == seating.rule.weeks(task)[k]) | (found.starts == regular[k]))
    starts, required = found.starts[at], len(series.required)
    free = np.array([standing.is_free(who, outside[who], starts, series.duration) for who in series.members])
    comes = found.comes[at] & free[required:].T
    fits = free[:required].all(axis=0) & (comes.sum(axis=1) >= series.quorum)
    moved = starts != regular[k]
    others = (seating.starts != NEVER) & (seating.starts != regular)
    others[k] = False
    strain = moved * (others.sum() + task.moves_given >= standing.problem.slack) + (~comes).sum(axis=1)
    pain = found.pain[at, :required].sum(axis=1) + (found.pain[at, required:] * comes).sum(axis=1)
    cost = strain * STRAIN + pain + MOVE_PAIN * moved
    return starts[fits], task.gain(int(task.open[k]), starts[fits]), cost[fits]


def _limits(
    standing: Standing,
    who: str,
    chairs: Sequence[Chair],
    first: Int64Array,
    start: Int64Array,
    outside: Int64Array,
) -> tuple[list[Int64Array], list[Caps]]:
    """The sets of places of which somebody who is required can take one, and the caps on more of them."""
    mine = [c for c, (number, _) in enumerate(chairs) if who in standing.tasks[number].series.required]
    if len(mine) < 2:
        return [], []
    places = np.concatenate([np.arange(first[c], first[c + 1]) for c in mine])
    groups = np.repeat(mine, np.diff(first)[mine])
    durations = np.array([standing.tasks[chairs[c][0]].series.duration for c in groups.tolist()], dtype=np.int64)
    boundary = standing.problem.people[who].boundary
    apart = [places[rows] for rows in cliques(start[places], start[places] + durations + boundary.buffer, groups)]
    caps = []
    days = standing.clocks.days_of(boundary.zone, start[places])
    for cap, size in ((boundary.max_per_day, 1), (boundary.max_per_week, 7)):
        if cap is not None:
            taken = np.bincount(outside[:, 3] // size, minlength=standing.clocks.days)
            for period in np.unique(days // size).tolist():
                rows = places[days // size == period]
                caps.append(Caps(rows, np.ones_like(rows), max(0, cap - int(taken[period]))))
    return apart, caps


def _without(rows: Int64Array, inside: Mapping[int, int]) -> Int64Array:
    """The rows that are not those of sessions given by their series' number and their start."""
    leaves = np.zeros(len(rows), dtype=bool)
    for number, start in inside.items():
        leaves |= (rows[:, 2] == number) & (rows[:, 0] == start)
    return rows[~leaves]
