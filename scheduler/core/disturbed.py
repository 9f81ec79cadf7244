"""Which sessions of a plan that stands no longer hold, and what keeps whom from them.

What is unknown disturbs nothing: whoever's calendar can't be read is taken to come, so that what stands is kept.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.core.availability import Bitmap
from scheduler.core.decision import Cause
from scheduler.core.explain import Limit, Notes, explain_starts
from scheduler.core.interval import Int64Array
from scheduler.core.people import Boundary
from scheduler.core.pins import Key
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, wall_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbed:
    """A session that no longer holds where it stands (`start`, a minute of the horizon), and why.

    `pinned`: a person put it there; `frozen`: it begins too soon. Neither is ours to change.
    """

    group: str
    session: int
    start: int
    causes: tuple[Cause, ...]
    pinned: bool = False
    frozen: bool = False

    @property
    def key(self) -> Key:
        """Which session it is."""
        return self.group, self.session

    @property
    def ours(self) -> bool:
        """Whether it is ours to change."""
        return not (self.pinned or self.frozen)


def disturbed(
    problem: Problem, plan: Plan, notes: Notes, *, since: int, only: Collection[str] | None = None
) -> tuple[Disturbed, ...]:
    """The sessions that begin at the minute `since` or later and no longer hold, in the order of the problem.

    A session holds while everybody required and the quorum can come; that an optional person beyond it can't disturbs
    nothing. What a person decided, or what is frozen, is disturbed by its like alone: the others give way to it.
    `plan` is in minutes of the problem. `only`: the series to look at, None for all.
    """
    placements, diaries = plan.by_series(), dict[str, _Diary]()
    found: list[Disturbed] = []
    for series in problem.series:
        if series.id in placements and (only is None or series.id in only):
            for who in series.members:
                if who not in diaries:
                    diaries[who] = _Diary.of(problem, placements, who)
            found += _of_series(problem, series, placements[series.id], notes, diaries, since)
    return tuple(found)


def is_pinned(series: Series, index: int, session: Session) -> bool:
    """Whether a person put a session where it stands."""
    return index in series.pinned or session.status is Status.PINNED


def is_frozen(problem: Problem, session: Session) -> bool:
    """Whether a session begins too soon to be changed."""
    return problem.freeze_until is not None and session.start < problem.freeze_until


@dataclass(frozen=True, slots=True)
class _Diary:
    """What somebody attends of a plan, by session: start, end, local day, and whether it was given to us."""

    limits: Boundary
    keys: tuple[Key, ...]
    starts: Int64Array
    ends: Int64Array
    days: Int64Array
    given: Bitmap

    @staticmethod
    def of(problem: Problem, placements: Mapping[str, Placement], who: str) -> "_Diary":
        """One person's."""
        rows = [
            ((series.id, i), session.start, session.start + series.duration, _is_given(problem, series, i, session))
            for series in problem.series
            if who in series.members and series.id in placements
            for i, session in enumerate(placements[series.id].sessions[: series.sessions])
            if session.takes_place and who not in session.absent
        ]
        limits, starts = problem.people[who].boundary, np.array([start for _, start, _, _ in rows], dtype=np.int64)
        return _Diary(
            limits=limits,
            keys=tuple(key for key, _, _, _ in rows),
            starts=starts,
            ends=np.array([end for _, _, end, _ in rows], dtype=np.int64),
            days=wall_clock(problem.horizon.exact(starts), limits.zone) // DAY_SECONDS + EPOCH_DAY,
            given=np.array([given for _, _, _, given in rows], dtype=bool),
        )

    def crowded(self, who: str, key: Key) -> Cause | None:
        """What keeps somebody from a session beside all others: one of them, or a cap that they use up."""
        mine = self.keys.index(key)
        others = (self.given | ~self.given[mine]) & (np.arange(len(self.starts)) != mine)
        buffer = self.limits.buffer
        near = (self.starts < self.ends[mine] + buffer) & (self.ends + buffer > self.starts[mine])
        if (others & near).any():
            return Cause(who, Limit.SERIES, self.keys[int(np.argmax(others & near))][0])
        caps = (Limit.DAY_CAP, self.limits.max_per_day, 1), (Limit.WEEK_CAP, self.limits.max_per_week, 7)
        for limit, cap, size in caps:
            periods = (self.days - 1) // size
            if cap is not None and (others & (periods == periods[mine])).sum() >= cap:
                return Cause(who, limit, str(cap))
        return None


def _is_given(problem: Problem, series: Series, index: int, session: Session) -> bool:
    return is_pinned(series, index, session) or is_frozen(problem, session)


def _of_series(
    problem: Problem,
    series: Series,
    placement: Placement,
    notes: Notes,
    diaries: Mapping[str, _Diary],
    since: int,
) -> Iterator[Disturbed]:
    ahead = [
        (i, session)
        for i, session in enumerate(placement.sessions[: series.sessions])
        if session.takes_place and session.start >= since
    ]
    alone = _alone(problem, series, [session.start for _, session in ahead], notes)
    asked = (*series.required, *(series.optional if series.quorum else ()))
    for i, session in ahead:
        causes = {
            who: cause
            for who in asked
            if who not in notes.unknown and who not in session.absent
            if (cause := alone.get((who, session.start)) or diaries[who].crowded(who, (series.id, i)))
        }
        if _breaks(series, session, causes):
            yield Disturbed(
                group=series.id,
                session=i,
                start=session.start,
                causes=tuple(causes.values()),
                pinned=is_pinned(series, i, session),
                frozen=is_frozen(problem, session),
            )


def _alone(problem: Problem, series: Series, starts: list[int], notes: Notes) -> Mapping[tuple[str, int], Cause]:
    """What keeps each person from each start, their other sessions left aside; of notice nothing, since it stands."""
    told = explain_starts(problem, series, np.array(starts, dtype=np.int64), notes=Notes(calendars=notes.calendars))
    return {
        (each.person, start): Cause(each.person, each.limit, each.detail)
        for each in told.blockers
        for start in each.starts
    }


def _breaks(series: Series, session: Session, causes: Collection[str]) -> bool:
    """Whether a session can't take place without these people."""
    present = [who for who in series.optional if who not in session.absent and who not in causes]
    return any(who in causes for who in series.required) or len(present) < series.quorum
