"""Plans in the manner of people: series by series, the best of a few rules, clashes moved or dropped.

They are what random problems repair; a good plan has to beat them.
"""

from random import Random

import numpy as np

from scheduler.core.availability import availability
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.presence import local
from scheduler.core.problem import Problem
from scheduler.core.series import NTHS, Series, Slot, regular_starts

TRIES = 12
WEEKS_OF_A_MONTH = 4


def greedy_plan(problem: Problem, draw: Random) -> Plan:
    """A plan that minds hours, busy times, buffers and pins, but no caps."""
    diary = Diary(problem)
    return Plan(tuple(diary.placed(series, draw) for series in problem.series))


class Diary:
    """What everybody has agreed to so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.horizon = problem, problem.horizon
        self.known = {who: availability(person, problem.horizon) for who, person in problem.people.items()}
        self.taken: dict[str, list[tuple[int, int]]] = {who: [] for who in problem.people}

    def placed(self, series: Series, draw: Random) -> Placement:
        """The best of a few random rules, and what becomes of each session under it."""
        rules = [self.some_rule(series, draw) for _ in range(TRIES)]
        inside = [rule for rule in rules if self.is_inside(series, *rule)]
        if not inside:
            sessions = [self.session(series, index, 0, []) for index in range(series.sessions)]
            return Placement(series.id, 0, (), tuple(sessions))
        first, slots = max(inside, key=lambda rule: self.worth(series, *rule))
        starts = regular_starts(series, first, slots, self.horizon).tolist()
        sessions = [self.session(series, i, start, self.times(series, start, draw)) for i, start in enumerate(starts)]
        return Placement(series.id, first, slots, tuple(sessions))

    def some_rule(self, series: Series, draw: Random) -> tuple[int, tuple[Slot, ...]]:
        """A first week or month that leaves room for all sessions, and slots inside somebody's hours."""
        monthly, weeks = series.cadence.monthly, self.horizon.weeks
        room, step = (weeks // WEEKS_OF_A_MONTH, 1) if monthly else (weeks, series.cadence.every_weeks)
        first = draw.randint(0, max(0, room - 1 - step * max(0, series.sessions - 1)))
        return first, tuple(self.some_slot(series, draw) for _ in range(series.cadence.rotation))

    def some_slot(self, series: Series, draw: Random) -> Slot:
        """A grid time of the anchor zone inside the weekly hours of one of the required people."""
        limits = self.problem.people[draw.choice(series.required)].boundary
        weekday, window = draw.choice([(day, window) for day, windows in limits.hours.items() for window in windows])
        minute = weekday * DAY_MINUTES + draw.randint(window.start, window.end)
        minute += self.offset(series.anchor_zone) - self.offset(limits.zone)
        minute = (minute - minute % self.problem.grid_minutes) % WEEK_MINUTES
        return Slot(minute // DAY_MINUTES, minute % DAY_MINUTES, draw.choice(NTHS) if series.cadence.monthly else None)

    def offset(self, zone: str) -> int:
        """Minutes ahead of UTC when the horizon begins."""
        ahead = local(self.horizon, zone, 0).utcoffset()
        assert ahead is not None
        return int(ahead.total_seconds()) // 60

    def is_inside(self, series: Series, first: int, slots: tuple[Slot, ...]) -> bool:
        """Whether a rule keeps clear of the horizon's edges."""
        starts = regular_starts(series, first, slots, self.horizon)
        return bool(((starts >= DAY_MINUTES) & (starts < (self.horizon.weeks * 7 - 1) * DAY_MINUTES)).all())

    def worth(self, series: Series, first: int, slots: tuple[Slot, ...]) -> int:
        """How many regular dates suit everybody required."""
        return sum(self.suits(series, start) for start in regular_starts(series, first, slots, self.horizon).tolist())

    def times(self, series: Series, regular: int, draw: Random) -> list[int]:
        """The regular time, and some others of that day; only where the grid is hours, so that they are on it."""
        if not series.movable or self.problem.grid_minutes != 60:
            return [regular]
        return [regular, *(regular + hours * 60 for hours in draw.sample([-3, -2, -1, 1, 2, 3], 4))]

    def suits(self, series: Series, start: int) -> bool:
        """Whether everybody required is free."""
        return all(self.is_free(series, who, start) for who in series.required)

    def is_free(self, series: Series, who: str, start: int) -> bool:
        """Whether one person can come."""
        buffer, end = self.problem.people[who].boundary.buffer, start + series.duration
        clear = all(start >= late + buffer or end + buffer <= early for early, late in self.taken[who])
        return clear and bool(self.known[who].fits(np.array([start]), series.duration)[0])

    def session(self, series: Series, index: int, regular: int, times: list[int]) -> Session:
        """Pinned as it is, or at the first time that suits, or skipped."""
        if index in series.pinned:
            pin = series.pinned[index]
            return Session(regular, Status.SKIPPED) if pin is None else self.booked(series, pin, Status.PINNED)
        start = next((time for time in times if self.suits(series, time)), None)
        if start is None or sum(self.is_free(series, who, start) for who in series.optional) < series.quorum:
            return Session(regular, Status.SKIPPED)
        return self.booked(series, start, Status.HELD if start == regular else Status.MOVED)

    def booked(self, series: Series, start: int, status: Status) -> Session:
        """A session with all optional people who are free."""
        absent = tuple(who for who in series.optional if not self.is_free(series, who, start))
        for who in set(series.members) - set(absent):
            self.taken[who].append((start, start + series.duration))
        return Session(start, status, absent)
