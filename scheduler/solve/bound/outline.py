"""A series as the bound sees it: in how many cells of the calendar it may stand, and which of them go together.

A cell is a week of the horizon where sessions can be moved inside their week, and a single start where they can't. The
rule of a series matters for the bound only by the cells that it opens, and many rules open the same.
"""

from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE, Candidates
from scheduler.core.interval import Int64Array
from scheduler.solve.task import Task


@dataclass(frozen=True, slots=True)
class Outline:
    """What the rules of a series open.

    `slot`, `first` (patterns): of which slot of the rotation a pattern is, and its first week or month. One pattern of
    each slot is in force, all with the same first. `opens[pattern, cell]`: how many sessions it puts into a cell.
    `cell`, `start` (places, sorted): the starts of each cell, as indices of the candidates.
    """

    slot: Int64Array
    first: Int64Array
    opens: Int64Array
    cell: Int64Array
    start: Int64Array

    @property
    def possible(self) -> Bitmap:
        """Which cells have a place at all."""
        has = np.zeros(self.opens.shape[1], dtype=bool)
        has[self.cell] = True
        return has

    @property
    def gains(self) -> Int64Array:
        """The most sessions that take place under each pattern, if the series were alone."""
        return self.opens @ self.possible

    @property
    def is_settled(self) -> bool:
        """Whether there is no choice of patterns."""
        return len(self.first) == 1

    @property
    def best(self) -> Int64Array:
        """The patterns under which the most sessions take place, one a slot."""
        if not len(self.first):
            return self.first
        table = np.full((self.slot.max() + 1, self.first.max() + 1), NOWHERE)
        np.maximum.at(table, (self.slot, self.first), self.gains)
        first = np.argmax(np.where((table == NOWHERE).any(axis=0), NOWHERE, table.sum(axis=0)))
        mine = np.flatnonzero(self.first == first)
        order = mine[np.lexsort([-self.gains[mine], self.slot[mine]])]
        return order[np.unique(self.slot[order], return_index=True)[1]]

    @property
    def free(self) -> int:
        """The most sessions that take place if the series were alone."""
        return int(self.gains[self.best].sum())


def outline(task: Task) -> Outline:
    """The outline of a series; what of it is given already is no part of that."""
    return _by_weeks(task) if task.series.movable else _by_starts(task)


def _by_weeks(task: Task) -> Outline:
    found = task.candidates
    patterns = [np.empty((0, 2 + found.weeks), dtype=np.int64)]
    for slot, sessions in enumerate(_turns(task)):
        days = found.dates[:, :, sessions]
        if not task.series.cadence.monthly:
            days = days[:, :1]  # every day of a week is in that week
        first, choice = np.nonzero((days != NOWHERE).all(axis=2))
        opens = np.zeros((len(first), found.weeks), dtype=np.int64)
        np.add.at(opens, (np.arange(len(first))[:, None], days[first, choice] // 7), 1)
        patterns.append(np.concatenate([np.full((len(first), 1), slot), first[:, None], opens], axis=1))
    every = np.concatenate(patterns)
    if task.series.cadence.monthly:
        every = np.unique(every, axis=0)
    cell, start = _starts_of_weeks(found)
    return Outline(every[:, 0], every[:, 1], every[:, 2:], cell, start)


def _by_starts(task: Task) -> Outline:
    found = task.candidates
    regular, starts = found.regular, len(found.starts)
    patterns = [np.empty((0, 2 + starts), dtype=np.int64)]
    for slot, sessions in enumerate(_turns(task)):
        days = found.dates[:, :, sessions]
        first, choice = np.nonzero((days != NOWHERE).all(axis=2))
        times = regular.shape[1]
        held = regular[days[first, choice]].transpose(0, 2, 1).reshape(len(first) * times, len(sessions))
        firsts, some = np.repeat(first, times), (held != NOWHERE).any(axis=1)
        some[np.unique(firsts, return_index=True)[1]] = True  # one for each first: other slots may need it
        held, firsts = held[some], firsts[some]
        opens = np.zeros((len(held), starts + 1), dtype=np.int64)
        np.add.at(opens, (np.arange(len(held))[:, None], held), 1)  # NOWHERE counts into the last column
        every = np.concatenate([np.full((len(held), 1), slot), firsts[:, None], opens[:, :-1]], axis=1)
        patterns.append(np.unique(every, axis=0))
    every = np.concatenate(patterns)
    return Outline(every[:, 0], every[:, 1], every[:, 2:], np.arange(starts), np.arange(starts))


def _turns(task: Task) -> list[Int64Array]:
    """The open sessions of each slot; of all slots together, where they open the same weeks whatever their times."""
    series = task.series
    turns = 1 if series.movable and not series.cadence.monthly else min(series.cadence.rotation, series.sessions)
    return [np.intersect1d(task.open, np.arange(slot, series.sessions, turns)) for slot in range(turns)]


def _starts_of_weeks(found: Candidates) -> tuple[Int64Array, Int64Array]:
    """Pairs (week, start) where a session of that week may stand, moved or regular."""
    day, time = np.nonzero(found.regular != NOWHERE)
    inside = np.flatnonzero(found.week != NOWHERE)
    week = np.concatenate([found.week[inside], day // 7])
    start = np.concatenate([inside, found.regular[day, time]])
    pairs = np.unique(week * max(1, len(found.starts)) + start)
    return pairs // max(1, len(found.starts)), pairs % max(1, len(found.starts))
