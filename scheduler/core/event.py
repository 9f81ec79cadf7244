"""What stands in a calendar for a group: one recurring event a slot, with true exceptions (RFC 5545).

An `Event` says everything that is written, so that two of them can be compared to find what has to be changed.
Sessions are its occurrences: at their recurrence_id, moved away from it, or skipped.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, TypeAdapter

from scheduler.core.interval import MINUTE, Exact, Int64Array
from scheduler.core.series import Slot, nth_weekday
from scheduler.core.walltime import Wall, WallTime, days_as_wall, occurs_once, resolve, wall_clock


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_in_utc)]
Span = tuple[Instant, int]
"""When a session begins, and its minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who is invited: RFC 5545 ATTENDEE, and what their own description of the event needs."""

    id: str
    name: str
    email: str
    zone: str
    locale: str = "en"
    role: str = "required"  # chair, required, optional, or none: organises and does not attend


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceRule:
    """WEEKLY with INTERVAL and one BYDAY, or MONTHLY with INTERVAL and the nth weekday; on the clock of `zone`."""

    zone: str
    first: WallTime
    interval: int = 1
    nth: int | None = None

    @property
    def monthly(self) -> bool:
        """Whether the rule counts months."""
        return self.nth is not None

    def walls(self, count: int) -> Wall:
        """The wall times of its first dates, shape (count,): also those that a clock change skips or repeats."""
        return days_as_wall(self._days(np.arange(count) * self.interval), self.first.minute)

    def instants(self, count: int) -> tuple[datetime, ...]:
        """The recurrence_ids of its first dates: where RFC 5545, 3.3.5, puts their wall times."""
        return tuple(datetime.fromtimestamp(int(second), UTC) for second in resolve(self.walls(count), self.zone))

    def _days(self, steps: Int64Array) -> Int64Array:
        if self.nth is None:
            return self.first.day.toordinal() + 7 * steps
        slot = Slot(self.first.day.weekday(), self.first.minute, self.nth)
        return np.array([nth_weekday(self.first.day, int(step), slot) for step in steps], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One session: `recurrence_id` is where the rule puts it, `start` where it stands (None: skipped)."""

    session: int
    recurrence_id: Instant
    start: Instant | None
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One recurring event. `generation` grows when a rule changes: the old event ends and a new one begins.

    `occurrences` are the first dates of the rule, one after the other and without a gap; after the last the rule ends.
    `organizer` is the id of one of the attendees. `conference` is the address of a room, or `meeting` says who makes
    one when the event is written (meet, teams, zoom). `sequence` and `stamped` are RFC 5545's SEQUENCE and DTSTAMP: how
    often and when it was changed. They say nothing of what it is, and `same_as` leaves them out.
    """

    uid: str
    group: str
    slot: int
    generation: int
    rule: RecurrenceRule
    duration: int
    occurrences: tuple[Occurrence, ...]
    title: str
    organizer: str
    attendees: tuple[Attendee, ...]
    conference: str = ""
    meeting: str = ""
    cancelled: bool = False
    sequence: int = 0
    stamped: Instant | None = None

    def __post_init__(self) -> None:
        if self.organizer not in {attendee.id for attendee in self.attendees}:
            raise ValueError(f"{self.organizer!r} organises and is none of the attendees")

    @property
    def sessions(self) -> tuple[Occurrence, ...]:
        """The occurrences that take place."""
        return tuple(occurrence for occurrence in self.occurrences if occurrence.start is not None)

    @property
    def organized_by(self) -> Attendee:
        """The attendee who organises."""
        return next(attendee for attendee in self.attendees if attendee.id == self.organizer)

    def same_as(self, other: "Event") -> bool:
        """Whether both say the same, however often each was changed."""
        return replace(self, sequence=other.sequence, stamped=other.stamped) == other

    def known_as(self, uid: str, conference: str) -> "Event":
        """The event under another UID, and with the address of its room."""
        return replace(self, uid=uid, conference=conference)

    def seen_by(self, person: str) -> "Event":
        """The event in one attendee's own calendar: without the sessions at which they are absent."""
        seen = (replace(each, start=None) if person in each.absent else each for each in self.occurrences)
        return replace(self, occurrences=tuple(seen))

    def exceptions(self) -> tuple[Occurrence, ...]:
        """The sessions that need an entry of their own: the moved ones, and those on dates that are not plain."""
        return tuple(
            each
            for each, plain in zip(self.occurrences, self.plain_dates(), strict=True)
            if each.start is not None and not (plain and each.start == each.recurrence_id)
        )

    def plain_dates(self) -> tuple[bool, ...]:
        """For each date of the rule, whether its wall times say to every reader when a session begins and ends.

        Libraries disagree on a wall time that a clock change skips or repeats, and on a length across the change.
        """
        ids = _seconds([each.recurrence_id for each in self.occurrences])
        return tuple(_plain(ids, self.rule.walls(len(ids)), self.duration, self.rule.zone).tolist())


_EVENT = TypeAdapter(Event)


def event_to_json(event: Event) -> str:
    """The event for a store."""
    return _EVENT.dump_json(event).decode()


def event_from_json(text: str | bytes) -> Event:
    """What `event_to_json` wrote; raises ValueError for anything else."""
    return _EVENT.validate_json(text, strict=True)


def is_plain(start: datetime, duration: int, zone: str) -> bool:
    """Whether the wall times of one session of so many minutes say to every reader when it begins and ends."""
    seconds = _seconds([start])
    return bool(_plain(seconds, wall_clock(seconds, zone), duration, zone)[0])


def _plain(starts: Exact, walls: Wall, duration: int, zone: str) -> NDArray[np.bool_]:
    length = duration * MINUTE
    ends = wall_clock(Exact(starts + length), zone)
    return np.asarray(occurs_once(walls, zone) & occurs_once(ends, zone) & (ends - walls == length))


def _seconds(instants: list[datetime]) -> Exact:
    return Exact(np.array([int(instant.timestamp()) for instant in instants], dtype=np.int64))
