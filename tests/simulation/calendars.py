"""Somebody's calendar at each provider, as its owner sees and edits it: our series in it, date by date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import icalendar

from connectors._graph.payload import SERIES
from tests.connectors.stages.caldav import moved
from tests.doubles._google.store import Stored as GoogleStored
from tests.doubles._graph.store import Shown as GraphShown
from tests.doubles._graph.store import Stored as GraphStored
from tests.doubles.google import Google
from tests.doubles.graph import GraphDouble
from tests.readers import expanded_in_python
from tests.servers import ServerOfPeople

OWN = "own-"
"""Begins the names of files that their owner made."""


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """One date of a series of ours; `id` is the provider's."""

    start: datetime
    minutes: int
    id: str


class Calendar(Protocol):
    """Our series in one calendar, by the provider's own key of each: what stands, and what its owner does by hand."""

    def series(self) -> Sequence[str]:
        """The keys of all that stand live in it and were written there by us."""
        ...

    def dates(self, key: str) -> Sequence[Date]:
        """Its dates, in order."""
        ...

    def move(self, key: str, date: Date, to: datetime) -> None:
        """Drag one date."""
        ...

    def delete(self, key: str, date: Date) -> None:
        """Delete one date."""
        ...

    def drop(self, key: str) -> None:
        """Delete the whole series."""
        ...

    def decline(self, key: str, mail: str) -> None:
        """An attendee says no to the whole series, as the organiser's calendar then tells."""
        ...

    def add(self, name: str, start: datetime, minutes: int, text: str) -> str:
        """An appointment of its owner's own; the provider's id of it."""
        ...

    def remove(self, id_: str) -> None:
        """Take that appointment out again."""
        ...


@dataclass(frozen=True, slots=True)
class AtGoogle:
    """A mailbox of the double of Google."""

    google: Google
    mail: str

    def series(self) -> list[str]:
        """Events with a rule that this mailbox organises."""
        events = self.google.store.people[self.mail].events.values()
        return [
            each.id
            for each in events
            if each.owner == self.mail and "extendedProperties" in each.said and not each.deleted
        ]

    def dates(self, key: str) -> list[Date]:
        """By the double's expansion."""
        shown = self.google.dates(self.mail, key)
        return sorted(Date(each.start, _minutes(each.end - each.start), each.id) for each in shown if each.live)

    def move(self, key: str, date: Date, to: datetime) -> None:
        """Patch the instance."""
        end = to + timedelta(minutes=date.minutes)
        self.google.change(self.mail, date.id, start={"dateTime": to.isoformat()}, end={"dateTime": end.isoformat()})

    def delete(self, key: str, date: Date) -> None:
        """Cancel the instance."""
        self.google.delete(self.mail, date.id)

    def drop(self, key: str) -> None:
        """Delete the master."""
        self.google.delete(self.mail, key)

    def decline(self, key: str, mail: str) -> None:
        """By the guest's own hand, or as an answer that came by mail."""
        guest = self.google.store.people.get(mail)
        if guest:
            if key in guest.events:  # it is not, once they declined
                self.google.delete(mail, key)
            return
        with self.google.lock:
            stored = self._stored(key)
            answers = [
                each | ({"responseStatus": "declined"} if each["email"].lower() == mail else {})
                for each in stored.said["attendees"]
            ]
            stored.said, stored.changed = stored.said | {"attendees": answers}, self.google.store.touch()

    def add(self, name: str, start: datetime, minutes: int, text: str) -> str:
        """An event."""
        end = start + timedelta(minutes=minutes)
        return self.google.add_event(self.mail, start, end, summary=text, location=text, description=text)

    def remove(self, id_: str) -> None:
        """Delete it."""
        self.google.delete(self.mail, id_)

    def _stored(self, key: str) -> GoogleStored:
        return self.google.store.people[self.mail].events[key]


