"""The stage of Outlook: its double, with two people who signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

from connectors._http.secret import Held
from connectors.outlook import APP_ONLY, GraphSession, OutlookReader, OutlookWriter
from scheduler.core.delivery import Place
from tests.connectors.stage import CANARY, Seen
from tests.doubles._graph.store import OwnEntry, Stored
from tests.doubles.graph import CLIENT, CLIENT_SECRET, GraphDouble
from tests.doubles.server import serving

SECONDS = 2.0  # for a whole answer
NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)


class OutlookStage:
    """Both people in one organisation."""

    name = "outlook"

    def __init__(self, graph: GraphDouble) -> None:
        self.graph = graph
        self._pauses: list[float] = []
        self.by_itself = False  # an app, and nobody who signed in
        for person in ("ana", "ben"):
            graph.add_person(self.email(person))
        self.secrets = {person: Held(graph.secret(self.email(person))) for person in ("ana", "ben")}

    def double(self) -> GraphDouble:
        """The double."""
        return self.graph

    def pauses(self) -> list[float]:
        """What our connectors would have waited."""
        return self._pauses

    def session(self, person: str) -> GraphSession:
        """Somebody's session, opened anew."""
        return GraphSession(
            Held(APP_ONLY) if self.by_itself else self.secrets[person],
            endpoint=self.graph.endpoint,
            authority=self.graph.authority,
            client_id=CLIENT,
            client_secret=CLIENT_SECRET,
            mailbox=self.email(person) if self.by_itself and person else "",
            owner=person,
            pause=self._pauses.append,
            seconds=SECONDS,
        )

    def reader(self) -> OutlookReader:
        """Reads by ana's account."""
        return OutlookReader(self.session("ana"), now=lambda: NOW)

    def feed(self) -> OutlookReader:
        """Tells of ana's calendar."""
        return self.reader()

    def writer(self, place: Place) -> OutlookWriter:
        """Writes as ana, who organises, or a copy into ben's calendar."""
        return OutlookWriter(self.session(place.person), invites=not place.copy, person=place.person)

    def address(self, person: str) -> str:
        """The mailbox."""
        return f"outlook:{self.email(person)}"

    def email(self, person: str) -> str:
        """The mailbox."""
        return f"{person}@contoso.example"

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """An appointment of the person's own."""
        return self.graph.add_event(self.email(person), start, minutes, text=CANARY)

    def drop(self, person: str, id_: str) -> None:
        """Take it out."""
        self.graph.drop_event(id_)

    def dates(self, person: str) -> list[Seen]:
        """All dates of ours, by the double's own expansion."""
        shown = self.graph.dates(self.email(person))
        return [Seen(each.start, round((each.end - each.start).total_seconds() / 60)) for each in shown]

    def masters(self, person: str) -> int:
        """How many series of ours."""
        return len(self.graph.series(self.email(person)))

    def rooms(self, person: str) -> frozenset[str]:
        """Where the live series of ours say that they meet."""
        found = self.graph.series(self.email(person))
        told = {each.join_url or each.fields.get("location", {}).get("displayName", "") for each in found}
        return frozenset(told - {""})

    def invited(self) -> int:
        """Messages to attendees."""
        return len(self.graph.mails)

    def move_by_hand(self, person: str, start: datetime, to: datetime) -> None:
        """Somebody drags a date."""
        self.graph.move_by_hand(self.email(person), start, to)

    def move_all_by_hand(self, person: str, by: timedelta) -> None:
        """Somebody drags the series; Exchange makes an end of its exceptions."""
        with self.graph.lock:
            for each in self.graph.series(self.email(person)):
                assert each.recurrence is not None
                rule = deepcopy(each.recurrence)
                each.start += by
                day = datetime.fromisoformat(rule["range"]["startDate"]) + timedelta(days=by.days)
                rule["range"] |= {"startDate": f"{day:%Y-%m-%d}", "endDate": _later(rule["range"]["endDate"], by.days)}
                rule["pattern"]["daysOfWeek"] = [f"{day:%A}".lower()]
                each.recurrence = rule
                each.own.clear()
                each.deleted.clear()
                self.graph.store.touch(each)

    def delete_date_by_hand(self, person: str, start: datetime) -> None:
        """Somebody deletes one date."""
        with self.graph.lock:
            series, day = self._date(person, start)
            series.deleted.add(day)
            series.own.pop(day, None)
            self.graph.store.touch(series)

    def add_date_by_hand(self, person: str, start: datetime) -> None:
        """The rule ends a week later."""
        with self.graph.lock:
            for each in self.graph.series(self.email(person)):
                assert each.recurrence is not None
                each.recurrence = deepcopy(each.recurrence)
                each.recurrence["range"]["endDate"] = f"{start:%Y-%m-%d}"
                self.graph.store.touch(each)

    def decline_by_hand(self, start: datetime | None) -> None:
        """What Exchange notes of ben's answer in ana's calendar."""
        with self.graph.lock:
            for each in self.graph.series(self.email("ana")):
                told = deepcopy(each.fields["attendees"])
                for attendee in told:
                    attendee["status"] = {"response": "declined", "time": "2027-03-01T08:00:00Z"}
                if start:
                    series, day = self._date("ana", start)
                    series.own.setdefault(day, OwnEntry()).fields["attendees"] = told
                else:
                    each.fields["attendees"] = told
                self.graph.store.touch(each)

    def _date(self, person: str, start: datetime) -> tuple[Stored, date]:
        (found,) = [each for each in self.graph.dates(self.email(person)) if each.start == start]
        assert found.day is not None
        return found.of, found.day

    def delete_by_hand(self, person: str) -> None:
        """Somebody deletes our series."""
        self.graph.delete_by_hand(self.email(person))


def _later(day: str, days: int) -> str:
    return f"{date.fromisoformat(day) + timedelta(days=days)}"


@contextmanager
def outlook_stage() -> Iterator[OutlookStage]:
    """The stage, for as long as it is needed."""
    graph = GraphDouble()
    with serving(graph):
        yield OutlookStage(graph)
