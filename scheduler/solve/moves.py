"""Seats sessions one by one where rules are settled: regular ones first, the rest wherever their week has room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.interval import Int64Array
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.problem import Problem
from scheduler.solve.read import UNPLACED, Choice, placement
from scheduler.solve.rules import local_days, local_weeks
from scheduler.solve.seats import Taken
from scheduler.solve.shortlist import Rule
from scheduler.solve.task import Task


class Book:
    """Who is where, while it is being written: sessions by person, and counts by local day and week."""

    def __init__(self, problem: Problem, taken: Taken) -> None:
        self.problem = problem
        self.rows = {who: taken.get(who, np.empty((0, 3), dtype=np.int64))[:, :2] for who in problem.people}

    def is_free(self, who: str, starts: Int64Array, duration: int) -> Bitmap:
        """At which starts a person can attend one more session, by all that is in the book."""
        boundary, rows = self.problem.people[who].boundary, self.rows[who]
        late, early = rows[:, 0] - boundary.buffer - duration, rows[:, 1] + boundary.buffer
        free: Bitmap = np.logical_not(((starts[:, None] > late) & (starts[:, None] < early)).any(axis=1))
        for cap, period_of in ((boundary.max_per_day, local_days), (boundary.max_per_week, local_weeks)):
            if cap is not None:
                periods = period_of(rows[:, 0], boundary.zone, self.problem.horizon)
                wanted = period_of(starts, boundary.zone, self.problem.horizon)
                free = free & ((periods == wanted[:, None]).sum(axis=1) < cap)
        return free

    def sit(self, people: Sequence[str], start: int, duration: int) -> None:
        """These people attend a session."""
        for who in people:
            self.rows[who] = np.append(self.rows[who], [[start, start + duration]], axis=0)


@dataclass(slots=True)
class Seating:
    """One series while its sessions are seated: its rule, and what is seated so far."""

    task: Task
    rule: Rule
    placed: dict[int, Session] = field(default_factory=dict)

    def regular(self) -> list[tuple[int, Int64Array]]:
        """Each session that the rule holds, with the one start that it puts it at, if that is still possible."""
        starts = self.task.candidates.starts
        return [
            (i, np.flatnonzero(starts == start))
            for i, start in zip(self.rule.sessions.tolist(), self.rule.starts, strict=True)
        ]

    def moves(self) -> list[tuple[int, Int64Array]]:
        """Each session without a place, with the starts in the week of its rule."""
        missing = [i for i in self.task.open.tolist() if i not in self.placed]
        return [(i, np.flatnonzero(self.task.candidates.week == self.rule.weeks[i])) for i in missing]

    def seat(self, book: Book, i: int, options: Int64Array) -> None:
        """Seat a session at the best of some starts that are free, if any is."""
        found, series = self.task.candidates, self.task.series
        starts = found.starts[options]
        free = np.array([book.is_free(who, starts, series.duration) for who in series.members])
        required, optional = free[: len(series.required)], free[len(series.required) :]
        comes = found.comes[options] & optional.T
        fits = np.flatnonzero(required.all(axis=0) & (comes.sum(axis=1) >= series.quorum))
        if not len(fits):
            return
        pain = found.pain[options].sum(axis=1)
        best = fits[np.lexsort((pain[fits], -comes.sum(axis=1)[fits], -self.task.gain(i, starts)[fits]))[0]]
        absent = tuple(who for who, there in zip(series.optional, comes[best], strict=True) if not there)
        self.placed[i] = Session(int(starts[best]), Status.MOVED, absent)
        book.sit([who for who in series.members if who not in absent], int(starts[best]), series.duration)


def seated(
    problem: Problem, tasks: Sequence[Task], rules: Mapping[str, Rule | None], taken: Taken
) -> dict[str, Placement]:
    """A placement for every series, by its rule if it has one, around seats that are taken.

    The candidates of the tasks keep clear of these seats already.
    """
    book = Book(problem, taken)
    seatings = [Seating(task, rule) for task in tasks if (rule := rules[task.series.id])]
    for seating in seatings:
        for i, options in seating.regular():
            seating.seat(book, i, options)
    missing = [(len(options), n, i, options) for n, seating in enumerate(seatings) for i, options in seating.moves()]
    for _, n, i, options in sorted(missing, key=lambda row: row[:3]):  # fewest options first
        seatings[n].seat(book, i, options)
    choices = {s.task.series.id: Choice(s.rule.first, s.rule.slots, s.placed, {}) for s in seatings}
    return {task.series.id: placement(task, problem.horizon, choices.get(task.series.id, UNPLACED)) for task in tasks}
