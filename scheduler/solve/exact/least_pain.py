"""The least pain that each rule brings each person, and which rules leave nobody more than they may bear.

Of a series that keeps to the first two levels of the score, most sessions can stand only where their rule puts them or
where moving them is as good: all else costs gain or strain, of which only so much may be spent. So a rule brings a
person the pain of its sessions, less what the dearest few of them can be spared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.interval import Int64Array
from scheduler.core.plan import Status
from scheduler.solve.exact.options import Columns, Menu, option_gains
from scheduler.solve.exact.scope import Scope
from scheduler.solve.exact.solo import NEVER, Solo, by_week, in_all, own_figures, regular_options, spare
from scheduler.solve.task import Task

MOST_PAIRS = 4_000_000
"""Entries of a table of two slots' rules and people: beyond that, only one slot at a time is looked at."""


@dataclass(frozen=True, slots=True)
class LeastPain:
    """Bounds for the series of a part and its people.

    `own[series][slot]`: shape (columns, people). `optional[series]`: whether it may do without any rule. `given`: the
    pain that each person bears already.
    """

    menus: tuple[Menu, ...]
    own: tuple[tuple[Int64Array, ...], ...]
    optional: tuple[bool, ...]
    given: Int64Array

    @staticmethod
    def of(scope: Scope, people: Sequence[str], given: Sequence[int], loss: int, most: int) -> "LeastPain":
        """The bounds in plans which lose at most `loss`, at a strain of at most `most`."""
        rooms = spare(scope.alone, loss, most)
        number = {who: at for at, who in enumerate(people)}
        own = []
        for menu, alone, room in zip(scope.menus, scope.alone, rooms, strict=True):
            seats = [number[who] for who in menu.task.series.members]
            tables = []
            for pains in _own(scope.problem.slack, menu, alone, room):
                tables.append(np.zeros((len(pains), len(people)), dtype=np.int64))
                tables[-1][:, seats] = pains
            own.append(tuple(tables))
        optional = tuple(alone.best <= loss for alone in scope.alone)
        return LeastPain(scope.menus, tuple(own), optional, np.array(given, dtype=np.int64))

    def bearable(self, most: Int64Array) -> list[tuple[Bitmap, ...]] | None:
        """The columns under which nobody bears more than `most` (people,), or None where there can be no plan."""
        kept = [tuple(np.ones(len(column), dtype=bool) for column in one) for one in self.own]
        while True:
            before = [[int(some.sum()) for some in one] for one in kept]
            least = [self._least(number, one) for number, one in enumerate(kept)]
            room = most - self.given - sum(least, np.zeros_like(most))
            if (room < 0).any():
                return None
            kept = [self._within(number, one, room + least[number]) for number, one in enumerate(kept)]
            if not all(
                optional or all(some.any() for some in one) for optional, one in zip(self.optional, kept, strict=True)
            ):
                return None
            if before == [[int(some.sum()) for some in one] for one in kept]:
                return kept

    def _least(self, number: int, kept: Sequence[Bitmap]) -> Int64Array:
        """The least pain of each person under any rule of a series that is kept, shape (people,)."""
        if self.optional[number] or not kept:
            return np.zeros_like(self.given)
        own = [np.where(some[:, None], pains, NEVER) for some, pains in zip(kept, self.own[number], strict=True)]
        least: Int64Array = in_all(self.menus[number].columns, own, np.minimum, NEVER)[0].min(axis=0, initial=NEVER)
        return least

    def _within(self, number: int, kept: Sequence[Bitmap], room: Int64Array) -> tuple[Bitmap, ...]:
        """The columns of a series that have a rule which brings nobody more than `room`."""
        rotation = self.menus[number].columns
        own = [np.where(some[:, None], pains, NEVER) for some, pains in zip(kept, self.own[number], strict=True)]
        left: list[Bitmap] = [
            np.asarray((joint <= room).all(axis=1)) for joint in in_all(rotation, own, np.minimum, NEVER)
        ]
        for one, other in combinations(range(len(rotation)), 2):
            left[one], left[other] = _agreeing(rotation, own, left, (one, other), room)
        return tuple(left)


