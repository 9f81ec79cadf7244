"""What happens to people's calendars in half a year: appointments come in, some of them again and again, some go again.

Nothing of it depends on a plan, so that whatever looks after a programme meets the same. Appointments fall anywhere
in somebody's hours; how many there are is such that of the plan that stands first 0.4 sessions an occurrence would
break: the rate at which meetings of two people were measured to be moved.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, Int64Array, merged
from scheduler.core.people import Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.walltime import days_as_wall, resolve

RATE = 0.4
LEAD_DAYS = 21
"""So long before its first week a programme is planned, and so long ahead at most an appointment becomes known."""
NOTICE_DAYS = 6.0
"""On average; few are known weeks before."""
LENGTHS = (30, 45, 60, 60, 90, 120)
WHOLE_DAY, WEEKLY, CANCELLED = 0.03, 0.08, 0.15
"""Shares of appointments: a day off, one that comes back each week for some weeks, one that goes again."""
WEEKS = (4, 10)
GRID = 15
FAR = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """`rows` of each person: start and end in minutes, the day on which it becomes known, and that on which it goes.

    `news`: by day, whose calendar changes on it. Days count from the horizon's epoch, and are those of UTC.
    """

    people: Mapping[str, Participant]
    rows: Mapping[str, Int64Array]
    news: Mapping[int, tuple[str, ...]]

    def known(self, who: str, day: int) -> Participant:
        """Somebody with what is in the calendar early on a day."""
        start, _, appears, goes = self.rows[who].T
        there = (appears <= day) & ((goes > day) | (start < goes * DAY_MINUTES))
        person = self.people[who]
        return replace(person, busy=merged(np.concatenate([person.busy, self.rows[who][there, :2]])))


def life(problem: Problem, plan: Plan, seed: int, rate: float = RATE) -> Life:
    """Half a year, by seed, at which `rate` sessions of the plan would break for each that takes place."""
    weekly = _appointments_a_week(problem, plan, rate)
    rows = {
        who: _rows(np.random.default_rng([seed, number]), person, problem.horizon, weekly)
        for number, (who, person) in enumerate(sorted(problem.people.items()))
    }
    news = defaultdict(set)
    for who, mine in rows.items():
        for day in np.unique(mine[:, 2:]).tolist():
            news[day].add(who)
    return Life(
        people=problem.people, rows=rows, news={day: tuple(sorted(people)) for day, people in sorted(news.items())}
    )


def _appointments_a_week(problem: Problem, plan: Plan, rate: float) -> float:
    """How many appointments somebody with a week of five days has to get."""
    placements, expected, sessions = plan.by_series(), 0.0, 0
    for series in problem.series:
        takes_place = sum(session.takes_place for session in placements[series.id].sessions)
        hits = sum(_chance(problem.people[who], series.duration) for who in series.required)
        sessions, expected = sessions + takes_place, expected + takes_place * hits
    return rate * sessions / expected


def _chance(person: Participant, duration: int) -> float:
    """How many sessions of a week one appointment a week, of a week of five days, breaks: each in so many."""
    days, minutes = len(person.boundary.hours), sum(long for _, long in _windows(person).values())
    timed = (float(np.mean(LENGTHS)) + duration + 2 * person.boundary.buffer) / minutes
    dates = 1 + WEEKLY * (sum(WEEKS) / 2 - 1)
    return days / 5 * dates * ((1 - WHOLE_DAY) * timed + WHOLE_DAY / days)


def _windows(person: Participant) -> dict[int, tuple[int, int]]:
    """By weekday, when somebody's hours begin, and how long they are."""
    hours = person.boundary.hours
    return {day: (hours[day][0].start, hours[day][-1].end - hours[day][0].start) for day in sorted(hours)}


def _rows(chance: np.random.Generator, person: Participant, horizon: Horizon, weekly: float) -> Int64Array:
    """One person's, shape (n, 4)."""
    windows = _windows(person)
    count = int(chance.poisson(weekly * len(windows) / 5 * horizon.weeks))
    weekday = chance.choice(list(windows), count)
    begin, long = (np.array([windows[day][i] for day in weekday.tolist()], dtype=np.int64) for i in (0, 1))
    whole = chance.random(count) < WHOLE_DAY
    minute = begin + (chance.random(count) * (long - LENGTHS[0])).astype(np.int64)
    minute = np.where(whole, 0, minute // GRID * GRID)
    length = np.where(whole, DAY_MINUTES, chance.choice(LENGTHS, count))
    day = 7 * chance.integers(0, horizon.weeks, count) + weekday
    first = horizon.minutes(resolve(days_as_wall(horizon.first_monday.toordinal() + day, minute), person.boundary.zone))
    notice = np.minimum(chance.exponential(NOTICE_DAYS, count), LEAD_DAYS)
    appears = (first - (notice * DAY_MINUTES).astype(np.int64)) // DAY_MINUTES
    goes = appears + 1 + (chance.random(count) * (first // DAY_MINUTES - appears)).astype(np.int64)
    goes = np.where(chance.random(count) < CANCELLED, goes, FAR)
    dates = np.where(chance.random(count) < WEEKLY, chance.integers(WEEKS[0], WEEKS[1] + 1, count), 1)
    which = np.repeat(np.arange(count), dates)
    later = np.arange(len(which)) - np.repeat(np.cumsum(dates) - dates, dates)
    start = (first[which] + later * WEEK_MINUTES).astype(np.int64)
    rows: Int64Array = np.stack([start, start + length[which], appears[which], goes[which]], axis=1)
    inside: Int64Array = rows[start < horizon.weeks * WEEK_MINUTES]
    return inside
