"""VEVENT: a recurring event and its exceptions (RFC 5545, 3.6.1).

A session that needs an entry of its own (`Event.exceptions`) names the rule's wall time as RECURRENCE-ID, also where a
clock change skips or repeats it, and says its own time, in UTC where its wall times would not be plain. That is the one
form which both recurring-ical-events and ical.js read right: the former loses an RDATE in place of such a date, the
latter does not match a RECURRENCE-ID in UTC.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from connectors._ics_out.lines import quotable, raw, text, uri
from scheduler.core.description import description, session_description
from scheduler.core.event import Attendee, Event, Occurrence, is_plain
from scheduler.core.interval import MINUTE
from scheduler.core.people import WEEKDAYS
from scheduler.core.walltime import local
from scheduler.core.words import one_line

WITHOUT_MAIL = UUID("0d9b1c0e-54b7-5f0e-8f43-6a4d2c1b9e57")
ROLES = {"chair": "CHAIR", "required": "REQ-PARTICIPANT", "optional": "OPT-PARTICIPANT"}
PERSON = "X-RONDO-PERSON"
DAY = timedelta(days=1)


def vevents(event: Event, reader: str = "") -> bytes:
    """The VEVENTs of an event, the rule's first; `reader` is the id of the attendee for whom it is described.

    Raises ValueError for an event that is not stamped.
    """
    words = description(event, reader)
    if len(event.occurrences) == 1:
        return _vevent(event, _own_times(event, event.occurrences[0]), words, event.attendees)
    walls = [_shown(int(wall)) for wall in event.rule.walls(len(event.occurrences))]
    parts = [_vevent(event, _rule_times(event, walls), words, event.attendees)]
    for each in event.exceptions():
        wall = walls[event.occurrences.index(each)]
        times = [_wall("RECURRENCE-ID", wall, event.rule.zone), *_own_times(event, each)]
        present = [attendee for attendee in event.attendees if attendee.id not in each.absent]
        parts.append(_vevent(event, times, session_description(event, each, reader), present))
    return b"".join(parts)


def _rule_times(event: Event, walls: list[str]) -> list[bytes]:
    """DTSTART, end, RRULE and an EXDATE for each skipped session; `walls` are the rule's dates."""
    zone, plain = event.rule.zone, event.plain_dates()
    end = _shown(int(event.rule.walls(1)[0]) + event.duration * MINUTE)
    # an end on the wall is the form that everybody knows, but on a day of clock changes it would say another length
    length = _wall("DTEND", end, zone) if plain[0] else raw("DURATION", f"PT{event.duration}M")
    skipped = [wall for wall, each in zip(walls, event.occurrences, strict=True) if each.start is None]
    return [
        _wall("DTSTART", walls[0], zone),
        length,
        raw("RRULE", _rrule(event, last_is_plain=plain[-1])),
        *(_wall("EXDATE", wall, zone) for wall in skipped),
    ]


def _rrule(event: Event, *, last_is_plain: bool) -> str:
    # UNTIL and not COUNT: some readers do not count a date that a clock change skips. Its own instant is in doubt
    # among readers, and a day later there is no other date.
    until = event.occurrences[-1].recurrence_id + (timedelta() if last_is_plain else DAY)
    rule = event.rule
    parts = {
        "FREQ": "MONTHLY" if rule.monthly else "WEEKLY",
        "UNTIL": _utc(until),
        "INTERVAL": str(rule.interval),
        "BYDAY": f"{rule.nth or ''}{WEEKDAYS[rule.first.day.weekday()]}",
    }
    return ";".join(f"{part}={value}" for part, value in parts.items())


def _own_times(event: Event, session: Occurrence) -> list[bytes]:
    """DTSTART and DTEND of one session: on the zone's clock, or in UTC where that is not plain to every reader."""
    start = session.start or session.recurrence_id
    zone, end = event.rule.zone, start + timedelta(minutes=event.duration)
    if not is_plain(start, event.duration, zone):
        return [raw("DTSTART", _utc(start)), raw("DTEND", _utc(end))]
    return [_wall(name, f"{local(at, zone):%Y%m%dT%H%M%S}", zone) for name, at in (("DTSTART", start), ("DTEND", end))]


def _vevent(event: Event, times: Iterable[bytes], words: str, attendees: Iterable[Attendee]) -> bytes:
    if event.stamped is None:
        raise ValueError(f"event {event.uid} is written before it was stamped")
    chair = event.organized_by
    lines = [
        raw("BEGIN", "VEVENT"),
        raw("UID", event.uid),
        raw("DTSTAMP", _utc(event.stamped)),
        raw("SEQUENCE", str(event.sequence)),
        *times,
        text("SUMMARY", one_line(event.title)),
        text("DESCRIPTION", words),
        raw("STATUS", "CANCELLED" if event.cancelled else "CONFIRMED"),
        raw("TRANSP", "OPAQUE"),
        raw("ORGANIZER", _address(chair), CN=_called(chair)),
        *(_attendee(each) for each in attendees if each.role in ROLES),
        *_conference(event.conference),
        raw("END", "VEVENT"),
    ]
    return b"".join(lines)


def _attendee(person: Attendee) -> bytes:
    return raw(
        "ATTENDEE",
        _address(person),
        CN=_called(person),
        CUTYPE="INDIVIDUAL",
        ROLE=ROLES[person.role],
        PARTSTAT="NEEDS-ACTION",
        **{PERSON: quotable(person.id)},
    )


def _address(person: Attendee) -> str:
    """A calendar address is any URI (RFC 5545, 3.3.3): somebody without mail has one that nobody can write to."""
    return uri(f"mailto:{person.email}") if person.email else uuid5(WITHOUT_MAIL, person.id).urn


def _called(person: Attendee) -> str:
    return quotable(one_line(person.name) or person.id)


def _conference(address: str) -> list[bytes]:
    if not address:
        return []
    return [
        raw("CONFERENCE", uri(address), VALUE="URI", FEATURE=["AUDIO", "VIDEO"], LABEL="Video meeting"),
        raw("URL", uri(address)),
        text("LOCATION", one_line(address)),
    ]


def _wall(name: str, shown: str, zone: str) -> bytes:
    return raw(name, f"{shown}Z") if zone == "UTC" else raw(name, shown, TZID=zone)


def _shown(wall: int) -> str:
    return f"{datetime.fromtimestamp(wall, UTC):%Y%m%dT%H%M%S}"


def _utc(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"
