"""The linear relaxation of a whole programme at once, in the plainest way: a second route to the bound."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]  # ortools ships no types for it

from scheduler.core.candidates import NOWHERE, Candidates, all_candidates
from scheduler.core.presence import local
from scheduler.core.problem import Problem

Solver = pywraplp.Solver
Stay = tuple[int, int, Any]
"""Start, end with the buffer after it, and the variable that says whether somebody is there."""


class WholeRelaxation:
    """Every start of every week is a variable, and so is every choice of weeks; nothing is left out or merged.

    Only series that can be moved, and required people: optional ones could only lower the bound.
    """

    def __init__(self, problem: Problem, engine: str) -> None:
        self.problem = problem
        self.solver = Solver.CreateSolver(engine)
        self.stays: dict[str, list[Stay]] = defaultdict(list)
        for found in all_candidates(problem):
            assert found.series.movable
            self._series(found)
        for who, stays in self.stays.items():
            self._apart(who, sorted(stays, key=lambda stay: stay[:2]))
            self._caps(who, stays)

    def most(self) -> float:
        """The most sessions that the relaxation has."""
        assert self.solver.Solve() == Solver.OPTIMAL
        return float(self.solver.Objective().Value())

    def _series(self, found: Candidates) -> None:
        dates = [days for of_first in found.dates for days in of_first if (days != NOWHERE).all()]
        rules = {tuple((days // 7).tolist()) for days in dates}
        chosen = {weeks: self.solver.NumVar(0, 1, "") for weeks in sorted(rules)}
        self._at_most(1, chosen.values())
        by_week: dict[int, list[Any]] = defaultdict(list)
        for start, week in zip(found.starts.tolist(), found.week.tolist(), strict=True):
            stands = self.solver.NumVar(0, 1, "")
            self.solver.Objective().SetCoefficient(stands, 1)
            by_week[week].append(stands)
            for who in found.series.required:
                end = start + found.series.duration + self.problem.people[who].boundary.buffer
                self.stays[who].append((start, end, stands))
        self.solver.Objective().SetMaximization()
        for week, some in by_week.items():
            row = self._at_most(0, some)
            for weeks, var in chosen.items():
                row.SetCoefficient(var, -weeks.count(week))

    def _apart(self, who: str, stays: Sequence[Stay]) -> None:
        for start in sorted({start for start, _, _ in stays}):
            meeting = [var for begin, end, var in stays if begin <= start < end]
            if len(meeting) > 1:
                self._at_most(1, meeting)

    def _caps(self, who: str, stays: Sequence[Stay]) -> None:
        limits = self.problem.people[who].boundary
        days: dict[date, list[Any]] = defaultdict(list)
        weeks: dict[date, list[Any]] = defaultdict(list)
        for start, _, var in stays:
            day = local(self.problem.horizon, limits.zone, start).date()
            days[day].append(var)
            weeks[day - timedelta(days=day.weekday())].append(var)
        for cap, periods in ((limits.max_per_day, days), (limits.max_per_week, weeks)):
            for some in periods.values():
                if cap is not None and len(some) > cap:
                    self._at_most(cap, some)

    def _at_most(self, most: int, some: Iterable[Any]) -> Any:
        """A row: the sum of these is at most so much."""
        row = self.solver.Constraint(-self.solver.infinity(), most)
        for var in some:
            row.SetCoefficient(var, 1)
        return row
