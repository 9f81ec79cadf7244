"""What may befall a service at work: an old backup, a full disk, a lock, lost keys, clocks that jump, calendars that
are away for a while. Nothing is lost, doubled or deleted unasked."""

import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from scheduler.app.service.service import Service, open_service
from scheduler.core.decision import Action, State
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from scheduler.store import backup, restore
from tests.benchmarks.watched import PROGRAMME, Watched, environment, served, watched
from tests.desks import ROOT, At
from tests.doubles.server import Fault
from tests.store.test_disk import no_privileges

SERIES = 4
DAY = timedelta(days=1)
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class Run:
    """A service without its engine: the test says when what happens."""

    house: Watched
    service: Service
    clock: At

    def rounds(self) -> None:
        """All that is due is done, at the latest in five rounds."""
        for _ in range(5):
            for programme in self.service.due():
                self.service.read(programme)
                self.service.repair(programme)
                for owed in self.service.owed(programme):
                    self.service.write(programme, owed.uid)
                self.service.tell(programme)
        assert self.service.due() == []

    def poll(self, after: timedelta = timedelta(minutes=6)) -> None:
        """Time goes by until everything is looked at, and it is."""
        self.clock.instant += after
        self.rounds()

    def starts(self, group: str) -> dict[int, datetime | None]:
        """When its sessions are, by our books."""
        events = [each for each in self.store.events() if each.group == group and not each.cancelled]
        return {each.session: each.start for event in events for each in event.occurrences}

    @property
    def store(self):  # type: ignore[no-untyped-def]  # the store of the programme
        """What is remembered."""
        return self.service.app(PROGRAMME).home.store

    def agree(self) -> None:
        """What stands in the organisers' calendars is what is remembered; and each series stands there once."""
        keys = self.house.keys(self.store)
        for group, members in self.house.members.items():
            wanted = sorted(start for start in self.starts(group).values() if start)
            shown = [each.start for each in self.house.calendar(members[0]).dates(keys[group])]
            assert shown == wanted, group
        assert not self.store.pending()
        assert self.house.google.broken == self.house.graph.broken == []

    def busy(self, group: str, session: int) -> None:
        """Its second member makes an appointment over a session."""
        start = self.starts(group)[session]
        assert start
        self.house.calendar(self.house.members[group][1]).add(f"x{session}", start + timedelta(minutes=10), 20, "own")


@contextmanager
def running(house: Watched, clock: At, **settings: str) -> Iterator[Run]:
    """A service on the house's data directory."""
    with environment(house.environment | settings):
        service = open_service(house.data, clock)
        try:
            yield Run(house, service, clock)
        finally:
            service.database.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Watched]:
    """Four published series of people at Google and Outlook."""
    with watched(tmp_path, SERIES) as made:
        made.publish()
        yield made


@pytest.fixture
def run(house: Watched) -> Iterator[Run]:
    """Its service, after a first round."""
    with running(house, At(datetime.now(UTC).replace(microsecond=0))) as made:
        made.rounds()
        yield made


def series_in(house: Watched) -> dict[str, int]:
    """How many live series each person organises."""
    return {who: len(house.calendar(who).series()) for who in house.people}


# --- a backup of yesterday


