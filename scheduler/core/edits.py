"""What people did by hand, in the organiser's calendar, to a series that was written there.

It is found by comparing sessions with what was decided and written, or with what was found right after it was written,
where the provider made something else of it: that is nobody's edit. What is past is nobody's concern any more.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from scheduler.core.delivery import Delivery
from scheduler.core.event import Event, Span
from scheduler.core.found import Found
from scheduler.core.interval import MINUTE, Exact
from scheduler.core.readback import settled, span_by_session, stood
from scheduler.core.walltime import wall_clock
from scheduler.core.zone_change import zone_changes

FEWEST = 2
"""A single session that is left is moved or deleted, and not its series."""


class EditKind(StrEnum):
    """What somebody did."""

    MOVED = "moved"  # one session, to another time
    RESIZED = "resized"  # one session, which begins as it did and ends at another time
    DELETED = "deleted"  # one session
    SHIFTED = "shifted"  # most of the sessions to come, by the same time on the clock
    GONE = "gone"  # the series, or all of its sessions to come
    DECLINED = "declined"  # an attendee said no to sessions


@dataclass(frozen=True, slots=True, order=True)
class Put:
    """One session: when it was to begin and its minutes, and how it is found; None: it does not take place."""

    session: int
    before: Span | None
    after: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One thing that somebody did, and the sessions that it is about, in their order; `person`: who declined."""

    kind: EditKind
    puts: tuple[Put, ...]
    person: str = ""


def edits(event: Event, standing: Delivery, found: Found, *, now: datetime) -> tuple[Edit, ...]:
    """What was done to the sessions of an event that were to begin after `now`, or begin after it since then.

    `event` is as it was decided last, `standing` as it was written. A session is as it was where either has it, and
    where today's zone data put it: a provider that got new ones shows later dates at other instants.
    """
    standing = settled(standing, found)
    decided = span_by_session(event)
    ahead = {session: span for session, span in decided.items() if span and span[0] > now}
    if event.cancelled or (found.gone and not ahead):
        return ()
    if found.gone:
        return (Edit(kind=EditKind.GONE, puts=tuple(Put(i, span, None) for i, span in sorted(ahead.items()))),)
    done = [put for put in _changed(decided, standing, found, now) if _is_ahead(put, now)]
    gone = [put for put in done if put.after is None]
    if len(gone) == len(ahead) >= FEWEST:
        return (Edit(kind=EditKind.GONE, puts=tuple(gone)), *_single([put for put in done if put.after]))
    shifted = _shifted(done, len(ahead), event.rule.zone)
    whole = (Edit(kind=EditKind.SHIFTED, puts=shifted),) if shifted else ()
    rest = [put for put in done if put not in shifted]
    return (*whole, *_single(rest), *_declined(event, found, ahead))


def _changed(decided: Mapping[int, Span | None], standing: Delivery, found: Found, now: datetime) -> Iterator[Put]:
    """The sessions that are not as they were."""
    was, written = stood(standing), span_by_session(standing.event)
    clocks = {
        each.session: (each.after, standing.event.duration)
        for each in zone_changes([standing.event], now)
        if each.takes_place
    }
    for session, before in sorted(decided.items()):
        if session not in found.sessions:
            continue
        after, wrote = found.sessions[session], written.get(session, before)
        never_so = wrote not in was and (after is None or after in was)
        if after not in (before, wrote, clocks.get(session, before)) and not never_so:
            yield Put(session, before, after)


def _is_ahead(put: Put, now: datetime) -> bool:
    return any(span is not None and span[0] > now for span in (put.before, put.after))


def _single(puts: Sequence[Put]) -> Iterator[Edit]:
    """Edits of one session each."""
    for put in puts:
        same_start = put.before and put.after and put.before[0] == put.after[0]
        kind = EditKind.DELETED if put.after is None else EditKind.RESIZED if same_start else EditKind.MOVED
        yield Edit(kind=kind, puts=(put,))


def _shifted(puts: Sequence[Put], coming: int, zone: str) -> tuple[Put, ...]:
    """The sessions that were moved by the same time on the clock, if those are most of the coming ones; else none."""
    shifts = {put: _shift(put.before, put.after, zone) for put in puts if put.before and put.after}
    counts = Counter(shift for shift in shifts.values() if shift)
    by = max(counts, key=counts.__getitem__, default=0)
    most = counts[by] >= FEWEST and 2 * counts[by] > coming
    return tuple(put for put, shift in shifts.items() if shift == by) if most else ()


def _shift(before: Span, after: Span, zone: str) -> int:
    """By how many minutes the clock of a zone shows another time at the start of a session."""
    walls = wall_clock(Exact(np.array([int(span[0].timestamp()) for span in (before, after)], dtype=np.int64)), zone)
    return int(walls[1] - walls[0]) // MINUTE


def _declined(event: Event, found: Found, ahead: Mapping[int, Span]) -> Iterator[Edit]:
    """What attendees said no to, but for sessions at which they are absent anyway."""
    absent = {each.session: each.absent for each in event.occurrences}
    for person, sessions in sorted(found.declined.items()):
        puts = tuple(
            Put(session, ahead[session], found.sessions.get(session, ahead[session]))
            for session in sorted(sessions & ahead.keys())
            if person not in absent[session]
        )
        if puts:
            yield Edit(kind=EditKind.DECLINED, puts=puts, person=person)
