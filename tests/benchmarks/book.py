"""Who sits where, while a baseline writes its plan: no two sessions too close, no day or week beyond its cap."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import Candidates
from scheduler.core.interval import Horizon, Int64Array
from scheduler.core.people import Participant
from scheduler.core.problem import Problem
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, wall_clock

FULL = 1_000_000  # a cap for those who have none


class Diary:
    """One person's sessions, sorted, and how many of them there are in each local day and week."""

    def __init__(self, person: Participant, horizon: Horizon) -> None:
        limits = person.boundary
        self.horizon, self.zone, self.buffer = horizon, limits.zone, limits.buffer
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.by_day = np.zeros(horizon.weeks * 7 + 14, dtype=np.int32)
        self.by_week = np.zeros(horizon.weeks + 2, dtype=np.int32)
        self.day_cap = FULL if limits.max_per_day is None else limits.max_per_day
        self.week_cap = FULL if limits.max_per_week is None else limits.max_per_week

    def days(self, starts: Int64Array) -> Int64Array:
        """The local day of each minute; day 7 is the first Monday."""
        wall = wall_clock(self.horizon.exact(starts), self.zone)
        return np.asarray(wall // DAY_SECONDS + EPOCH_DAY - self.horizon.first_monday.toordinal() + 7, dtype=np.int64)

    def has_room(self, start: int, duration: int, day: int) -> bool:
        """Whether one more session fits."""
        at = bisect_left(self.starts, start)
        return (
            (at == 0 or self.ends[at - 1] + self.buffer <= start)
            and (at == len(self.starts) or start + duration + self.buffer <= self.starts[at])
            and bool(self.by_day[day] < self.day_cap)
            and bool(self.by_week[day // 7] < self.week_cap)
        )

    def room(self, starts: Int64Array, duration: int) -> Bitmap:
        """`has_room` for many starts at once."""
        days = self.days(starts)
        free: Bitmap = (self.by_day[days] < self.day_cap) & (self.by_week[days // 7] < self.week_cap)
        if self.starts:
            before = np.searchsorted(np.array(self.starts), starts + duration + self.buffer) - 1
            free &= (before < 0) | (np.array(self.ends)[before] + self.buffer <= starts)
        return free

    def add(self, start: int, duration: int, day: int) -> None:
        """Enter a session."""
        at = bisect_left(self.starts, start)
        self.starts.insert(at, start)
        self.ends.insert(at, start + duration)
        self.by_day[day] += 1
        self.by_week[day // 7] += 1


class Book:
    """Everybody's diaries."""

    def __init__(self, problem: Problem) -> None:
        self.diaries = {who: Diary(person, problem.horizon) for who, person in problem.people.items()}

    def open_starts(self, found: Candidates) -> Bitmap:
        """At which starts of a series its required people and its quorum have room for one more session."""
        series = found.series
        room = self._room(series.required, found)
        if series.optional:
            optional = [found.comes[:, k] & self._room([who], found) for k, who in enumerate(series.optional)]
            room &= np.sum(optional, axis=0) >= series.quorum
        return room

    def _room(self, people: Iterable[str], found: Candidates) -> Bitmap:
        room = np.ones(len(found.starts), dtype=bool)
        for who in people:
            room &= self.diaries[who].room(found.starts, found.series.duration)
        return room


class Desk:
    """One series at the book: seats its sessions, one by one."""

    def __init__(self, book: Book, found: Candidates) -> None:
        self.found, series = found, found.series
        self.diaries = [book.diaries[who] for who in series.members]
        self.days = np.stack([diary.days(found.starts).astype(np.int16) for diary in self.diaries], axis=1)
        self.pain = found.pain.sum(axis=1)

    def seat(self, options: Sequence[int]) -> tuple[int, tuple[str, ...]] | None:
        """Enter a session at the first of these starts (indices) that is open, in the diaries of those who come.

        The index and who is absent, or None where no start is open.
        """
        for at in options:
            here = self._who_has_room(at)
            if here is not None:
                start, days = int(self.found.starts[at]), self.days[at].tolist()
                for diary, day, comes in zip(self.diaries, days, here, strict=True):
                    if comes:
                        diary.add(start, self.found.series.duration, day)
                return at, tuple(who for who, comes in zip(self.found.series.members, here, strict=True) if not comes)
        return None

    def _who_has_room(self, at: int) -> list[bool] | None:
        series, start = self.found.series, int(self.found.starts[at])
        required = len(series.required)
        seats = zip(self.diaries, self.days[at].tolist(), strict=True)
        here = [diary.has_room(start, series.duration, day) for diary, day in seats]
        if not all(here[:required]):
            return None
        here[required:] = [
            free and bool(comes) for free, comes in zip(here[required:], self.found.comes[at], strict=True)
        ]
        return here if sum(here[required:]) >= series.quorum else None
