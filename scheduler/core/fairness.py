"""What each person can't avoid: the least burden that they could have if each of their series were alone.

Alone: nobody's other sessions are in the way, and caps are not asked; each date is looked at by itself. The series
keeps to one rule, holds as many sessions as any rule lets it, and may move as many dates as it likes to the hour of the
week that suits this one person best. Who is optional stays away wherever the quorum holds without them. Pinned and
frozen sessions stand. So no plan in which a person's series all hold so many sessions gives them a smaller burden,
whatever its slack; one that loses sessions may.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from scheduler.core.burden import burdens
from scheduler.core.candidates import NOWHERE, Candidates, all_candidates
from scheduler.core.interval import Int64Array
from scheduler.core.pain import pain
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series

NEVER = 1 << 20
"""More than any pain: there is no start."""


def best_alone(problem: Problem, previous: Plan | None = None) -> Mapping[str, float]:
    """Minutes outside preferred hours per session planned that each person can't avoid, of everybody who has a series.

    `previous`: sessions that it begins before the problem's freeze stand as they are.
    """
    before = previous.by_series() if previous else {}
    least: Counter[str] = Counter()
    planned: Counter[str] = Counter()
    for found in all_candidates(problem):
        series = found.series
        given = _given(problem, series, before.get(series.id))
        own = np.array([i for i in range(series.sessions) if i not in given], dtype=np.int64)
        for who, free in zip(series.members, least_pains(found, own).tolist(), strict=True):
            least[who] += free + _pain_of_given(problem, series, given, who)
            planned[who] += series.sessions
    return {who: least[who] / count for who, count in planned.items() if count}


def _given(problem: Problem, series: Series, before: Placement | None) -> dict[int, Session]:
    """Sessions that stand: frozen, or pinned by a person; whoever may stay away from a pinned one does."""
    was = before.sessions[: series.sessions] if before else ()
    freeze = problem.freeze_until
    given = {i: session for i, session in enumerate(was) if freeze is not None and session.start < freeze}
    for i, start in series.pinned.items():
        absent = given[i].absent if i in given else series.optional
        given[i] = Session(start or 0, Status.SKIPPED if start is None else Status.PINNED, absent)
    return given


def _pain_of_given(problem: Problem, series: Series, given: Mapping[int, Session], who: str) -> int:
    starts = [s.start for s in given.values() if s.takes_place and (who not in s.absent or who in series.required)]
    at = np.array(starts, dtype=np.int64)
    return int(pain(problem.people[who].boundary, at, series.duration, problem.horizon).sum())


def least_pains(found: Candidates, own: Int64Array) -> Int64Array:
    """For each member the least pain in some sessions of a series, under any rule that lets most of them happen.

    `own`: the numbers of these sessions; the result has a figure for each member.
    """
    turns = found.series.cadence.rotation
    slots = [own[own % turns == turn] for turn in range(turns)]
    inside = [(found.dates[:, :, mine] != NOWHERE).all(axis=2) for mine in slots]  # first, choice
    borne, regular = _borne(found), found.regular
    in_week = _in_week(found, borne)
    most, least = -1, np.zeros(len(found.series.members), dtype=np.int64)
    for first in np.flatnonzero(np.all([kept.any(axis=1) for kept in inside], axis=0)):
        days = [found.dates[first][kept[first]][:, mine] for kept, mine in zip(inside, slots, strict=True)]
        reached = [_of_slot(each, regular, borne, in_week) for each in days]
        happen, pains = sum(count for count, _ in reached), np.sum([pain for _, pain in reached], axis=0)
        if happen >= most:
            most, least = happen, pains if happen > most else np.minimum(least, pains)
    return least


def _of_slot(days: Int64Array, regular: Int64Array, borne: Int64Array, in_week: Int64Array) -> tuple[int, Int64Array]:
    """The most sessions of one slot that can happen on `days[choice, session]`, and each member's least pain if so."""
    cost = np.minimum(borne[regular[days]], in_week[days // 7][:, :, None, :])  # choice, session, time, member
    possible = cost < NEVER
    count, pains = possible[..., 0].sum(axis=1), np.where(possible, cost, 0).sum(axis=1)
    most = int(count.max())
    return most, pains[count == most].min(axis=0)


def _borne(found: Candidates) -> Int64Array:
    """The least pain of each member in a session at each start, and a row of NEVER that NOWHERE means."""
    series = found.series
    others = found.comes.sum(axis=1)[:, None] - found.comes
    needed = found.comes & (others < series.quorum)
    required = np.ones((len(found.starts), len(series.required)), dtype=bool)
    borne = np.where(np.concatenate([required, needed], axis=1), found.pain, 0)
    return np.concatenate([borne, np.full((1, len(series.members)), NEVER)])


def _in_week(found: Candidates, borne: Int64Array) -> Int64Array:
    """The least pain of each member among the starts of a week to which a session may move, shape (weeks, members)."""
    least = np.full((found.weeks, borne.shape[1]), NEVER, dtype=np.int64)
    kept = found.week != NOWHERE
    np.minimum.at(least, found.week[kept], borne[:-1][kept])
    return least


def worst_above(problem: Problem, plan: Plan, alone: Mapping[str, float]) -> float:
    """The largest part of somebody's burden beyond what they can't avoid (`alone`); 0 where there is none."""
    return max([0.0, *(burden - alone[who] for who, burden in burdens(problem, plan).items())])
