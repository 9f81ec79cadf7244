"""Where everything stands while it is being planned: a seating of every series, and who is taken when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.interval import WEEK_MINUTES, Int64Array
from scheduler.core.problem import Problem
from scheduler.solve.clocks import Clocks
from scheduler.solve.many.seating import Placed, Seating, nothing, placed, total, weighed
from scheduler.solve.seats import taken_seats
from scheduler.solve.task import NEVER, Task

NO_ROWS = np.empty((0, 4), dtype=np.int64)


@dataclass(slots=True)
class Standing:
    """All series with their seatings, and who is taken when.

    `series_of[who]`: the numbers of somebody's series. `rows[who]`: start, end, owner and local day of the sessions
    that somebody attends, by start; the owner is a series' number, or below 0 for sessions that are given.
    """

    problem: Problem
    tasks: list[Task]
    clocks: Clocks
    seatings: list[Seating]
    series_of: Mapping[str, Sequence[int]]
    rows: dict[str, Int64Array]

    @staticmethod
    def of(problem: Problem, tasks: Sequence[Task]) -> "Standing":
        """Nothing but what is given stands; whoever may attend a pinned session does."""
        series_of: dict[str, list[int]] = {}
        for number, task in enumerate(tasks):
            for who in task.series.members:
                series_of.setdefault(who, []).append(number)
        clocks = Clocks.of(problem, (problem.people[who].boundary.zone for who in series_of))
        standing = Standing(problem, list(tasks), clocks, [nothing(task) for task in tasks], series_of, {})
        for number, task in enumerate(tasks):
            if task.given:
                standing.renew(number, task)
        return standing

    def copy(self) -> "Standing":
        """One that can be changed without this one."""
        return replace(self, tasks=list(self.tasks), seatings=list(self.seatings), rows=dict(self.rows))

    def renew(self, number: int, task: Task) -> None:
        """Take a series as it is now, with what is given of it and nothing else."""
        self.take(number, nothing(task))
        self.tasks[number] = task
        self.seatings[number] = nothing(task)
        given = taken_seats([task], {task.series.id: placed(task, nothing(task), self.problem.horizon)})
        for who in task.series.members:
            seats = given.get(who, NO_ROWS)
            rows = self.others(who, given_to(number))
            mine = self.rows_of(who, seats[:, 0], seats[:, 1], given_to(number))
            self.rows[who] = _sorted(np.concatenate([rows, mine]))

    @property
    def happen(self) -> int:
        """The sessions that take place."""
        given = sum(session.takes_place for task in self.tasks for session in task.given.values())
        return given + sum(int((seating.starts != NEVER).sum()) for seating in self.seatings)

    def placements(self) -> Placed:
        """Everything as placements."""
        pairs = zip(self.tasks, self.seatings, strict=True)
        return {task.series.id: placed(task, seating, self.problem.horizon) for task, seating in pairs}

    def rows_of(self, who: str, starts: Int64Array, ends: Int64Array, owner: int) -> Int64Array:
        """Rows for sessions of one owner."""
        days = self.clocks.days_of(self.problem.people[who].boundary.zone, starts)
        return np.stack([starts, ends, np.full_like(starts, owner), days], axis=1)

    def take(self, number: int, seating: Seating) -> None:
        """Give a series another seating."""
        task = self.tasks[number]
        self.seatings[number] = seating
        stands = seating.starts != NEVER
        for member, who in enumerate(task.series.members):
            starts = seating.starts[stands & seating.comes[:, member]]
            mine = self.rows_of(who, starts, starts + task.series.duration, number)
            self.rows[who] = _sorted(np.concatenate([self.others(who, number), mine]))

    def others(self, who: str, number: int) -> Int64Array:
        """The sessions of one person that have another owner."""
        rows = self.rows.get(who, NO_ROWS)
        left: Int64Array = rows[rows[:, 2] != number]
        return left

    def around(self, number: int) -> Task:
        """A series with the starts that the others leave."""
        task = self.tasks[number]
        found, required = task.candidates, len(task.series.required)
        fits, comes = np.ones(len(found.starts), dtype=bool), found.comes
        for member, who in enumerate(task.series.members):
            rows = self.others(who, number)
            if len(rows):
                free = self.is_free(who, rows, found.starts, task.series.duration)
                if member < required:
                    fits &= free
                else:
                    comes = comes.copy() if comes is found.comes else comes
                    comes[:, member - required] &= free
        if comes is not found.comes:
            found = replace(found, comes=comes)
            fits &= comes.sum(axis=1) >= task.series.quorum
        return replace(task, candidates=found.only(fits))

    def kept_if_better(self, before: Mapping[int, Seating]) -> bool:
        """Whether some series stand better together than before; else they are seated as before again."""
        if total(self.seatings[number] for number in before) < total(before.values()):
            return True
        for number, seated in before.items():
            self.take(number, seated)
        return False

    def is_free(self, who: str, rows: Int64Array, starts: Int64Array, duration: int) -> Bitmap:
        """At which starts a person can attend one session more than those of some rows."""
        boundary = self.problem.people[who].boundary
        reach = np.append(np.maximum.accumulate(rows[:, 1]) + boundary.buffer, NEVER)  # the last entry: nothing before
        last = np.searchsorted(rows[:, 0], starts + duration + boundary.buffer, side="left") - 1
        free: Bitmap = reach[last] <= starts
        for cap, size in ((boundary.max_per_day, 1), (boundary.max_per_week, 7)):
            if cap is not None and len(rows) >= cap:
                counts = np.bincount(rows[:, 3] // size, minlength=self.clocks.days)
                counts[self.clocks.days // size - 1 :] = 0  # beyond the lattice is no day
                if counts.max() >= cap:
                    free &= (counts < cap)[self.clocks.days_of(boundary.zone, starts) // size]
        return free

    def nothing(self, number: int) -> Seating:
        """No session of a series takes place."""
        return nothing(self.tasks[number])

    def fill(self, number: int) -> None:
        """Let optional people come to all sessions of a series that they can attend; without a quorum it is skipped."""
        task, seating = self.tasks[number], self.seatings[number]
        if not task.series.optional or seating.rule is None:
            return
        stands, required = seating.starts != NEVER, len(task.series.required)
        at = np.searchsorted(task.candidates.starts, seating.starts[stands])
        comes = seating.comes.copy()
        for k, who in enumerate(task.series.optional):
            free = self.is_free(who, self.others(who, number), seating.starts[stands], task.series.duration)
            comes[stands, required + k] = task.candidates.comes[at, k] & free
        enough = comes[:, required:].sum(axis=1) >= task.series.quorum
        starts = np.where(enough, seating.starts, NEVER)
        self.take(number, self.consistent(number, weighed(task, self.problem.slack, seating.rule, starts, comes)))

    def consistent(self, number: int, seating: Seating) -> Seating:
        """The seating without sessions that clash with others of the same series: neighbours may share a day or week.

        The weeks of a series are those of its anchor zone; caps and buffers are counted on the clocks of its people.
        """
        starts = seating.starts.copy()
        stands = np.sort(starts[starts != NEVER])
        if len(stands) < 2 or np.diff(stands).min() >= WEEK_MINUTES or seating.rule is None:
            return seating
        task = self.tasks[number]
        for member, who in enumerate(task.series.members):
            for start in self._too_many(who, number, np.sort(starts[(starts != NEVER) & seating.comes[:, member]])):
                starts[starts == start] = NEVER
        if (starts == seating.starts).all():
            return seating
        return weighed(task, self.problem.slack, seating.rule, starts, seating.comes)

    def _too_many(self, who: str, number: int, starts: Int64Array) -> list[int]:
        """Of sessions of a series, each of which a person can attend, those that don't go with the others."""
        duration, boundary = self.tasks[number].series.duration, self.problem.people[who].boundary
        weeks = self.clocks.days_of(boundary.zone, starts) // 7
        if len(np.unique(weeks)) == len(starts) and (np.diff(starts) >= duration + boundary.buffer).all():
            return []
        rows, bad = self.others(who, number), []
        for start in starts.tolist():
            at = np.array([start])
            if self.is_free(who, rows, at, duration)[0]:
                rows = _sorted(np.append(rows, self.rows_of(who, at, at + duration, number), axis=0))
            else:
                bad.append(start)
        return bad


def given_to(number: int) -> int:
    """The owner of the given sessions of a series."""
    return -1 - number


def _sorted(rows: Int64Array) -> Int64Array:
    return rows[np.argsort(rows[:, 0], kind="stable")]
