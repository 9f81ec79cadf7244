"""Other times for one session: where else in a week it could stand, with every other session of a plan where it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

import numpy as np

from scheduler.core.candidates import Candidates, all_candidates
from scheduler.core.commitments import with_commitments
from scheduler.core.interval import DAY_MINUTES, Int64Array
from scheduler.core.plan import Placement, Plan, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, regular_starts
from scheduler.core.slots import APART_MINUTES
from scheduler.core.walltime import local_time


@dataclass(frozen=True, slots=True)
class Alternative:
    """A time at which everybody required and the quorum can meet.

    `outside`: minutes outside preferred hours, of those who come and bear any. `absent`: optional people who can't.
    """

    start: int
    outside: Mapping[str, int]
    absent: tuple[str, ...]


def alternatives(problem: Problem, plan: Plan, series: Series, session: int, top: int) -> tuple[Alternative, ...]:
    """The best other times for a session in its week, each on another day or an hour from the others and from now.

    Ranked as plans are: fewest empty seats, then least outside preferred hours, then nearest to where its rule puts
    it. They keep clear of every other session of `plan`, caps included.
    """
    placement = plan.by_series()[series.id]
    usual, now = usual_start(problem, series, placement, session), placement.sessions[session]
    found = _candidates(problem, _without(plan, series.id, session), series)
    index = np.flatnonzero(found.week == week_of(problem, series, usual))
    pains = found.pain[index] * _present(found, index)
    order = np.lexsort((np.abs(found.starts[index] - usual), pains.sum(axis=1), (~found.comes[index]).sum(axis=1)))
    ranked = (_alternative(found, int(index[i]), pains[i]) for i in order)
    return tuple(islice(_apart(problem, series, ranked, [now.start] if now.takes_place else []), top))


def in_another_week(problem: Problem, plan: Plan, series: Series, session: int) -> int | None:
    """Where a session could be made up for: the possible start nearest to where its rule puts it, a day and more from
    the sessions before and after it. None: nowhere. Only a person may put a session outside its week.
    """
    lifted = _without(plan, series.id, session)
    placement = lifted.by_series()[series.id]
    usual = int(regular_starts(series, placement.first, placement.slots, problem.horizon)[session])
    others = np.array([each.start for each in placement.sessions if each.takes_place], dtype=np.int64)
    before, after = others[others <= usual], others[others > usual]
    starts = _candidates(problem, lifted, series).starts
    starts = starts[starts >= before.max(initial=-DAY_MINUTES) + DAY_MINUTES]
    starts = starts[starts <= after.min(initial=problem.horizon.weeks * 7 * DAY_MINUTES) - DAY_MINUTES]
    return int(starts[np.argmin(np.abs(starts - usual))]) if len(starts) else None


def usual_start(problem: Problem, series: Series, placement: Placement, session: int) -> int:
    """Where a session stands, but of one that a person put elsewhere or skipped, where its rule puts it."""
    if session in series.pinned and placement.slots:
        return int(regular_starts(series, placement.first, placement.slots, problem.horizon)[session])
    return placement.sessions[session].start


def day_of(problem: Problem, series: Series, start: int) -> date:
    """The date of a minute on the clock of the anchor zone."""
    return local_time(problem.horizon.instant(start), series.anchor_zone).day


def week_of(problem: Problem, series: Series, start: int) -> int:
    """The week of the horizon in which a minute lies, on the clock of the anchor zone."""
    return (day_of(problem, series, start) - problem.horizon.first_monday).days // 7


def _without(plan: Plan, series: str, session: int) -> Plan:
    """The plan in which one session does not take place."""

    def freed(placement: Placement) -> Placement:
        sessions = list(placement.sessions)
        sessions[session] = replace(sessions[session], status=Status.SKIPPED)
        return replace(placement, sessions=tuple(sessions))

    return replace(plan, placements=tuple(freed(p) if p.series == series else p for p in plan.placements))


def _candidates(problem: Problem, plan: Plan, series: Series) -> Candidates:
    """Those of one series beside a plan; a person may move what the programme would not move by itself."""
    people = {who: problem.people[who] for who in series.members}
    around = with_commitments(replace(problem, people=people), plan, series.duration)
    [found] = all_candidates(replace(around, series=(replace(series, movable=True, pinned={}),)))
    return found


def _present(found: Candidates, index: Int64Array) -> Int64Array:
    """1 for each member who comes, 0 for each optional one who can't, shape (index, members)."""
    required = np.ones((len(index), len(found.series.required)), dtype=np.int64)
    return np.concatenate([required, found.comes[index]], axis=1)


def _alternative(found: Candidates, index: int, pains: Int64Array) -> Alternative:
    series = found.series
    outside = {who: pain for who, pain in zip(series.members, pains.tolist(), strict=True) if pain}
    absent = tuple(who for who, comes in zip(series.optional, found.comes[index].tolist(), strict=True) if not comes)
    return Alternative(int(found.starts[index]), outside, absent)


def _apart(problem: Problem, series: Series, ranked: Iterator[Alternative], taken: list[int]) -> Iterator[Alternative]:
    """Those of them that are not much the same as one before them or as what is taken."""
    for each in ranked:
        if all(_differs(problem, series, each.start, other) for other in taken):
            taken = [*taken, each.start]
            yield each


def _differs(problem: Problem, series: Series, one: int, other: int) -> bool:
    another_day = day_of(problem, series, one) != day_of(problem, series, other)
    return another_day or abs(one - other) >= APART_MINUTES
