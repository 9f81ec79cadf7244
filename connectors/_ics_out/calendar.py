"""VCALENDAR: a file of several events, in which the VEVENTs of one UID can be replaced.

It has no METHOD: with PUBLISH, RFC 5546 would forbid the ATTENDEEs, and a file with any METHOD can't be stored on a
CalDAV server (RFC 4791, 4.1). Calendars import it all the same.
"""

import re

from icalendar.parser import Contentlines

from connectors._ics_out.lines import raw, text
from connectors._ics_out.vevent import PERSON
from connectors._ics_out.vtimezone import FIRST_YEAR, vtimezone
from scheduler.core.words import one_line

VEVENT = re.compile(rb"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", re.MULTILINE | re.DOTALL)
UID = re.compile(rb"^UID:(.*)\r$", re.MULTILINE)
START = re.compile(rb"^(?:DTSTART|RECURRENCE-ID);TZID=([^:;]+):(\d{4})", re.MULTILINE)
REFRESH = "PT1H"


def replaced(calendar: bytes, uid: str, vevents: bytes, name: str) -> bytes:
    """A calendar of ours (empty: a new one) with these VEVENTs in the place of those that had the UID."""
    events = events_by_uid(calendar) | {uid: vevents}
    body = b"".join(events[uid] for uid in sorted(events))
    return b"".join([_head(name), *_zones(body), body, raw("END", "VCALENDAR")])


def resource(vevents: bytes) -> bytes:
    """The VEVENTs of one UID as a CalDAV server keeps them: in a calendar of their own without a name."""
    return b"".join([*_begin(), *_zones(vevents), vevents, raw("END", "VCALENDAR")])


def events_by_uid(calendar: bytes) -> dict[str, bytes]:
    """The VEVENTs of a calendar of ours."""
    events: dict[str, bytes] = {}
    for vevent in VEVENT.findall(calendar):
        if uid := UID.search(vevent):
            key = uid[1].decode()
            events[key] = events.get(key, b"") + vevent
    return events


def people_of(vevents: bytes) -> frozenset[str]:
    """The ids of the attendees of VEVENTs of ours."""
    lines = Contentlines.from_ical(vevents)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    attendees = (line.parts()[1] for line in lines if line.startswith("ATTENDEE;"))
    return frozenset(parameters[PERSON] for parameters in attendees if PERSON in parameters)


def _begin() -> list[bytes]:
    return [
        raw("BEGIN", "VCALENDAR"),
        raw("VERSION", "2.0"),
        raw("PRODID", "-//Rondo//Rondo//EN"),
        raw("CALSCALE", "GREGORIAN"),
    ]


def _head(name: str) -> bytes:
    lines = [
        *_begin(),
        text("NAME", one_line(name)),
        text("X-WR-CALNAME", one_line(name)),
        raw("REFRESH-INTERVAL", REFRESH, VALUE="DURATION"),
        raw("X-PUBLISHED-TTL", REFRESH),
    ]
    return b"".join(lines)


def _zones(body: bytes) -> list[bytes]:
    starts = START.findall(body)
    first = min((int(year) for _, year in starts), default=FIRST_YEAR)
    return [vtimezone(zone.decode(), first) for zone in sorted({zone for zone, _ in starts})]
