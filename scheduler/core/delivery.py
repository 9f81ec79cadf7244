"""Where an event is written, so that everybody has it exactly once; and what is held of each such place.

An event stands in its organiser's calendar, whose provider invites the others. Whom it can't invite gets a copy in a
calendar of their own, else a mail, else the event is in the file that is handed out for them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from scheduler.core.event import Attendee, Event, Span


class Channel(StrEnum):
    """By which way an event reaches somebody."""

    ZOOM = "zoom"
    GOOGLE = "google"
    OUTLOOK = "outlook"
    CALDAV = "caldav"
    MAIL = "mail"
    FILES = "files"


CALENDARS = (Channel.GOOGLE, Channel.OUTLOOK, Channel.CALDAV)
"""Where people see and change what we wrote, and where a write may break off half-way."""
COPY = "+copy"  # no id of a person has a plus
MEET, TEAMS, ZOOM = "meet", "teams", "zoom"
"""Who makes the room of an event when it is written (`Event.meeting`)."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One calendar, mailbox or room. `copy`: it belongs to an attendee whom the organiser's provider can't invite."""

    channel: Channel
    person: str = ""
    copy: bool = False

    def __str__(self) -> str:
        return f"{self.channel}:{self.person}{COPY if self.copy else ''}"


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody can be reached: the channel of a calendar that we may write.

    `mails`: its provider invites any mail address; `server`: it invites those who have an account there (RFC 6638).
    """

    channel: Channel | None = None
    mails: bool = False
    server: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a place holds after a write. `id`, `ical_uid` and `version` (an etag) are the provider's own.

    `conference`: the link that the provider made; `late`: it will come, and was not there yet. `differences`: where
    what stands is not what was written, in words; it is told, and never fought; then `stood` is what was found.
    """

    id: str = ""
    ical_uid: str = ""
    version: str = ""
    conference: str = ""
    late: bool = False
    differences: tuple[str, ...] = ()
    stood: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was written to a place last, and what came of it.

    `attempted`: forms whose writing began since, and of whose end nothing is known: each session may stand as any of
    them has it.
    """

    event: Event
    receipt: Receipt = Receipt()
    attempted: tuple[Event, ...] = ()

    def seen_by(self, person: str) -> "Delivery":
        """As an attendee has it in a copy of their own."""
        attempted = tuple(each.seen_by(person) for each in self.attempted)
        return replace(self, event=self.event.seen_by(person), attempted=attempted)


Seen = TypeVar("Seen", Event, Delivery)
"""What has a form of its own in the copy of an attendee (`seen_by`)."""


def unconfirmed(attempted: Sequence[Event]) -> Delivery:
    """What may stand where these forms, at least one, are all that was ever begun: first, its rule alone."""
    ruled = tuple(replace(each, start=each.recurrence_id) for each in attempted[0].occurrences)
    return Delivery(event=replace(attempted[0], occurrences=ruled), attempted=tuple(attempted))


def places_of(event: Event, reach: Mapping[str, Reach], *, mail: bool) -> tuple[Place, ...]:
    """Where an event belongs, in the order of writing: its room first, then the organiser's calendar, then the others.

    `reach` by person, with Reach() for whom it does not name; `mail`: whether we can send any.
    """
    room = (Place(Channel.ZOOM),) if event.meeting == ZOOM else ()
    home = reach.get(event.organizer, Reach())
    if home.channel is None:
        return (*room, Place(Channel.FILES), *_beside_files(event, reach, mail=mail))
    others = [each for each in event.attendees if each.id != event.organizer and each.role != "none"]
    reached = [place for each in others if (place := _beside(each, home, reach.get(each.id, Reach()), mail=mail))]
    return (*room, Place(home.channel, event.organizer), *sorted(set(reached)))


def carried(event: Event, receipt: Receipt) -> Event:
    """The event as the places after this one get it: with the room's link, and under the UID that it has there."""
    return event.known_as(receipt.ical_uid or event.uid, receipt.conference or event.conference)


def as_told(event: Event, standing: Mapping[Place, Delivery]) -> Event:
    """The event as its people know it by now, with the room and the UID that it got where it stands."""
    for place, delivery in standing.items():
        if not place.copy and place.channel is not Channel.MAIL:
            event = carried(event, delivery.receipt)
    return event


def invited(event: Event, reach: Mapping[str, Reach]) -> frozenset[str]:
    """The attendees whom the provider of the organiser's calendar invites by itself."""
    home = reach.get(event.organizer, Reach())
    return frozenset(each.id for each in event.attendees if _invites(home, each, reach.get(each.id, Reach())))


def _invites(home: Reach, person: Attendee, theirs: Reach) -> bool:
    by_mail = home.mails and bool(person.email) and theirs.channel is not Channel.CALDAV
    return by_mail or (bool(home.server) and home.server == theirs.server)


def _beside(person: Attendee, home: Reach, theirs: Reach, *, mail: bool) -> Place | None:
    """How an attendee gets it beside the organiser's calendar; None: that calendar's provider invites them."""
    if _invites(home, person, theirs):
        return None
    if theirs.channel is not None:
        return Place(theirs.channel, person.id, copy=True)
    return Place(Channel.MAIL, person.id) if person.email and mail else Place(Channel.FILES)


def _beside_files(event: Event, reach: Mapping[str, Reach], *, mail: bool) -> Iterator[Place]:
    for each in event.attendees:
        place = _beside(each, Reach(), reach.get(each.id, Reach()), mail=mail)
        if each.role != "none" and place and place.channel is not Channel.FILES:
            yield place