def test_a_backup_of_yesterday_finds_what_was_done_since(run: Run, tmp_path: Path) -> None:
    """Sessions that were moved since stay where they are, nothing is made or deleted, and the next repairs are made."""
    house = run.house
    backup(run.service.database, tmp_path / "yesterday")
    before = {group: run.starts(group) for group in house.members}
    for group in ("g0", "g1"):  # organised at Google, and at Outlook
        run.busy(group, 3)
    run.poll()
    run.agree()
    since = {group: run.starts(group) for group in house.members}
    assert all(since[group][3] != before[group][3] for group in ("g0", "g1"))
    stood = series_in(house)
    run.service.database.dispose()

    fresh = Watched(tmp_path / "again" / "spring", house.google, house.graph, SERIES)
    shutil.copytree(house.data, fresh.data, ignore=shutil.ignore_patterns("rondo.db*", "locks"))
    restore(tmp_path / "yesterday", fresh.data / "rondo.db")
    calls = len(house.google.calls), len(house.graph.calls)
    with running(fresh, At(run.clock.instant + DAY)) as again:
        assert again.starts("g0") == before["g0"]
        again.rounds()
        assert {group: again.starts(group) for group in house.members} == since
        again.agree()
        made = [
            each
            for double, seen in zip((house.google, house.graph), calls, strict=True)
            for each in double.calls[seen:]
            if each.method in WRITES and "/events" in each.path
        ]
        assert [(each.method, each.path) for each in made] == []
        assert series_in(house) == stood
        assert {(each.action, each.state) for each in again.store.decisions()} == {(Action.ADOPT, State.DONE)}
        for group in ("g0", "g1"):  # and what is changed from now on is written over what we no longer knew
            again.busy(group, 5)
        again.poll()
        assert all(again.starts(group)[5] != since[group][5] for group in ("g0", "g1"))
        again.agree()
        assert series_in(house) == stood


# --- keys


@pytest.mark.parametrize("keys", ["lost", "empty"])
def test_lost_keys_are_a_refusal_and_no_new_ones_are_made(house: Watched, keys: str) -> None:
    """Else everything that is sealed would be lost for good."""
    kept = (house.data / "keys").read_bytes()
    (house.data / "keys").unlink()
    if keys == "empty":
        (house.data / "keys").touch(0o600)
    with environment(house.environment), pytest.raises((CredentialsRejected, InputError, Unavailable)) as refused:
        open_service(house.data)
    assert "keys" in str(refused.value)
    assert keys == "empty" or not (house.data / "keys").exists()
    (house.data / "keys").write_bytes(kept)
    (house.data / "keys").chmod(0o600)
    with environment(house.environment):
        open_service(house.data).database.dispose()


# --- the database


