"""A data directory, the providers of its programme, and the processes of a service: real, but Google, Outlook, Zoom.

Every kind of connector is in it: who has no calendar at a provider is in files and gets mails, and rooms are Zoom's.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from scheduler import flow
from scheduler.app.service.importing import bring_in
from scheduler.app.wiring.programme import App, open_app
from scheduler.core.account import Grant, Provider
from scheduler.core.delivery import Delivery, Place
from scheduler.core.event import Event
from scheduler.core.notice import NoticeState
from scheduler.core.plan import Plan
from scheduler.errors import Unavailable
from scheduler.settings import load_settings
from scheduler.solve import Params
from scheduler.store import SqlEngine, SqlMarks, SqlStore, open_database
from tests.doubles.google import Google
from tests.doubles.graph import CLIENT, CLIENT_SECRET, GraphDouble
from tests.doubles.proxy import Proxy, in_front_of
from tests.doubles.server import Double, serving
from tests.doubles.zoom import ACCOUNT, SECRET, ZoomDouble
from tests.doubles.zoom import CLIENT as ZOOM_CLIENT
from tests.mailbox import Mailbox, mail_server
from tests.servers import PASSWORD, ServerOfPeople, radicale_of_people
from tests.service.child import Ahead
from tests.simulation.calendars import AtGoogle, AtOutlook, Calendar, OnServer, own_event

ROOT = Path(__file__).parents[2]
ID = "spring"
BEGINS = datetime(2027, 2, 20, 12, tzinfo=UTC)
"""When the world begins, whatever the machine's clock says; its time then passes as ours does."""
CANARY = "CANARY-51ab"
BOSS = "boss@example.org"
PEOPLE = {
    "ana": ("google", "Europe/Madrid"),
    "ben": ("outlook", "Europe/Paris"),
    "cy": ("caldav", "Europe/Berlin"),
    "dee": ("file", "Europe/London"),
    "eli": ("file", "Europe/Rome"),
}
"""Where somebody has their calendar, and on whose clock they live."""
GROUPS = {
    "google": ("ana", "ben"),
    "outlook": ("ben", "ana"),
    "caldav": ("cy", "dee"),
    "files": ("dee", "eli"),
    "circle": ("ana", "ben", "cy", "dee"),
}
"""Who meets, the organiser first; a pair is named for where it is written."""
SETTINGS = """\
[programme]
name = "Killed"
from = 2027-03-01
until = {until}
minutes = 45
[video]
provider = "{video}"
[holidays]
off = true
[repair]
most_a_month = 90
most_of_one = 90
"""
DAV_USER = "ana"
PATIENCE_SECONDS = 120
UNTIL = "2027-05-07"
PLANNING_SECONDS = 3

_plans: dict[tuple[str, tuple[str, ...]], Plan] = {}
"""With which each world begins: nobody has any appointment yet, so that it is always the same."""


