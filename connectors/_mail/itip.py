"""The calendar in an invitation (RFC 5546): one VCALENDAR with a METHOD, for one attendee.

ORGANIZER is who organises the event: calendars send answers there, and the organiser's own calendar knows the UID.
SENT-BY says that the mail itself comes from another address (RFC 5545, 3.2.18). Somebody without a mailbox can't be
answered, and calendars take no invitation from their own owner: then the sending address organises.
"""

from collections.abc import Iterator
from enum import StrEnum

from icalendar.parser import Contentline, Contentlines

from connectors._ics_out.calendar import VEVENT
from connectors._ics_out.lines import EOL, quotable, raw, uri
from connectors._ics_out.vevent import PERSON, vevents
from connectors._ics_out.vtimezone import vtimezone
from scheduler.core.event import Attendee, Event
from scheduler.core.walltime import local_time
from scheduler.core.words import one_line


class Method(StrEnum):
    """What an invitation asks of a calendar."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def invitation(event: Event, method: Method, *, reader: Attendee, sender: str) -> bytes:
    """The calendar for `reader`, an attendee; `sender` is the address that mails come from.

    REQUEST holds the whole series with its exceptions; CANCEL takes all of it back, for the reader alone (RFC 5546,
    3.2.5). Raises ValueError for an event that is not stamped.
    """
    found = VEVENT.findall(vevents(event, reader.id))
    told = found if method is Method.REQUEST else found[:1]
    lines = [
        raw("BEGIN", "VCALENDAR"),
        raw("VERSION", "2.0"),
        raw("PRODID", "-//Rondo//Rondo//EN"),
        raw("CALSCALE", "GREGORIAN"),
        raw("METHOD", method),
        *_zone(event),
        *(line for vevent in told for line in _addressed(vevent, event, method, reader, sender)),
        raw("END", "VCALENDAR"),
    ]
    return b"".join(lines)


def organizer(event: Event, reader: Attendee) -> Attendee | None:
    """Who organises, as far as `reader` can answer them; None: the sender has to."""
    chair = event.organized_by
    return chair if chair.email and chair.email.casefold() != reader.email.casefold() else None


def _zone(event: Event) -> list[bytes]:
    """The VTIMEZONE of the one zone that an event names."""
    zone = event.rule.zone
    days = (local_time(each.start, zone).day for each in event.sessions if each.start)
    return [] if zone == "UTC" else [vtimezone(zone, min([event.rule.first.day, *days]).year)]


def _addressed(vevent: bytes, event: Event, method: Method, reader: Attendee, sender: str) -> Iterator[bytes]:
    """The lines of a VEVENT, with addresses as mail needs them, and without our own names for people."""
    for line in Contentlines.from_ical(vevent):  # type: ignore[no-untyped-call]  # the library leaves it untyped
        if line.startswith("ORGANIZER;"):
            yield _organizer(event, reader, sender)
        elif line.startswith("ATTENDEE;"):
            yield from _attendee(line, method, reader)
        elif line:
            yield line.to_ical() + EOL


def _organizer(event: Event, reader: Attendee, sender: str) -> bytes:
    name = quotable(one_line(event.organized_by.name) or event.organizer)
    chair = organizer(event, reader)
    if chair is None:
        return raw("ORGANIZER", uri(f"mailto:{sender}"), CN=name)
    return raw("ORGANIZER", uri(f"mailto:{chair.email}"), **{"CN": name, "SENT-BY": uri(f"mailto:{sender}")})


def _attendee(line: Contentline, method: Method, reader: Attendee) -> Iterator[bytes]:
    name, parameters, address = line.parts()
    person = parameters.pop(PERSON)
    if method is Method.REQUEST:
        yield raw(name, address, **parameters, RSVP="TRUE")
    elif person == quotable(reader.id):
        yield raw(name, address, **parameters)
