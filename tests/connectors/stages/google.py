"""The contract suite's stage at Google: two people on the double, who each signed in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from connectors._http.pace import Pace
from connectors._http.secret import Held
from connectors.google import GoogleReader, GoogleSession, GoogleWriter
from scheduler.core.delivery import Place
from tests.connectors.stage import CANARY, Seen
from tests.doubles.google import Google
from tests.doubles.server import serving

TIMEOUT = 2.0
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ZONES = {"ana": "Europe/Berlin", "ben": "America/New_York"}


class GoogleStage:
    """A Stage on the double; `pauses` are those that were asked for."""

    name = "google"

    def __init__(self, google: Google) -> None:
        self.google = google
        self._pauses: list[float] = []
        for person, zone in ZONES.items():
            google.add_person(self.email(person), zone)

    def double(self) -> Google:
        """The double."""
        return self.google

    def pauses(self) -> list[float]:
        """The seconds that were to be waited."""
        return self._pauses

    def session(self, person: str) -> GoogleSession:
        """Somebody's account, opened anew; no calls are counted here, so that no test waits."""
        return GoogleSession(
            Held(self.google.user_json(self.email(person))),
            endpoint=self.google.endpoint,
            token_uri=self.google.token_uri,
            owner=person,
            pause=self._pauses.append,
            pace=Pace(calls=10**9, span=1, at_once=8),
            timeout=TIMEOUT,
        )

    def reader(self) -> GoogleReader:
        """Our reader of all calendars, by ana's account."""
        return GoogleReader(self.session("ana"))

    def feed(self) -> GoogleReader:
        """The same."""
        return self.reader()

    def writer(self, place: Place) -> GoogleWriter:
        """Our writer of ana's calendar, or of ben's own copy."""
        person = "ben" if place.copy else "ana"
        return GoogleWriter(self.session(person), invites=not place.copy, person=person)

    def address(self, person: str) -> str:
        """google:MAILBOX."""
        return f"google:{self.email(person)}"

    def email(self, person: str) -> str:
        """Their mailbox."""
        return f"{person}@example.org"

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """An appointment full of canaries."""
        guests = [{"email": f"{CANARY.lower()}@elsewhere.example", "displayName": CANARY}]
        return self.google.add_event(
            self.email(person),
            start,
            start + timedelta(minutes=minutes),
            summary=CANARY,
            location=CANARY,
            description=CANARY,
            attendees=guests,
        )

    def drop(self, person: str, id_: str) -> None:
        """Take it out again."""
        self.google.delete(self.email(person), id_)

    def dates(self, person: str) -> Sequence[Seen]:
        """The dates of all series, by the double's own expansion."""
        found = [
            Seen(each.start, int((each.end - each.start).total_seconds()) // 60)
            for id_ in self._series(person)
            for each in self.google.dates(self.email(person), id_)
        ]
        return sorted(found)

    def masters(self, person: str) -> int:
        """How many series stand there."""
        return len(self._series(person))

    def rooms(self, person: str) -> frozenset[str]:
        """The links of live series of ours: at Meet, or in the place."""
        events = self.google.store.people[self.email(person)].events
        said = [events[id_].said for id_ in self._series(person)]
        return frozenset(link for each in said for link in (each.get("hangoutLink"), each.get("location")) if link)

    def invited(self) -> int:
        """The mails to guests."""
        return len(self.google.all_mails)

    def move_by_hand(self, person: str, start: datetime, to: datetime) -> None:
        """Drag one date."""
        for id_ in self._series(person):
            for each in self.google.dates(self.email(person), id_):
                if each.start == start:
                    times = {"start": to, "end": to + (each.end - each.start)}
                    said = {name: {"dateTime": at.isoformat()} for name, at in times.items()}
                    self.google.change(self.email(person), each.id, **said)
                    return
        raise AssertionError(f"no date begins at {start}")

    def move_all_by_hand(self, person: str, by: timedelta) -> None:
        """As Google's own calendar writes it: the first date, and the rule's day and end."""
        for id_ in self._series(person):
            said = self.google.store.people[self.email(person)].events[id_].said
            times = {name: _later(said[name], by) for name in ("start", "end")}
            rules = [_rule_later(line, by) for line in said["recurrence"]]
            self.google.change(self.email(person), id_, **times, recurrence=rules)

    def delete_date_by_hand(self, person: str, start: datetime) -> None:
        """One date is cancelled."""
        self.google.delete(self.email(person), self._date(person, start))

    def add_date_by_hand(self, person: str, start: datetime) -> None:
        """An RDATE."""
        for id_ in self._series(person):
            said = self.google.store.people[self.email(person)].events[id_].said
            more = f"RDATE:{start:%Y%m%dT%H%M%SZ}"
            self.google.change(self.email(person), id_, recurrence=[*said["recurrence"], more])

    def decline_by_hand(self, start: datetime | None) -> None:
        """Ben answers in his own calendar."""
        (id_,) = self._series("ben")
        said = self.google.store.people[self.email("ben")].events[id_].said
        answers = [
            each | ({"responseStatus": "declined"} if each["email"].lower() == self.email("ben") else {})
            for each in said["attendees"]
        ]
        self.google.change(self.email("ben"), self._date("ben", start) if start else id_, attendees=answers)

    def _date(self, person: str, start: datetime) -> str:
        dates = (each for id_ in self._series(person) for each in self.google.dates(self.email(person), id_))
        return next(each.id for each in dates if each.start == start)

    def delete_by_hand(self, person: str) -> None:
        """Delete each series."""
        for id_ in self._series(person):
            self.google.delete(self.email(person), id_)

    def _series(self, person: str) -> list[str]:
        events = self.google.store.people[self.email(person)].events
        return [id_ for id_, each in events.items() if not each.deleted and "recurrence" in each.said]


def _later(said: dict[str, str], by: timedelta) -> dict[str, str]:
    return said | {"dateTime": f"{datetime.fromisoformat(said['dateTime']) + by:%Y-%m-%dT%H:%M:%S}"}


def _rule_later(line: str, by: timedelta) -> str:
    if not line.startswith("RRULE:"):
        return line
    parts = dict(part.split("=") for part in line.removeprefix("RRULE:").split(";"))
    until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S%z") + by
    day = DAYS[(DAYS.index(parts["BYDAY"]) + by.days) % 7]
    parts |= {"UNTIL": f"{until:%Y%m%dT%H%M%SZ}", "BYDAY": day}
    return "RRULE:" + ";".join(f"{name}={value}" for name, value in parts.items())


@contextmanager
def google_stage() -> Iterator[GoogleStage]:
    """The stage, for as long as its server runs; whatever broke Google's description fails the test."""
    google = Google(quota=10**9)
    with serving(google):
        yield GoogleStage(google)
    assert not google.broken
