"""What brings events, rooms and notices to people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scheduler.core.delivery import Delivery, Place, Receipt
from scheduler.core.event import Event
from scheduler.core.notice import Notice


class CalendarWriter(Protocol):
    """Brings what stands under an event's UID up to date at one place; each call may be repeated without harm.

    `standing` is what was written there last, None: nothing that we know of. Where somebody else changed its times
    since, ChangedElsewhere is raised, and nothing is overwritten. Raises Unavailable and CredentialsRejected as well;
    InputError where the provider can't express the series exactly. After a write the series is read back, and each
    instant compared with the plan.
    """

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Create the series or make it say this: its rule, the moved and the skipped sessions, people, and room."""
        ...

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Take the series out of the calendars of all its attendees; one that is gone already is no error."""
        ...


class Writers(Protocol):
    """Knows where an event belongs, and who writes there."""

    def places(self, event: Event) -> Sequence[Place]:
        """Where an event is to be written, in order."""
        ...

    def at(self, place: Place) -> CalendarWriter:
        """The writer of a place. Raises CredentialsRejected where its owner has to connect first."""
        ...


class Conferencing(Protocol):
    """Gives a series the address of its video room, where that needs no call to anybody."""

    def room(self, programme: str, group: str) -> str:
        """The address of a group's room: hard to guess, and the same at every call. Empty: no video."""
        ...


@dataclass(frozen=True, slots=True)
class Room:
    """A group's video room: its address, or who makes it when the event is written (`Event.meeting`)."""

    address: str = ""
    maker: str = ""


class Rooms(Protocol):
    """Knows each group's video room."""

    def of(self, group: str) -> Room:
        """The room of a group; empty where it has none."""
        ...


class Notifier(Protocol):
    """Tells people something, once for each call."""

    def send(self, notice: Notice) -> None:
        """Raises Unavailable where it surely was not sent."""
        ...
