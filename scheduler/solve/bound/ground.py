"""Every cell, place and seat of many series, numbered, so that a whole programme is compared at once in arrays.

A place is a start in a cell (see `outline`). A seat is what a session at a place takes of one person: of everybody
required, and of optional people where the quorum needs all who are free there. Other optional people may stay away, so
a bound need not ask them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.candidates import NOWHERE
from scheduler.core.interval import Int64Array
from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.bound.outline import Outline, outline
from scheduler.solve.clocks import local_days, local_weeks
from scheduler.solve.seats import Taken, cleared, taken_seats
from scheduler.solve.task import Task

CELL, PLACE, START, END, DAY, DAY_ROOM, WEEK, WEEK_ROOM = range(8)
"""Columns of seats. START and END (the buffer is inside) are minutes, each person's on a stretch of its own of one long
axis. DAY and WEEK number the local periods of each person, NOWHERE where they are not capped, and ROOM says how many
sessions of ours fit into them."""
PERSON = 1 << 22
"""The length of a person's stretch of the axis, in minutes or days."""
NO_SEATS = np.empty((0, 8), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Ground:
    """Series with their outlines; those of number n have the cells and places from `cells[n]` and `places[n]` on.

    `taken`: seats of given sessions, which the tasks keep clear of; `blocked`: how many sessions that costs.
    `people`: the number of each person.
    """

    problem: Problem
    tasks: tuple[Task, ...]
    outlines: tuple[Outline, ...]
    taken: Taken
    blocked: int
    cells: Int64Array
    places: Int64Array
    people: Mapping[str, int]

    @staticmethod
    def of(problem: Problem, tasks: Sequence[Task]) -> "Ground":
        """Number everything of some series."""
        taken = taken_seats(tasks, {})
        ready = tuple(_cleared(problem, task, taken) for task in tasks)
        outlines = tuple(outline(task) for task in ready)
        pairs = zip(tasks, ready, outlines, strict=True)
        return Ground(
            problem=problem,
            tasks=ready,
            outlines=outlines,
            taken=taken,
            blocked=sum(outline(task).free - drawn.free for task, clear, drawn in pairs if clear is not task),
            cells=np.cumsum([0, *(drawn.opens.shape[1] for drawn in outlines)]),
            places=np.cumsum([0, *(len(drawn.cell) for drawn in outlines)]),
            people={who: number for number, who in enumerate(problem.people)},
        )

    def series_of(self, cell: int) -> int:
        """The number of the series to which a cell belongs."""
        return int(np.searchsorted(self.cells, cell, side="right")) - 1

    def standing(self, guide: Mapping[str, Placement]) -> list[Int64Array]:
        """The places at which each series' sessions stand in a plan, as far as it has such places."""
        return [self._standing(number, guide.get(task.series.id)) for number, task in enumerate(self.tasks)]

    def seats(self, number: int, mine: Int64Array) -> Int64Array:
        """The seats of some places of a series (numbers within it), a row each."""
        task, drawn = self.tasks[number], self.outlines[number]
        minutes, taking = task.candidates.starts[drawn.start[mine]], _taking(task)[drawn.start[mine]]
        rows = [NO_SEATS]
        for who, takes in zip(task.series.members, taking.T, strict=True):
            at, chosen = minutes[takes], mine[takes]
            start = self.people[who] * PERSON + at
            end = start + task.series.duration + self.problem.people[who].boundary.buffer
            cell, place = self.cells[number] + drawn.cell[chosen], self.places[number] + chosen
            rows.append(np.stack([cell, place, start, end, *self._periods(who, at)], axis=1))
        return np.concatenate(rows)

    def _standing(self, number: int, placement: Placement | None) -> Int64Array:
        task, drawn = self.tasks[number], self.outlines[number]
        sessions = enumerate(placement.sessions if placement else ())
        minutes = [session.start for i, session in sessions if session.takes_place and i not in task.given]
        return np.flatnonzero(np.isin(task.candidates.starts[drawn.start], minutes))

    def _periods(self, who: str, at: Int64Array) -> list[Int64Array]:
        limits, given = self.problem.people[who].boundary, self.taken.get(who, np.empty((0, 3), dtype=np.int64))[:, 0]
        columns = []
        for kind, (cap, period_of) in enumerate(((limits.max_per_day, local_days), (limits.max_per_week, local_weeks))):
            if cap is None:
                columns += [np.full_like(at, NOWHERE), np.zeros_like(at)]
                continue
            period, gone = (period_of(minutes, limits.zone, self.problem.horizon) for minutes in (at, given))
            room = np.maximum(0, cap - (gone == period[:, None]).sum(axis=1))
            columns += [(self.people[who] * 2 + kind) * PERSON + period, room]
        return columns


def _cleared(problem: Problem, task: Task, taken: Taken) -> Task:
    return task if taken.keys().isdisjoint(task.series.members) else cleared(problem, [task], taken)[0]


def _taking(task: Task) -> Bitmap:
    """Whose seat a session at each start takes, shape (starts, members)."""
    comes = task.candidates.comes
    needed = comes & (comes.sum(axis=1) == task.series.quorum)[:, None]
    return np.concatenate([np.ones((len(comes), len(task.series.required)), dtype=bool), needed], axis=1)
