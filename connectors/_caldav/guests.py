"""The people of an event on a CalDAV server: whom the server invites, what they answered, and what they added."""

from collections.abc import Iterable
from dataclasses import replace

from connectors._caldav.resource import Resource
from connectors._ics_out.vevent import Entry, address, attendee, organizer
from scheduler.core.event import Event

CLIENT = {"SCHEDULE-AGENT": "CLIENT"}
"""Somebody else invites them: a server that schedules sends nothing (RFC 6638, 7.1)."""


class _Kept:
    """What stands already; answers hold for a date as long as it begins at the same time."""

    def __init__(self, found: Resource | None) -> None:
        vevents = found.vevents if found else ()
        self._by_key = {each.key: each for each in vevents}
        self._by_date = {each.value("RECURRENCE-ID"): each for each in vevents}

    def answers(self, entry: Entry) -> dict[str, str]:
        """PARTSTAT by address."""
        vevent = self._by_key.get((entry.value(b"RECURRENCE-ID"), entry.value(b"DTSTART")))
        return vevent.answers() if vevent else {}

    def added(self, entry: Entry) -> list[bytes]:
        """Of the same date; a date that had no entry of its own so far has what the series has."""
        vevent = self._by_date.get(entry.value(b"RECURRENCE-ID")) or self._by_date.get("")
        return vevent.added() if vevent else []


class Guests:
    """The organiser's calendar: everybody is an ATTENDEE, and `invited` are those whom the server invites.

    `mail` is the organiser's address as the server knows it: it invites for nobody else.
    """

    def __init__(self, found: Resource | None, invited: frozenset[str], mail: str = "") -> None:
        self._kept, self._invited, self._mail = _Kept(found), invited, mail

    def people(self, event: Event, entry: Entry) -> Iterable[bytes]:
        """ORGANIZER and ATTENDEEs, with the answers that they gave."""
        chair = replace(event.organized_by, email=self._mail or event.organized_by.email)
        answers = self._kept.answers(entry)
        yield organizer(chair)
        for each in entry.attendees:
            person = chair if each.id == chair.id else each
            agent = {} if each.id in self._invited else CLIENT
            yield attendee(person, answers.get(address(person).lower(), "NEEDS-ACTION"), **agent)

    def kept(self, entry: Entry) -> Iterable[bytes]:
        """What people added, such as alarms."""
        return self._kept.added(entry)


class Copy:
    """An attendee's own calendar: it says who organises, and nobody is invited or told of anything."""

    def __init__(self, found: Resource | None) -> None:
        self._kept = _Kept(found)

    def people(self, event: Event, entry: Entry) -> Iterable[bytes]:
        """The ORGANIZER alone."""
        yield organizer(event.organized_by, **CLIENT)

    def kept(self, entry: Entry) -> Iterable[bytes]:
        """What its owner added, such as alarms."""
        return self._kept.added(entry)
