"""The world of a simulation: a programme over four kinds of calendars, a clock, and a service that may die."""

import hashlib
import io
import json
import logging
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from scheduler.app.service.importing import bring_in
from scheduler.app.service.service import Service
from scheduler.app.wiring.home import DATABASE, open_data
from scheduler.app.wiring.programme import App
from scheduler.core.account import Grant, Provider
from scheduler.core.delivery import Channel, Delivery, Place
from scheduler.core.event import Event, event_from_json
from scheduler.programme import load
from scheduler.settings import Google, Microsoft, Notify, Settings, Smtp
from scheduler.settings import Service as ServiceSettings
from tests.desks import At
from tests.doubles.graph import CLIENT, CLIENT_SECRET
from tests.servers import PASSWORD
from tests.simulation.calendars import AtGoogle, AtOutlook, Calendar, Date, OnServer, own_event
from tests.simulation.fuse import Crash, Fuse
from tests.simulation.servers import Servers

CANARY = "CANARY-7f3d"
START = datetime(2027, 2, 20, 12, tzinfo=UTC)
PROGRAMME, DOOR, POLL = "spring", "https://127.0.0.1:1", 120
"""Its name in a service, where the service is said to be, and how many minutes pass between two polls."""
END = "END:VCALENDAR\r\n"
KEYED = (Channel.GOOGLE, Channel.OUTLOOK, Channel.CALDAV)
PEOPLE = {
    "ana": ("google", "Europe/Madrid", "Mon-Fri 9-18"),
    "ben": ("outlook", "America/New_York", "Mon-Fri 8-17"),
    "cy": ("caldav", "Europe/Berlin", "Mon-Fri 9-18"),
    "dee": ("file", "Europe/London", "Mon-Fri 9-18"),
    "eve": ("google", "Europe/Lisbon", "Mon-Fri 9-18"),
    "flo": ("outlook", "Europe/Paris", "Mon-Fri 8-18"),
}
"""Where somebody has their calendar, on whose clock they live, and when they work."""
GROUPS = {"pair": ("ana", "ben"), "duo": ("flo", "cy"), "twin": ("cy", "dee"), "circle": ("eve", "ana", "dee", "flo")}
"""Who meets, the organiser first: at Google, at Outlook, on CalDAV, and again at Google."""
SETTINGS = """\
[programme]
name = "Simulated"
from = 2027-03-01
until = {until}
minutes = 45
[holidays]
off = true
"""
DAV_PERSON = {"cy": "ana"}
"""Who is whom on the CalDAV server."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A session dragged to `start`, or deleted; `trail`: how many decisions there were; `ended`: its group did."""

    start: datetime | None
    trail: int
    ended: bool = False