@dataclass(slots=True)
class Running:
    """A process of the service."""

    pid: int
    log: Path
    ended: threading.Event = field(default_factory=threading.Event)

    def send(self, number: signal.Signals) -> None:
        """A signal; to one that has ended, nothing."""
        if not self.ended.is_set():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it where it is, and wait until it is gone: nothing of it happens after this."""
        self.send(signal.SIGKILL)
        assert self.ended.wait(PATIENCE_SECONDS)


class Nursery:
    """The parent of all processes of the service."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.service.child"]
        self._parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._began = queue.SimpleQueue[int]()
        self._running: dict[int, Running] = {}
        self._lock = threading.Lock()
        self._early = set[int]()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def begin(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> Running:
        """`rondo` with these arguments, in a process of its own."""
        assert self._parent.stdin is not None
        asked = {"arguments": arguments, "environment": dict(environment), "log": str(log)}
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        running = Running(self._began.get(timeout=PATIENCE_SECONDS), log)
        with self._lock:
            self._running[running.pid] = running
            if running.pid in self._early:
                running.ended.set()
        return running

    def close(self) -> None:
        """Kill whatever is left."""
        for running in list(self._running.values()):
            running.send(signal.SIGCONT)
            running.kill()
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(PATIENCE_SECONDS)
        self._listener.join(PATIENCE_SECONDS)
        assert self._parent.stdout is not None
        self._parent.stdout.close()

    def _listen(self) -> None:
        assert self._parent.stdout is not None
        for line in self._parent.stdout:
            told = json.loads(line)
            if "began" in told:
                self._began.put(told["began"])
                continue
            with self._lock:
                self._early.add(told["ended"])
                if told["ended"] in self._running:
                    self._running[told["ended"]].ended.set()


@dataclass
class Stage:
    """The servers, the folder that was brought in, the data directory, and its database."""

    nursery: Nursery
    google: Google
    graph: GraphDouble
    zoom: ZoomDouble
    dav: Proxy
    caldav: ServerOfPeople
    mailbox: Mailbox
    folder: Path
    data: Path
    database: str
    people: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(PEOPLE))
    groups: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(GROUPS))
    video: str = "zoom"
    ahead: float = field(default_factory=lambda: BEGINS.timestamp() - time.time())
    processes: list[Running] = field(default_factory=list)
    own: int = 0
    kills: int = 0
    mails_cut: bool = False
    files: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)
    _engine: SqlEngine | None = None

    @property
    def doubles(self) -> tuple[Double, ...]:
        """Those that can be told to fail, and that check requests."""
        return self.google, self.graph, self.zoom, self.dav

    @property
    def environment(self) -> dict[str, str]:
        """Settings as an operator would make them, and the clock of this world."""
        return {
            "RONDO_TEST_AHEAD": str(self.ahead),
            "RONDO_GOOGLE__API_ENDPOINT": self.google.endpoint,
            "RONDO_GOOGLE__TOKEN_URI": self.google.token_uri,
            "RONDO_MICROSOFT__AUTHORITY": self.graph.authority,
            "RONDO_MICROSOFT__GRAPH_ENDPOINT": self.graph.endpoint,
            "RONDO_MICROSOFT__CLIENT_ID": CLIENT,
            "RONDO_MICROSOFT__CLIENT_SECRET": CLIENT_SECRET,
            "RONDO_ZOOM__API_ENDPOINT": self.zoom.api,
            "RONDO_ZOOM__TOKEN_URI": self.zoom.door,
            "RONDO_ZOOM__ACCOUNT_ID": ACCOUNT,
            "RONDO_ZOOM__CLIENT_ID": ZOOM_CLIENT,
            "RONDO_ZOOM__CLIENT_SECRET": SECRET,
            "RONDO_SMTP__HOST": self.mailbox.host,
            "RONDO_SMTP__PORT": str(self.mailbox.port),
            "RONDO_SMTP__SECURITY": "none",
            "RONDO_SMTP__SENDER": "rondo@example.org",
            "RONDO_NOTIFY__COORDINATORS": json.dumps([BOSS]),
            "RONDO_SERVICE__POLL_MINUTES": "600",
            "RONDO_SERVICE__SWEEP_SECONDS": "1",
            "RONDO_SERVICE__DATABASE": self.database,
        }

    @property
    def clock(self) -> Ahead:
        """The clock of this world."""
        return Ahead(self.ahead)

    @property
    def engine(self) -> SqlEngine:
        """The database, for looking into it."""
        if self._engine is None:
            self._engine = open_database(self.database or self.data / "rondo.db")
        return self._engine

    @property
    def store(self) -> SqlStore:
        """What the service remembers of the programme."""
        return SqlStore(self.engine, ID)

    @property
    def home(self) -> Path:
        """The programme's folder in the data directory."""
        return self.data / "programmes" / ID

    def app(self) -> App:
        """What a command of a coordinator would work on, beside the service."""
        with self._here():
            app = open_app(self.home, self.clock)
            assert app.home.engine is self.engine
            return app

    @contextmanager
    def _here(self) -> Iterator[None]:
        """With the settings of this world, and the one connection to its database that is closed in the end."""
        users = ("wiring.home", "service.importing")
        opened = [patch(f"scheduler.app.{name}.open_data", lambda *_: self.engine) for name in users]
        with patch.dict(os.environ, self.environment), opened[0], opened[1]:
            yield

    def live(self) -> dict[str, Event]:
        """Our events that should stand, by group."""
        return {event.group: event for event in self.store.events() if not event.cancelled}

    def deliveries(self, group: str) -> list[tuple[Place, Delivery]]:
        """What stands of a group's event, by our books."""
        event = self.live().get(group)
        return list(self.store.deliveries(event.uid).items()) if event else []

    def mail(self, person: str) -> str:
        """Their address."""
        return f"{person}@example.org"

    def calendar(self, person: str) -> Calendar | None:
        """Somebody's calendar at their provider; None: they have a file."""
        match self.people[person][0]:
            case "google":
                return AtGoogle(self.google, self.mail(person))
            case "outlook":
                return AtOutlook(self.graph, self.mail(person))
            case "caldav":
                return OnServer(self.caldav, DAV_USER)
        return None

    # --- the service

    def serve(self, *, fuse: str = "") -> Running:
        """`rondo serve`; it is not waited for."""
        return self._begin(["serve", "--port", "0"], fuse)

    def work(self, slot: int) -> Running:
        """`rondo worker`."""
        return self._begin(["worker", "--slot", str(slot)], "")

    def _begin(self, arguments: list[str], fuse: str) -> Running:
        log = self.folder.parent / f"log-{len(self.processes)}"
        environment = self.environment | {"RONDO_TEST_FUSE": fuse}
        begun = self.nursery.begin([*arguments, "--data", str(self.data)], environment, log)
        self.processes.append(begun)
        return begun

    @property
    def workflows(self) -> str:
        """The engine's table."""
        return f"{'dbos.' if self.database else ''}workflow_status"

    def until_quiet(self) -> None:
        """Until nothing is due or owed, and no work is waiting or running."""
        until(lambda: not self.busy(), told=self.story)

    def busy(self) -> str:
        """What is still to be done, and what runs."""
        runs = f"SELECT count(*) FROM {self.workflows} WHERE status IN ('PENDING', 'ENQUEUED', 'DELAYED')"
        try:
            with self.engine.connect() as connection:
                going = connection.exec_driver_sql(runs).scalar()
            return self.owed() or (f"{going} runs" if going else "")
        except Unavailable:
            return "the database is away, or the engine has no tables yet"

    def owed(self) -> str:
        """What is still to be done: calendars to be read, writes, notices. Raises Unavailable."""
        marks = "SELECT count(*) FROM calendar_mark WHERE dirty_seq > synced_seq"
        with self.engine.connect() as connection:
            counts = {"marks": connection.exec_driver_sql(marks).scalar()}
        counts["writes"] = len(self.store.pending())
        counts["notices"] = sum(each.state is NoticeState.OWED for each in self.store.notices())
        return ", ".join(f"{number} {name}" for name, number in counts.items() if number)

    def story(self) -> str:
        """What is left to do, what is known of each write and each run of work, and what the processes said."""
        logs = "\n".join(f"{each.log.name}: {each.log.read_text()[-3000:]}" for each in self.processes[-2:])
        return f"{self.busy()}\n{self.rows()}\n{logs}"

    def rows(self) -> str:
        """The rows of what is owed and of what runs or was parked."""
        queries = (
            "SELECT uid, sequence, attempts, retry_at FROM outbound_write WHERE done_at IS NULL",
            "SELECT workflow_uuid, status, executor_id, recovery_attempts, queue_name, queue_partition_key"
            f" FROM {self.workflows} WHERE status <> 'SUCCESS'",
        )
        try:
            with self.engine.connect() as connection:
                rows = [row for query in queries for row in connection.exec_driver_sql(query).all()]
        except Unavailable as fault:
            return f"{fault}"
        return "\n".join(map(str, [f"at {self.clock.now().timestamp():.0f}", *rows]))

    # --- what people do

    def disturb(self, person: str, start: datetime, minutes: int = 45) -> None:
        """Somebody makes an appointment of their own, and the service is told that something changed."""
        self.own += 1
        calendar = self.calendar(person)
        if calendar:
            calendar.add(f"{person}-{self.own}", start, minutes, CANARY)
            self.tell(person)
        else:
            self.files.setdefault(person, []).append((start, minutes))
            self.write_file(person)
            self.import_again()

    def tell(self, person: str) -> None:
        """Let the service know that something changed in somebody's calendar, as a provider's message does."""
        SqlMarks(self.engine).dirty(ID, person)

    def write_file(self, person: str) -> None:
        """What a person without a provider exports."""
        inner = "".join(
            own_event(f"{person}-{number}", start, minutes, "own").partition("PRODID:-//x//x//EN\r\n")[2]
            for number, (start, minutes) in enumerate(self.files.get(person, []))
        ).replace("END:VCALENDAR\r\n", "")
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{inner}END:VCALENDAR\r\n"
        (self.folder / "calendars" / f"{person}.ics").write_text(text, newline="")

    def import_again(self) -> None:
        """`rondo import`, with what changed in the folder."""
        self.data.mkdir(exist_ok=True)
        with self._here():
            bring_in(self.folder, self.data, ID, load_settings(), self.clock)

    # --- the beginning

    def begin(self, until_day: str = UNTIL) -> None:
        """Everybody is connected, and the programme planned and decided; all writing is owed."""
        (self.folder / "calendars").mkdir(parents=True)
        self.write(until_day)
        for person, (kind, zone) in self.people.items():
            match kind:
                case "google":
                    self.google.add_person(self.mail(person), zone)
                case "outlook":
                    self.graph.add_person(self.mail(person))
                case "file":
                    self.write_file(person)
        self.import_again()
        for person in self.people:
            self.connect(person)
        self.app().accounts.connect("", Provider.ZOOM, self._zoom_grant(), self.clock)
        self.decide(until_day)

    def end(self, *groups: str) -> None:
        """These groups end: planned anew and decided, and all writing is owed."""
        for group in groups:
            del self.groups[group]
        self.write(UNTIL)
        self.import_again()
        self.decide()

    def decide(self, first: str = "") -> None:
        """As `plan` and `apply` do, but that nothing is written yet."""
        app = self.app()
        app.refresh()
        key = first, tuple(self.groups)
        if not first or key not in _plans:
            _plans[key] = app.plan(app.pose(), params=Params(time_limit=PLANNING_SECONDS)).plan
        planned = app.drafted(_plans[key])
        with app.writing():
            flow.decide(planned, app.changes(planned), store=app.store, clock=app.clock)

    def write(self, until_day: str) -> None:
        """The files of the programme."""
        people = [
            f"{who},{who.title()},{self.mail(who)},{zone},Mon-Fri 9-18,{_calendar(who, kind)}\n"
            for who, (kind, zone) in self.people.items()
        ]
        (self.folder / "people.csv").write_text("id,name,email,timezone,hours,calendar\n" + "".join(people))
        members = [
            f"{group},{who},{'chair' if len(group_) > 2 and who == group_[0] else 'required'}\n"
            for group, group_ in self.groups.items()
            for who in group_
        ]
        (self.folder / "groups.csv").write_text("group,person,role\n" + "".join(members))
        organizers = "".join(f'[groups.{name}]\norganizer = "{them[0]}"\n' for name, them in self.groups.items())
        (self.folder / "programme.toml").write_text(SETTINGS.format(until=until_day, video=self.video) + organizers)

    def connect(self, person: str) -> None:
        """Somebody signs in."""
        kind, mail = self.people[person][0], self.mail(person)
        url = f"{self.dav.url}{self.caldav.calendars[DAV_USER]}"
        grants: dict[str, Callable[[], tuple[Provider, Grant]]] = {
            "google": lambda: (
                Provider.GOOGLE,
                Grant(
                    identity=f"https://accounts.google.com {mail}",
                    address=mail,
                    secret=self.google.user_json(mail),
                    calendars=(f"google:{mail}",),
                ),
            ),
            "outlook": lambda: (
                Provider.OUTLOOK,
                Grant(
                    identity=f"tenant/{mail}",
                    address=mail,
                    secret=self.graph.secret(mail),
                    calendars=(f"outlook:{mail}",),
                ),
            ),
            "caldav": lambda: (
                Provider.CALDAV,
                Grant(
                    identity=f"{self.dav.url}/{DAV_USER}/",
                    address=url,
                    secret=json.dumps({"url": url, "user": DAV_USER, "password": PASSWORD}),
                    calendars=(f"caldav:{url}",),
                ),
            ),
        }
        if kind in grants:
            self.app().accounts.connect(person, *grants[kind](), self.clock)

    def _zoom_grant(self) -> Grant:
        secret = {"account_id": ACCOUNT, "client_id": ZOOM_CLIENT, "client_secret": SECRET}
        return Grant(identity=ACCOUNT, address=ACCOUNT, secret=json.dumps(secret))


def _calendar(person: str, kind: str) -> str:
    return f"calendars/{person}.ics" if kind == "file" else ""


def until(done: Callable[[], object], *, told: Callable[[], str], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait; fail with what is told where it takes too long."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, told()
        time.sleep(0.05)


@contextmanager
def stage(tmp: Path, nursery: Nursery, database: str = "") -> Iterator[Stage]:
    """All servers, with a programme that is not brought in yet; each broken request fails the test."""
    with ExitStack() as stack:
        (tmp / "radicale").mkdir()
        google, graph, zoom = Google(quota=10**9), GraphDouble(), ZoomDouble()
        zoom.limit = 10**9
        for double in (google, graph, zoom):
            stack.enter_context(serving(double))
        caldav = stack.enter_context(radicale_of_people(tmp / "radicale"))
        dav = stack.enter_context(in_front_of(caldav.port))
        mailbox = stack.enter_context(mail_server())
        made = Stage(nursery, google, graph, zoom, dav, caldav, mailbox, tmp / ID, tmp / "data", database)
        yield made
        for process in made.processes:
            process.send(signal.SIGCONT)
            process.kill()
        made.engine.dispose()
        assert [broken for double in made.doubles for broken in double.broken] == []
