"""What stands in a calendar for a group: one recurring event a slot, with true exceptions (RFC 5545).

An `Event` says everything that is written, so that two of them can be compared to find what has to be changed.
Sessions are its occurrences: at their recurrence_id, moved away from it, or skipped.
"""

from dataclasses import dataclass
from datetime import datetime

from scheduler.core.walltime import WallTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who is invited: RFC 5545 ATTENDEE, and what their own description of the event needs."""

    id: str
    name: str
    email: str
    zone: str
    locale: str = "en"
    role: str = "required"  # chair, required or optional


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One session: `recurrence_id` is where the rule puts it, `start` where it stands (None: skipped)."""

    session: int
    recurrence_id: datetime
    start: datetime | None
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One recurring event. `generation` grows when a rule changes: the old event ends and a new one begins.

    `sequence` and `stamped` are RFC 5545's SEQUENCE and DTSTAMP: when and how often it was changed. They say nothing
    of what it is, and `same_as` leaves them out.
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
    sequence: int = 0
    stamped: datetime | None = None

    @property
    def sessions(self) -> tuple[Occurrence, ...]:
        """The occurrences that take place."""
        return tuple(occurrence for occurrence in self.occurrences if occurrence.start is not None)
