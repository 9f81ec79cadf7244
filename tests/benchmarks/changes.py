"""Calendars that change after a programme was planned: new events for a few people, the first weeks behind us."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

import numpy as np

from scheduler.core.interval import WEEK_MINUTES, Intervals, merged
from scheduler.core.people import Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.walltime import days_as_wall, resolve

FROZEN_WEEKS = 2
SHARE = 0.05
WEEKLY_EVENTS, SINGLE_EVENTS, MINUTES = 3, 10, 60


def some_people(problem: Problem, seed: int, share: float = SHARE) -> list[str]:
    """So large a share of everybody, drawn by seed."""
    return Random(f"people {seed}").sample(sorted(problem.people), max(1, round(share * len(problem.people))))


def busier(problem: Problem, people: Iterable[str], seed: int) -> Problem:
    """The problem two weeks on: these people have three new weekly events and ten single ones, the past is frozen."""
    changed = {who: _busier(problem, problem.people[who], Random(f"events {seed} {who}")) for who in people}
    return replace(problem, people={**problem.people, **changed}, freeze_until=FROZEN_WEEKS * WEEK_MINUTES)


def pinned(problem: Problem, plan: Plan) -> Problem:
    """For a plan from scratch: what is frozen is pinned, so that the two are asked for the same."""
    freeze, placements = problem.freeze_until or 0, plan.by_series()
    series = []
    for one in problem.series:
        sessions = enumerate(placements[one.id].sessions)
        pins = {i: session.start if session.takes_place else None for i, session in sessions if session.start < freeze}
        series.append(replace(one, pinned=pins))
    return replace(problem, freeze_until=None, series=tuple(series))


def changed_sessions(before: Plan, after: Plan) -> int:
    """How many sessions take place at another time than before, or no longer, or again."""
    placements = after.by_series()
    pairs = (
        (old, new)
        for placement in before.placements
        for old, new in zip(placement.sessions, placements[placement.series].sessions, strict=True)
    )
    return sum(old.takes_place != new.takes_place or (old.takes_place and old.start != new.start) for old, new in pairs)


def _busier(problem: Problem, person: Participant, draw: Random) -> Participant:
    weeks = range(FROZEN_WEEKS, problem.horizon.weeks)
    rows = [_events(problem, person, weeks, draw) for _ in range(WEEKLY_EVENTS)]
    rows += [_events(problem, person, [draw.choice(weeks)], draw) for _ in range(SINGLE_EVENTS)]
    return replace(person, busy=merged(np.concatenate([person.busy, *rows])))


def _events(problem: Problem, person: Participant, weeks: Sequence[int], draw: Random) -> Intervals:
    """An event inside the person's hours, at the same wall time in each of these weeks."""
    weekday = draw.choice(sorted(person.boundary.hours))
    window = draw.choice(person.boundary.hours[weekday])
    minute = draw.randrange(window.start, max(window.start + 1, window.end - MINUTES), 15)
    days = problem.horizon.first_monday.toordinal() + 7 * np.array(weeks) + weekday
    start = problem.horizon.minutes(resolve(days_as_wall(days, minute), person.boundary.zone))
    return np.stack([start, start + MINUTES], axis=1)
