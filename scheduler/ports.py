"""What the application needs from outside, as narrow as it needs it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scheduler.core.event import Event
from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.core.interval import Interval
from scheduler.core.pins import Pin
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem


class Clock(Protocol):
    """The one source of the present instant."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...


class CalendarReader(Protocol):
    """Reads free/busy, and can do nothing else."""

    def free_busy(self, calendar: str, *, zone: str, window: Interval, own: Callable[[str], bool]) -> FreeBusy:
        """What a calendar says of a window; `zone` is the owner's, and events whose UID is `own` are left out.

        Raises Unavailable when nothing could be read, InputError when the address can't be a calendar's.
        """
        ...


class CalendarWriter(Protocol):
    """Writes our events; each call may be repeated without harm."""

    def put(self, event: Event) -> None:
        """Create the event or bring what stands under its UID up to date. Raises Unavailable."""
        ...

    def cancel(self, event: Event) -> None:
        """Take the event out of the calendars of all its attendees. Raises Unavailable."""
        ...


class Conferencing(Protocol):
    """Gives a series its video room."""

    def room(self, programme: str, group: str) -> str:
        """The address of a group's room: hard to guess, and the same at every call. Empty: no video."""
        ...


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan, the problem that it solves, and when it was decided."""

    problem: Problem
    plan: Plan
    decided_at: datetime


class Store(Protocol):
    """What is remembered between runs: what was read, planned, decided and written."""

    def copies(self) -> Mapping[tuple[str, str], CalendarCopy]:
        """Every calendar that was read or tried, by person and calendar."""
        ...

    def keep_copies(self, copies: Sequence[CalendarCopy]) -> None:
        """Take these in place of all that was held."""
        ...

    def draft(self) -> SavedPlan | None:
        """What was planned last."""
        ...

    def keep_draft(self, draft: SavedPlan) -> None:
        """Remember what was planned last."""
        ...

    def standing(self) -> SavedPlan | None:
        """What was applied last."""
        ...

    def events(self) -> tuple[Event, ...]:
        """Every event that was ever published, as it should stand now; cancelled ones too, their UIDs are spent."""
        ...

    def before(self) -> SavedPlan | None:
        """What stood until something was applied last; None: nothing did."""
        ...

    def events_before(self) -> tuple[Event, ...]:
        """Every event that was published by then, as it stood then."""
        ...

    def pins(self) -> tuple[Pin, ...]:
        """What people decided by hand, by group and session."""
        ...

    def keep_pins(self, pins: Sequence[Pin]) -> None:
        """Take these in place of all that were held."""
        ...

    def decide(
        self,
        standing: SavedPlan | None,
        events: Sequence[Event],
        seen: Mapping[str, int],
        pins: Sequence[Pin],
        at: datetime,
    ) -> None:
        """Make a plan the standing one and the draft (None: nothing stands), and owe these events' writing.

        What stood is what stood `before` from now on, and these pins take the place of all others: all of it, or, after
        a crash, nothing. `seen`: the SEQUENCE by UID of every live event that the decision rests on. Raises
        ChangedElsewhere where others stand by now.
        """
        ...

    def pending(self) -> tuple[Event, ...]:
        """Events whose writing is owed, in order."""
        ...

    def done(self, event: Event, at: datetime) -> None:
        """Note that an event's writing was confirmed."""
        ...