@dataclass(slots=True)
class World:
    """Servers, folder, clock and chance; `wrong` is what went wrong in a step.

    `own`: by person and name, when each appointment of their own begins, its minutes, and its id at the provider.
    `by_hand`: by group and session (None: the series), what an organiser did last, and how long the trail was then.
    `mails`: whether there is a mail server: then who has no provider is invited by mail, and people hear of changes.
    `away`: who left their groups; `lost`: who took back their consent; `delivered`: our UID by the provider's.
    """

    servers: Servers
    folder: Path
    chance: random.Random
    clock: At = field(default_factory=lambda: At(START))
    made: int = 0
    until: str = "2027-04-09"
    unplanned: bool = False
    mails: bool = False
    own: dict[str, dict[str, tuple[datetime, int, str]]] = field(default_factory=dict)
    by_hand: dict[tuple[str, int | None], Edit] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    delivered: dict[str, str] = field(default_factory=dict)
    log: io.StringIO = field(default_factory=io.StringIO)
    wrong: list[str] = field(default_factory=list)
    crashes: int = 0
    fuse: Fuse = field(default_factory=Fuse)
    data: Path | None = None
    service: Service | None = None
    _app: App | None = None

    @property
    def app(self) -> App:
        """The programme as it is now; opened anew after a crash or when the folder changed, and so is the service."""
        if self._app is None and self.data:
            self.service = Service(self.data, open_data(self.data, self.settings), self.settings, self.clock)
            self._app = self.service.app(PROGRAMME)
        elif self._app is None:
            programme = load(self.folder)
            self._app = App(self.folder, programme, self.settings, self.clock).of(programme)
        return self._app

    def serve(self) -> None:
        """From now on a service looks after the programme, and is told of changes."""
        self.data = self.folder.parent / "data"
        for double in (self.servers.google, self.servers.graph):
            double.pushes.now = self.clock.now
            double.pushes.wake = _nobody  # type: ignore[method-assign]  # what it tells is handed over as the seed says
        self.bring_in()

    def bring_in(self) -> None:
        """The folder's files as they are now come into the service, where there is one."""
        if self.data:
            bring_in(self.folder, self.data, PROGRAMME, self.settings, self.clock)
        self.reopen()

    @property
    def settings(self) -> Settings:
        """As an operator would make them."""
        google = Google(api_endpoint=self.servers.google.endpoint, token_uri=self.servers.google.token_uri)
        microsoft = Microsoft.model_validate(
            {
                "authority": self.servers.graph.authority,
                "graph_endpoint": self.servers.graph.endpoint,
                "client_id": CLIENT,
                "client_secret": CLIENT_SECRET,
            }
        )
        service = ServiceSettings(public_url=DOOR, poll_minutes=POLL)
        told = {"google": google, "microsoft": microsoft, "service": service}
        if self.mails:
            host, port = self.servers.mailbox.host, self.servers.mailbox.port
            told["smtp"] = Smtp(host=host, port=port, security="none", sender="meetings@example.org")
            told["notify"] = Notify(people="all", coordinators=("coordinator@example.org",))
        return Settings().model_copy(update=told)

    @property
    def now(self) -> datetime:
        """The instant in this world."""
        return self.clock.now()

    def reopen(self) -> None:
        """The process ended: what it held is gone, and what it wrote is there."""
        self._app = None

    def run(self, act: Callable[[App], object]) -> bool:
        """Let the service do something; whether it lived to the end of it."""
        try:
            with self.fuse.burning():
                act(self.app)
        except Crash:
            self.crashes += 1
            self.reopen()
            return False
        return True

    def live(self) -> list[Event]:
        """Our events that should stand."""
        return [event for event in self.app.store.events() if not event.cancelled]

    def standing(self) -> list[tuple[Event, str]]:
        """Each live event with its provider's key, where it stands in its organiser's own calendar."""
        keys = {place.person: self._keys(place.person) for place, _ in self.deliveries() if place.channel in KEYED}
        return [
            (event, key)
            for event in self.live()
            for place, delivery in self.deliveries(event.uid)
            if place.channel in KEYED and not place.copy
            for key in keys[place.person]
            if same_series(place, delivery, key)
        ]

    def deliveries(self, uid: str = "") -> list[tuple[Place, Delivery]]:
        """What stands where by our own books: of one event, or in all."""
        store = self.app.store
        return list(store.deliveries(uid).items() if uid else store.standing_deliveries())

    def decided(self) -> dict[str, list[Event]]:
        """Each form of each event whose writing was decided, by UID, oldest first."""
        query = "select uid, document from outbound_write order by uid, sequence"
        path = self.data / DATABASE if self.data else self.folder / ".rondo" / "state.db"
        with closing(sqlite3.connect(path)) as database:
            rows = database.execute(query).fetchall()
        return {
            uid: [event_from_json(text) for _, text in some] for uid, some in groupby(rows, lambda row: str(row[0]))
        }

    def note_delivered(self) -> None:
        """Remember under which UID each event stands, for when it does no longer."""
        for place, each in self.deliveries():
            if place.channel in (Channel.GOOGLE, Channel.OUTLOOK):  # elsewhere it has the UID that it got there
                self.delivered[each.receipt.ical_uid or each.event.uid] = each.event.uid

    @contextmanager
    def theirs(self) -> Iterator[None]:
        """Somebody edits: what their provider mails for it is none of our mails."""
        sent: list[MutableSequence[Any]] = [self.servers.google.all_mails, self.servers.graph.mails]
        before = [len(mails) for mails in sent]
        yield
        for mails, number in zip(sent, before, strict=True):
            del mails[number:]

    def edited(self, event: Event, date: Date | None, to: datetime | None) -> None:
        """Note what an organiser did to a session, or to the series."""
        trail = len(self.app.store.decisions())
        if date is None:
            self.by_hand[event.group, None] = Edit(None, trail)
            return
        forms = [event, *(each.event for place, each in self.deliveries(event.uid) if not place.copy)]
        numbers = {each.start: each.session for form in forms for each in form.sessions}
        numbers |= {
            edit.start: session
            for (group, session), edit in self.by_hand.items()
            if group == event.group and edit.start and session is not None
        }
        if date.start in numbers:
            self.by_hand[event.group, numbers[date.start]] = Edit(to, trail)

    def _keys(self, person: str) -> list[str]:
        calendar = self.calendar(person)
        return list(calendar.series()) if calendar else []

    def connect(self, person: str) -> None:
        """Somebody signs in, or signs in again."""
        kind = PEOPLE[person][0]
        if kind == "file":
            return
        provider, grant = getattr(self, f"_{kind}_grant")(person)
        self.app.accounts.connect(person, provider, grant, self.clock)
        self.reopen()

    def mail(self, person: str) -> str:
        """Their address."""
        return f"{person}@example.org"

    def write_calendar_file(self, person: str) -> None:
        """What a person without a provider exports; a service keeps all of that file, and so it has no canary."""
        inner = "".join(
            own_event(name, start, minutes, "busy").partition("PRODID:-//x//x//EN\r\n")[2].removesuffix(END)
            for name, (start, minutes, _) in self.own[person].items()
        )
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{inner}{END}"
        (self.folder / "calendars" / f"{person}.ics").write_text(text, newline="")

    def calendar(self, person: str) -> Calendar | None:
        """Somebody's calendar at their provider; None: they have a file."""
        match PEOPLE[person][0]:
            case "google":
                return AtGoogle(self.servers.google, self.mail(person))
            case "outlook":
                return AtOutlook(self.servers.graph, self.mail(person))
            case "caldav":
                return OnServer(self.servers.caldav, DAV_PERSON[person])
        return None

    def add_own(self, person: str, start: datetime, minutes: int) -> str:
        """Somebody makes an appointment of their own; its name in `own`."""
        self.made += 1
        name = f"{person}-{self.made}"
        calendar = self.calendar(person)
        id_ = calendar.add(name, start, minutes, CANARY) if calendar else ""
        self.own[person][name] = (start, minutes, id_)
        if not calendar:
            self.write_calendar_file(person)
            self.bring_in()
        return name

    def drop_own(self, person: str, name: str) -> None:
        """They take it out again."""
        *_, id_ = self.own[person].pop(name)
        calendar = self.calendar(person)
        if calendar:
            calendar.remove(id_)
        else:
            self.write_calendar_file(person)
            self.bring_in()

    def keep_key(self, seed: int) -> None:
        """The programme's secret, from which UIDs come, and so the order of writing: the same for a seed."""
        (self.folder / ".rondo").mkdir()
        (self.folder / ".rondo" / "key").write_bytes(hashlib.sha256(str(seed).encode()).digest())

    def write_people(self) -> None:
        """people.csv: everybody."""
        rows = [
            f"{who},{who.title()},{self.mail(who)},{zone},{hours},{f'calendars/{who}.ics' if kind == 'file' else ''}\n"
            for who, (kind, zone, hours) in PEOPLE.items()
        ]
        (self.folder / "people.csv").write_text("id,name,email,timezone,hours,calendar\n" + "".join(rows))

    def write_programme(self) -> None:
        """groups.csv and programme.toml: each group without those who left it, as long as two are in it."""
        without = {name: [who for who in members if who not in self.away] for name, members in GROUPS.items()}
        groups = {name: members for name, members in without.items() if len(members) > 1}
        rows = [
            f"{name},{who},{'chair' if who == members[0] and len(members) > 2 else 'required'}\n"
            for name, members in groups.items()
            for who in members
        ]
        self.by_hand = {
            key: replace(edit, ended=edit.ended or key[0] not in groups) for key, edit in self.by_hand.items()
        }
        (self.folder / "groups.csv").write_text("group,person,role\n" + "".join(rows))
        organizers = "".join(f'[groups.{name}]\norganizer = "{members[0]}"\n' for name, members in groups.items())
        (self.folder / "programme.toml").write_text(SETTINGS.format(until=self.until) + organizers)
        if self.data:
            self.bring_in()

    def _google_grant(self, person: str) -> tuple[Provider, Grant]:
        mail = self.mail(person)
        return Provider.GOOGLE, Grant(
            identity=f"https://accounts.google.com {mail}",
            address=mail,
            secret=self.servers.google.user_json(mail),
            calendars=(f"google:{mail}",),
        )

    def _outlook_grant(self, person: str) -> tuple[Provider, Grant]:
        mail = self.mail(person)
        return Provider.OUTLOOK, Grant(
            identity=f"tenant/{mail}",
            address=mail,
            secret=self.servers.graph.secret(mail),
            calendars=(f"outlook:{mail}",),
        )

    def _caldav_grant(self, person: str) -> tuple[Provider, Grant]:
        user = DAV_PERSON[person]
        url = f"{self.servers.dav.url}{self.servers.caldav.calendars[user]}"
        return Provider.CALDAV, Grant(
            identity=f"{self.servers.dav.url}/{user}/",
            address=url,
            secret=json.dumps({"url": url, "user": user, "password": PASSWORD}),
            calendars=(f"caldav:{url}",),
        )


