"""What a plan already asks of people: the sessions that each attends, and the days on which that is enough."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from scheduler.core.interval import MINUTE, Exact, Horizon, Int64Array, Intervals, as_intervals, merged
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, wall_clock

DAY_CAP, WEEK_CAP = "most sessions a day", "most sessions a week"


def attended(problem: Problem, plan: Plan, who: str, *, but: str = "") -> dict[str, Intervals]:
    """[start, end) in minutes of the sessions that somebody attends, by series, `but` one series."""
    placements = plan.by_series()
    return {
        series.id: as_intervals(
            [
                (session.start, session.start + series.duration)
                for session in placements[series.id].sessions
                if session.takes_place and who not in session.absent
            ]
        )
        for series in problem.series
        if series.id != but and who in series.members and series.id in placements
    }


def full_days(limits: Boundary, starts: Int64Array, horizon: Horizon) -> Mapping[date, str]:
    """The local dates on which sessions at these minutes use up a cap of a day or week, and which."""
    exact = Exact(starts * MINUTE + int(horizon.epoch.timestamp()))
    days = wall_clock(exact, limits.zone) // DAY_SECONDS + EPOCH_DAY
    full: dict[date, str] = {}
    for cap, size, words in ((limits.max_per_week, 7, WEEK_CAP), (limits.max_per_day, 1, DAY_CAP)):
        periods, counts = np.unique((days - 1) // size, return_counts=True)
        for period in [] if cap is None else periods[counts >= cap].tolist():
            full |= {date.fromordinal(period * size + 1 + day): words for day in range(size)}
    return full


def with_commitments(problem: Problem, plan: Plan) -> Problem:
    """The problem with every session of a plan as an appointment like any other; days that are full are days off."""
    people = {who: _committed(problem, person, plan) for who, person in problem.people.items()}
    return replace(problem, people=people)


def _committed(problem: Problem, person: Participant, plan: Plan) -> Participant:
    sessions = np.concatenate([as_intervals([]), *attended(problem, plan, person.id).values()])
    full = full_days(person.boundary, sessions[:, 0], problem.horizon)
    boundary = replace(person.boundary, days_off={**full, **person.boundary.days_off})
    return replace(person, busy=merged(np.concatenate([person.busy, sessions])), boundary=boundary)
