"""A programme that a real service watches: people at the doubles of Google and Outlook, everything published."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from propcache.api import cached_property

from scheduler.app.service.importing import bring_in
from scheduler.app.wiring.programme import App, SystemClock, open_app
from scheduler.core.account import Grant, Provider
from scheduler.core.delivery import Channel
from scheduler.settings import load_settings
from scheduler.solve import Params
from scheduler.store import SqlEngine, SqlMarks, SqlStore, SqlSubscriptions
from tests.doubles.google import Google
from tests.doubles.graph import CLIENT, CLIENT_SECRET, GraphDouble
from tests.doubles.server import serving
from tests.simulation.calendars import AtGoogle, AtOutlook, Calendar

ROOT = Path(__file__).parents[2]
PROGRAMME, MINUTES, WEEKS = "spring", 45, 8
ZONES = ("Europe/Lisbon", "Europe/Berlin", "America/New_York")
CIRCLES = 4
"""Of so many series one has a third member."""
READY_SECONDS = 120


@dataclass
class Watched:
    """A folder and the two providers of its people; later the data directory of the service that it joins."""

    folder: Path
    google: Google
    graph: GraphDouble
    series: int

    @property
    def data(self) -> Path:
        """The service's."""
        return self.folder.parent / "data"

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """Who is in each group, the organiser first: most people are in two."""
        half = self.series
        return {
            f"g{i}": [_name(i), _name((i + 1) % half), *([_name(half + i // CIRCLES)] if i % CIRCLES == 0 else [])]
            for i in range(self.series)
        }

    @cached_property
    def people(self) -> list[str]:
        """Everybody."""
        return sorted({who for members in self.members.values() for who in members})

    def calendar(self, person: str) -> Calendar:
        """Their calendar: every other person's is at Google."""
        mail = f"{person}@example.org"
        return AtGoogle(self.google, mail) if _at_google(person) else AtOutlook(self.graph, mail)

    @property
    def environment(self) -> dict[str, str]:
        """Settings as an operator would make them."""
        return {
            "RONDO_GOOGLE__API_ENDPOINT": self.google.endpoint,
            "RONDO_GOOGLE__TOKEN_URI": self.google.token_uri,
            "RONDO_MICROSOFT__AUTHORITY": self.graph.authority,
            "RONDO_MICROSOFT__GRAPH_ENDPOINT": self.graph.endpoint,
            "RONDO_MICROSOFT__CLIENT_ID": CLIENT,
            "RONDO_MICROSOFT__CLIENT_SECRET": CLIENT_SECRET,
        }

    def publish(self, database: str = "") -> None:
        """Write the folder, connect everybody, plan, apply, and bring it into a service."""
        self._write()
        with environment(self.environment | ({"RONDO_SERVICE__DATABASE": database} if database else {})):
            self._connect(open_app(self.folder))
            app = open_app(self.folder)
            app.refresh()
            planned = app.plan(app.pose(), params=Params())
            written = app.apply(planned, app.changes(planned))
            assert not written.faults, written.faults[:1]
            bring_in(self.folder, self.data, PROGRAMME, load_settings(), SystemClock())

    def store(self, engine: SqlEngine) -> SqlStore:
        """What the service remembers."""
        return SqlStore(engine, PROGRAMME)

    def keys(self, store: SqlStore) -> dict[str, str]:
        """The organiser's provider's key of each group's series."""
        owned = (Channel.GOOGLE, Channel.OUTLOOK)
        places = ((place, each) for place, each in store.standing_deliveries() if place.channel in owned)
        return {each.event.group: each.receipt.id for place, each in places if not place.copy}

    def _write(self) -> None:
        self.folder.mkdir()
        begin = date.today() + timedelta(days=14)  # noqa: DTZ011 - any day does
        begin -= timedelta(days=begin.weekday())
        rows = [f"{who},{who.title()},{who}@example.org,{_zone(who)},Mon-Fri 8-19\n" for who in self.people]
        (self.folder / "people.csv").write_text("id,name,email,timezone,hours\n" + "".join(rows))
        seats = [
            f"{group},{who},{'chair' if len(some) > 2 and who == some[0] else 'required'}\n"
            for group, some in self.members.items()
            for who in some
        ]
        (self.folder / "groups.csv").write_text("group,person,role\n" + "".join(seats))
        organizers = "".join(f'[groups.{group}]\norganizer = "{some[0]}"\n' for group, some in self.members.items())
        (self.folder / "programme.toml").write_text(
            f'[programme]\nname = "Watched"\nfrom = {begin}\nuntil = {begin + timedelta(weeks=WEEKS, days=-3)}\n'
            f"minutes = {MINUTES}\n[holidays]\noff = true\n{organizers}"
        )

    def _connect(self, app: App) -> None:
        for who in self.people:
            mail = f"{who}@example.org"
            if _at_google(who):
                self.google.add_person(mail, _zone(who))
                identity, secret = f"https://accounts.google.com {mail}", self.google.user_json(mail)
            else:
                self.graph.add_person(mail)
                identity, secret = f"tenant/{mail}", self.graph.secret(mail)
            provider = Provider.GOOGLE if _at_google(who) else Provider.OUTLOOK
            grant = Grant(identity=identity, address=mail, secret=secret, calendars=(f"{provider}:{mail}",))
            app.accounts.connect(who, provider, grant, app.clock)


@dataclass(frozen=True, slots=True)
class Serving:
    """A process of the service, and where its doors are."""

    pid: int
    url: str


@contextmanager
def watched(folder: Path, series: int) -> Iterator[Watched]:
    """The providers, and a programme that is still to be published."""
    with ExitStack() as stack:
        google, graph = Google(quota=10**9), GraphDouble()
        for double in (google, graph):
            stack.enter_context(serving(double))
        yield Watched(folder / PROGRAMME, google, graph, series)


@contextmanager
def served(watched: Watched, log: Path, **more: str) -> Iterator[Serving]:
    """`rondo serve`, which can be reached by the providers, with these settings beside; killed at the end."""
    port = free_port()
    known = {key: value for key, value in os.environ.items() if not key.startswith("RONDO_")}
    command = [*_command(), "serve", "--data", str(watched.data), "--port", str(port), "--json"]
    settings = {"RONDO_SERVICE__PUBLIC_URL": f"http://127.0.0.1:{port}", "RONDO_SERVICE__RENEW_MINUTES": "1"}
    with (
        log.open("a") as stderr,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=known | watched.environment | settings | more,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, log.read_text()[-2000:]
            assert json.loads(line)["schema"] == "rondo/ready/1"
            yield Serving(process.pid, f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def subscribed(watched: Watched, engine: SqlEngine) -> None:
    """Wait until every provider tells of every calendar, and everything was read once."""

    end = time.monotonic() + READY_SECONDS + len(watched.people)
    soon = datetime.now(UTC)
    while len(SqlSubscriptions(engine).all()) < len(watched.people) or SqlMarks(engine).of(PROGRAMME, soon):
        assert time.monotonic() < end, "the service does not come to rest"
        time.sleep(0.2)


def _command() -> list[str]:
    """`rondo`; or, by an environment variable, under something that measures it."""
    return [sys.executable, *os.environ.get("WATCHING_UNDER", "-m scheduler.cli").split()]


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables, for a while."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def free_port() -> int:
    """One on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _name(number: int) -> str:
    return f"p{number}"


def _at_google(person: str) -> bool:
    return int(person[1:]) % 2 == 0


def _zone(person: str) -> str:
    return ZONES[int(person[1:]) // 70 % len(ZONES)]
