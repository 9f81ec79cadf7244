"""What the application needs from outside, as narrow as it needs it."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from scheduler.core.event import Event
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Interval


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
