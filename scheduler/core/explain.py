"""Why a time is not possible: which limit of whom blocks it, and on how many of the dates.

One explanation for every door. Pure arithmetic on the same values that the solver sees, so that what is said here
is what was decided there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

import numpy as np

from scheduler.core import commitments
from scheduler.core.availability import Availability, Bitmap, availability
from scheduler.core.candidates import NOWHERE, rule_dates
from scheduler.core.commitments import attended, full_days
from scheduler.core.interval import DAY_MINUTES, Horizon, Int64Array, Intervals, merged, no_intervals
from scheduler.core.pain import clock_lived_by
from scheduler.core.people import Participant
from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, Wall, days_as_wall, resolve, wall_clock


class Limit(StrEnum):
    """What can keep somebody from a time; the first that applies is the one that is named."""

    UNKNOWN = "calendar unknown"
    NOTICE = "notice"
    DAY_OFF = "day off"
    HOURS = "hours"
    CALENDAR = "calendar"
    BUFFER = "buffer"
    SERIES = "another series"
    DAY_CAP = commitments.DAY_CAP
    WEEK_CAP = commitments.WEEK_CAP


@dataclass(frozen=True, slots=True)
class Notes:
    """What a problem's busy minutes stand for: who is unknown (and why), each one's notice, and calendars alone."""

    unknown: Mapping[str, str] = field(default_factory=dict)
    closed_until: Mapping[str, int] = field(default_factory=dict)
    calendars: Mapping[str, Intervals] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blocker:
    """One limit of one person, the minutes of the starts that it blocks, and what of the calendar stands in the way.

    `times` has a row [start, end) in minutes for each blocked start of a calendar, buffer or series; `detail` names
    the holiday, the other series or the fault.
    """

    person: str
    limit: Limit
    starts: tuple[int, ...]
    times: tuple[tuple[int, int], ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a slot means for a series: the starts asked about, those at which it holds, what blocks the others."""

    series: str
    starts: tuple[int, ...]
    holds: tuple[int, ...]
    blockers: tuple[Blocker, ...]


def explain_slot(
    problem: Problem,
    series: Series,
    slots: Sequence[Slot],
    first: int,
    *,
    plan: Plan | None = None,
    notes: Notes | None = None,
) -> Explanation:
    """Why a rule does or does not hold on each of its dates, with every other series where `plan` has it."""
    starts = regular_starts(series, first, slots, problem.horizon)
    return explain_starts(problem, series, starts, plan=plan, notes=notes)


def explain_starts(
    problem: Problem, series: Series, starts: Int64Array, *, plan: Plan | None = None, notes: Notes | None = None
) -> Explanation:
    """Why a series' sessions can or can't begin at each of these minutes."""
    blocked = {who: _blockers(problem, series, who, starts, plan, notes or Notes()) for who in series.members}
    bad = {who: _any_of(starts, found) for who, found in blocked.items()}
    required = np.any([bad[who] for who in series.required], axis=0)
    present = np.sum([~bad[who] for who in series.optional], axis=0) if series.optional else np.zeros(len(starts), int)
    holds = ~required & (present >= series.quorum)
    told = [*series.required, *(series.optional if series.quorum else ())]
    blockers = sorted((b for who in told for b in blocked[who]), key=lambda b: -len(b.starts))
    return Explanation(series.id, _minutes(starts), _minutes(starts[holds]), tuple(blockers))


def missing_sessions(problem: Problem, series: Series, placement: Placement, plan: Plan, notes: Notes) -> Explanation:
    """Why the sessions that a plan skips could not be held where their rule puts them."""
    skipped = [session.start for session in placement.sessions if not session.takes_place]
    return explain_starts(problem, series, np.array(skipped, dtype=np.int64), plan=plan, notes=notes)


def closest_slot(problem: Problem, series: Series) -> tuple[int, Slot] | None:
    """The slot whose dates the fewest limits of its required people block, and the first week or month that has room.

    Of everybody's, where nobody is required. None where the sessions don't fit into the horizon at all.
    """
    choices, dates = rule_dates(series.cadence, series.sessions, problem.horizon)
    inside = (dates != NOWHERE).all(axis=2)
    if not inside.any() or not series.sessions:
        return None
    first = int(np.argmax(inside.any(axis=1)))
    times = np.arange(0, DAY_MINUTES, problem.grid_minutes)
    walls = days_as_wall(problem.horizon.first_monday.toordinal() + dates[first][:, None, :], times[:, None])
    starts = problem.horizon.minutes(resolve(walls, series.anchor_zone))
    known = [availability(problem.people[who], problem.horizon) for who in series.required or series.optional]
    free = np.sum([each.fits(starts, series.duration) for each in known], axis=(0, 3))
    free[~inside[first]] = -1
    choice, time = np.unravel_index(int(np.argmax(free)), free.shape)
    return first, replace(choices[choice], minute=int(times[time]))


