"""Where the sessions of one series can stand: every start that fits its people, and every date its rules may name.

A rule is a first week (or month), a day and a time of day for each slot of the rotation. All of them are slices of
two tables: `dates` says on which day of the horizon a session falls, `regular` which start a day and time of day mean.
Clock changes live only in the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from scheduler.core.availability import Availability, Bitmap, Lattice, availability, possible_starts
from scheduler.core.interval import (
    DAY_MINUTES,
    WEEK_MINUTES,
    Horizon,
    Int64Array,
    Intervals,
    no_intervals,
)
from scheduler.core.pain import pain
from scheduler.core.people import Participant
from scheduler.core.problem import Problem
from scheduler.core.series import NTHS, Cadence, Series, Slot, regular_days
from scheduler.core.walltime import days_as_wall, resolve, wall_clock

NOWHERE = -1
"""In tables of starts, days and weeks: there is none."""


@dataclass(frozen=True, slots=True)
class WallGrid:
    """A zone's grid of wall times laid on the lattice.

    `regular[day, time]`: the lattice index that a date of the horizon and a time of day mean (RFC 5545 in gaps and
    folds). `week[index]`: the zone's week in which a lattice minute stands, if the zone's clocks then show a time of
    the grid, else NOWHERE. `named[index]`: whether the minute is a time of the grid at all.
    """

    lattice: Lattice
    regular: Int64Array
    week: Int64Array
    named: Bitmap


@dataclass(frozen=True, slots=True)
class Candidates:
    """The starts (n) at which a series' required people and its quorum are free, and the dates of its rules.

    `starts`: minutes since the epoch, sorted. `week`: the week into which a moved session may go there, or NOWHERE.
    `comes[n, optional]`: who of the optional people is free. `pain[n, members]`. `places`: the starts on the lattice of
    `grid`, which series of one zone share. `dates[first, choice, session]`: the day of the horizon, or NOWHERE;
    `choices` are the days a slot may name, as slots without their time.
    """

    series: Series
    grid_minutes: int
    starts: Int64Array
    week: Int64Array
    comes: Bitmap
    pain: Int64Array
    places: Int64Array
    grid: WallGrid
    dates: Int64Array
    choices: tuple[Slot, ...]

    @property
    def regular(self) -> Int64Array:
        """`regular[day, time]`: an index into `starts`, or NOWHERE.

        Laid out anew at each call, since that of ten thousand series would fill a gigabyte.
        """
        number = np.full(len(self.grid.week), NOWHERE, dtype=np.int64)
        number[self.places] = np.arange(len(self.places))
        return number[self.grid.regular]

    @property
    def weeks(self) -> int:
        """Whole weeks of the horizon."""
        return len(self.grid.regular) // 7

    def slot(self, choice: int, time: int) -> Slot:
        """The slot on a day of `choices` at a time of day counted in steps of the grid."""
        return replace(self.choices[choice], minute=time * self.grid_minutes)

    def clear_of(self, taken: Mapping[str, Intervals], buffers: Mapping[str, int]) -> "Candidates":
        """What is left where people also keep clear of these sessions, and of their buffers around them."""
        blocked = [self._blocked(taken.get(who, no_intervals()), buffers[who]) for who in self.series.members]
        required, optional = blocked[: len(self.series.required)], blocked[len(self.series.required) :]
        comes = self.comes & ~np.array(optional, dtype=bool).reshape(len(optional), len(self.starts)).T
        fits = ~np.any(required, axis=0) & (comes.sum(axis=1) >= self.series.quorum)
        return replace(self, comes=comes).only(fits)

    def _blocked(self, taken: Intervals, buffer: int) -> Bitmap:
        around = taken[np.argsort(taken[:, 0], kind="stable")] + np.array([-buffer, buffer])
        around[:, 1] = np.maximum.accumulate(around[:, 1])
        return Availability(no_intervals(), around).is_taken(self.starts, self.series.duration)

    def only(self, kept: Bitmap) -> "Candidates":
        """Some of the starts."""
        return replace(
            self,
            starts=self.starts[kept],
            week=self.week[kept],
            comes=self.comes[kept],
            pain=self.pain[kept],
            places=self.places[kept],
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """What the candidates of a problem rest on: what is known of each person, and the grid of each zone."""

    problem: Problem
    lattice: Lattice
    known: Mapping[str, Availability]
    grids: Mapping[str, WallGrid]

    @staticmethod
    def of(problem: Problem) -> "Survey":
        """That of a problem."""
        lattice = Lattice.of(problem.horizon, problem.grid_minutes)
        known = {person.id: availability(person, problem.horizon) for person in problem.people.values()}
        zones = {series.anchor_zone for series in problem.series}
        grids = {zone: wall_grid(zone, problem.horizon, problem.grid_minutes, lattice) for zone in sorted(zones)}
        return Survey(problem, lattice, known, grids)

    def candidates(self, series: Series) -> Candidates:
        """Those of one series."""
        return candidates(self.problem, series, self.known, self.grids[series.anchor_zone], self.lattice)

    def with_person(self, person: Participant) -> "Survey":
        """The same, but for one person."""
        problem = replace(self.problem, people={**self.problem.people, person.id: person})
        return replace(self, problem=problem, known={**self.known, person.id: availability(person, problem.horizon)})


def all_candidates(problem: Problem) -> tuple[Candidates, ...]:
    """Those of every series of a problem, in its order."""
    survey = Survey.of(problem)
    return tuple(survey.candidates(series) for series in problem.series)


def candidates_of(problem: Problem, series: Series) -> Candidates:
    """Those of one series, by what the problem says of its members."""
    lattice = Lattice.of(problem.horizon, problem.grid_minutes)
    grid = wall_grid(series.anchor_zone, problem.horizon, problem.grid_minutes, lattice)
    known = {who: availability(problem.people[who], problem.horizon) for who in series.members}
    return candidates(problem, series, known, grid, lattice)


def candidates(
    problem: Problem, series: Series, known: Mapping[str, Availability], grid: WallGrid, lattice: Lattice
) -> Candidates:
    """The starts of one series at which its people are free, by what is known of each of them."""
    fits = grid.named.copy()
    for who in series.required:
        fits &= possible_starts(known[who], series.duration, lattice)
    optional = [possible_starts(known[who], series.duration, lattice) for who in series.optional]
    if series.quorum:
        fits &= np.sum(optional, axis=0) >= series.quorum
    places = np.flatnonzero(fits)
    starts = lattice.minutes(places)
    choices, dates = rule_dates(series.cadence, series.sessions, problem.horizon)
    return Candidates(
        series=series,
        grid_minutes=problem.grid_minutes,
        starts=starts,
        week=grid.week[places] if series.movable else np.full(len(places), NOWHERE, dtype=np.int64),
        comes=np.array([free[places] for free in optional], dtype=bool).reshape(len(optional), len(places)).T,
        pain=_pains(problem, series, starts),
        places=places,
        grid=grid,
        dates=dates,
        choices=choices,
    )


def wall_grid(zone: str, horizon: Horizon, grid_minutes: int, lattice: Lattice) -> WallGrid:
    """Lay a zone's grid of wall times on the lattice."""
    days = horizon.first_monday.toordinal() + np.arange(horizon.weeks * 7)
    times = np.arange(0, DAY_MINUTES, grid_minutes)
    regular = lattice.index(horizon.minutes(resolve(days_as_wall(days[:, None], times), zone)))
    minutes = lattice.minutes(np.arange(lattice.size))
    shown = horizon.minutes(wall_clock(horizon.exact(minutes), zone))
    week = shown // WEEK_MINUTES
    inside = (shown % grid_minutes == 0) & (week >= 0) & (week < horizon.weeks)
    named = inside.copy()
    named[regular] = True
    return WallGrid(lattice, regular, np.where(inside, week, NOWHERE), named)