@dataclass(frozen=True, slots=True)
class AtOutlook:
    """A mailbox of the double of Graph."""

    graph: GraphDouble
    mail: str

    def series(self) -> list[str]:
        """Series with our properties that this mailbox organises."""
        return [each.id for each in self.graph.series(self.mail) if each.owner == self.mail]

    def dates(self, key: str) -> list[Date]:
        """The series', and those that stand beside it since they can't be moved within it."""
        return sorted(Date(each.start, _minutes(each.end - each.start), each.id) for each in self._shown(key))

    def move(self, key: str, date: Date, to: datetime) -> None:
        """Drag it."""
        with self.graph.lock:
            found = self._at(key, date)
            if found.day is None:
                found.of.start, found.of.zone = to.replace(tzinfo=None), "UTC"
                self.graph.store.touch(found.of)
            else:
                self.graph.store.moved(found.of, found.day, to, to + timedelta(minutes=date.minutes))

    def delete(self, key: str, date: Date) -> None:
        """Delete the instance, or the event beside the series."""
        with self.graph.lock:
            found = self._at(key, date)
            if found.day is None:
                self.graph.store.removed(found.of)
            else:
                found.of.deleted.add(found.day)
                found.of.own.pop(found.day, None)
                self.graph.store.touch(found.of)

    def drop(self, key: str) -> None:
        """Delete the master, and what stands beside it."""
        with self.graph.lock:
            beside = [each.of for each in self._shown(key) if each.day is None]
            for stored in (self._stored(key), *beside):
                self.graph.store.removed(stored)

    def decline(self, key: str, mail: str) -> None:
        """As the organiser's mailbox shows the answer."""
        with self.graph.lock:
            stored = self._stored(key)
            for each in stored.fields["attendees"]:
                if each["emailAddress"]["address"].lower() == mail:
                    each["status"] = {"response": "declined", "time": "2027-01-01T00:00:00Z"}
            self.graph.store.touch(stored)

    def add(self, name: str, start: datetime, minutes: int, text: str) -> str:
        """An event."""
        return self.graph.add_event(self.mail, start, minutes, text=text)

    def remove(self, id_: str) -> None:
        """Delete it."""
        self.graph.drop_event(id_)

    def _shown(self, key: str) -> list[GraphShown]:
        ours = self._stored(key).properties[SERIES]
        return [each for each in self.graph.dates(self.mail) if each.of.properties.get(SERIES) == ours]

    def _at(self, key: str, date: Date) -> GraphShown:
        return next(each for each in self._shown(key) if each.id == date.id)

    def _stored(self, key: str) -> GraphStored:
        return self.graph.store.events[key]


@dataclass(frozen=True, slots=True)
class OnServer:
    """A calendar of a real CalDAV server; a series' key is its path."""

    server: ServerOfPeople
    user: str

    def series(self) -> list[str]:
        """Every file that its owner did not make and that holds a date."""
        status, body = self.server.request(self.user, "PROPFIND", self.server.calendars[self.user], Depth="1")
        if status == 404:
            return []
        paths = sorted(set(re.findall(r">([^<>]*\.ics)</", body.decode())))
        return [path for path in paths if OWN not in path and self.dates(path)]

    def dates(self, key: str) -> list[Date]:
        """As another library expands the file."""
        spans = expanded_in_python(self._text(key))
        return sorted(Date(start, _minutes(end - start), f"{start:%Y%m%dT%H%M}") for start, end in spans)

    def move(self, key: str, date: Date, to: datetime) -> None:
        """An override, as calendar apps write it."""
        self._put(key, moved(self._text(key), date.start, to))

    def delete(self, key: str, date: Date) -> None:
        """An EXDATE in the place of the date."""
        calendar: Any = icalendar.Calendar.from_ical(self._text(key))  # the library leaves open what a time is
        events = calendar.walk("VEVENT")
        (master,) = [each for each in events if "RECURRENCE-ID" not in each]
        original = date.start.astimezone(master["DTSTART"].dt.tzinfo)
        for each in [
            each for each in events if each is not master and each["DTSTART"].dt.astimezone(UTC) == date.start
        ]:
            original = each["RECURRENCE-ID"].dt
            calendar.subcomponents.remove(each)
        master.add("EXDATE", original)
        self._put(key, bytes(calendar.to_ical()))

    def drop(self, key: str) -> None:
        """Delete the file."""
        assert self.server.request(self.user, "DELETE", key)[0] in (200, 204)

    def decline(self, key: str, mail: str) -> None:
        """PARTSTAT in each of its events."""
        calendar: Any = icalendar.Calendar.from_ical(self._text(key))  # as above
        for event in calendar.walk("VEVENT"):
            told = event.get("ATTENDEE", [])
            for each in told if isinstance(told, list) else [told]:
                if str(each).lower().removeprefix("mailto:") == mail:
                    each.params["PARTSTAT"] = "DECLINED"
        self._put(key, bytes(calendar.to_ical()))

    def add(self, name: str, start: datetime, minutes: int, text: str) -> str:
        """A file of its own."""
        path = f"{self.server.calendars[self.user]}{OWN}{name}.ics"
        self._put(path, own_event(name, start, minutes, text).encode())
        return path

    def remove(self, id_: str) -> None:
        """Delete it."""
        self.drop(id_)

    def _text(self, key: str) -> bytes:
        status, text = self.server.request(self.user, "GET", key)
        return text if status == 200 else b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

    def _put(self, path: str, text: bytes) -> None:
        status, _ = self.server.request(self.user, "PUT", path, text, Content_Type="text/calendar; charset=utf-8")
        assert status in (200, 201, 204), status


def own_event(name: str, start: datetime, minutes: int, text: str) -> str:
    """A calendar with one appointment."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN", "BEGIN:VEVENT", f"UID:{OWN}{name}"),
        *("DTSTAMP:20270101T000000Z", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DURATION:PT{minutes}M"),
        *(f"SUMMARY:{text}", f"LOCATION:{text}", "END:VEVENT", "END:VCALENDAR"),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))
