"""What becomes of every session of a plan, week by week: groups x weeks, for pictures, tables and sums alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduler.core.interval import WEEK_MINUTES, Horizon, Int64Array
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, regular_starts
from scheduler.core.walltime import wall_clock

Cells: TypeAlias = NDArray[np.int8]


class Cell(IntEnum):
    """What becomes of a group in one week; the worse, the greater."""

    NONE = 0  # no session is due
    HOLDS = 1
    SKIPPED = 2  # as somebody wanted
    MOVES = 3
    MISSING = 4  # no time was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`cells` has a row for each of `groups` and a column for each of `weeks` (their Mondays), values of `Cell`.

    `starts`, `ends`: the instants of all sessions that take place, in seconds since 1970, sorted by start; `of`: the
    row that each belongs to, `session` its number.
    """

    groups: tuple[str, ...]
    weeks: tuple[date, ...]
    cells: Cells
    starts: Int64Array
    ends: Int64Array
    of: Int64Array
    session: Int64Array

    def count(self, *which: Cell) -> int:
        """How many cells are so."""
        return int(np.isin(self.cells, which).sum())

    @property
    def planned(self) -> int:
        """How many sessions are due."""
        return int((self.cells != Cell.NONE).sum())

    @property
    def placed(self) -> int:
        """How many of them have a time."""
        return self.count(Cell.HOLDS, Cell.MOVES)

    def worst_first(self) -> Int64Array:
        """The rows, those with most sessions without a time first, then those with most that move."""
        missing, moves = ((self.cells == cell).sum(axis=1) for cell in (Cell.MISSING, Cell.MOVES))
        return np.lexsort((np.arange(len(self.groups)), -moves, -missing)).astype(np.int64)


def coverage(problem: Problem, plan: Plan, groups: Sequence[str]) -> Coverage:
    """The coverage of these groups by a plan, a row each in their order; a group that it does not know has no cell."""
    row = {group: number for number, group in enumerate(groups)}
    placements, horizon = plan.by_series(), problem.horizon
    known = [
        (row[each.id], each, placements[each.id]) for each in problem.series if each.id in placements and each.id in row
    ]
    cells = np.zeros((len(groups), horizon.weeks), dtype=np.int8)
    zones: dict[str, list[tuple[int, Int64Array, list[Cell]]]] = {}
    happens: list[tuple[int, int, int, int]] = []
    for number, series, placement in known:
        states = [_cell(series, placement, index, each) for index, each in enumerate(placement.sessions)]
        zones.setdefault(series.anchor_zone, []).append((number, _due(series, placement, horizon), states))
        happens += [
            (each.start, series.duration, number, index)
            for index, each in enumerate(placement.sessions)
            if each.takes_place
        ]
    for zone, found in zones.items():
        _fill(cells, zone, found, horizon)
    start, minutes, of, session = np.array(sorted(happens), dtype=np.int64).reshape(-1, 4).T
    return Coverage(
        groups=tuple(groups),
        weeks=tuple(horizon.first_monday + timedelta(weeks=week) for week in range(horizon.weeks)),
        cells=cells,
        starts=horizon.exact(start),
        ends=horizon.exact(start + minutes),
        of=of,
        session=session,
    )


def _cell(series: Series, placement: Placement, index: int, session: Session) -> Cell:
    if session.status is Status.HELD:
        return Cell.HOLDS
    if session.takes_place:
        return Cell.MOVES
    return Cell.SKIPPED if index in series.pinned and series.pinned[index] is None else Cell.MISSING


def _due(series: Series, placement: Placement, horizon: Horizon) -> Int64Array:
    """In which minute each session is due: of a series without a time, one in each week of its cadence."""
    if placement.slots:
        return regular_starts(series, placement.first, placement.slots, horizon)
    step = 4 if series.cadence.monthly else series.cadence.every_weeks
    weeks = np.minimum(np.arange(series.sessions) * step, horizon.weeks - 1)
    return np.asarray(weeks * WEEK_MINUTES + WEEK_MINUTES // 2, dtype=np.int64)


def _fill(cells: Cells, zone: str, found: list[tuple[int, Int64Array, list[Cell]]], horizon: Horizon) -> None:
    """Weeks are those of the anchor zone's calendar, as the rule counts them."""
    rows = np.repeat([number for number, _, _ in found], [len(due) for _, due, _ in found])
    minutes = horizon.minutes(wall_clock(horizon.exact(np.concatenate([due for _, due, _ in found])), zone))
    weeks = np.clip(minutes // WEEK_MINUTES, 0, horizon.weeks - 1)
    np.maximum.at(cells, (rows, weeks), np.array([each for _, _, states in found for each in states], dtype=np.int8))
