"""The best rules of each series if it were alone: few enough to choose among them for many series at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from scheduler.core.candidates import NOWHERE
from scheduler.core.interval import Int64Array
from scheduler.core.series import Slot
from scheduler.solve.options import Columns, menu
from scheduler.solve.solo import own_figures
from scheduler.solve.task import Task

MOST_RULES = 48  # the next ones are hardly ever chosen (96 bring 0.2 % more sessions where calendars are light)
MOST_PRODUCTS = 512
GAIN_WEIGHT, STRAIN_WEIGHT = 10_000_000, 10_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A whole rule of a series, and which `sessions` it holds at which `starts` (minutes since the epoch).

    `weeks[session]`: into which week a session may be moved. `gain`: the most that the first level of the score gains.
    `cost` estimates what the rule costs in the order of the score; an unplaced series costs 0.
    """

    first: int
    slots: tuple[Slot, ...]
    sessions: Int64Array
    starts: Int64Array
    weeks: Int64Array
    gain: int
    cost: int


def shortlist(task: Task) -> list[Rule]:
    """The best rules of a series, the best first."""
    choices = menu(task)
    rotation, own = choices.columns, own_figures(choices)
    costs = [
        figures.strain * STRAIN_WEIGHT - figures.gain * GAIN_WEIGHT + _pains(task, c)
        for figures, c in zip(own, rotation, strict=True)
    ]
    picked = sorted(_picked(rotation, costs))[:MOST_RULES]
    gains = [sum(int(some.gain[column]) for some, column in zip(own, chosen, strict=True)) for _, chosen in picked]
    return [
        _rule(task, rotation, chosen, gain, cost)
        for (cost, chosen), gain in zip(picked, gains, strict=True)
        if gain > 0
    ]


def _pains(task: Task, c: Columns) -> Int64Array:
    """The pain of everybody in the sessions that each column holds."""
    required = len(task.series.required)
    pain = task.candidates.pain.copy()
    pain[:, required:] *= task.candidates.comes
    total: Int64Array = np.append(pain.sum(axis=1), 0)[c.regular].sum(axis=1)
    return total


def _picked(rotation: Sequence[Columns], costs: Sequence[Int64Array]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The best columns that count from the same first week, with their cost; of a rotation, their combinations."""
    firsts = set.intersection(*(set(c.first.tolist()) for c in rotation)) if rotation else set()
    each = MOST_RULES if len(rotation) == 1 else max(1, int(MOST_PRODUCTS ** (1 / max(1, len(rotation)))))
    for first in sorted(firsts):
        best = []
        for c, cost in zip(rotation, costs, strict=True):
            mine = np.flatnonzero(c.first == first)
            best.append(mine[np.argsort(cost[mine], kind="stable")[:each]].tolist())
        for chosen in product(*best):
            yield sum(int(cost[column]) for cost, column in zip(costs, chosen, strict=True)), chosen


def _rule(task: Task, rotation: Sequence[Columns], chosen: tuple[int, ...], gain: int, cost: int) -> Rule:
    found = task.candidates
    pairs = list(zip(rotation, chosen, strict=True))
    sessions = np.concatenate([c.sessions for c, _ in pairs])
    regular = np.concatenate([c.regular[column] for c, column in pairs])
    weeks = np.full(task.series.sessions, NOWHERE)
    weeks[sessions] = np.concatenate([c.week[column] for c, column in pairs])
    slots = [found.slot(int(c.choice[column]), int(c.time[column])) for c, column in pairs]
    held = regular != NOWHERE
    order = np.argsort(sessions[held], kind="stable")
    return Rule(
        first=int(pairs[0][0].first[chosen[0]]),
        slots=(*slots, *slots[:1] * (task.series.cadence.rotation - len(slots))),
        sessions=sessions[held][order],
        starts=found.starts[regular[held][order]],
        weeks=weeks,
        gain=gain,
        cost=cost,
    )
