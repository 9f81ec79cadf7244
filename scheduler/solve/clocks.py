"""Local days and weeks by table: one look-up a minute, where reading a zone's clock would be a search."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Lattice
from scheduler.core.interval import Horizon, Int64Array
from scheduler.core.problem import Problem
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, wall_clock

MARGIN_WEEKS = 1
"""Local days reach beyond the horizon."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`day[zone][place]`: the local day of each place of the lattice, counted from the Monday before the horizon.

    The last entry stands for minutes beyond the lattice. Weeks are days // 7; `days` of them are told apart.
    """

    lattice: Lattice
    day: Mapping[str, Int64Array]
    days: int

    @staticmethod
    def of(problem: Problem, zones: Iterable[str]) -> "Clocks":
        """The tables of some zones."""
        horizon, lattice = problem.horizon, Lattice.of(problem.horizon, problem.grid_minutes)
        days = (horizon.weeks + 2 * MARGIN_WEEKS + 1) * 7
        return Clocks(lattice, {zone: _table(zone, horizon, lattice, days - 1) for zone in sorted(set(zones))}, days)

    def days_of(self, zone: str, minutes: Int64Array) -> Int64Array:
        """The local days of sessions that begin at these minutes."""
        place = self.lattice.index(minutes)
        place = np.where((place < 0) | (place >= self.lattice.size), self.lattice.size, place)
        return self.day[zone][place]


def local_days(starts: Int64Array, zone: str, horizon: Horizon) -> Int64Array:
    """The ordinal days on which sessions begin, by the clock of a zone."""
    days: Int64Array = wall_clock(horizon.exact(starts), zone) // DAY_SECONDS + EPOCH_DAY
    return days


def local_weeks(starts: Int64Array, zone: str, horizon: Horizon) -> Int64Array:
    """The weeks, Monday to Sunday, in which sessions begin, by the clock of a zone."""
    return (local_days(starts, zone, horizon) - 1) // 7


def _table(zone: str, horizon: Horizon, lattice: Lattice, beyond: int) -> Int64Array:
    minutes = lattice.minutes(np.arange(lattice.size))
    first = horizon.first_monday.toordinal() - 7 * MARGIN_WEEKS
    return np.append(local_days(minutes, zone, horizon) - first, beyond)
