"""The score of placements on the way, in the order of formats.md, so that two states can be compared."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from scheduler.core.plan import Placement, Status
from scheduler.core.problem import Problem
from scheduler.solve.seats import pain_of, taken_seats
from scheduler.solve.task import MOVE_PAIN, Task


class Standing(NamedTuple):
    """The four levels, smaller is better in each: what is not gained, strain, worst burden, discomfort."""

    missed: int
    strain: int
    worst: Fraction
    discomfort: int


def judged(problem: Problem, tasks: Sequence[Task], placed: Mapping[str, Placement]) -> Standing:
    """The standing of all tasks together."""
    pains = {who: pain_of(problem, who, rows) for who, rows in taken_seats(tasks, placed).items()}
    pairs = [(task, placed[task.series.id]) for task in tasks]
    moved = sum(_moves(placement) for _, placement in pairs)
    return Standing(
        missed=-sum(gained_by(task, placement) for task, placement in pairs),
        strain=sum(strain_of(task, placement, problem.slack) for task, placement in pairs),
        worst=max(burdens(tasks, pains).values(), default=Fraction(0)),
        discomfort=sum(pains.values()) + MOVE_PAIN * moved,
    )


def burdens(tasks: Sequence[Task], pains: Mapping[str, int]) -> dict[str, Fraction]:
    """The pain of each person by the sessions planned of all the person's series."""
    owed: dict[str, int] = {}
    for task in tasks:
        for who in task.series.members:
            owed[who] = owed.get(who, 0) + task.series.sessions
    return {who: Fraction(pains.get(who, 0), count) for who, count in owed.items() if count}


def gained_by(task: Task, placement: Placement) -> int:
    """What a placement gains in the first level over skipping every session that is ours to place."""
    placed = [(i, placement.sessions[i].start) for i in task.open.tolist() if placement.sessions[i].takes_place]
    return sum(int(task.gain(i, np.array([start]))[0]) for i, start in placed)


def strain_of(task: Task, placement: Placement, slack: int) -> int:
    """Moves beyond the slack, and the seats that stay empty though it is ours to decide."""
    settled = task.given.keys() - task.undecided
    empty = [len(s.absent) for i, s in enumerate(placement.sessions) if s.takes_place and i not in settled]
    return max(0, _moves(placement) - slack) + sum(empty)


def _moves(placement: Placement) -> int:
    return sum(session.status is Status.MOVED for session in placement.sessions)
