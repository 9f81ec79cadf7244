"""What each series could reach if it were alone: bounds on the first two levels of the score, rule by rule.

Sharing people only takes options away. So where the whole is known to lose little against the sum of such bounds, a
rule whose own bound leaves no room for that can't be part of a best plan: mostly that leaves a handful.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE
from scheduler.core.interval import Int64Array
from scheduler.core.plan import Status
from scheduler.solve.exact.options import Columns, Menu, Options, columns, option_gains
from scheduler.solve.task import SESSION_WORTH, Task

NEVER = 1 << 20
"""More than any gain or strain of a series."""


@dataclass(frozen=True, slots=True)
class Solo:
    """One series alone; arrays hold a figure for each column of each slot of its rotation.

    `gain`: the most of the first level, over skipping all, under any rule with that column. `strain`: the least cost of
    the second level if everything that can happen does. `slip`: by how much each session less can lower it. `given`:
    the strain of sessions that stand already.
    """

    gain: tuple[Int64Array, ...]
    strain: tuple[Int64Array, ...]
    slip: int
    given: int
    least_gain: int

    @property
    def best(self) -> int:
        """The most gain under any rule."""
        return max((int(gain.max(initial=0)) for gain in self.gain), default=0)

    def strain_within(self, loss: int) -> tuple[Int64Array, ...]:
        """The least strain under each column, for a series that gains at most `loss` less than its best."""
        return tuple(
            np.where(
                gain >= self.best - loss,
                np.maximum(strain - (gain - self.best + loss) // self.least_gain * self.slip, 0) + self.given,
                NEVER,
            )
            for gain, strain in zip(self.gain, self.strain, strict=True)
        )

    def least_strain(self, loss: int) -> int:
        """The least strain under any rule, or without one, for a series that gains at most `loss` less."""
        unplaced = self.given if self.best <= loss else NEVER
        ruled = max((int(strain.min(initial=NEVER)) for strain in self.strain_within(loss)), default=NEVER)
        return min(unplaced, ruled)

    def least_strains(self, loss: int) -> Int64Array:
        """That of a series that loses at most 0, 1, ... up to `loss`."""
        return np.array([self.least_strain(lost) for lost in range(loss + 1)])

    def strain_over(self, most: Int64Array) -> tuple[Int64Array, ...]:
        """By how much each column exceeds what the series may spend (`spare`), whatever it loses."""
        return tuple(
            np.min([within - room for within, room in zip(column, most.tolist(), strict=True)], axis=0)
            for column in zip(*(self.strain_within(lost) for lost in range(len(most))), strict=True)
        )


@dataclass(frozen=True, slots=True)
class Own:
    """Figures of one slot's own sessions, for each of its columns, if all that can happen does.

    `gain`: the most of the first level. `strain`: the least of the second if every move costs. `spared`: how many of
    its moves would lower that if they were free.
    """

    gain: Int64Array
    strain: Int64Array
    spared: Int64Array


def most_happening(task: Task) -> int:
    """The most sessions of a series that take place under any one rule."""
    given = sum(session.takes_place for session in task.given.values())
    weeks = np.unique(task.candidates.week)
    rotation = columns(task)
    possible = [((c.regular != NOWHERE) | np.isin(c.week, weeks[weeks != NOWHERE])).sum(axis=1) for c in rotation]
    return given + max((int(most.max(initial=0)) for most in in_all(rotation, possible, np.maximum, -NEVER)), default=0)


def hopeless(alone: Sequence[Solo], loss: int, most: int) -> list[tuple[Bitmap, ...]]:
    """The columns of each series that are in no plan which loses at most `loss` of the gain that all could have alone,
    at a strain of at most `most`.
    """
    rooms = spare(alone, loss, most)
    return [tuple(strain > 0 for strain in one.strain_over(room)) for one, room in zip(alone, rooms, strict=True)]


def least_strain(alone: Sequence[Solo], loss: int) -> int:
    """The least strain of all series together, if they lose at most `loss` together."""
    return int(_shared([one.least_strains(loss) for one in alone], loss)[loss])


def spare(alone: Sequence[Solo], loss: int, most: int) -> list[Int64Array]:
    """What each series may spend: the most strain if it loses 0, 1, ... up to `loss`, where the others do their best
    with the rest. Shape (loss + 1,), negative where that is too little for them.
    """
    least = [one.least_strains(loss) for one in alone]
    return [most - _shared([*least[:number], *least[number + 1 :]], loss)[::-1] for number in range(len(alone))]


def _shared(least: Sequence[Int64Array], loss: int) -> Int64Array:
    """The least sum of some figures by loss, where what is lost in all is 0, 1, ... up to `loss`."""
    total = np.zeros(loss + 1, dtype=np.int64)
    ways = np.arange(loss + 1)[:, None] - np.arange(loss + 1)  # what is left where the next one loses so much
    for figures in least:
        total = np.where(ways >= 0, total[ways] + figures, NEVER * 8).min(axis=1)
    return total


def solo(menu: Menu, slack: int) -> Solo:
    """The bounds of one series."""
    task, rotation, own = menu.task, menu.columns, own_figures(menu)
    moves = sum(session.status is Status.MOVED for session in task.given.values())
    least = in_all(rotation, [figures.strain for figures in own], np.minimum, NEVER)
    most_spared = in_all(rotation, [figures.spared for figures in own], np.maximum, 0)
    left = max(0, slack - moves)
    return Solo(
        gain=in_all(rotation, [figures.gain for figures in own], np.maximum, -NEVER),
        strain=tuple(low - np.minimum(left, free) for low, free in zip(least, most_spared, strict=True)),
        slip=len(task.series.optional) + 1,
        given=max(0, moves - slack),
        least_gain=SESSION_WORTH - 1 if task.keep else 1,
    )


def own_figures(menu: Menu) -> list[Own]:
    """What the sessions of each slot of the rotation reach, column by column."""
    task, choice = menu.task, menu.options
    gains = option_gains(task, choice)
    empty = (len(task.series.optional) - task.candidates.comes.sum(axis=1))[choice.start]
    moved_gain = by_week(task, choice, gains, np.maximum, -NEVER)
    moved_empty = by_week(task, choice, empty, np.minimum, NEVER)
    found = []
    for slot, c in enumerate(menu.columns):
        regular = regular_options(c, choice, slot)
        best = np.maximum(np.append(gains, -NEVER)[regular], moved_gain[c.sessions, c.week])
        held, moved = np.append(empty, NEVER)[regular], moved_empty[c.sessions, c.week]
        cost, possible = np.minimum(held, moved + 1), best > 0
        found.append(
            Own(
                gain=np.where(possible, best, 0).sum(axis=1),
                strain=np.where(possible, cost, 0).sum(axis=1),
                spared=np.where(possible, cost - np.minimum(held, moved), 0).sum(axis=1),
            )
        )
    return found


def regular_options(c: Columns, choice: Options, slot: int) -> Int64Array:
    """The option by which each column holds each of its sessions, or NOWHERE; shape (columns, sessions)."""
    found = np.full(c.regular.shape, NOWHERE, dtype=np.int64)
    option, _, column = choice.links[choice.links[:, 1] == slot].T
    found[column, np.searchsorted(c.sessions, choice.session[option])] = option
    return found


def by_week(task: Task, choice: Options, values: Int64Array, best: np.ufunc, none: int) -> Int64Array:
    """The best values of the places to which a session may be moved in a week, shape (sessions, weeks, ...)."""
    weeks = len(task.candidates.regular) // 7
    found = np.full((task.series.sessions, weeks, *values.shape[1:]), none, dtype=np.int64)
    kept = choice.movable
    best.at(found, (choice.session[kept], choice.week[kept]), values[kept])
    return found


def in_all(
    rotation: Sequence[Columns], values: Sequence[Int64Array], best: np.ufunc, none: int
) -> tuple[Int64Array, ...]:
    """For each column: its own values and the best ones of the other slots with the same first week, added up.

    `values[slot]`: shape (columns,), or (columns, figures).
    """
    firsts = 1 + max((int(c.first.max(initial=0)) for c in rotation), default=0)
    tops = [np.full((firsts, *value.shape[1:]), none, dtype=np.int64) for value in values]
    for c, value, top in zip(rotation, values, tops, strict=True):
        best.at(top, c.first, value)
    total = sum(tops[1:], tops[0]) if tops else np.zeros(0, dtype=np.int64)
    return tuple(value + (total - top)[c.first] for c, value, top in zip(rotation, values, tops, strict=True))
