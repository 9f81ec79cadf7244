"""From a plan to what has to be written: which events should stand for a group, and how they differ from what does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.core.event import Attendee, Event, Occurrence
from scheduler.core.generations import Line, Lines, start_of
from scheduler.core.interval import Horizon
from scheduler.core.plan import Placement
from scheduler.core.series import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What an event says beside its times. `programme` tells its UIDs from those of other programmes."""

    programme: str
    title: str
    organizer: str
    attendees: tuple[Attendee, ...]
    conference: str = ""
    meeting: str = ""


class Kind(StrEnum):
    """What becomes of one session; of one that moved, the start or the length differs."""

    ADDED = "added"
    MOVED = "moved"
    SKIPPED = "skipped"
    RESTORED = "restored"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class SessionChange:
    """One session of a group, before and after; None: it does not take place."""

    session: int
    kind: Kind
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be done with one event, given as it should stand afterwards, and which sessions that changes."""

    event: Event
    sessions: tuple[SessionChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Create(Change):
    """An event that does not stand yet."""


@dataclass(frozen=True, slots=True)
class Move(Change):
    """An event that stands and has to say something else."""


@dataclass(frozen=True, slots=True)
class Cancel(Change):
    """An event that stands and should not."""


@dataclass(frozen=True, slots=True)
class Keep(Change):
    """An event that stands as it should; with the SEQUENCE and DTSTAMP under which it was published."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Sessions to be added, moved, cancelled and newly skipped."""

    add: int
    move: int
    cancel: int
    skip: int

    def __str__(self) -> str:
        return f"{self.add} to add, {self.move} to move, {self.cancel} to cancel, {self.skip} skipped"


def events_of(
    series: Series,
    placement: Placement,
    horizon: Horizon,
    published: Sequence[Event],
    details: Details,
    *,
    freeze_until: int | None = None,
) -> tuple[Event, ...]:
    """The events that should stand for one series, without SEQUENCE and DTSTAMP.

    `published`: all that was ever published for the group, cancelled ones too. What was published to start before the
    minute `freeze_until` stays in its event, whatever the rule is now. An event without any session is left out.
    """
    of_group = [event for event in published if event.group == series.id]
    lines = Lines(series, placement, horizon, of_group, details.programme)
    freeze = None if freeze_until is None else horizon.instant(freeze_until)
    drawn = lines.by_rule(freeze) if placement.slots else lines.without_rule()
    events = (_event(line, series, placement, horizon, details) for line in drawn if line.sessions)
    return tuple(event for event in events if event.sessions)


def events_again(
    series: Series,
    placement: Placement,
    horizon: Horizon,
    published: Sequence[Event],
    before: Sequence[Event],
    details: Details,
    *,
    freeze_until: int | None = None,
) -> tuple[Event, ...]:
    """The events of one series as they stood `before`, with what they say beside their times as it is now.

    They are drawn anew where one of them was cancelled since: its UID is spent.
    """
    spent = {event.uid for event in published if event.cancelled}
    mine = [event for event in before if event.group == series.id and not event.cancelled]
    if not spent.isdisjoint(event.uid for event in mine):
        return events_of(series, placement, horizon, published, details, freeze_until=freeze_until)
    return tuple(
        replace(
            event,
            title=details.title,
            organizer=details.organizer,
            attendees=details.attendees,
            conference=details.conference,
            meeting=details.meeting,
        )
        for event in mine
    )


def diff(published: Iterable[Event], wanted: Sequence[Event]) -> tuple[Change, ...]:
    """What has to change so that the wanted events stand; a changed event has the next SEQUENCE."""
    live = {event.uid: event for event in published if not event.cancelled}
    before = {key: times for event in live.values() for key, times in _times(event)}
    after = {key: times for event in wanted for key, times in _times(event)}
    changes = [_change(live.get(event.uid), event, before, after) for event in wanted]
    gone = live.keys() - {event.uid for event in wanted}
    cancels = [Cancel(cancelled(event), _dropped(event, after)) for uid, event in live.items() if uid in gone]
    return (*changes, *cancels)


def cancelled(event: Event) -> Event:
    """A published event as it has to be written to take it back."""
    return replace(event, cancelled=True, sequence=event.sequence + 1)


def counts(changes: Iterable[Change]) -> Counts:
    """How many sessions some changes touch."""
    kinds = [session.kind for change in changes for session in change.sessions]
    return Counts(
        add=kinds.count(Kind.ADDED) + kinds.count(Kind.RESTORED),
        move=kinds.count(Kind.MOVED),
        cancel=kinds.count(Kind.DROPPED),
        skip=kinds.count(Kind.SKIPPED),
    )


def _event(line: Line, series: Series, placement: Placement, horizon: Horizon, details: Details) -> Event:
    occurrences = tuple(
        Occurrence(
            session=session,
            recurrence_id=recurrence_id,
            start=start_of(placement, session, horizon),
            absent=placement.sessions[session].absent,
        )
        for session, recurrence_id in zip(line.sessions, line.rule.instants(len(line.sessions)), strict=True)
    )
    return Event(
        uid=line.uid,
        group=series.id,
        slot=line.slot,
        generation=line.generation,
        rule=line.rule,
        duration=line.duration,
        occurrences=occurrences,
        title=details.title,
        organizer=details.organizer,
        attendees=details.attendees,
        conference=details.conference,
        meeting=details.meeting,
    )


_Key = tuple[str, int]  # group and session
_Span = tuple[datetime, int] | None  # start and minutes


def _times(event: Event) -> Iterator[tuple[_Key, _Span]]:
    for each in event.occurrences:
        yield (event.group, each.session), None if each.start is None else (each.start, event.duration)


def _change(standing: Event | None, event: Event, before: Mapping[_Key, _Span], after: Mapping[_Key, _Span]) -> Change:
    if standing is None:
        return Create(event, tuple(_changed_sessions(event, before)))
    if standing.same_as(event):
        return Keep(standing)
    sessions = (*_changed_sessions(event, before), *_dropped(standing, after))
    return Move(replace(event, sequence=standing.sequence + 1), sessions)


def _changed_sessions(event: Event, before: Mapping[_Key, _Span]) -> Iterator[SessionChange]:
    for key, now in _times(event):
        was = before.get(key)
        if was != now or key not in before:
            yield SessionChange(key[1], _kind(was, now, known=key in before), was and was[0], now and now[0])


def _kind(was: _Span, now: _Span, *, known: bool) -> Kind:
    if now is None:
        return Kind.SKIPPED
    if was is None:
        return Kind.RESTORED if known else Kind.ADDED
    return Kind.MOVED


def _dropped(event: Event, after: Mapping[_Key, _Span]) -> tuple[SessionChange, ...]:
    return tuple(
        SessionChange(key[1], Kind.DROPPED, was[0], None)
        for key, was in _times(event)
        if was is not None and key not in after
    )
