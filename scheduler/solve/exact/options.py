"""What a task leaves to choose: columns (rules of one slot of the rotation), options (where a session may stand)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE, Candidates
from scheduler.core.interval import Int64Array
from scheduler.solve.task import Task


@dataclass(frozen=True, slots=True)
class Columns:
    """The rules that one slot of the rotation may follow, and where each puts the open sessions of that slot.

    `first`, `choice`, `time` (columns): first week or month, day (of `candidates.choices`) and time of day in steps of
    the grid. `regular[column, k]`: the start of the k-th of `sessions`, or NOWHERE where it does not fit.
    `week[column, k]`: the week in which that session may be moved.
    """

    sessions: Int64Array
    first: Int64Array
    choice: Int64Array
    time: Int64Array
    regular: Int64Array
    week: Int64Array

    def only(self, kept: Int64Array) -> "Columns":
        """Some of the columns."""
        return Columns(
            self.sessions, self.first[kept], self.choice[kept], self.time[kept], self.regular[kept], self.week[kept]
        )


@dataclass(frozen=True, slots=True)
class Options:
    """Rows of (session, week, start): the session may stand at that start if its rule means that week.

    `movable`: whether it may stand there without being regular. `links`: rows of (option, rotation slot, column) where
    it is.
    """

    session: Int64Array
    week: Int64Array
    start: Int64Array
    movable: Bitmap
    links: Int64Array


@dataclass(frozen=True, slots=True)
class Menu:
    """All that one task leaves to choose.

    `week[start]`: the week inside which a session may be moved there, or NOWHERE.
    """

    task: Task
    columns: tuple[Columns, ...]
    options: Options
    week: Int64Array

    def without(self, dropped: Sequence[Bitmap]) -> "Menu":
        """The menu without some columns of each slot of the rotation."""
        kept = tuple(c.only(np.flatnonzero(~some)) for c, some in zip(self.columns, dropped, strict=True))
        return Menu(self.task, kept, options(self.task.candidates, kept, self.week), self.week)

    def moving_only_to(self, kept: Bitmap) -> "Menu":
        """The menu with fewer starts to which sessions are moved; where a rule puts them they stand as before."""
        week = np.where(kept, self.week, NOWHERE)
        return Menu(self.task, self.columns, options(self.task.candidates, self.columns, week), week)


def menu(task: Task) -> Menu:
    """What a task leaves to choose."""
    rotation, week = columns(task), task.candidates.week
    return Menu(task, rotation, options(task.candidates, rotation, week), week)


def columns(task: Task) -> tuple[Columns, ...]:
    """The columns of each slot of the rotation that has a session at all."""
    slots = min(task.series.cadence.rotation, task.series.sessions)
    return tuple(_without_idle(_all_columns(task, slot)) for slot in range(slots))


def options(candidates: Candidates, rotation: Sequence[Columns], movable: Int64Array) -> Options:
    """Where the sessions may stand under any of these columns, sorted by session, week and start.

    `movable[start]`: the week inside which a session may be moved there, or NOWHERE.
    """
    starts = len(candidates.starts)
    weeks = len(candidates.regular) // 7
    found = [_linked(c, weeks, starts, slot) for slot, c in enumerate(rotation)]
    linked = np.concatenate([np.empty((0, 3), dtype=np.int64), *found])
    moves = [_moves(c, movable, weeks) for c in rotation]
    keys = np.unique(np.concatenate([linked[:, 0], *moves]))
    session, week, start = keys // (weeks * starts), keys // starts % weeks, keys % starts
    links = np.stack([np.searchsorted(keys, linked[:, 0]), linked[:, 1], linked[:, 2]], axis=1)
    return Options(session, week, start, movable[start] == week, links)


def option_gains(task: Task, choice: Options) -> Int64Array:
    """What each option gains in the first level of the score over skipping its session, shape (options,)."""
    starts = task.candidates.starts[choice.start]
    gains = np.zeros_like(starts)
    for session in np.unique(choice.session).tolist():
        mine = choice.session == session
        gains[mine] = task.gain(session, starts[mine])
    return gains


def _all_columns(task: Task, slot: int) -> Columns:
    found = task.candidates
    mine = np.arange(slot, task.series.sessions, task.series.cadence.rotation)
    sessions = np.intersect1d(mine, task.open)
    first, choice = np.nonzero((found.dates[:, :, sessions] != NOWHERE).all(axis=2))
    days = found.dates[first[:, None], choice[:, None], sessions]
    times = found.regular.shape[1]
    regular = found.regular[days].transpose(0, 2, 1).reshape(len(first) * times, len(sessions))
    return Columns(
        sessions,
        np.repeat(first, times),
        np.repeat(choice, times),
        np.tile(np.arange(times), len(first)),
        regular,
        np.repeat(days // 7, times, axis=0),
    )


def _without_idle(every: Columns) -> Columns:
    """Drop columns that hold nothing, where another one has its sessions in the same weeks: they can't do better."""
    pattern = np.concatenate([every.first[:, None], every.week], axis=1)
    idle = (every.regular == NOWHERE).all(axis=1)
    order = np.argsort(idle, kind="stable")
    _, one_each = np.unique(pattern[order], axis=0, return_index=True)
    needed = ~idle
    needed[order[one_each]] = True
    return every.only(np.flatnonzero(needed))


def _linked(c: Columns, weeks: int, starts: int, slot: int) -> Int64Array:
    """Rows (key of an option, rotation slot, column) where a column makes an option regular."""
    column, k = np.nonzero(c.regular != NOWHERE)
    keys = (c.sessions[k] * weeks + c.week[column, k]) * starts + c.regular[column, k]
    return np.stack([keys, np.full_like(column, slot), column], axis=1)


def _moves(c: Columns, movable: Int64Array, weeks: int) -> Int64Array:
    """Keys of all options inside the weeks that the columns mean."""
    means = np.unique((c.sessions * weeks + c.week).ravel())
    order = np.argsort(movable, kind="stable")
    edges = np.searchsorted(movable[order], np.stack([means % weeks, means % weeks + 1]))
    within = [order[first:last] + pair * len(order) for pair, first, last in zip(means, *edges, strict=True)]
    return np.concatenate([np.empty(0, dtype=np.int64), *within])
