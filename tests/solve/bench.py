"""Tiny problems in a line or two, and the exact model on them, opened up: what can be true together, at what cost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ortools.sat.python.cp_model import FEASIBLE, OPTIMAL, CpSolver, IntVar, LinearExprT

from scheduler.core.interval import Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series
from scheduler.core.walltime import WallWindow
from scheduler.solve.exact.model import Model, PersonVars, SeriesVars
from scheduler.solve.exact.options import menu
from scheduler.solve.exact.variables import variables
from scheduler.solve.seats import cleared, taken_seats
from scheduler.solve.task import Task, all_tasks

MONDAY = date(2027, 1, 4)
DAY, WEEK = 1440, 10_080
NINE, TEN, ELEVEN = 540, 600, 660
"""Minutes of the first Monday in UTC."""


def window(start: int, end: int) -> tuple[WallWindow, ...]:
    """One window of a day, in hours."""
    return (WallWindow(start * 60, end * 60),)


def person(name: str, hours: Mapping[int, tuple[WallWindow, ...]] | None = None, **limits: Any) -> Participant:
    """Somebody in UTC who can be met on Mondays from 9 to 12, unless told otherwise."""
    busy = as_intervals(limits.pop("busy", []))
    zone = limits.pop("zone", "UTC")
    return Participant(id=name, boundary=Boundary(zone=zone, hours=hours or {0: window(9, 12)}, **limits), busy=busy)


def series(name: str, *required: str, **wishes: Any) -> Series:
    """One hour once, unless told otherwise; `every`, `monthly` and `rotation` make the cadence."""
    cadence = Cadence(
        every_weeks=wishes.pop("every", 1), monthly=wishes.pop("monthly", False), rotation=wishes.pop("rotation", 1)
    )
    usual: dict[str, Any] = {"duration": 60, "sessions": 1, "anchor_zone": "UTC"}
    return Series(id=name, required=required, cadence=cadence, **usual | wishes)


def problem(people: Sequence[Participant], *groups: Series, weeks: int = 1, grid: int = 60, **more: Any) -> Problem:
    """A problem of one week on a grid of an hour, unless told otherwise."""
    horizon = Horizon(MONDAY, weeks)
    everybody = {one.id: one for one in people}
    return Problem(name="", horizon=horizon, grid_minutes=grid, people=everybody, series=groups, **more)


def tasks_of(asked: Problem, previous: Plan | None = None) -> tuple[Task, ...]:
    """What the solver makes of a problem first."""
    return all_tasks(asked, previous)


@dataclass(frozen=True)
class Bench:
    """The exact model of a problem, with only the rules that a test says."""

    model: Model

    @staticmethod
    def of(asked: Problem, previous: Plan | None = None) -> "Bench":
        """The variables of a problem."""
        tasks = all_tasks(asked, previous)
        taken = taken_seats(tasks, {})
        return Bench(variables(asked, [menu(task) for task in cleared(asked, tasks, taken)], taken))

    def say(self, rule: Callable[..., None], *more: Any) -> "Bench":
        """Say a rule of series or of people for each of them."""
        first = next(iter(rule.__annotations__.keys() - {"cp", "horizon", "return"}))
        for subject in self.model.series if first == "series" else self.model.people:
            rule(self.model.cp, subject, *more)
        return self

    def series(self, number: int = 0) -> SeriesVars:
        """The variables of a series."""
        return self.model.series[number]

    def person(self, number: int = 0) -> PersonVars:
        """The variables of a person."""
        return self.model.people[number]

    def at(self, minute: int, number: int = 0) -> IntVar:
        """A session of a series stands at a minute."""
        vars_ = self.series(number)
        return vars_.at[vars_.task.candidates.starts.tolist().index(minute)]

    def comes(self, minute: int, k: int = 0, number: int = 0) -> IntVar:
        """The k-th optional person attends a session at a minute."""
        vars_ = self.series(number)
        return vars_.comes[vars_.task.candidates.starts.tolist().index(minute), k]

    def stands(self, session: int, minute: int, number: int = 0) -> IntVar:
        """A session stands at a minute."""
        return self.series(number).stands[self._option(session, minute, number)]

    def held(self, session: int, minute: int, number: int = 0) -> IntVar:
        """A session is held at a minute."""
        held = self.series(number).held[self._option(session, minute, number)]
        assert held is not None
        return held

    def rule(self, weekday: int, minute: int, *, first: int = 0, slot: int = 0, number: int = 0) -> IntVar:
        """A slot follows the rule of this weekday and time, from this first week."""
        vars_ = self.series(number)
        c, grid = vars_.columns[slot], vars_.task.candidates.grid_minutes
        wanted: list[bool] = ((c.first == first) & (c.choice == weekday) & (c.time == minute // grid)).tolist()
        return vars_.column[slot][wanted.index(True)]

    def can(self, *true: IntVar, cost: LinearExprT | None = None) -> bool | int:
        """Whether all of these can be true together; with a cost: the least that it is then."""
        cp = self.model.cp.clone()
        for variable in true:
            cp.add(variable == 1)
        if cost is not None:
            cp.minimize(cost)
        solver = CpSolver()
        solver.parameters.num_workers = 1
        found = solver.solve(cp) in (OPTIMAL, FEASIBLE)
        return round(solver.objective_value) if cost is not None and found else found

    def _option(self, session: int, minute: int, number: int) -> int:
        vars_ = self.series(number)
        minutes = vars_.task.candidates.starts[vars_.options.start]
        wanted: list[bool] = ((vars_.options.session == session) & (minutes == minute)).tolist()
        return wanted.index(True)
