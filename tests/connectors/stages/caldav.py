"""CalDAV servers as stages: Radicale and Xandikos, which are plain, and Cyrus, which invites by itself."""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import icalendar

from connectors._http.guard import guarded_client
from connectors._http.secret import Held
from connectors.caldav import CalDavReader, CalDavSession, CalDavWriter
from scheduler.core.delivery import Place
from scheduler.core.interval import Interval
from scheduler.ports import Answer, Asked, Changes
from tests.connectors._caldav.double import HOME, DavDouble
from tests.connectors.stage import CANARY, Seen
from tests.doubles.proxy import in_front_of
from tests.doubles.server import Double, serving
from tests.readers import expanded_in_python
from tests.servers import (
    PASSWORD,
    PEOPLE,
    ServerOfPeople,
    cyrus_of_people,
    radicale_of_people,
    xandikos_of_people,
)

OWN = "appointment-"
EMPTY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


class Readers:
    """Each calendar is read by its owner's reader."""

    def __init__(self, readers: dict[str, CalDavReader]) -> None:
        self._readers = readers

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """An answer for each."""
        return [self._of(each.calendar).free_busy([each], window=window)[0] for each in asked]

    def changes(self, calendar: str, token: str) -> Changes:
        """Of one calendar."""
        return self._of(calendar).changes(calendar, token)

    def _of(self, calendar: str) -> CalDavReader:
        found = (reader for start, reader in self._readers.items() if calendar.startswith(start))
        return next(found, self._readers[next(iter(self._readers))])


