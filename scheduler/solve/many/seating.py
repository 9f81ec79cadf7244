"""One series placed by one rule: where each of its open sessions stands, and who comes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE
from scheduler.core.interval import Horizon, Int64Array
from scheduler.core.plan import Placement, Session, Status
from scheduler.solve.many.table import Rule, RuleTable
from scheduler.solve.placing import UNPLACED, Choice, placement
from scheduler.solve.task import MOVE_PAIN, NEVER, Task

Placed = dict[str, Placement]
"""Placements by the id of their series."""


@dataclass(frozen=True, slots=True)
class Seating:
    """Where the open sessions of a series stand: `starts[k]` in minutes, or NEVER; `comes[k, member]`: who attends.

    `gain`, `strain` and `comfort` are those of the score (formats.md); `pain[member]` in all these sessions.
    """

    rule: Rule | None
    starts: Int64Array
    comes: Bitmap
    gain: int
    strain: int
    comfort: int
    pain: Int64Array

    @property
    def worth(self) -> tuple[int, int, int]:
        """By which seatings compare, the less the better."""
        return -self.gain, self.strain, self.comfort


def total(seatings: Iterable[Seating]) -> tuple[int, ...]:
    """By which several seatings together compare, the less the better."""
    worths = np.array([seating.worth for seating in seatings], dtype=np.int64).reshape(-1, 3)
    return tuple(worths.sum(axis=0).tolist())


def nothing(task: Task) -> Seating:
    """No session takes place."""
    count, members = len(task.open), len(task.series.members)
    none = np.zeros((count, members), dtype=bool)
    return Seating(None, np.full(count, NEVER), none, 0, 0, 0, np.zeros(members, dtype=np.int64))


def seating(table: RuleTable, number: int) -> Seating:
    """What a rule of a table makes of a series."""
    found, required = table.task.candidates, len(table.task.series.required)
    use = table.use_of(number)
    stands = use != NOWHERE
    comes = np.zeros((len(use), len(table.task.series.members)), dtype=bool)
    comes[stands, :required] = True
    comes[stands, required:] = found.comes[use[stands]]
    pain = np.zeros(comes.shape, dtype=np.int64)
    pain[stands] = found.pain[use[stands]]
    return Seating(
        rule=table.rule(number),
        starts=np.append(found.starts, NEVER)[use],
        comes=comes,
        gain=int(table.gain[number]),
        strain=int(table.strain[number]),
        comfort=int(table.comfort[number]),
        pain=(pain * comes).sum(axis=0),
    )


def weighed(task: Task, slack: int, rule: Rule, starts: Int64Array, comes: Bitmap) -> Seating:
    """A seating of sessions at given starts, all of them candidates of the task."""
    stands = starts != NEVER
    comes = comes & stands[:, None]
    pains = np.zeros(comes.shape, dtype=np.int64)
    pains[stands] = task.candidates.pain[np.searchsorted(task.candidates.starts, starts[stands])]
    pain = (pains * comes).sum(axis=0)
    moves = int((stands & (starts != rule.regular(task))).sum())
    given = task.moves_given
    empty = int((stands[:, None] & ~comes).sum())
    return Seating(
        rule=rule,
        starts=starts,
        comes=comes,
        gain=sum(int(task.gain(i, starts[k : k + 1])[0]) for k, i in enumerate(task.open.tolist()) if stands[k]),
        strain=max(0, moves + given - slack) - max(0, given - slack) + empty,
        comfort=int(pain.sum()) + MOVE_PAIN * moves,
        pain=pain,
    )


def placed(task: Task, seated: Seating, horizon: Horizon) -> Placement:
    """A seating as a placement."""
    if seated.rule is None:
        return placement(task, horizon, UNPLACED)
    required, optional = len(task.series.required), task.series.optional
    sessions = {}
    for k, (i, start) in enumerate(zip(task.open.tolist(), seated.starts.tolist(), strict=True)):
        if start != NEVER:
            there = seated.comes[k, required:].tolist()
            absent = tuple(who for who, comes in zip(optional, there, strict=True) if not comes)
            sessions[i] = Session(start, Status.MOVED, absent)
    choice = Choice(seated.rule.first, seated.rule.slots(task.candidates), sessions, {})
    return placement(task, horizon, choice)
