"""Who sits where: the sessions that people attend already, while others are placed around them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from scheduler.core.interval import Int64Array
from scheduler.core.pain import pain
from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.task import Task

Taken: TypeAlias = Mapping[str, Int64Array]
"""By person: rows of (start, end, chosen), where chosen is 1 for a session that we placed and 0 for a given one."""


@dataclass(slots=True)
class Seats:
    """A book of seats by person, written row by row."""

    rows: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)

    def sit(self, people: Iterable[str], start: int, duration: int, *, chosen: bool) -> None:
        """These people attend a session."""
        for who in people:
            self.rows.setdefault(who, []).append((start, start + duration, int(chosen)))

    def arrays(self) -> Taken:
        """The book as arrays."""
        return {who: np.array(rows, dtype=np.int64) for who, rows in self.rows.items()}


def taken_seats(tasks: Iterable[Task], placed: Mapping[str, Placement]) -> Taken:
    """The seats of all given sessions of the tasks, without undecided ones; of tasks that are placed, all seats."""
    seats = Seats()
    for task in tasks:
        placement = placed.get(task.series.id)
        if placement:
            _sit_placed(seats, task, placement)
        else:
            _sit_given(seats, task)
    return seats.arrays()


def cleared(problem: Problem, tasks: Iterable[Task], taken: Taken) -> list[Task]:
    """The tasks with the candidates that keep clear of seats that are taken."""
    buffers = {who: person.boundary.buffer for who, person in problem.people.items()}
    intervals = {who: rows[:, :2] for who, rows in taken.items()}
    return [replace(task, candidates=task.candidates.clear_of(intervals, buffers)) for task in tasks]


def pain_of(problem: Problem, who: str, rows: Int64Array) -> int:
    """The pain that a person bears in these seats."""
    boundary = problem.people[who].boundary
    return int(pain(boundary, rows[:, 0], rows[:, 1] - rows[:, 0], problem.horizon).sum())


def _sit_placed(seats: Seats, task: Task, placement: Placement) -> None:
    for i, session in enumerate(placement.sessions):
        if session.takes_place:
            people = [who for who in task.series.members if who not in session.absent]
            seats.sit(people, session.start, task.series.duration, chosen=i not in task.given)


def _sit_given(seats: Seats, task: Task) -> None:
    for i, session in task.given.items():
        if session.takes_place:
            optional = () if i in task.undecided else task.series.optional
            people = [who for who in (*task.series.required, *optional) if who not in session.absent]
            seats.sit(people, session.start, task.series.duration, chosen=False)
