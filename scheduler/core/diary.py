"""What leaves room for one more session: the caps of a day and of a week, and the gap between sessions of a series."""

from collections import Counter
from dataclasses import dataclass, field

from scheduler.core.commitments import attended
from scheduler.core.interval import Horizon
from scheduler.core.people import Boundary
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.walltime import local_time


@dataclass(slots=True)
class Diary:
    """One person's sessions while those of one series are being chosen, each of `duration` minutes."""

    limits: Boundary
    horizon: Horizon
    duration: int
    own: list[int] = field(default_factory=list)
    days: Counter[int] = field(default_factory=Counter)
    weeks: Counter[int] = field(default_factory=Counter)

    @staticmethod
    def of(problem: Problem, plan: Plan, who: str, duration: int) -> "Diary":
        """Somebody's diary with what a plan asks of them already."""
        diary = Diary(problem.people[who].boundary, problem.horizon, duration)
        for sessions in attended(problem, plan, who).values():
            for start in sessions[:, 0].tolist():
                diary._count(start)
        return diary

    def has_room(self, start: int) -> bool:
        """Whether a session of the series may begin at this minute, as far as caps and its other sessions go."""
        day, apart = self._day(start), self.duration + self.limits.buffer
        return (
            _below(self.days[day], self.limits.max_per_day)
            and _below(self.weeks[_week(day)], self.limits.max_per_week)
            and all(abs(start - other) >= apart for other in self.own)
        )

    def add(self, start: int) -> None:
        """Enter a session of the series."""
        self.own.append(start)
        self._count(start)

    def _count(self, start: int) -> None:
        day = self._day(start)
        self.days[day] += 1
        self.weeks[_week(day)] += 1

    def _day(self, start: int) -> int:
        return local_time(self.horizon.instant(start), self.limits.zone).day.toordinal()


def _below(count: int, cap: int | None) -> bool:
    return cap is None or count < cap


def _week(day: int) -> int:
    return (day - 1) // 7
