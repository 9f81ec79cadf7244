"""What is sent of an event: its rule as Graph says it, exactly or not at all; words, people, and a room.

What was sent is remembered at the event itself, as digests in an extended property that only this mailbox has. So a
later write sends what has changed, however the provider rewrote it, and what a person wrote there stays.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any
from uuid import UUID, uuid5

from connectors._graph.times import in_utc, stated
from scheduler.core.delivery import TEAMS
from scheduler.core.description import description, session_description
from scheduler.core.event import Attendee, Event, Occurrence
from scheduler.core.words import one_line
from scheduler.errors import InputError

Payload = dict[str, Any]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEX = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
WEEKLY = {"type": "weekly", "firstDayOfWeek": "monday"}
MOST_INTERVAL = 99
MOST_ATTENDEES = 500
LONGEST_TITLE = 255
OURS = UUID("5f6c0b9e-1d39-4f0c-8f1e-6a2b7d94c3a8")
SERIES = f"String {{{OURS}}} Name rondo-series"
SAID = f"String {{{OURS}}} Name rondo-said"
KEPT_OF_MEETING = "________________"  # the line that Teams draws above what it writes into a body


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An event as one mailbox is to have it: with invitations, or as somebody's own copy.

    `parts` of the series, each sent only where it changed; `days` are its dates in the rule, and `plain` those of them
    that every clock shows; `exceptions` its sessions with an entry of their own.
    """

    event: Event
    invites: bool
    reader: str
    days: tuple[date, ...]
    plain: tuple[bool, ...]
    exceptions: frozenset[Occurrence]
    parts: Mapping[str, Payload]

    @property
    def teams(self) -> bool:
        """Whether Teams makes the room."""
        return self.event.meeting == TEAMS

    @property
    def digests(self) -> dict[str, str]:
        """Of its parts, by name."""
        return {name: digest(part) for name, part in self.parts.items()}

    def own_digest(self, day: date) -> str:
        """Of the words and people of a date's own; nothing where it needs none, or there is no such date."""
        each = self.occurrence(day) if day in self.days else None
        return digest(self.own(each)) if each in self.exceptions and each else ""

    def occurrence(self, day: date) -> Occurrence:
        """The session whose date in the rule this is."""
        return self.event.occurrences[self.days.index(day)]

    def own(self, each: Occurrence, link: str = "") -> Payload:
        """Words and people of a session with an entry of its own; `link`: to the room that Teams made of the series.

        An event beside the series has to name it: Teams would make it another one.
        """
        assert each.start is not None
        event = replace(self.event, conference=link, meeting="") if link else self.event
        people = [person for person in event.attendees if person.id not in each.absent]
        text = session_description(event, each, self.reader)
        return {**_words(event, text), **self._people(people)}

    def usual(self) -> Payload:
        """Words and people of a session that is again as the series is."""
        return {**self.parts["words"], **self.parts.get("people", {})}

    def _people(self, people: Iterable[Attendee]) -> Payload:
        return {"attendees": _attendees(self.event, people)} if self.invites else {}


def wanted(event: Event, *, invites: bool, reader: str = "") -> Wanted:
    """What is to be there. Raises InputError where Graph can't say it exactly."""
    if len(one_line(event.title)) > LONGEST_TITLE:
        raise InputError(f"{event.title[:30]}…: Outlook's titles have no more than {LONGEST_TITLE} characters.")
    walls = [datetime.fromtimestamp(int(wall), UTC) for wall in event.rule.walls(len(event.occurrences))]
    plain = event.plain_dates()
    if any(plain):
        first = walls[plain.index(True)]  # it says the clock time of all, so it must be one that every clock shows
        times, rule = _times(event, first), recurrence(event, first.date(), walls[-1].date())
    else:
        start = event.occurrences[0].recurrence_id
        times, rule = in_utc(start, event.duration), _once(start.date())
    parts: dict[str, Payload] = {
        "times": times,
        "rule": {"recurrence": rule},
        "words": _words(event, description(event, reader)),
    }
    if invites:
        parts["people"] = {"attendees": _attendees(event, event.attendees)}
    if event.meeting == TEAMS:
        parts["meeting"] = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    days = tuple(wall.date() for wall in walls)
    return Wanted(
        event=event,
        invites=invites,
        reader=reader,
        days=days,
        plain=plain,
        exceptions=frozenset(event.exceptions()),
        parts=parts,
    )