def _agreeing(
    rotation: Sequence[Columns],
    own: Sequence[Int64Array],
    left: Sequence[Bitmap],
    pair: tuple[int, int],
    room: Int64Array,
) -> tuple[Bitmap, Bitmap]:
    """The columns of two slots that have one of the other slot beside them, with the same first week, within room."""
    (one, other), rest = pair, [np.zeros_like(pains) if slot in pair else pains for slot, pains in enumerate(own)]
    mine, theirs = np.flatnonzero(left[one]), np.flatnonzero(left[other])
    if len(mine) * len(theirs) * len(room) > MOST_PAIRS:
        return left[one], left[other]
    with_rest = own[one] + in_all(rotation, rest, np.minimum, NEVER)[one]
    agree = rotation[one].first[mine, None] == rotation[other].first[theirs]
    for person, most in enumerate(room.tolist()):
        agree &= with_rest[mine, person][:, None] + own[other][theirs, person] <= most
    found = np.zeros_like(left[one]), np.zeros_like(left[other])
    found[0][mine], found[1][theirs] = agree.any(axis=1), agree.any(axis=0)
    return found


def _own(slack: int, menu: Menu, alone: Solo, room: Int64Array) -> Iterator[Int64Array]:
    """For each slot of the rotation: what its own sessions bring the members at least, shape (columns, members)."""
    figures = own_figures(menu)
    gain = in_all(menu.columns, [one.gain for one in figures], np.maximum, -NEVER)
    cost = in_all(menu.columns, [one.strain for one in figures], np.minimum, NEVER)
    given = sum(session.status is Status.MOVED for session in menu.task.given.values())
    for slot, c in enumerate(menu.columns):
        spent = np.full((len(room), len(c.first)), -1, dtype=np.int64)
        skips = np.zeros(len(c.first), dtype=bool)
        for lost, most in enumerate(room.tolist()):
            spared = gain[slot] - alone.best + lost
            fewer = np.maximum(spared, 0) // alone.least_gain
            kept = cost[slot] - np.minimum(fewer * alone.slip, cost[slot])
            spent[lost] = np.where(spared >= 0, most + slack - given - kept + spared, -1)
            skips |= fewer > 0
        yield _less_the_dearest(*_pains(menu, slot, skips), spent.max(axis=0))


def _less_the_dearest(usual: Int64Array, least: Int64Array, times: Int64Array) -> Int64Array:
    """The pain of all sessions, less what the dearest few of them can be spared: `times` of each column."""
    spared = -np.sort(-(usual - least), axis=1)
    sums = np.pad(spared.cumsum(axis=1), ((0, 0), (1, 0), (0, 0)))
    most = np.clip(times, 0, spared.shape[1])
    left: Int64Array = usual.sum(axis=1) - sums[np.arange(len(times)), most]
    return left


def _pains(menu: Menu, slot: int, skips: Bitmap) -> tuple[Int64Array, Int64Array]:
    """The pain of each session for each member at no cost, and at any: shapes (columns, sessions, members)."""
    task, choice, c = menu.task, menu.options, menu.columns[slot]
    gains = option_gains(task, choice)
    pain = _borne(task)[choice.start]
    empty = (len(task.series.optional) - task.candidates.comes.sum(axis=1))[choice.start]
    most_gain = by_week(task, choice, gains, np.maximum, -NEVER)
    least_empty = by_week(task, choice, empty, np.minimum, NEVER)
    good = (gains == most_gain[choice.session, choice.week]) & (empty == least_empty[choice.session, choice.week])
    regular, at = regular_options(c, choice, slot), (c.sessions, c.week)
    held = np.concatenate([pain, np.full((1, pain.shape[1]), NEVER)])[regular]
    held_gain, held_empty = np.append(gains, -NEVER)[regular], np.append(empty, NEVER)[regular]
    best, cost = np.maximum(held_gain, most_gain[at]), np.minimum(held_empty, least_empty[at] + 1)
    as_held = (held_gain == best) & (held_empty == cost)
    as_moved = (most_gain[at] == best) & (least_empty[at] + 1 == cost)
    moved = by_week(task, choice, np.where(good[:, None], pain, NEVER), np.minimum, NEVER)[at]
    usual = np.minimum(np.where(as_held[..., None], held, NEVER), np.where(as_moved[..., None], moved, NEVER))
    least = np.minimum(held, by_week(task, choice, pain, np.minimum, NEVER)[at])
    least[:, :, len(task.series.required) :] = 0
    least[skips] = 0
    usual, least = (np.where((best > 0)[..., None], pains, 0) for pains in (usual, least))
    return np.where(usual < NEVER, usual, least), least


def _borne(task: Task) -> Int64Array:
    """The pain of each member at each start, none for those who can't come; shape (starts, members)."""
    found, required = task.candidates, len(task.series.required)
    borne = found.pain.copy()
    borne[:, required:] *= found.comes
    return borne
