"""Which sessions of a plan that stands no longer hold, and what keeps whom from them.

What is unknown disturbs nothing: whoever's calendar can't be read is taken to come, so that what stands is kept.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.core.decision import Cause
from scheduler.core.explain import Limit, Notes, explain_starts
from scheduler.core.pins import Key
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, by_member
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
    placements, crowded = plan.by_series(), dict[str, Mapping[Key, Cause]]()
    mine = by_member(series for series in problem.series if series.id in placements)
    found: list[Disturbed] = []
    for series in problem.series:
        if series.id in placements and (only is None or series.id in only):
            for who in series.members:
                if who not in crowded:
                    crowded[who] = _crowded(problem, mine[who], placements, who)
            found += _of_series(problem, series, placements[series.id], notes, crowded, since)
    return tuple(found)


def is_pinned(series: Series, index: int, session: Session) -> bool:
    """Whether a person put a session where it stands."""
    return index in series.pinned or session.status is Status.PINNED


def is_frozen(problem: Problem, session: Session) -> bool:
    """Whether a session begins too soon to be changed."""
    return problem.freeze_until is not None and session.start < problem.freeze_until


def _crowded(
    problem: Problem, mine: Sequence[Series], placements: Mapping[str, Placement], who: str
) -> Mapping[Key, Cause]:
    """What keeps somebody from sessions of theirs beside all others: another one of them, or a cap that is used up."""
    rows = [
        ((series.id, i), session.start, session.start + series.duration, _is_given(problem, series, i, session))
        for series in mine
        for i, session in enumerate(placements[series.id].sessions[: series.sessions])
        if session.takes_place and who not in session.absent
    ]
    keys = [key for key, *_ in rows]
    starts, ends = (np.array([row[column] for row in rows], dtype=np.int64) for column in (1, 2))
    given = np.array([row[3] for row in rows], dtype=bool)
    limits = problem.people[who].boundary
    counts = (given | ~given[:, None]) & ~np.eye(len(rows), dtype=bool)
    near = counts & (starts < ends[:, None] + limits.buffer) & (ends + limits.buffer > starts[:, None])
    hits = np.flatnonzero(near.any(axis=1)).tolist()
    causes = {keys[row]: Cause(who, Limit.SERIES, keys[int(np.argmax(near[row]))][0]) for row in hits}
    days = wall_clock(problem.horizon.exact(starts), limits.zone) // DAY_SECONDS + EPOCH_DAY
    caps = (Limit.DAY_CAP, limits.max_per_day, 1), (Limit.WEEK_CAP, limits.max_per_week, 7)
    for limit, cap, size in caps:
        if cap is not None:
            periods = (days - 1) // size
            full = (counts & (periods == periods[:, None])).sum(axis=1) >= cap
            causes = {keys[row]: Cause(who, limit, str(cap)) for row in np.flatnonzero(full).tolist()} | causes
    return causes


def _is_given(problem: Problem, series: Series, index: int, session: Session) -> bool:
    return is_pinned(series, index, session) or is_frozen(problem, session)


def _of_series(
    problem: Problem,
    series: Series,
    placement: Placement,
    notes: Notes,
    crowded: Mapping[str, Mapping[Key, Cause]],
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
            if (cause := alone.get((who, session.start)) or crowded[who].get((series.id, i)))
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