def recurrence(event: Event, first: date, last: date) -> Payload:
    """A patternedRecurrence that says the rule exactly. Raises InputError where there is none."""
    rule = event.rule
    if rule.interval > MOST_INTERVAL:
        raise InputError(f"{event.title}: Outlook knows no rule of every {rule.interval} weeks or months.")
    if rule.nth is None:
        return _recurrence(first, last, rule.zone, {**WEEKLY, "interval": rule.interval})
    if rule.nth not in INDEX:
        raise InputError(f"{event.title}: Outlook knows no {rule.nth}th weekday of a month.")
    monthly = {"type": "relativeMonthly", "index": INDEX[rule.nth], "interval": rule.interval}
    return _recurrence(first, last, rule.zone, monthly)


def _once(day: date) -> Payload:
    """A series of one date in UTC, for one at whose dates clocks change: all others stand beside it."""
    return _recurrence(day, day, "UTC", {**WEEKLY, "interval": 1})


def _recurrence(first: date, last: date, zone: str, pattern: Payload) -> Payload:
    limits = {"startDate": first.isoformat(), "endDate": last.isoformat(), "recurrenceTimeZone": zone}
    return {
        "pattern": {**pattern, "daysOfWeek": [WEEKDAYS[first.weekday()]]},
        "range": {"type": "endDate", **limits},
    }


def named(opid: str, said: Mapping[str, str]) -> Payload:
    """The properties by which an event is found again, and that say what was sent."""
    text = " ".join(f"{name}={value}" for name, value in sorted(said.items()))
    return {"singleValueExtendedProperties": [{"id": SERIES, "value": opid}, {"id": SAID, "value": text}]}


def said_in(properties: object) -> dict[str, str]:
    """What `named` wrote, out of an answer."""
    found = properties if isinstance(properties, list) else []
    texts = [str(each.get("value")) for each in found if isinstance(each, dict) and _is_said(each.get("id"))]
    return dict(part.split("=", 1) for text in texts for part in text.split() if "=" in part)


def _is_said(id_: object) -> bool:
    return str(id_).casefold() == SAID.casefold()  # Graph gives ids back in letters of its own choice


def opid_of(uid: str) -> str:
    """The opaque name of a series, by which it is searched for."""
    return uuid5(OURS, uid).hex


def transaction(event: Event, day: date | None = None) -> Payload:
    """A transactionId: the same for each try of one decision, and a new one for the next."""
    return {"transactionId": str(uuid5(OURS, f"{event.uid}#{day or ''}#{event.sequence}"))}


def digest(payload: Payload) -> str:
    """A short name of what is sent."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:12]


def marked(want: Wanted, day: date, own: Payload | None) -> Payload:
    """The properties of a session's own entry, or of one that is again as the series is."""
    said = {"part": day.isoformat()} | ({"own": digest(own)} if own else {})
    return named(opid_of(want.event.uid), said)


def whole(want: Wanted, parts: Mapping[str, Payload]) -> Payload:
    """Some parts of a series in one, and the digests of all that it then says."""
    said = {"part": "series"} | want.digests
    merged = {name: value for part in parts.values() for name, value in part.items()}
    return {**merged, **named(opid_of(want.event.uid), said)}


def with_meeting(body: Payload, stands: object, join_url: str) -> Payload | None:
    """New words above what Teams wrote into a body; None where that can't be told apart, and is best left alone.

    A body without its meeting's lines makes an end of the meeting.
    """
    match stands:
        case {"content": str(html), "contentType": str(kind)} if kind.casefold() == "html":
            line = html.find(KEPT_OF_MEETING)
            begin = html.rfind("<div", 0, line) if line >= 0 else -1
            if begin >= 0 and join_url and escape(join_url, quote=False) in html[begin:]:
                text = "<br>\n".join(escape(line) for line in str(body["content"]).split("\n"))
                return {"contentType": "html", "content": f"<div>{text}</div>\n{html[begin:]}"}
    return None


def _times(event: Event, wall: datetime) -> Payload:
    end = wall + timedelta(minutes=event.duration)
    return {"start": stated(wall, event.rule.zone), "end": stated(end, event.rule.zone)}


def _words(event: Event, text: str) -> Payload:
    words: Payload = {"subject": one_line(event.title), "body": {"contentType": "text", "content": text}}
    if event.meeting != TEAMS:
        words["location"] = {"displayName": one_line(event.conference)}
    return words


def _attendees(event: Event, people: Iterable[Attendee]) -> list[Payload]:
    """Everybody who attends but the organiser, whose calendar it is, and whom no mail reaches."""
    invited = [each for each in people if each.id != event.organizer and each.role != "none" and each.email]
    if len(invited) > MOST_ATTENDEES:
        raise InputError(f"{event.title}: Outlook invites no more than {MOST_ATTENDEES} people.")
    return [
        {
            "emailAddress": {"address": each.email, "name": one_line(each.name) or each.id},
            "type": "optional" if each.role == "optional" else "required",
        }
        for each in invited
    ]