def _blockers(
    problem: Problem, series: Series, who: str, starts: Int64Array, plan: Plan | None, notes: Notes
) -> list[Blocker]:
    """What blocks one person, each start under the first limit that applies to it."""
    person = problem.people[who]
    if who in notes.unknown:
        return [Blocker(who, Limit.UNKNOWN, _minutes(starts), detail=notes.unknown[who])]
    known = availability(person, problem.horizon)
    taken = starts < notes.closed_until.get(who, -(10**9))
    found = [Blocker(who, Limit.NOTICE, _minutes(starts[taken]))] if taken.any() else []
    for blockers in (
        _hours(problem.horizon, person, known, series.duration, starts, ~taken),
        _calendar(person, notes.calendars.get(who, person.busy), starts, series.duration, ~taken),
        _others(problem, series, person, starts, plan, ~taken),
    ):
        new = [blocker for blocker in (_without(taken, starts, blocker) for blocker in blockers) if blocker.starts]
        found += new
        taken = taken | _any_of(starts, new)
    return found


def _hours(
    horizon: Horizon, person: Participant, known: Availability, duration: int, starts: Int64Array, asked: Bitmap
) -> list[Blocker]:
    outside = asked & ~known.inside_hours(starts, duration)
    days = _dates(clock_lived_by(person.boundary, starts[outside], horizon))
    reasons: dict[tuple[Limit, str], list[int]] = {}
    for start, day in zip(starts[outside].tolist(), days, strict=True):
        off = person.boundary.days_off.get(day)
        key = (Limit.HOURS, "") if off is None else (Limit.DAY_OFF, off)
        reasons.setdefault(key, []).append(start)
    return [Blocker(person.id, limit, tuple(at), detail=detail) for (limit, detail), at in reasons.items()]


def _calendar(person: Participant, busy: Intervals, starts: Int64Array, duration: int, asked: Bitmap) -> list[Blocker]:
    exact = _hits(busy, starts, duration, 0)
    near = _hits(busy, starts, duration, person.boundary.buffer)
    calendar = [(start, time) for start, time, ok in zip(starts.tolist(), exact, asked, strict=True) if ok and time]
    close = [
        (start, time)
        for start, time, hit, ok in zip(starts.tolist(), near, exact, asked, strict=True)
        if ok and time and not hit
    ]
    return _of_times(person.id, Limit.CALENDAR, calendar) + _of_times(person.id, Limit.BUFFER, close)


def _others(
    problem: Problem, series: Series, person: Participant, starts: Int64Array, plan: Plan | None, asked: Bitmap
) -> list[Blocker]:
    """Other series of the plan at the same time, and the caps that they use up."""
    if plan is None:
        return []
    sessions = attended(problem, plan, person.id, but=series.id)
    blockers = []
    for name, spans in sessions.items():
        hits = _hits(spans, starts, series.duration, person.boundary.buffer)
        at = [(start, time) for start, time, ok in zip(starts.tolist(), hits, asked, strict=True) if ok and time]
        blockers += _of_times(person.id, Limit.SERIES, at, name)
    others = np.concatenate([no_intervals(), *sessions.values()])[:, 0]
    full = full_days(person.boundary, others, problem.horizon)
    days = _dates(wall_clock(problem.horizon.exact(starts), person.boundary.zone))
    for limit, cap in (
        (Limit.DAY_CAP, person.boundary.max_per_day),
        (Limit.WEEK_CAP, person.boundary.max_per_week),
    ):
        at_cap = [
            start for start, day, ok in zip(starts.tolist(), days, asked, strict=True) if ok and full.get(day) == limit
        ]
        if at_cap:
            blockers.append(Blocker(person.id, limit, tuple(at_cap), detail=str(cap)))
    return blockers


def _dates(wall: Wall) -> list[date]:
    return [date.fromordinal(day) for day in (wall // DAY_SECONDS + EPOCH_DAY).tolist()]


def _hits(spans: Int64Array, starts: Int64Array, duration: int, buffer: int) -> list[tuple[int, int] | None]:
    """For each start the first span that it touches, with the buffer around it, or None."""
    spans = merged(spans) if not buffer else spans[np.argsort(spans[:, 0], kind="stable")]
    low = np.searchsorted(spans[:, 1], starts - buffer, side="right")
    return [
        (int(spans[i, 0]), int(spans[i, 1])) if i < len(spans) and spans[i, 0] < start + duration + buffer else None
        for i, start in zip(low.tolist(), starts.tolist(), strict=True)
    ]


def _of_times(who: str, limit: Limit, at: list[tuple[int, tuple[int, int]]], detail: str = "") -> list[Blocker]:
    if not at:
        return []
    return [Blocker(who, limit, tuple(start for start, _ in at), tuple(time for _, time in at), detail)]


def _without(taken: Bitmap, starts: Int64Array, blocker: Blocker) -> Blocker:
    """The blocker less the starts that an earlier limit already explains."""
    done = set(starts[taken].tolist())
    keep = [i for i, start in enumerate(blocker.starts) if start not in done]
    times = tuple(blocker.times[i] for i in keep) if blocker.times else ()
    return Blocker(blocker.person, blocker.limit, tuple(blocker.starts[i] for i in keep), times, blocker.detail)


def _any_of(starts: Int64Array, blockers: Sequence[Blocker]) -> Bitmap:
    blocked = {start for blocker in blockers for start in blocker.starts}
    return np.array([start in blocked for start in starts.tolist()], dtype=bool)


def _minutes(starts: Int64Array) -> tuple[int, ...]:
    return tuple(int(start) for start in starts)
