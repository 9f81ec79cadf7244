"""The connectors that the one contract suite is about, and what its tests have in common."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from uuid import uuid4

import pytest

from connectors.caldav import CalDavWriter
from connectors.google import GoogleWriter
from connectors.outlook import OutlookWriter
from scheduler.core.delivery import Channel, Delivery, Place, Receipt
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.found import Found
from scheduler.core.interval import Interval
from scheduler.core.walltime import WallTime
from scheduler.ports import Answer, Asked, CalendarReader, CalendarWriter, Own, SeriesReader
from tests.connectors.random_series import STAMPED
from tests.connectors.stage import Stage

WINDOW = Interval(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 6, 7, tzinfo=UTC))
ROOM = "https://meet.example.org/k3v9x2m8q4"
LOOKING: tuple[type[SeriesReader], ...] = (GoogleWriter, OutlookWriter, CalDavWriter)
"""The writers that see what people did."""
READING = r"(?i)token|freebusy|getSchedule|oauth|authorize|/certs"
"""Paths of calls that are sent as POST and change no calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One row of the suite: where its stage is, and what a provider of this kind can do.

    `reads`, `tells`: there is a reader, a feed of changes. `home` is where an event of ana's is written, and `at` whose
    calendar shows it there. `looks`: the writer sees what stands there; `edited`: also what people did to it. `copies`:
    it can write into ben's own calendar. `invites`: the provider brings it to ben. `meeting`: whose rooms it makes.
    """

    name: str
    module: str
    reads: bool = True
    tells: bool = True
    home: Place | None
    at: str = "ana"
    looks: bool = True
    edited: bool = True
    copies: bool = False
    invites: bool = False
    meeting: str = ""

    def opened(self) -> AbstractContextManager[Stage]:
        """The stage, for as long as it is needed."""
        stages = import_module(f"tests.connectors.stages.{self.module}")
        enter: Callable[[], AbstractContextManager[Stage]] = getattr(stages, f"{self.name}_stage")
        return enter()


CONNECTORS = (
    Connector(
        name="google", module="google", home=Place(Channel.GOOGLE, "ana"), copies=True, invites=True, meeting="meet"
    ),
    Connector(
        name="outlook", module="outlook", home=Place(Channel.OUTLOOK, "ana"), copies=True, invites=True, meeting="teams"
    ),
    Connector(name="radicale", module="caldav", home=Place(Channel.CALDAV, "ana"), copies=True),
    Connector(name="xandikos", module="caldav", home=Place(Channel.CALDAV, "ana"), copies=True),
    Connector(name="cyrus", module="caldav", home=Place(Channel.CALDAV, "ana"), copies=True, invites=True),
    Connector(name="feed", module="feed", home=None),
    Connector(name="files", module="files", tells=False, home=Place(Channel.FILES), edited=False),
    Connector(
        name="mail",
        module="mail",
        reads=False,
        tells=False,
        home=Place(Channel.MAIL, "ben"),
        at="ben",
        looks=False,
        edited=False,
    ),
)


def of(can: Callable[[Connector], bool]) -> pytest.MarkDecorator:
    """The test, once for each connector that can do it."""
    connectors = [each for each in CONNECTORS if can(each)]
    return pytest.mark.parametrize("scene", connectors, indirect=True, ids=lambda each: each.name)


@dataclass(slots=True)
class Scene:
    """A stage with one connector on it, and what a test puts there; all of it is taken away at the end."""

    connector: Connector
    stage: Stage
    added: list[tuple[str, str]] = field(default_factory=list)

    def writer(self, *, copy: bool = False) -> CalendarWriter:
        """A writer that remembers nothing: as after a crash, or in the next run."""
        home = self.connector.home
        assert home is not None
        writer = self.stage.writer(replace(home, person="ben", copy=True) if copy else home)
        assert writer is not None
        return writer

    def put(self, event: Event, standing: Delivery | None = None, *, copy: bool = False) -> Delivery:
        """Write an event, and what the next write has to know of it."""
        return Delivery(event=event, receipt=self.writer(copy=copy).put(event, standing=standing))

    def cancel(self, standing: Delivery, *, copy: bool = False) -> Receipt:
        """Take back what was written."""
        return self.writer(copy=copy).cancel(cancelled(standing.event), standing=standing)

    def look(self, standing: Delivery, event: Event | None = None, *, copy: bool = False) -> Found:
        """What stands of what was written; `event`: what should."""
        reader = self.writer(copy=copy)
        assert isinstance(reader, LOOKING)
        return reader.look(event or standing.event, standing=standing)

    def seen(self, person: str = "") -> list[tuple[datetime, int]]:
        """All dates of series of ours in a calendar: by default in that where we write."""
        return [(each.start, each.minutes) for each in self.stage.dates(person or self.connector.at)]

    def masters(self, person: str = "") -> int:
        """How many series of ours stand in that calendar."""
        return self.stage.masters(person or self.connector.at)

    def event(self, **changes: object) -> Event:
        """Six Tuesdays at 10:30 in London, across the change of clocks on 28 March 2027; of a UID of its own."""
        return tuesdays(self.stage.email("ana"), self.stage.email("ben"), **changes)

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """An appointment of somebody's own."""
        id_ = self.stage.add(person, start, minutes)
        self.added.append((person, id_))
        return id_

    def drop(self, person: str, id_: str) -> None:
        """Take an appointment out again."""
        self.stage.drop(person, id_)
        self.added.remove((person, id_))

    def reader(self) -> CalendarReader:
        """The reader of the stage."""
        reader = self.stage.reader()
        assert reader is not None
        return reader

    def read(self, person: str, own: Own | None = None, token: str = "", window: Interval = WINDOW) -> Answer:
        """What the reader says of one person."""
        asked = Asked(calendar=self.stage.address(person), zone="Europe/London", own=own or Own(), token=token)
        (answer,) = self.reader().free_busy([asked], window=window)
        return answer

    def nobody(self) -> str:
        """A calendar that is not there, beside those that are."""
        ana = self.stage.address("ana")
        return ana.replace("ana", "nobody") if "ana" in ana else f"{ana.rstrip('/')}-of-nobody/"

    def writes(self) -> int:
        """How many calls so far could have changed a calendar, or brought somebody a message."""
        double = self.stage.double()
        if double is None:
            return self.stage.invited()
        changing = [each for each in double.calls if each.method in {"POST", "PUT", "PATCH", "DELETE"}]
        return sum(not re.search(READING, each.path) for each in changing)

    def clear(self) -> None:
        """Leave the stage as it was found."""
        double = self.stage.double()
        if double is not None:
            double.faults.clear()
        for person, id_ in list(self.added):
            self.drop(person, id_)
        for person in ("ana", "ben"):
            while left := self.stage.masters(person):
                self.stage.delete_by_hand(person)
                assert self.stage.masters(person) < left


