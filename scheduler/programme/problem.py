"""From a programme to a problem: what was read of calendars, what stands, and what is too soon become busy minutes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from scheduler.core.address import label
from scheduler.core.commitments import attended
from scheduler.core.explain import Notes
from scheduler.core.freebusy import CalendarCopy, Knowledge, knowledge, merge
from scheduler.core.interval import DAY_MINUTES, MINUTE, Horizon, Intervals, as_intervals, complement, merged
from scheduler.core.people import Participant
from scheduler.core.pins import Pin, as_pinned, pinned_minutes
from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.core.rotation import settled
from scheduler.core.series import Series
from scheduler.ports import SavedPlan
from scheduler.programme.values import Person, Programme, series_of

NEVER = datetime.fromtimestamp(0, UTC)
MARGIN = 3 * DAY_MINUTES  # as far as anybody's hours are laid out beyond the horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an installation decides: how long a copy is good, and how near a published session stays as it is."""

    stale_for: timedelta
    freeze_for: timedelta


@dataclass(frozen=True, slots=True)
class Posed:
    """A problem, the plan that stands (in its minutes), and what the busy minutes of each person stand for."""

    problem: Problem
    previous: Plan | None
    notes: Notes


def pose(
    programme: Programme,
    copies: Sequence[CalendarCopy],
    standing: SavedPlan | None,
    now: datetime,
    rules: Rules,
    *,
    pins: Sequence[Pin] = (),
    replan: bool = False,
    by_hand: bool = False,
) -> Posed:
    """The problem that a programme is at this instant. With `replan` only frozen sessions of what stands are kept.

    `by_hand`: as it is for what a person decides: no freeze holds them back, and what has begun is past.
    """
    horizon, minute = programme.horizon, programme.horizon.minute(now)
    series = tuple(_with_pins(series_of(group), pins, standing, horizon) for group in programme.groups)
    frozen = None if standing is None else minute if by_hand else _frozen_until(programme, now, rules)
    previous = None if standing is None else in_terms_of(standing, programme, series, frozen)
    closed = {person.id: minute + person.notice if frozen is None or by_hand else frozen for person in programme.people}
    held: dict[str, list[CalendarCopy]] = {person.id: [] for person in programme.people}
    for copy in copies:
        held.get(copy.person, []).append(copy)
    known = {person.id: known_busy(person, held[person.id], now, rules) for person in programme.people}
    unknown = {who: why for who, (why, _) in known.items() if why}
    calendars = {who: horizon.outward(busy) for who, (_, busy) in known.items()}
    stands = {who: _standing_sessions(standing, previous, who) for who in unknown}
    people = {
        person.id: Participant(
            id=person.id,
            boundary=person.boundary,
            busy=_busy(horizon, person, calendars[person.id], closed[person.id], stands.get(person.id)),
        )
        for person in programme.people
    }
    problem = Problem(
        name=programme.name,
        horizon=horizon,
        grid_minutes=programme.grid,
        slack=programme.slack,
        freeze_until=frozen,
        people=people,
        series=series,
    )
    kept = _only_frozen(previous, frozen) if previous and frozen is not None and replan else previous
    open_rotations = {group.id for group in programme.groups if group.rotates}
    problem = settled(problem, open_rotations, None if replan else previous)
    return Posed(problem, kept, Notes(unknown, closed, calendars))


def copies_of(person: Person, copies: Sequence[CalendarCopy]) -> list[CalendarCopy]:
    """What is held of the calendars that a person lists; one that was never tried is held as unread."""
    held = {copy.calendar: copy for copy in copies if copy.person == person.id}
    known = [label(calendar) for calendar in person.calendars]
    return [held.get(calendar) or _never_read(person, calendar) for calendar in known]


