"""From a plan to what has to be written: which events should stand for a group, and how they differ from those that do.

An event keeps its rule, so that its UID means the same dates on everybody's calendar. Where a plan changes the rule,
the old event ends before the first session that no longer stands as published, and an event of the next generation
begins there. UIDs come from programme, group, slot and generation, and none is used twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from json import dumps
from uuid import UUID, uuid5

from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.interval import Horizon
from scheduler.core.plan import Placement
from scheduler.core.series import Series, regular_days
from scheduler.core.walltime import WallTime, local_time

UIDS = UUID("8a0cc9b5-6d3a-5e0b-9d0c-2f1f3c6f7a41")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What an event says beside its times. `programme` tells its UIDs from those of other programmes."""

    programme: str
    title: str
    organizer: str
    attendees: tuple[Attendee, ...]
    conference: str = ""


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
    lines = _Lines(series, placement, horizon, of_group, details.programme)
    freeze = None if freeze_until is None else horizon.instant(freeze_until)
    drawn = lines.by_rule(freeze) if placement.slots else lines.without_rule()
    events = (_event(line, series, placement, horizon, details) for line in drawn if line.sessions)
    return tuple(event for event in events if event.sessions)


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


@dataclass(slots=True, eq=False)
class _Line:
    """What is to be one event, while its sessions are being handed out in their order; `first` begins its rule."""

    slot: int
    generation: int
    duration: int
    rule: RecurrenceRule
    uid: str
    first: int
    sessions: list[int] = field(default_factory=list)


class _Lines:
    """Which session belongs to which event: to a published one that goes on or ends early, or to a new one."""

    def __init__(
        self, series: Series, placement: Placement, horizon: Horizon, published: Sequence[Event], programme: str
    ) -> None:
        self.series, self.placement, self.horizon, self.programme = series, placement, horizon, programme
        live = sorted((event for event in published if not event.cancelled), key=lambda event: event.generation)
        self.lines = [_line(event) for event in live]
        self.line_of = {
            each.session: line for line, event in zip(self.lines, live, strict=True) for each in event.occurrences
        }
        self.published = {each.session: each for event in live for each in event.occurrences}
        self.used = Counter[int]()
        for event in published:
            self.used[event.slot] = max(self.used[event.slot], event.generation + 1)

    def by_rule(self, freeze: datetime | None) -> list[_Line]:
        """Each session in the event of its slot's rule, or still in the older event if that and all before it stand."""
        begins = list(_beginnings(self.series, self.placement, self.horizon))
        current = self._going_on(begins)
        as_published = True
        for session, rule in enumerate(begins):
            slot = session % len(self.placement.slots)
            line = self.line_of.get(session)
            if line is None or line is not current.get(slot):
                as_published = as_published and line is not None and self._stands(session, line, freeze)
                if line is None or not as_published:
                    line = current.setdefault(slot, current.get(slot) or self._new(slot, session, rule))
            line.rule = line.rule if line.sessions or line.first == session else rule
            line.sessions.append(session)
        return self.lines

    def without_rule(self) -> list[_Line]:
        """Each session in the event that it has; one that a person put where no rule is gets an event for itself."""
        for session in range(self.series.sessions):
            line = self.line_of.get(session)
            start = _start(self.placement, session, self.horizon)
            if line is None and start is not None:
                line = self._new(session % self.series.cadence.rotation, session, _rule_at(start, self.series))
            if line is not None:
                line.sessions.append(session)
        return self.lines

    def _going_on(self, begins: Sequence[RecurrenceRule]) -> dict[int, _Line]:
        """The line of each slot whose newest published event has the slot's rule."""
        newest = {line.slot: line for line in self.lines}
        return {slot: line for slot, line in newest.items() if self._has_rule(line, begins)}

    def _has_rule(self, line: _Line, begins: Sequence[RecurrenceRule]) -> bool:
        of_slot = line.first < len(begins) and line.first % len(self.placement.slots) == line.slot
        return of_slot and line.rule == begins[line.first] and line.duration == self.series.duration

    def _stands(self, session: int, line: _Line, freeze: datetime | None) -> bool:
        """Whether a session is to be as it was published, or is to stay in its event for another reason."""
        was = self.published[session]
        if freeze is not None and (was.start or was.recurrence_id) < freeze:
            return True
        same = was.start == _start(self.placement, session, self.horizon)
        return line.duration == self.series.duration and (same or session in self.series.pinned)

    def _new(self, slot: int, first: int, rule: RecurrenceRule) -> _Line:
        generation = self.used[slot]
        self.used[slot] += 1
        uid = str(uuid5(UIDS, dumps([self.programme, self.series.id, slot, generation])))
        line = _Line(slot, generation, self.series.duration, rule, uid, first)
        self.lines.append(line)
        return line


def _line(event: Event) -> _Line:
    return _Line(event.slot, event.generation, event.duration, event.rule, event.uid, event.occurrences[0].session)


def _beginnings(series: Series, placement: Placement, horizon: Horizon) -> Iterator[RecurrenceRule]:
    """For each session the rule of its slot, begun at this session."""
    slots, cadence = placement.slots, series.cadence
    interval = len(slots) * (1 if cadence.monthly else cadence.every_weeks)
    for session, day in enumerate(regular_days(series, placement.first, slots, horizon)):
        slot = slots[session % len(slots)]
        first = WallTime(date.fromordinal(int(day)), slot.minute)
        yield RecurrenceRule(zone=series.anchor_zone, first=first, interval=interval, nth=slot.nth)


def _rule_at(start: datetime, series: Series) -> RecurrenceRule:
    """A rule for the one session that stands where no rule puts it."""
    return RecurrenceRule(zone=series.anchor_zone, first=local_time(start, series.anchor_zone))


def _event(line: _Line, series: Series, placement: Placement, horizon: Horizon, details: Details) -> Event:
    occurrences = tuple(
        Occurrence(
            session=session,
            recurrence_id=recurrence_id,
            start=_start(placement, session, horizon),
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
    )


def _start(placement: Placement, session: int, horizon: Horizon) -> datetime | None:
    placed = placement.sessions[session]
    return horizon.instant(placed.start) if placed.takes_place else None


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