@lru_cache(maxsize=256)
def rule_dates(cadence: Cadence, sessions: int, horizon: Horizon) -> tuple[tuple[Slot, ...], Int64Array]:
    """The days that a slot may name, and `dates[first, choice, session]` in days since the first Monday.

    A day outside the horizon is NOWHERE: there a rule may put no session but those that stand already.
    """
    if cadence.monthly:
        choices = tuple(Slot(weekday, 0, nth) for nth in NTHS for weekday in range(7))
        periods = _month_days(choices, horizon)
    else:
        choices = tuple(Slot(weekday, 0) for weekday in range(7))
        periods = np.arange(horizon.weeks)[:, None] * 7 + np.arange(7)
    index = np.arange(sessions) * (1 if cadence.monthly else cadence.every_weeks)
    beyond = np.full((int(index.max(initial=0)), len(choices)), NOWHERE)
    every_first = np.arange(len(periods))[:, None]
    dates = np.concatenate([periods, beyond])[every_first + index].transpose(0, 2, 1)
    dates.flags.writeable = False  # shared by all series of the cadence
    return choices, dates


def _month_days(choices: tuple[Slot, ...], horizon: Horizon) -> Int64Array:
    """The day that each choice names in each month which the horizon touches, shape (months, choices)."""
    first = horizon.first_monday
    last = first.fromordinal(first.toordinal() + horizon.weeks * 7 - 1)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    every_month = Series(
        id="", required=(), duration=1, sessions=months, cadence=Cadence(monthly=True), anchor_zone="UTC"
    )
    days = np.stack([regular_days(every_month, 0, [choice], horizon) for choice in choices], axis=1) - first.toordinal()
    return np.where((days >= 0) & (days < horizon.weeks * 7), days, NOWHERE)


def _pains(problem: Problem, series: Series, starts: Int64Array) -> Int64Array:
    limits = [problem.people[who].boundary for who in series.members]
    return np.stack([pain(limit, starts, series.duration, problem.horizon) for limit in limits], axis=1)