def known_busy(person: Person, copies: Sequence[CalendarCopy], now: datetime, rules: Rules) -> tuple[str, Intervals]:
    """Why somebody is unknown (empty: is not), and their busy seconds; published hours count where none are listed."""
    held = copies_of(person, copies)
    if knowledge(held, now, rules.stale_for) is Knowledge.UNKNOWN:
        faults = [copy.error or "an event's rule can't be expanded" for copy in held if _is_bad(copy)]
        return "; ".join(faults), as_intervals([])
    read = [copy.free_busy for copy in held if copy.free_busy]
    parts = [one.busy for one in read] + ([] if person.has_hours else [one.unavailable for one in read])
    return "", merge(parts)


def _is_bad(copy: CalendarCopy) -> bool:
    return bool(copy.error) or copy.free_busy is None or not copy.free_busy.complete


def _never_read(person: Person, calendar: str) -> CalendarCopy:
    return CalendarCopy(person=person.id, calendar=calendar, tried_at=NEVER, error="was never read")


def _busy(horizon: Horizon, person: Person, calendar: Intervals, closed: int, stands: Intervals | None) -> Intervals:
    """Busy minutes of the problem: calendars, what is too soon, and all that is unknown but for what stands there."""
    start, end = -MARGIN, horizon.weeks * 7 * DAY_MINUTES + MARGIN
    buffer = person.boundary.buffer
    parts = [calendar]
    if closed > start:
        parts.append(as_intervals([(start, max(start, closed - buffer))]))  # the buffer brings it up to `closed` again
    if stands is not None:
        parts.append(complement(merged(stands + np.array([-buffer, buffer])), start, end))
    return merged(np.concatenate(parts))


def _frozen_until(programme: Programme, now: datetime, rules: Rules) -> int:
    """Sessions that begin before this minute stay as they are: the freeze, or the longest notice if it is longer."""
    notice = max((person.notice for person in programme.people), default=0)
    return programme.horizon.minute(now) + max(int(rules.freeze_for.total_seconds()) // MINUTE, notice)


def _with_pins(series: Series, pins: Sequence[Pin], standing: SavedPlan | None, horizon: Horizon) -> Series:
    stands = standing.plan.by_series() if standing else ()
    return replace(series, pinned=pinned_minutes(pins, series.id, series.sessions, horizon, stands))


def in_terms_of(saved: SavedPlan, programme: Programme, series: Sequence[Series], frozen: int | None) -> Plan:
    """A saved plan in the terms of the programme as it is now, with the series' pins as they are now.

    Its minutes count from another epoch where the first date was changed; who left a group or became required in it
    is absent no more.
    """
    shift = programme.horizon.minute(saved.problem.horizon.epoch)
    optional = {each.id: each.optional for each in series}
    pinned = {each.id: each.pinned for each in series}
    placements = (_today(entry, shift, optional.get(entry.series, ())) for entry in saved.plan.placements)
    return replace(
        saved.plan, placements=tuple(as_pinned(entry, pinned.get(entry.series, {}), frozen) for entry in placements)
    )


def _today(placement: Placement, shift: int, optional: Collection[str]) -> Placement:
    sessions = tuple(
        replace(session, start=session.start + shift, absent=tuple(who for who in session.absent if who in optional))
        for session in placement.sessions
    )
    return replace(placement, sessions=sessions)


def _only_frozen(previous: Plan, frozen: int) -> Plan:
    """The part of a plan that a new one may not touch: of each series the sessions up to the last before the freeze.

    Of these only one that a person put elsewhere can begin after it, and that one stands as well.
    """
    return replace(previous, placements=tuple(_until(entry, frozen) for entry in previous.placements))


def _until(placement: Placement, frozen: int) -> Placement:
    kept = [number + 1 for number, session in enumerate(placement.sessions) if session.start < frozen]
    return replace(placement, sessions=placement.sessions[: max(kept, default=0)])


def _standing_sessions(standing: SavedPlan | None, previous: Plan | None, who: str) -> Intervals:
    if standing is None or previous is None:
        return as_intervals([])
    return merged(np.concatenate([as_intervals([]), *attended(standing.problem, previous, who).values()]))
