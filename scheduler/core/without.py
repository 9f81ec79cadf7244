"""The same problem with some limits given up: what `core.conflict` finds is tried out on it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from scheduler.core.barriers import (
    FAR,
    Barrier,
    Kind,
    closed_calendar,
    day_off,
    gaps_in_hours,
    special_days,
    special_hours,
)
from scheduler.core.explain import Notes
from scheduler.core.interval import DAY_MINUTES, Horizon, Intervals, as_intervals, complement, merged
from scheduler.core.people import Boundary, Participant, WeekHours
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.walltime import WallWindow

WHOLE_DAY = (WallWindow(0, DAY_MINUTES),)
Barriers = Collection[Barrier]


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A problem, a plan and notes in which some barriers are gone."""

    problem: Problem
    plan: Plan | None
    notes: Notes


def without(problem: Problem, plan: Plan | None, notes: Notes, gone: Barriers) -> Relaxed:
    """Give up some barriers: series of the plan are taken out of it, everything else is taken off its person."""
    people = {who: _person(person, problem.horizon, notes, gone) for who, person in problem.people.items()}
    given_up = {barrier.detail for barrier in gone if barrier.kind is Kind.SERIES}
    rest = plan and replace(plan, placements=tuple(one for one in plan.placements if one.series not in given_up))
    calendars = {who: _calendar(problem.people[who], problem.horizon, notes, gone) for who in notes.calendars}
    known = Notes(
        unknown={who: why for who, why in notes.unknown.items() if not _gives(gone, who, Kind.UNKNOWN)},
        closed_until={who: at for who, at in notes.closed_until.items() if not _gives(gone, who, Kind.NOTICE)},
        calendars=calendars,
    )
    return Relaxed(replace(problem, people=people), rest, known)


def _gives(gone: Barriers, who: str, kind: Kind) -> bool:
    return any(barrier.person == who and barrier.kind is kind for barrier in gone)


def _person(person: Participant, horizon: Horizon, notes: Notes, gone: Barriers) -> Participant:
    limits, who = person.boundary, person.id
    if not any(barrier.person in ("", who) for barrier in gone):
        return person
    return replace(
        person,
        busy=_busy(person, horizon, notes, gone),
        boundary=replace(
            limits,
            hours=_hours(who, limits.hours, gone),
            overrides=_overrides(who, limits, horizon, gone),
            days_off={day: why for day, why in limits.days_off.items() if day_off(who, why) not in gone},
            buffer=_buffer(person, gone),
            max_per_day=None if _gives(gone, who, Kind.DAY_CAP) else limits.max_per_day,
            max_per_week=None if _gives(gone, who, Kind.WEEK_CAP) else limits.max_per_week,
        ),
    )


def _buffer(person: Participant, gone: Barriers) -> int:
    return 0 if _gives(gone, person.id, Kind.GAP) else person.boundary.buffer


def _hours(who: str, hours: WeekHours, gone: Barriers) -> WeekHours:
    week = {}
    for weekday in range(7):
        kept = [
            (start, end)
            for start, end, barrier in gaps_in_hours(who, weekday, hours.get(weekday, ()))
            if barrier not in gone
        ]
        week[weekday] = tuple(WallWindow(*row) for row in complement(as_intervals(kept), 0, DAY_MINUTES).tolist())
    return {weekday: windows for weekday, windows in week.items() if windows}


def _overrides(who: str, limits: Boundary, horizon: Horizon, gone: Barriers) -> Mapping[date, tuple[WallWindow, ...]]:
    """Special dates are open all day where they give; else they keep their hours, whatever becomes of usual ones."""
    usual = {
        day: limits.overrides.get(day, limits.hours.get(day.weekday(), ())) for day in special_days(limits, horizon)
    }
    return {**limits.overrides} | {
        day: WHOLE_DAY if special_hours(who, limits, day) in gone else windows for day, windows in usual.items()
    }


def _calendar(person: Participant, horizon: Horizon, notes: Notes, gone: Barriers) -> Intervals:
    found = closed_calendar(person, horizon, notes)
    kept = np.array([barrier not in gone for barrier in found.barriers])
    return merged(found.spans[kept[found.which]])


def _busy(person: Participant, horizon: Horizon, notes: Notes, gone: Barriers) -> Intervals:
    who, buffer = person.id, _buffer(person, gone)
    parts = [_calendar(person, horizon, notes, gone)]
    if who in notes.closed_until and not _gives(gone, who, Kind.NOTICE):
        parts.append(as_intervals([(-FAR, max(notes.closed_until[who] - buffer, 1 - FAR))]))
    if who in notes.unknown and not _gives(gone, who, Kind.UNKNOWN):
        given = person.boundary.buffer - buffer
        parts.append(person.busy + np.array([-given, given]))
    return merged(np.concatenate(parts))
