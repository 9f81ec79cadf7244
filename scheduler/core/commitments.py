"""What a plan already asks of people: the sessions that each attends, and the days on which that is enough."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from scheduler.core.interval import Horizon, Int64Array, Intervals, as_intervals, merged
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, days_as_wall, resolve, wall_clock

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
    days = wall_clock(horizon.exact(starts), limits.zone) // DAY_SECONDS + EPOCH_DAY
    full: dict[date, str] = {}
    for cap, size, words in ((limits.max_per_week, 7, WEEK_CAP), (limits.max_per_day, 1, DAY_CAP)):
        periods, counts = np.unique((days - 1) // size, return_counts=True)
        for period in [] if cap is None else periods[counts >= cap].tolist():
            full |= {date.fromordinal(period * size + 1 + day): words for day in range(size)}
    return full


def with_commitments(problem: Problem, plan: Plan, duration: int) -> Problem:
    """The problem with every session of a plan as an appointment like any other; on days that are full none begins.

    `duration`: minutes of the shortest session that is still to be placed.
    """
    people = {who: _committed(problem, person, plan, duration) for who, person in problem.people.items()}
    return replace(problem, people=people)


def _committed(problem: Problem, person: Participant, plan: Plan, duration: int) -> Participant:
    sessions = np.concatenate([as_intervals([]), *attended(problem, plan, person.id).values()])
    full = _closed(person.boundary, sessions[:, 0], problem.horizon, duration)
    return replace(person, busy=merged(np.concatenate([person.busy, sessions, full])))


def _closed(limits: Boundary, starts: Int64Array, horizon: Horizon, duration: int) -> Intervals:
    """Busy minutes that keep sessions from beginning on full days, though one from the day before may still end there.

    Caps count the days of home, and hours those of a trip: so full days can't simply be days off.
    """
    days = np.array([day.toordinal() for day in full_days(limits, starts, horizon)], dtype=np.int64)
    begin, end = (horizon.minutes(resolve(days_as_wall(days + ahead), limits.zone)) for ahead in (0, 1))
    inner = np.stack([begin + duration - 1 + limits.buffer, end - limits.buffer], axis=1)
    middle = (begin + end)[:, None] // 2 + np.array([0, 1])  # as much is left of a day that a long buffer swallows
    return np.where(inner[:, :1] < inner[:, 1:], inner, middle)