@dataclass(slots=True)
class CalDavStage:
    """A server, and what stands before it for our connector alone: it fails as it is told.

    `invites` are those whom the server invites when ana writes an event.
    """

    name: str
    server: ServerOfPeople
    failing: Double
    client: httpx.Client
    invites: frozenset[str] = frozenset()
    waited: list[float] = field(default_factory=list)

    def double(self) -> Double:
        """What fails as it is told."""
        return self.failing

    def url(self, path: str = "/") -> str:
        """The URL of a path for our connector."""
        return f"{self.failing.url}{path}"

    def pauses(self) -> list[float]:
        """What was waited."""
        return self.waited

    def session(self, person: str) -> CalDavSession:
        """A person's account."""
        secret = {"url": self.url(self.server.calendars[person]), "user": person, "password": PASSWORD}
        return CalDavSession(Held(json.dumps(secret)), client=self.client, pause=self.waited.append)

    def reader(self) -> Readers:
        """Both accounts."""
        return Readers({self.address(person): CalDavReader(self.session(person)) for person in PEOPLE})

    def feed(self) -> Readers:
        """The same."""
        return self.reader()

    def writer(self, place: Place) -> CalDavWriter:
        """Ana's calendar, or a copy in ben's."""
        invited = frozenset() if place.copy else self.invites
        calendar = self.address(place.person)
        return CalDavWriter(self.session(place.person), calendar, invited=invited, copy=place.copy, person=place.person)

    def address(self, person: str) -> str:
        """As it is asked for."""
        return f"caldav:{self.url(self.server.calendars[person])}"

    def email(self, person: str) -> str:
        """As Cyrus knows them."""
        return f"{person}@example.org"

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """An appointment full of CANARY."""
        uid = f"{OWN}{uuid4()}"
        text = "\r\n".join(
            [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                f"PRODID:-//{CANARY}//EN",
                "BEGIN:VEVENT",
                f"UID:{uid}",
                "DTSTAMP:20261101T000000Z",
                f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}",
                f"DTEND:{start.astimezone(UTC) + timedelta(minutes=minutes):%Y%m%dT%H%M%SZ}",
                *(f"{name}:{CANARY}" for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "X-NOTE")),
                "END:VEVENT",
                "END:VCALENDAR",
                "",
            ]
        )
        self._put(person, f"{self.server.calendars[person]}{uid}.ics", text.encode())
        return uid

    def drop(self, person: str, id_: str) -> None:
        """It is deleted."""
        status, _ = self.server.request(person, "DELETE", f"{self.server.calendars[person]}{id_}.ics")
        assert status in (200, 204)

    def dates(self, person: str) -> Sequence[Seen]:
        """By recurring-ical-events, from what the server gives back."""
        spans = (span for _, text in self.ours(person) for span in expanded_in_python(text))
        return sorted(Seen(start, int((end - start) / timedelta(minutes=1))) for start, end in spans)

    def masters(self, person: str) -> int:
        """Files with an event that has a date."""
        return sum(bool(expanded_in_python(text)) for _, text in self.ours(person))

    def rooms(self, person: str) -> frozenset[str]:
        """The locations."""
        found = (event for _, text in self.ours(person) for event in icalendar.Calendar.from_ical(text).walk("VEVENT"))
        return frozenset(str(event["LOCATION"]) for event in found if event.get("LOCATION"))

    def invited(self) -> int:
        """What arrived in the inboxes of a server that has some."""
        if not self.invites:
            return 0
        status, body = self.server.request("ben", "PROPFIND", "/dav/calendars/user/ben/Inbox/", Depth="1")
        assert status == 207
        return len(re.findall(rb"\.ics</D:href>", body))

    def move_by_hand(self, person: str, start: datetime, to: datetime) -> None:
        """An override as calendar apps write it."""
        self._change(person, start, lambda text, at: moved(text, at, to))

    def move_all_by_hand(self, person: str, by: timedelta) -> None:
        """Another start and rule, as calendar apps write it."""
        for path, text in self.ours(person):
            self._put(person, path, all_moved(text, by))

    def delete_date_by_hand(self, person: str, start: datetime) -> None:
        """An EXDATE."""
        self._change(person, start, without)

    def add_date_by_hand(self, person: str, start: datetime) -> None:
        """An RDATE."""
        for path, text in self.ours(person):
            self._put(person, path, with_date(text, start))

    def decline_by_hand(self, start: datetime | None) -> None:
        """Ben says it to his server, which tells ana's calendar; a plain one does not, so somebody notes it there."""
        person = "ben" if self.invites else "ana"
        for path, text in self.ours(person):
            if expanded_in_python(text):  # what was cancelled stays in a server's calendar
                self._put(person, path, declined(text, self.email("ben"), start))

    def _change(self, person: str, start: datetime, change: Callable[[bytes, datetime], bytes]) -> None:
        for path, text in self.ours(person):
            if start in [begin for begin, _ in expanded_in_python(text)]:
                self._put(person, path, change(text, start))
                return
        raise AssertionError(f"nothing begins at {start}")

    def delete_by_hand(self, person: str) -> None:
        """The whole file."""
        for path, _ in self.ours(person):
            assert self.server.request(person, "DELETE", path)[0] in (200, 204)

    def paths(self, person: str) -> list[str]:
        """Every file of a calendar."""
        status, body = self.server.request(person, "PROPFIND", self.server.calendars[person], Depth="1")
        assert status == 207
        return sorted(set(re.findall(r">([^<>]*\.ics)</", body.decode())))

    def ours(self, person: str) -> list[tuple[str, bytes]]:
        """Path and text of each event that `add` did not make."""
        found = [(path, self.server.request(person, "GET", path)) for path in self.paths(person) if OWN not in path]
        return [(path, text) for path, (status, text) in found if status == 200]

    def _put(self, person: str, path: str, text: bytes) -> None:
        status, _ = self.server.request(person, "PUT", path, text, Content_Type="text/calendar; charset=utf-8")
        assert status in (200, 201, 204), status


def moved(text: bytes, start: datetime, to: datetime) -> bytes:
    """A calendar in which one date of a series begins elsewhere."""
    calendar: Any = icalendar.Calendar.from_ical(text)  # the library's types leave open what a time is
    for event in calendar.walk("VEVENT"):
        if event.get("RECURRENCE-ID") and event["DTSTART"].dt.astimezone(UTC) == start:
            length = event["DTEND"].dt - event["DTSTART"].dt
            for name, at in (("DTSTART", to), ("DTEND", to + length)):
                del event[name]
                event.add(name, at)
            return bytes(calendar.to_ical())
    master = _master(calendar)
    zone = master["DTSTART"].dt.tzinfo
    length = master["DTEND"].dt - master["DTSTART"].dt
    override = icalendar.Event()
    override.add("UID", str(master["UID"]))
    override.add("DTSTAMP", master["DTSTAMP"].dt)
    override.add("RECURRENCE-ID", start.astimezone(zone))
    override.add("DTSTART", to.astimezone(zone))
    override.add("DTEND", (to + length).astimezone(zone))
    override.add("SUMMARY", str(master["SUMMARY"]))
    override.add("STATUS", "CONFIRMED")
    for name in ("ORGANIZER", "ATTENDEE"):
        if name in master:
            override[name] = deepcopy(master[name])
    calendar.add_component(override)
    return bytes(calendar.to_ical())


