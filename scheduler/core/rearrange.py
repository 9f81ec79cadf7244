"""A plan with some of its sessions elsewhere, and everything else where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scheduler.core.availability import availability
from scheduler.core.commitments import with_commitments
from scheduler.core.pins import Key
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, regular_starts


def replaced(problem: Problem, plan: Plan, where: Mapping[Key, int | None]) -> Plan:
    """The plan with sessions at these minutes (None: skipped), whoever can come; one after the other, in their order.

    Optional people are absent where they can't come, and nobody asks whether the others can.
    """
    series = {each.id: each for each in problem.series}
    placements = plan.by_series()
    now = with_sessions(plan, {key: session_at(problem, series[key[0]], placements[key[0]], key[1]) for key in where})
    for (name, number), start in where.items():
        if start is not None:
            absent = _absent(problem, now, series[name], start)
            new = session_at(problem, series[name], placements[name], number, start, absent)
            now = with_sessions(now, {(name, number): new})
    return now


def with_sessions(plan: Plan, sessions: Mapping[Key, Session]) -> Plan:
    """The plan with some sessions in place of those that it has."""
    touched = {name for name, _ in sessions}

    def changed(placement: Placement) -> Placement:
        mine = (sessions.get((placement.series, i), session) for i, session in enumerate(placement.sessions))
        return replace(placement, sessions=tuple(mine))

    return replace(plan, placements=tuple(changed(p) if p.series in touched else p for p in plan.placements))


def session_at(
    problem: Problem,
    series: Series,
    placement: Placement,
    number: int,
    start: int | None = None,
    absent: Sequence[str] = (),
) -> Session:
    """A session at a minute, with the status that it has there; None: it is skipped where its rule puts it."""
    usual = usual_minute(problem, series, placement, number)
    if start is None:
        return Session(usual, Status.SKIPPED)
    if series.pinned.get(number) == start:
        return Session(start, Status.PINNED, tuple(absent))
    return Session(start, Status.HELD if start == usual else Status.MOVED, tuple(absent))


def usual_minute(problem: Problem, series: Series, placement: Placement, number: int) -> int:
    """Where the rule of a placement puts a session."""
    return int(regular_starts(series, placement.first, placement.slots, problem.horizon)[number])


def _absent(problem: Problem, plan: Plan, series: Series, start: int) -> tuple[str, ...]:
    """Who of the optional people can't come to a session at this minute, beside all others of a plan."""
    people = {who: problem.people[who] for who in series.optional}
    around = with_commitments(replace(problem, people=people), plan, series.duration).people
    at = np.array([start], dtype=np.int64)
    return tuple(
        who for who in series.optional if not availability(around[who], problem.horizon).fits(at, series.duration)[0]
    )
