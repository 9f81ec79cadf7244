"""All rules of one series as arrays: what each holds, and what it could move."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE, Candidates
from scheduler.core.interval import Int64Array
from scheduler.core.series import Slot

NO_RULE = np.iinfo(np.int64).min // 64


@dataclass(frozen=True, slots=True)
class Phase:
    """The sessions of a series that use one slot of its rotation, by the rules of that slot.

    `weeks[first, choice, session]`: the week of the date, or NOWHERE. `at[first, choice, time, session]`: the start, or
    NOWHERE. `elsewhere[first, choice, session]`: whether the week has any start. `inside[first, choice]`: whether all
    dates lie inside the horizon; a rule for which they do not is none.
    """

    sessions: Int64Array
    weeks: Int64Array
    at: Int64Array
    elsewhere: Bitmap
    inside: Bitmap

    @property
    def held(self) -> Bitmap:
        """Of [first, choice, time, session]: whether the rule holds it."""
        return np.asarray(self.at != NOWHERE)

    @property
    def moves(self) -> Int64Array:
        """Of [first, choice, time]: how many sessions could only be moved."""
        return np.asarray((self.elsewhere[:, :, None, :] & ~self.held).sum(axis=-1), dtype=np.int64)

    @property
    def happen(self) -> Int64Array:
        """Of [first, choice, time]: how many are held or could be moved; -1 for what is no rule."""
        happen = self.held.sum(axis=-1) + self.moves
        return np.asarray(np.where(self.inside[:, :, None], happen, -1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a series: the first weeks (or months) and the times of day of the phases' axes."""

    found: Candidates
    firsts: Int64Array
    times: Int64Array
    phases: tuple[Phase, ...]

    @property
    def most_happening(self) -> int:
        """The sessions that take place by the best rule if nobody else is there."""
        if not self.phases:
            return 0
        return int(sum(phase.happen.max(axis=(1, 2)) for phase in self.phases).max())


@dataclass(frozen=True, slots=True)
class Rule:
    """A first week (or month), the slots of the rotation, and for each session its start, or NOWHERE, and its week."""

    first: int
    slots: tuple[Slot, ...]
    at: Int64Array
    weeks: Int64Array


def all_rules(found: Candidates, fits: Bitmap | None = None) -> Rules:
    """The rules by the starts that fit (all of them, if not said); none where there is nothing to hold."""
    kept = np.ones(len(found.starts), dtype=bool) if fits is None else fits
    number = np.append(np.where(kept, np.arange(len(kept)), NOWHERE), NOWHERE)
    regular = number[found.regular]
    firsts = np.flatnonzero((found.dates != NOWHERE).all(axis=2).any(axis=1))
    times = np.flatnonzero((regular != NOWHERE).any(axis=0))
    has_start = np.isin(np.arange(-1, found.weeks), found.week[kept & (found.week != NOWHERE)])
    used = min(found.series.cadence.rotation, found.series.sessions) if len(times) and len(firsts) else 0
    return Rules(
        found, firsts, times, tuple(_phase(found, n, firsts, regular[:, times], has_start) for n in range(used))
    )


def best_rules(rules: Rules, figures: Sequence[Int64Array], most: int = 1) -> list[Rule]:
    """The rules with the largest figures [first, choice, time], the earliest of equals first; few or none, if so be.

    Of a rotation there are figures for each phase, and only the best rule is told: the slots count from one first week,
    and are else chosen one by one.
    """
    if not rules.phases:
        return []
    masked = [
        np.where(phase.inside[:, :, None], figure, NO_RULE).reshape(len(rules.firsts), -1)
        for phase, figure in zip(rules.phases, figures, strict=True)
    ]
    if len(masked) > 1:
        row = int(np.argmax(sum(figure.max(axis=1) for figure in masked)))
        return [_rule(rules, row, [int(np.argmax(figure[row])) for figure in masked])]
    order = np.argsort(-masked[0], axis=None, kind="stable")[:most]
    rows, columns = np.unravel_index(order[masked[0].ravel()[order] > NO_RULE], masked[0].shape)
    return [_rule(rules, int(row), [int(column)]) for row, column in zip(rows, columns, strict=True)]


def _rule(rules: Rules, row: int, columns: Sequence[int]) -> Rule:
    series = rules.found.series
    at, weeks = np.full((2, series.sessions), NOWHERE, dtype=np.int64)
    slots = []
    for phase, column in zip(rules.phases, columns, strict=True):
        choice, time = divmod(column, len(rules.times))
        at[phase.sessions], weeks[phase.sessions] = phase.at[row, choice, time], phase.weeks[row, choice]
        slots.append(rules.found.slot(choice, int(rules.times[time])))
    slots += slots[:1] * (series.cadence.rotation - len(slots))
    return Rule(int(rules.firsts[row]), tuple(slots), at, weeks)


def _phase(found: Candidates, number: int, firsts: Int64Array, regular: Int64Array, has_start: Bitmap) -> Phase:
    sessions = np.arange(number, found.series.sessions, found.series.cadence.rotation)
    dates = found.dates[firsts][:, :, sessions]
    weeks = np.where(dates == NOWHERE, NOWHERE, dates // 7)
    return Phase(
        sessions=sessions,
        weeks=weeks,
        at=regular[dates].transpose(0, 1, 3, 2),
        elsewhere=has_start[weeks + 1],
        inside=(dates != NOWHERE).all(axis=2),
    )