def all_moved(text: bytes, by: timedelta) -> bytes:
    """A calendar in which a series takes place by so much later."""
    calendar: Any = icalendar.Calendar.from_ical(text)  # as above
    master = _master(calendar)
    for name in ("DTSTART", "DTEND"):
        at = master[name].dt + by  # on the wall
        del master[name]
        master.add(name, at)
    rule = master["RRULE"]
    day = icalendar.vWeekday.week_days[str(rule["BYDAY"][0])] + by.days
    rule["BYDAY"] = [next(name for name, number in icalendar.vWeekday.week_days.items() if number == day % 7)]
    rule["UNTIL"] = [rule["UNTIL"][0] + by]
    return bytes(calendar.to_ical())


def without(text: bytes, start: datetime) -> bytes:
    """A calendar in which one date of a series is off."""
    calendar: Any = icalendar.Calendar.from_ical(text)  # as above
    master = _master(calendar)
    master.add("EXDATE", start.astimezone(master["DTSTART"].dt.tzinfo))
    return bytes(calendar.to_ical())


def with_date(text: bytes, start: datetime) -> bytes:
    """A calendar in which a series takes place once more."""
    calendar: Any = icalendar.Calendar.from_ical(text)  # as above
    master = _master(calendar)
    master.add("RDATE", start.astimezone(master["DTSTART"].dt.tzinfo))
    return bytes(calendar.to_ical())


def declined(text: bytes, email: str, start: datetime | None) -> bytes:
    """A calendar in which an attendee says no to one date, or to all."""
    calendar: Any = icalendar.Calendar.from_ical(text)  # as above
    entries = calendar.walk("VEVENT")
    if start:
        entries = [
            each for each in entries if each.get("RECURRENCE-ID") and each["DTSTART"].dt.astimezone(UTC) == start
        ]
        entries = entries or [_date_of(calendar, start)]
    for event in entries:
        told = event["ATTENDEE"] if isinstance(event["ATTENDEE"], list) else [event["ATTENDEE"]]
        for each in told:
            if str(each).lower() == f"mailto:{email}":
                each.params["PARTSTAT"] = "DECLINED"
    return bytes(calendar.to_ical())


def _date_of(calendar: Any, start: datetime) -> Any:
    """An entry for one date, that says all of what the series does."""
    date = deepcopy(_master(calendar))
    zone, length = date["DTSTART"].dt.tzinfo, date["DTEND"].dt - date["DTSTART"].dt
    for name in ("RRULE", "EXDATE", "DTSTART", "DTEND"):
        date.pop(name, None)
    for name, at in (("RECURRENCE-ID", start), ("DTSTART", start), ("DTEND", start + length)):
        date.add(name, at.astimezone(zone))
    calendar.add_component(date)
    return date


def _master(calendar: Any) -> Any:
    [master] = [event for event in calendar.walk("VEVENT") if "RECURRENCE-ID" not in event]
    return master


@contextmanager
def _stage(name: str, server: ServerOfPeople, invites: frozenset[str] = frozenset()) -> Iterator[CalDavStage]:
    with in_front_of(server.port) as proxy, guarded_client(loopback=proxy.url) as client:
        yield CalDavStage(name, server, proxy, client, invites)


@contextmanager
def radicale_stage() -> Iterator[CalDavStage]:
    """Radicale, with a password for each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        radicale_of_people(Path(folder)) as server,
        _stage("radicale", server) as stage,
    ):
        yield stage


@contextmanager
def xandikos_stage() -> Iterator[CalDavStage]:
    """Xandikos, without passwords."""
    with (
        tempfile.TemporaryDirectory() as folder,
        xandikos_of_people(Path(folder)) as server,
        _stage("xandikos", server) as stage,
    ):
        yield stage


@contextmanager
def cyrus_stage() -> Iterator[CalDavStage]:
    """Cyrus; see tests.servers.cyrus_is_missing before."""
    with cyrus_of_people() as server, _stage("cyrus", server, frozenset(PEOPLE)) as stage:
        yield stage


@contextmanager
def caldav_double_stage() -> Iterator[CalDavStage]:
    """A server in memory that can be told to fail."""
    double = DavDouble()
    with serving(double), guarded_client(loopback=double.url) as client:
        port = int(double.url.rpartition(":")[2])
        server = ServerOfPeople(port, {person: f"{HOME}{person}/" for person in PEOPLE})
        yield CalDavStage("caldav-double", server, double, client)