def same_series(place: Place, delivery: Delivery, key: str) -> bool:
    """Whether a provider's key is that of what was delivered."""
    if place.channel is Channel.CALDAV:
        return delivery.event.uid in key
    return delivery.receipt.id == key


def _nobody() -> None:
    """Nobody is woken."""


@contextmanager
def world(servers: Servers, seed: int) -> Iterator[World]:
    """A programme whose people are connected, on servers that nobody used before; nothing is planned yet.

    Of every other hundred seeds there is a mail server.
    """
    servers.empty()
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp) / "spring"
        (folder / "calendars").mkdir(parents=True)
        own: dict[str, dict[str, tuple[datetime, int, str]]] = {person: {} for person in PEOPLE}
        made = World(servers, folder, random.Random(seed), mails=bool(seed // 100 % 2), own=own)
        made.keep_key(seed)
        made.write_people()
        made.write_programme()
        for person, (kind, zone, _) in PEOPLE.items():
            match kind:
                case "google":
                    servers.google.add_person(made.mail(person), zone)
                case "outlook":
                    servers.graph.add_person(made.mail(person))
                case "file":
                    made.write_calendar_file(person)
            made.connect(person)
        handler = logging.StreamHandler(made.log)
        handler.setLevel(logging.INFO)
        logging.getLogger().addHandler(handler)
        try:
            yield made
        finally:
            logging.getLogger().removeHandler(handler)