def test_while_another_holds_the_database_nothing_is_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long gives up, and nothing reaches a calendar; afterwards all of it is done."""
    monkeypatch.setattr("scheduler.store.database.BUSY_SECONDS", 0.2)
    run.service.database.dispose()
    with running(run.house, run.clock) as again:
        again.busy("g0", 3)
        stood = again.starts("g0")[3]
        again.clock.instant += timedelta(minutes=6)
        calls = len(run.house.google.calls)
        with closing(sqlite3.connect(run.house.data / "rondo.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for act in (again.service.read, again.service.repair):
                with pytest.raises(Unavailable):
                    act(PROGRAMME)
            with pytest.raises(Unavailable):
                again.service.beat("me")
        assert not [each for each in run.house.google.calls[calls:] if each.method in WRITES and "/events" in each.path]
        assert again.starts("g0")[3] == stood
        again.rounds()
        assert again.starts("g0")[3] != stood
        again.agree()


def test_a_full_disk_stops_writes_and_messages_and_nothing_has_to_be_repaired(house: Watched, tmp_path: Path) -> None:
    """A real service: no calendar is written, the doors say 503, it is not ready; with room again all is done."""
    with (
        served(house, tmp_path / "log", RONDO_SERVICE__POLL_MINUTES="1", RONDO_SERVICE__RENEW_MINUTES="59") as process,
        running(house, At(datetime.now(UTC))) as books,
    ):
        url = process.url
        eventually(lambda: httpx.get(f"{url}/readyz", trust_env=False).status_code == 200)
        eventually(lambda: not books.service._marks.of(PROGRAMME, datetime.now(UTC)))
        stood = books.starts("g0")[3]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        seen = len(house.google.calls)
        books.busy("g0", 3)
        eventually(lambda: httpx.get(f"{url}/readyz", trust_env=False).status_code == 503)
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        written = [each for each in house.google.calls[seen:] if each.method in WRITES and "/events" in each.path]
        assert written == []
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        books.service._marks.dirty(PROGRAMME)
        eventually(lambda: httpx.get(f"{url}/readyz", trust_env=False).status_code == 200)
        eventually(lambda: books.starts("g0")[3] != stood and not books.store.pending())
        books.agree()


def test_a_directory_that_may_not_be_written_is_refused(house: Watched) -> None:
    """In a line, before any provider is asked for anything; as soon as it may be written it is opened as before."""
    folders = [path for path in (house.data, *house.data.rglob("*")) if not path.is_symlink()]
    modes = {path: path.stat().st_mode for path in folders}
    calls = len(house.google.calls) + len(house.graph.calls)
    for path in folders:
        path.chmod(0o500 if path.is_dir() else 0o400)
    command = [*no_privileges(), sys.executable, "-m", "scheduler.cli", "serve", "--data", str(house.data)]
    try:
        said = subprocess.run([*command, "--port", "0"], cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1), said.stderr
    assert said.stderr.startswith(f"rondo: {house.data}")
    assert len(house.google.calls) + len(house.graph.calls) == calls
    with running(house, At(datetime.now(UTC))) as run:
        run.rounds()
        run.agree()


# --- clocks


@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1), DAY, -DAY], ids=str)
def test_a_clock_that_jumps_renews_nothing_and_moves_nothing_past(house: Watched, jump: timedelta) -> None:
    """And what changes afterwards is found within one period, without any message."""
    url = {"RONDO_SERVICE__PUBLIC_URL": "http://127.0.0.1:9"}
    with running(house, At(datetime.now(UTC).replace(microsecond=0)), **url) as run:
        run.rounds()
        run.service.renew()
        seen = len(house.google.calls)
        run.clock.instant += jump
        run.service.renew()
        assert [each.path for each in house.google.calls[seen:] if "watch" in each.path] == []
        before = {group: run.starts(group) for group in house.members}
        run.rounds()
        assert {group: run.starts(group) for group in house.members} == before
        run.busy("g0", 3)
        run.poll()
        assert run.starts("g0") != before["g0"]
        run.agree()


def test_what_is_past_is_left_alone(run: Run) -> None:
    """A clock that is weeks ahead for a while moves no session that was held by then; and none when it is right."""
    before = {group: run.starts(group) for group in run.house.members}
    right = run.clock.instant
    run.busy("g0", 0)
    start = before["g0"][0]
    assert start
    run.clock.instant = start + timedelta(hours=2)
    run.rounds()
    assert run.starts("g0") == before["g0"]
    run.clock.instant = right
    run.poll()
    run.agree()
    assert {number for number, at in before["g0"].items() if run.starts("g0")[number] != at} == {0}


# --- calendars that are away


@pytest.mark.parametrize("status", [404, 403])
def test_a_calendar_that_is_away_for_minutes_loses_no_meeting(run: Run, status: int) -> None:
    """Nobody's sessions are moved or deleted for it, and when it is back nothing is left to answer."""
    before, stood = {group: run.starts(group) for group in run.house.members}, series_in(run.house)
    run.house.google.faults.append(Fault(path="/calendar/v3/.*", status=status, times=-1, body="{}"))
    for _ in range(3):
        run.clock.instant += timedelta(minutes=3)
        for programme in run.service.due():
            run.service.read(programme)
            run.service.repair(programme)
            assert run.service.owed(programme) == []
    run.house.google.faults.clear()
    if run.store.stopped():  # a fifth of everything gone at once: a person looks
        [asked] = [each for each in run.store.decisions() if each.waits]
        assert asked.action is Action.STOP
        run.store.settle(asked.id, State.ACCEPTED)
        run.store.stop("")
    run.poll()
    run.agree()
    assert {group: run.starts(group) for group in run.house.members} == before
    assert series_in(run.house) == stood
    assert [each for each in run.store.decisions() if each.waits] == []


def eventually(holds, seconds: float = 90.0) -> None:  # type: ignore[no-untyped-def]  # whatever answers yes or no
    """Waits until it holds."""
    end = time.monotonic() + seconds
    while not _tried(holds):
        assert time.monotonic() < end
        time.sleep(0.1)


def _tried(holds) -> bool:  # type: ignore[no-untyped-def]  # as above
    try:
        return bool(holds())
    except RondoError:
        return False
