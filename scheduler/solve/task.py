"""One series as the solver meets it: its candidates, what of it stands already, and what it was before."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.core.candidates import Candidates, all_candidates
from scheduler.core.interval import WEEK_MINUTES, Int64Array
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series

SESSION_WORTH = 3
"""With a previous plan: a session that takes place is worth so many changed ones (formats.md, keep)."""

MOVE_PAIN = 60
"""A moved session is as much discomfort as an hour of pain."""
NEVER = -(1 << 60)
"""The minute of what does not take place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A series with its sessions parted in two: `given` ones stand (pinned by a person, or frozen), `open` are ours.

    `undecided`: given sessions whose optional seats may still stay empty (pinned ones). `before`: the placement in the
    previous plan, or None; `keep` says whether there is a previous plan at all, which changes what a session is worth.
    """

    series: Series
    candidates: Candidates
    given: Mapping[int, Session]
    undecided: frozenset[int]
    before: Placement | None
    keep: bool

    @property
    def open(self) -> Int64Array:
        """The sessions that are ours to place."""
        return np.array([i for i in range(self.series.sessions) if i not in self.given], dtype=np.int64)

    @property
    def moves_given(self) -> int:
        """How many of the given sessions stand where no rule puts them."""
        return sum(session.status is Status.MOVED for session in self.given.values())

    @property
    def stood(self) -> Int64Array:
        """Where the open sessions stood in the previous plan; NEVER for those that did not take place."""
        was = self.was
        starts = [was[i].start if i < len(was) and was[i].takes_place else NEVER for i in self.open.tolist()]
        return np.array(starts, dtype=np.int64)

    @property
    def was(self) -> tuple[Session, ...]:
        """The sessions of the previous plan."""
        return self.before.sessions if self.before else ()

    def gain(self, session: int, starts: Int64Array) -> Int64Array:
        """How much the first level of the score gains where the session stands at these minutes and is not skipped."""
        if not self.keep:
            return np.ones_like(starts)
        if session >= len(self.was):
            return np.full_like(starts, SESSION_WORTH)
        was = self.was[session]
        if was.takes_place:
            return np.where(starts == was.start, SESSION_WORTH + 1, SESSION_WORTH)
        return np.full_like(starts, SESSION_WORTH - 1)

    def nominal(self, session: int) -> int:
        """A minute for a skipped session without any rule: where it was, or the start of a week that could be its own.

        It lies in its time, lest a later repair take a session that never stood for one of the frozen past.
        """
        if session < len(self.was):
            return self.was[session].start
        weeks = 4 if self.series.cadence.monthly else self.series.cadence.every_weeks
        return session * weeks * WEEK_MINUTES


def all_tasks(problem: Problem, previous: Plan | None) -> tuple[Task, ...]:
    """The series of a problem, in its order."""
    before = previous.by_series() if previous else {}
    return tuple(
        task_of(problem, found, before.get(found.series.id), keep=previous is not None)
        for found in all_candidates(problem)
    )


def task_of(problem: Problem, candidates: Candidates, before: Placement | None, *, keep: bool) -> Task:
    """One series with its candidates, and where it stood before."""
    series = candidates.series
    was = before.sessions[: series.sessions] if before else ()
    freeze = problem.freeze_until
    frozen = {i: session for i, session in enumerate(was) if freeze is not None and session.start < freeze}
    given = {i: _kept(series, session) for i, session in frozen.items()}
    undecided = set()
    for i, start in series.pinned.items():
        given[i] = pinned = _pinned(start, frozen.get(i), was[i] if i < len(was) else None, series)
        if pinned.takes_place and i not in frozen:
            undecided.add(i)
    return Task(
        series=series,
        candidates=candidates,
        given=given,
        undecided=frozenset(undecided),
        before=before,
        keep=keep,
    )


def _kept(series: Series, session: Session) -> Session:
    """A frozen session as it was; one that is pinned no more stands there as any other."""
    status = Status.HELD if session.status is Status.PINNED else session.status
    return Session(session.start, status, tuple(who for who in session.absent if who in series.optional))


def _pinned(start: int | None, frozen: Session | None, was: Session | None, series: Series) -> Session:
    """What a person decided; it wins over a frozen session. Who was absent there before still is."""
    if start is None:
        return Session(frozen.start if frozen else 0, Status.SKIPPED)
    before = was if was and (frozen or (was.takes_place and was.start == start)) else Session(start, Status.PINNED)
    return Session(start, Status.PINNED, _kept(series, before).absent)
