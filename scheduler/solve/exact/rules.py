"""The hard rules of formats.md, one function each; `add_rules` is their table of contents."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

from scheduler.core.interval import Horizon, Int64Array
from scheduler.solve.cliques import cliques
from scheduler.solve.clocks import local_days, local_weeks
from scheduler.solve.exact.model import Model, PersonVars, Seat, SeriesVars


def add_rules(model: Model) -> None:
    """Say every rule that a plan must keep."""
    cp = model.cp
    for series in model.series:
        one_rule(cp, series)
        one_first_week(cp, series)
        one_place_a_session(cp, series)
        within_the_week_of_the_rule(cp, series)
        held_where_the_rule_says(cp, series)
        quorum_attends(cp, series)
    for person in model.people:
        never_two_at_once(cp, person)
        clear_of_pinned_seats(cp, person)
        at_most_a_day(cp, person, model.problem.horizon)
        at_most_a_week(cp, person, model.problem.horizon)


def one_rule(cp: CpModel, series: SeriesVars) -> None:
    """Each slot of the rotation follows at most one column; none at all leaves the series unplaced."""
    for column in series.column:
        cp.add_at_most_one(column)


def one_first_week(cp: CpModel, series: SeriesVars) -> None:
    """All slots of a rotation count from the same first week or month."""
    by_first = [_grouped(c.first, column) for c, column in zip(series.columns, series.column, strict=True)]
    firsts = sorted({first for group in by_first for first in group})
    for one, other in pairwise(by_first):
        for first in firsts:
            cp.add(LinearExpr.sum(one.get(first, [])) == LinearExpr.sum(other.get(first, [])))


def one_place_a_session(cp: CpModel, series: SeriesVars) -> None:
    """A session stands in one place, or is skipped."""
    for stands in _grouped(series.options.session, series.stands).values():
        cp.add_at_most_one(stands)


def within_the_week_of_the_rule(cp: CpModel, series: SeriesVars) -> None:
    """A session stands in the week in which its rule puts it."""
    weeks = len(series.task.candidates.regular) // 7
    stands = _grouped(series.options.session * weeks + series.options.week, series.stands)
    for c, column in zip(series.columns, series.column, strict=True):
        for k, session in enumerate(c.sessions.tolist()):
            for week, rules in _grouped(c.week[:, k], column).items():
                if places := stands.get(session * weeks + week):
                    cp.add(LinearExpr.sum(places) <= LinearExpr.sum(rules))


def held_where_the_rule_says(cp: CpModel, series: SeriesVars) -> None:
    """A session is held (not moved) where one of its columns in force puts it."""
    rules = defaultdict(list)
    for option, slot, column in series.options.links.tolist():
        rules[option].append(series.column[slot][column])
    for option, columns in rules.items():
        held, stands = series.held[option], series.stands[option]
        assert held is not None
        cp.add(held <= LinearExpr.sum(columns))
        if held is not stands:
            cp.add(held <= stands)


def quorum_attends(cp: CpModel, series: SeriesVars) -> None:
    """Optional people attend what takes place, and at least the quorum does."""
    seats: dict[int, list[IntVar]] = defaultdict(list)
    for (start, _), comes in series.comes.items():
        seats[start].append(comes)
        if comes is not series.at[start]:
            cp.add(comes <= series.at[start])
    if quorum := series.task.series.quorum:
        for start, at in series.at.items():
            cp.add(LinearExpr.sum(seats[start]) >= quorum * at)


def never_two_at_once(cp: CpModel, person: PersonVars) -> None:
    """Of sessions that share an instant, buffers after them included, a person attends one."""
    seats = person.seats
    starts = np.array([seat.start for seat in seats], dtype=np.int64)
    ends = np.array([seat.end for seat in seats], dtype=np.int64) + person.boundary.buffer
    numbers = {group: number for number, group in enumerate(dict.fromkeys(seat.group for seat in seats))}
    groups = np.array([numbers[seat.group] for seat in seats], dtype=np.int64)
    for rows in cliques(starts, ends, groups):
        cp.add_at_most_one([seats[row].var for row in rows])


def clear_of_pinned_seats(cp: CpModel, person: PersonVars) -> None:
    """Whoever attends a pinned session attends no other that we place too near to it."""
    buffer = person.boundary.buffer
    for pinned in person.pinned:
        for seat in person.seats:
            if seat.start < pinned.end + buffer and pinned.start < seat.end + buffer:
                cp.add_at_most_one([pinned.var, seat.var])
        for start, end, chosen in person.taken.tolist():
            if chosen and start < pinned.end + buffer and pinned.start < end + buffer:
                cp.add(pinned.var == 0)


def at_most_a_day(cp: CpModel, person: PersonVars, horizon: Horizon) -> None:
    """The cap on sessions in a local day."""
    if person.boundary.max_per_day is not None:
        _cap(cp, person, person.boundary.max_per_day, lambda starts: local_days(starts, person.boundary.zone, horizon))


def at_most_a_week(cp: CpModel, person: PersonVars, horizon: Horizon) -> None:
    """The cap on sessions in a local week, Monday to Sunday."""
    if person.boundary.max_per_week is not None:
        _cap(
            cp, person, person.boundary.max_per_week, lambda starts: local_weeks(starts, person.boundary.zone, horizon)
        )


def _cap(cp: CpModel, person: PersonVars, most: int, period_of: Callable[[Int64Array], Int64Array]) -> None:
    """At most so many seats in each period in which a session that we place has one.

    What is given there counts, but alone it may exceed the cap.
    """
    seats, pinned = (_by_period(which, period_of) for which in (person.seats, person.pinned))
    taken = period_of(person.taken[:, 0])
    for period in sorted(seats.keys() | pinned.keys()):
        room = most - int((taken == period).sum())
        ours, theirs = seats.get(period, []), pinned.get(period, [])
        if person.taken[taken == period, 2].any():
            cp.add(LinearExpr.sum([*ours, *theirs]) <= room)
        else:
            _cap_if_any(cp, ours, theirs, room)


def _cap_if_any(cp: CpModel, ours: Sequence[IntVar], theirs: Sequence[IntVar], room: int) -> None:
    """At most `room` seats in all, unless none is ours; said without conditions, which a relaxation can't read."""
    if room <= 0:
        for seat in ours:
            cp.add(seat == 0)
        return
    everybody = LinearExpr.sum([*ours, *theirs])
    if len(theirs) <= room:
        cp.add(everybody <= room)
        return
    for seat in ours:
        cp.add(everybody + (len(theirs) - room) * seat <= len(theirs))


def _by_period(seats: Sequence[Seat], period_of: Callable[[Int64Array], Int64Array]) -> dict[int, list[IntVar]]:
    starts = np.array([seat.start for seat in seats], dtype=np.int64)
    return _grouped(period_of(starts), [seat.var for seat in seats])


def _grouped(keys: Int64Array, variables: Sequence[IntVar]) -> dict[int, list[IntVar]]:
    """Variables by their key, in order."""
    found: dict[int, list[IntVar]] = defaultdict(list)
    for key, variable in zip(keys.tolist(), variables, strict=True):
        found[key].append(variable)
    return found
