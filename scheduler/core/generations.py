"""Which session of a plan belongs to which event: to a published one that goes on or ends early, or to a new one.

An event keeps its rule, so that its UID means the same dates on everybody's calendar. Where a plan changes the rule,
the old event ends before the first session that no longer stands as published, and an event of the next generation
begins there. UIDs come from programme, group, slot and generation, and none is used twice.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from json import dumps
from uuid import UUID, uuid5

from scheduler.core.event import Event, RecurrenceRule
from scheduler.core.interval import Horizon
from scheduler.core.plan import Placement
from scheduler.core.series import Series, regular_days
from scheduler.core.walltime import WallTime, local_time

UIDS = UUID("8a0cc9b5-6d3a-5e0b-9d0c-2f1f3c6f7a41")


@dataclass(slots=True, eq=False)
class Line:
    """What is to be one event, while its sessions are being handed out in their order; `first` begins its rule."""

    slot: int
    generation: int
    duration: int
    rule: RecurrenceRule
    uid: str
    first: int
    sessions: list[int] = field(default_factory=list)

    def take(self, session: int, rule: RecurrenceRule) -> None:
        """Add the next session; where it comes before those that were published, the rule begins there."""
        if not self.sessions and session != self.first:
            self.rule = rule
        self.sessions.append(session)


class Lines:
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

    def by_rule(self, freeze: datetime | None) -> list[Line]:
        """Each session in the event of its slot's rule, or still in the older event if that and all before it stand."""
        begins = list(_beginnings(self.series, self.placement, self.horizon))
        current = self._going_on(begins)
        as_published = bool(self.lines)
        for session, rule in enumerate(begins):
            slot = session % len(self.placement.slots)
            line, newest = self.line_of.get(session), current.get(slot)
            if line is None and as_published and self._has_no_place(session, newest):
                continue
            if line is None or line is not newest:
                as_published = as_published and line is not None and self._stands(session, line, freeze)
                if line is None or not as_published:
                    line = current[slot] = newest or self._new(slot, session, rule)
            line.take(session, rule)
        return self.lines

    def without_rule(self) -> list[Line]:
        """Each session in the event that it has; one that a person put where no rule is gets an event for itself."""
        for session in range(self.series.sessions):
            line = self.line_of.get(session)
            start = start_of(self.placement, session, self.horizon)
            if line is None and start is not None:
                line = self._new(session % self.series.cadence.rotation, session, _rule_at(start, self.series))
            if line is not None:
                line.sessions.append(session)
        return self.lines

    def _going_on(self, begins: Sequence[RecurrenceRule]) -> dict[int, Line]:
        """The line of each slot whose newest published event has the slot's rule."""
        newest = {line.slot: line for line in self.lines}
        return {slot: line for slot, line in newest.items() if self._has_rule(line, begins)}

    def _has_rule(self, line: Line, begins: Sequence[RecurrenceRule]) -> bool:
        of_slot = line.first < len(begins) and line.first % len(self.placement.slots) == line.slot
        return of_slot and line.rule == begins[line.first] and line.duration == self.series.duration

    def _has_no_place(self, session: int, newest: Line | None) -> bool:
        """Whether a session of no event is skipped, and on no date of the newest event either."""
        before = newest is None or session < newest.first
        return before and not self.placement.sessions[session].takes_place

    def _stands(self, session: int, line: Line, freeze: datetime | None) -> bool:
        """Whether a session is to be as it was published, or is to stay in its event for another reason."""
        was = self.published[session]
        if freeze is not None and (was.start or was.recurrence_id) < freeze:
            return True
        same = was.start == start_of(self.placement, session, self.horizon)
        return line.duration == self.series.duration and (same or session in self.series.pinned)

    def _new(self, slot: int, first: int, rule: RecurrenceRule) -> Line:
        generation = self.used[slot]
        self.used[slot] += 1
        uid = str(uuid5(UIDS, dumps([self.programme, self.series.id, slot, generation])))
        line = Line(slot, generation, self.series.duration, rule, uid, first)
        self.lines.append(line)
        return line


def _line(event: Event) -> Line:
    return Line(event.slot, event.generation, event.duration, event.rule, event.uid, event.occurrences[0].session)


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


def start_of(placement: Placement, session: int, horizon: Horizon) -> datetime | None:
    """Where a session stands; None where it does not take place."""
    placed = placement.sessions[session]
    return horizon.instant(placed.start) if placed.takes_place else None
