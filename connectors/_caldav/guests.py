"""The people of an event on a CalDAV server: whom the server invites, what they answered, and what they added."""

from collections.abc import Iterable
from dataclasses import replace

from connectors._caldav.resource import ASKED, Resource
from connectors._ics_out.vevent import Entry, InFiles, address, attendee, organizer
from scheduler.core.event import Event, Occurrence

CLIENT = {"SCHEDULE-AGENT": "CLIENT"}
"""Somebody else invites them: a server that schedules sends nothing (RFC 6638, 7.1)."""


class _Kept:
    """What stands already; answers hold for a date as long as it begins at the same time."""

    def __init__(self, found: Resource | None) -> None:
        vevents = found.vevents if found else ()
        self._by_key = {each.key: each for each in vevents}
        self._by_date = {each.value("RECURRENCE-ID"): each for each in vevents}

    @property
    def by_rule(self) -> bool:
        """Whether there is a rule."""
        return any(each.value("RRULE") for each in self._by_date.values())

    def has(self, recurrence_id: str) -> bool:
        """Whether a date has an entry of its own."""
        return recurrence_id in self._by_date

    def answered(self, date: str) -> bool:
        """Whether a date, where the rule has it, has an entry of its own in which somebody answered."""
        vevent = self._by_key.get((date, date))
        return vevent is not None and any(answer != ASKED for answer in vevent.answers().values())

    @property
    def dates(self) -> frozenset[str]:
        """All dates that have an entry of their own, or are said to be off."""
        master = self._by_date.get("")
        return frozenset(self._by_date).union(master.values("EXDATE") if master else ()) - {""}

    def answers(self, entry: Entry) -> dict[str, str]:
        """PARTSTAT by address."""
        vevent = self._by_key.get((entry.value(b"RECURRENCE-ID"), entry.value(b"DTSTART")))
        return vevent.answers() if vevent else {}

    def added(self, entry: Entry) -> list[bytes]:
        """Of the same date; a date that had no entry of its own so far has what the series has."""
        vevent = self._by_date.get(entry.value(b"RECURRENCE-ID")) or self._by_date.get("")
        return vevent.added() if vevent else []


class Guests(InFiles):
    """The organiser's calendar: everybody is an ATTENDEE, and `invited` are those whom the server invites.

    `mail` is the organiser's address as the server knows it: it invites for nobody else. Where it invites, an entry
    that a date has once stays, and so does the rule: Cyrus takes neither back from the calendars of those invited, who
    would see the date where it was. And a date without one of them has an entry, since only that tells their calendar.
    """

    def __init__(self, found: Resource | None, invited: frozenset[str], mail: str = "") -> None:
        self._kept, self._invited, self._mail = _Kept(found), invited, mail

    def by_rule(self, event: Event) -> bool:
        """One date needs none, unless it had one when people were invited."""
        return super().by_rule(event) or (bool(self._invited) and self._kept.by_rule)

    def apart(self, session: Occurrence, recurrence_id: str) -> bool:
        """Dates that had one when people were invited or answered, and those at which somebody invited is absent."""
        had = bool(self._invited) and self._kept.has(recurrence_id)
        return had or self._kept.answered(recurrence_id) or not self._invited.isdisjoint(session.absent)

    def dropped(self) -> Iterable[str]:
        """Dates that had an entry when people were invited."""
        return self._kept.dates if self._invited else ()

    def people(self, event: Event, entry: Entry) -> Iterable[bytes]:
        """ORGANIZER and ATTENDEEs, with the answers that they gave."""
        chair = replace(event.organized_by, email=self._mail or event.organized_by.email)
        answers = self._kept.answers(entry)
        yield organizer(chair)
        for each in entry.attendees:
            if each.id in self._invited and not event.seen_by(each.id).sessions:
                continue  # they are always absent: there is nothing to invite them to
            person = chair if each.id == chair.id else each
            agent = {} if each.id in self._invited else CLIENT
            yield attendee(person, answers.get(address(person).lower(), "NEEDS-ACTION"), **agent)

    def kept(self, entry: Entry) -> Iterable[bytes]:
        """What people added, such as alarms."""
        return self._kept.added(entry)


class Copy(InFiles):
    """An attendee's own calendar: it says who organises, and nobody is invited or told of anything."""

    def __init__(self, found: Resource | None) -> None:
        self._kept = _Kept(found)

    def people(self, event: Event, entry: Entry) -> Iterable[bytes]:
        """The ORGANIZER alone."""
        yield organizer(event.organized_by, **CLIENT)

    def kept(self, entry: Entry) -> Iterable[bytes]:
        """What its owner added, such as alarms."""
        return self._kept.added(entry)