@contextmanager
def staged(connector: Connector, stage: Stage) -> Iterator[Scene]:
    """One test's use of a stage."""
    using = Scene(connector, stage)
    try:
        yield using
    finally:
        using.clear()


def tuesdays(ana: str, ben: str, **changes: object) -> Event:
    """Six Tuesdays from 9 March 2027, 10:30 in London for 50 minutes."""
    rule = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 3, 9), 10 * 60 + 30))
    whole = Event(
        uid=str(uuid4()),
        group="circle-7",
        slot=0,
        generation=0,
        rule=rule,
        duration=50,
        occurrences=tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(6))),
        title="Circle 7",
        organizer="ana",
        attendees=(
            Attendee(id="ana", name="Ana Ångström", email=ana, zone="Europe/London", role="chair"),
            Attendee(id="ben", name="Ben", email=ben, zone="America/New_York"),
        ),
        conference=ROOM,
        stamped=STAMPED,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # names and values of tests


def changed(event: Event, **changes: object) -> Event:
    """The next version of an event."""
    stamped = (event.stamped or STAMPED) + timedelta(hours=1)
    return replace(event, sequence=event.sequence + 1, stamped=stamped, **changes)  # type: ignore[arg-type]  # as above


def with_session(event: Event, session: int, start: datetime | None, absent: tuple[str, ...] = ()) -> Event:
    """The next version, in which one session stands elsewhere, or does not take place."""
    occurrences = [
        replace(each, start=start, absent=absent) if each.session == session else each for each in event.occurrences
    ]
    return changed(event, occurrences=tuple(occurrences))


def shortened(event: Event, keep: int) -> Event:
    """The next version, with only so many dates."""
    return changed(event, occurrences=event.occurrences[:keep])


def lengthened(event: Event, count: int) -> Event:
    """The next version, with so many dates in all."""
    instants = event.rule.instants(count)
    had = len(event.occurrences)
    more = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(instants))[had:]
    return changed(event, occurrences=(*event.occurrences, *more))


def cancelled(event: Event) -> Event:
    """The next version, which takes it all back."""
    return changed(event, cancelled=True)


def plan(event: Event) -> list[tuple[datetime, int]]:
    """When the sessions of an event take place, in order, and their minutes."""
    return sorted((each.start, event.duration) for each in event.sessions if each.start)
