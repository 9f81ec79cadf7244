"""An event as Google wants it: the series, and each session that has an entry of its own.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from connectors._google.session import Json
from scheduler.core.description import description, session_description
from scheduler.core.event import Attendee, Event, Occurrence
from scheduler.core.interval import MINUTE
from scheduler.core.people import WEEKDAYS
from scheduler.core.words import one_line

PROPERTY = "rondo"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How events are written in one calendar.

    `person`: whose own copy it is, to which nobody is invited; "" is the organiser's calendar. `invited`: ids of those
    whom Google invites, None: all who have a mail address.
    """

    person: str = ""
    invited: frozenset[str] | None = None
    guests_see_each_other: bool = True

    def id_of(self, event: Event) -> str:
        """The event's id in this calendar: the same at every try. A copy has another than the invitation would have."""
        uid = _uuid(event.uid)
        return (uuid5(uid, self.person) if self.person else uid).hex

    def opid_of(self, event: Event) -> str:
        """What marks the event as ours, and says nothing to anybody else."""
        return hashlib.sha256(f"rondo {self.id_of(event)}".encode()).hexdigest()[:32]

    def marks(self, event: Event) -> Json:
        """What an event is made with, and keeps."""
        return {
            "id": self.id_of(event),
            "extendedProperties": {"private": {PROPERTY: self.opid_of(event)}},
            "guestsCanSeeOtherGuests": self.guests_see_each_other,
        }

    def series(self, event: Event) -> Json:
        """The recurring event, without its room at Google Meet."""
        walls = [_shown(int(wall)) for wall in event.rule.walls(len(event.occurrences))]
        plain, zone = event.plain_dates(), event.rule.zone
        end = int(event.rule.walls(1)[0]) + event.duration * MINUTE
        # an end on the wall would say another length on a day of clock changes
        ends = _wall(end, zone) if plain[0] else _utc(event.occurrences[0].recurrence_id, event.duration, zone)
        skipped = [wall for wall, each in zip(walls, event.occurrences, strict=True) if each.start is None]
        return {
            **self._texts(event, description(event, self.person), event.attendees),
            "start": _wall(int(event.rule.walls(1)[0]), zone),
            "end": ends,
            "recurrence": [
                f"RRULE:{_rrule(event)}",
                *(_exdate(wall, zone) for wall in skipped),
            ],
        }

    def session(self, event: Event, each: Occurrence) -> Json:
        """One session as it stands, also where it stands at its own date of the rule."""
        assert each.start is not None
        own = each in event.exceptions()
        present = [person for person in event.attendees if not own or person.id not in each.absent]
        words = session_description(event, each, self.person) if own else description(event, self.person)
        return {
            **self._texts(event, words, present),
            # as instants, and not on the zone's clock: right to every reader, whatever zone data it has
            "start": _utc(each.start, 0, event.rule.zone),
            "end": _utc(each.start, event.duration, event.rule.zone),
        }

    def guests(self, event: Event) -> list[Json]:
        """Who is invited to the series."""
        return list(self._attendees(event, event.attendees))

    def _texts(self, event: Event, words: str, people: Collection[Attendee]) -> Json:
        return {
            "summary": one_line(event.title),
            "description": words.replace("<", "&lt;"),  # it is read as HTML, and names may hold anything
            "location": one_line(event.conference),
            "attendees": list(self._attendees(event, people)),
        }

    def _attendees(self, event: Event, people: Collection[Attendee]) -> Iterator[Json]:
        for each in people:
            if self.person or not each.email or each.role == "none":
                continue
            if self.invited is None or each.id in self.invited or each.id == event.organizer:
                # what others answered is theirs to say; who organises need not be asked
                said = "accepted" if each.id == event.organizer else "needsAction"
                name = one_line(each.name) or each.id
                yield {
                    "email": each.email,
                    "displayName": name,
                    "optional": each.role == "optional",
                    "responseStatus": said,
                }


def _uuid(uid: str) -> UUID:
    try:
        return UUID(uid)
    except ValueError:  # the UID that another provider gave it
        return uuid5(NAMESPACE_URL, uid)


def _rrule(event: Event) -> str:
    # UNTIL and not COUNT: some do not count a date that clocks skip. And half a day later, since Google's zone data may
    # put the last date an hour after ours
    until = event.occurrences[-1].recurrence_id + DAY / 2
    rule = event.rule
    freq = "MONTHLY" if rule.monthly else "WEEKLY"
    day = f"{rule.nth or ''}{WEEKDAYS[rule.first.day.weekday()]}"
    return f"FREQ={freq};UNTIL={until:%Y%m%dT%H%M%SZ};INTERVAL={rule.interval};BYDAY={day}"


def _exdate(wall: datetime, zone: str) -> str:
    return f"EXDATE:{wall:%Y%m%dT%H%M%S}Z" if zone == "UTC" else f"EXDATE;TZID={zone}:{wall:%Y%m%dT%H%M%S}"


def _utc(start: datetime, minutes: int, zone: str) -> Json:
    return {"dateTime": f"{start + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}", "timeZone": zone}


def _wall(second: int, zone: str) -> Json:
    return {"dateTime": f"{_shown(second):%Y-%m-%dT%H:%M:%S}", "timeZone": zone}


def _shown(wall: int) -> datetime:
    """What a wall clock shows, for its digits alone."""
    return datetime.fromtimestamp(wall, UTC)
