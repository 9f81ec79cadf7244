"""VEVENT: a recurring event and its exceptions (RFC 5545, 3.6.1).

A session that needs an entry of its own (`Event.exceptions`) names the rule's wall time as RECURRENCE-ID, also where a
clock change skips or repeats it, and says its own time, in UTC where its wall times would not be plain. That is the one
form which both recurring-ical-events and ical.js read right: the former loses an RDATE in place of such a date, the
latter does not match a RECURRENCE-ID in UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One VEVENT of an event: the lines that say when it is, and the attendees who are there."""

    times: Sequence[bytes]
    attendees: Sequence[Attendee]

    def value(self, name: bytes) -> str:
        """The value of one of its times, such as RECURRENCE-ID; "" where it has none."""
        return next((value_of(line) for line in self.times if line.startswith(name)), "")


class Style(Protocol):
    """How an event is divided, how its VEVENTs tell of people, and what they say beside what is ours."""

    def by_rule(self, event: Event) -> bool:
        """Whether an event has a rule."""
        ...

    def apart(self, session: Occurrence, recurrence_id: str) -> bool:
        """Whether a session has an entry of its own where its times need none."""
        ...

    def dropped(self) -> Iterable[str]:
        """Dates (as in RECURRENCE-ID) that are none of the rule's any more, and are said to be off all the same."""
        ...

    def people(self, event: Event, entry: Entry) -> Iterable[bytes]:
        """Its ORGANIZER and ATTENDEEs, as lines."""
        ...

    def kept(self, entry: Entry) -> Iterable[bytes]:
        """Lines that stand at its end."""
        ...


class InFiles:
    """As few entries as can be; everybody is asked for an answer, and has our id beside their address."""

    def by_rule(self, event: Event) -> bool:
        """One date needs none."""
        return len(event.occurrences) > 1

    def apart(self, session: Occurrence, recurrence_id: str) -> bool:
        """None."""
        return False

    def dropped(self) -> Iterable[str]:
        """None."""
        return ()

    def people(self, event: Event, entry: Entry) -> Iterable[bytes]:
        """The ORGANIZER, and an ATTENDEE for each who attends."""
        yield organizer(event.organized_by)
        for each in entry.attendees:
            yield attendee(each, **{PERSON: quotable(each.id)})

    def kept(self, entry: Entry) -> Iterable[bytes]:
        """Nothing."""
        return ()


def vevents(event: Event, reader: str = "", style: Style | None = None) -> bytes:
    """The VEVENTs of an event, the rule's first; `reader` is the id of the attendee for whom it is described.

    Raises ValueError for an event that is not stamped.
    """
    words, written = description(event, reader), style or InFiles()
    if not written.by_rule(event):
        entry = _entry(_own_times(event, event.occurrences[0]), event.attendees)
        return _vevent(event, entry, words, written)
    walls = [_shown(int(wall)) for wall in event.rule.walls(len(event.occurrences))]
    parts = [_vevent(event, _entry(_rule_times(event, walls, written), event.attendees), words, written)]
    exceptions = event.exceptions()
    for wall, each in zip(walls, event.occurrences, strict=True):
        replaced = _wall("RECURRENCE-ID", wall, event.rule.zone)
        if each in exceptions or (each.start and written.apart(each, value_of(replaced))):
            times = [replaced, *_own_times(event, each)]
            present = [person for person in event.attendees if person.id not in each.absent]
            parts.append(_vevent(event, _entry(times, present), session_description(event, each, reader), written))
    return b"".join(parts)


def _rule_times(event: Event, walls: list[str], style: Style) -> list[bytes]:
    """DTSTART, end, RRULE and an EXDATE for each skipped session; `walls` are the rule's dates."""
    zone, plain = event.rule.zone, event.plain_dates()
    end = _shown(int(event.rule.walls(1)[0]) + event.duration * MINUTE)
    # an end on the wall is the form that everybody knows, but on a day of clock changes it would say another length
    length = _wall("DTEND", end, zone) if plain[0] else raw("DURATION", f"PT{event.duration}M")
    skipped = [wall for wall, each in zip(walls, event.occurrences, strict=True) if each.start is None]
    skipped += sorted({date.removesuffix("Z") for date in style.dropped()}.difference(walls))
    return [
        _wall("DTSTART", walls[0], zone),
        length,
        raw("RRULE", _rrule(event)),
        *(_wall("EXDATE", wall, zone) for wall in skipped),
    ]


def _rrule(event: Event) -> str:
    # UNTIL and not COUNT: some readers do not count a date that a clock change skips. And half a day later, since the
    # last date's instant may be another to readers, whose zone data are older or newer than ours.
    until = event.occurrences[-1].recurrence_id + DAY / 2
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


def _entry(times: Sequence[bytes], attendees: Iterable[Attendee]) -> Entry:
    return Entry(times=times, attendees=[each for each in attendees if each.role in ROLES])


def _vevent(event: Event, entry: Entry, words: str, style: Style) -> bytes:
    if event.stamped is None:
        raise ValueError(f"event {event.uid} is written before it was stamped")
    lines = [
        raw("BEGIN", "VEVENT"),
        raw("UID", event.uid),
        raw("DTSTAMP", _utc(event.stamped)),
        raw("SEQUENCE", str(event.sequence)),
        *entry.times,
        text("SUMMARY", one_line(event.title)),
        text("DESCRIPTION", words),
        raw("STATUS", "CANCELLED" if event.cancelled else "CONFIRMED"),
        raw("TRANSP", "OPAQUE"),
        *style.people(event, entry),
        *_conference(event.conference),
        *style.kept(entry),
        raw("END", "VEVENT"),
    ]
    return b"".join(lines)


def organizer(person: Attendee, **parameters: str) -> bytes:
    """The ORGANIZER; further parameters stand behind their name."""
    return raw("ORGANIZER", address(person), CN=_called(person), **parameters)


def attendee(person: Attendee, answer: str = "NEEDS-ACTION", **parameters: str) -> bytes:
    """An ATTENDEE with their answer (PARTSTAT); further parameters stand behind it."""
    told = {"CN": _called(person), "CUTYPE": "INDIVIDUAL", "ROLE": ROLES[person.role], "PARTSTAT": answer}
    return raw("ATTENDEE", address(person), **told, **parameters)


def address(person: Attendee) -> str:
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


def value_of(line: bytes) -> str:
    """The value of a time or a date."""
    return line.rpartition(b":")[2].strip().decode()


def _wall(name: str, shown: str, zone: str) -> bytes:
    return raw(name, f"{shown}Z") if zone == "UTC" else raw(name, shown, TZID=zone)


def _shown(wall: int) -> str:
    return f"{datetime.fromtimestamp(wall, UTC):%Y%m%dT%H%M%S}"


def _utc(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"
