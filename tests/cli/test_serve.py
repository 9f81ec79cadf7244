"""`serve` and `worker` as real processes: ready, refused in one line, stopped by a signal, and nothing said in logs."""

import itertools
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.vault import new_key
from scheduler.web import listen
from tests.cli.conftest import Rondo
from tests.desks import Desk
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A process of the service that is ready."""

    process: subprocess.Popen[str]
    ready: Any  # the line that it said
    log: Path

    @property
    def url(self) -> str:
        """Where it serves."""
        return str(self.ready["address"])

    def ended(self, number: signal.Signals = signal.SIGTERM) -> int:
        """How it ends after a signal."""
        self.process.send_signal(number)
        return self.process.wait(30)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What it logged: JSON and nothing else."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def until_ready(self) -> None:
        """Until it can work, or a while is over."""
        end = time.monotonic() + 30
        while httpx.get(f"{self.url}/readyz", trust_env=False).status_code != 200:
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)


Start = Callable[..., Running]
Begin = Callable[..., Callable[[], Running]]


@contextmanager
def begun(log: Path, *arguments: object) -> Iterator[Callable[[], Running]]:
    """A command in a process of its own, and what waits until it is ready; killed at the end if it has not ended."""
    command = [sys.executable, "-m", "scheduler.cli", *map(str, arguments), "--json"]
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        stdout = process.stdout
        assert stdout is not None

        def ready() -> Running:
            line = stdout.readline()
            assert line, log.read_text()
            return Running(process, json.loads(line), log)

        try:
            yield ready
            process.kill()
            assert stdout.read() == ""  # one line, and nothing after it
        finally:
            process.kill()


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begins a command, so that others can begin meanwhile: begin("serve", data)()."""
    monkeypatch.delenv("RONDO_SERVICE__DATABASE", raising=False)
    with ExitStack() as stack:
        numbers = itertools.count()

        def begin(command: str, data: Path, *more: object) -> Callable[[], Running]:
            where = ("--port", 0) if command == "serve" else ()
            log = tmp_path / f"log-{next(numbers)}"
            return stack.enter_context(begun(log, command, "--data", data, *where, *more))

        yield begin


@pytest.fixture
def start(begin: Begin) -> Start:
    """Starts a command, and waits until it is ready."""
    return lambda *arguments: begin(*arguments)()


@pytest.fixture
def data(tmp_path: Path, rondo: Rondo, desk: Desk) -> Path:
    """A data directory with the programme of the desk."""
    desk.write()
    assert rondo("import", "spring", "--data", "data").code == 0
    return tmp_path / "data"


# --- the life of a service


def test_a_service_lives_in_several_processes_and_ends_when_told_to(
    start: Start, begin: Begin, data: Path, rondo: Rondo
) -> None:
    """A server and a worker on one directory: each ready in one line, alone in its slot, and cleanly ended.

    A killed one comes back under its name, and nobody has to clean up first.
    """
    server, worker = [each() for each in [begin("serve", data), begin("worker", data, "--slot", 1)]]
    assert {server.ready["schema"], worker.ready["schema"]} == {"rondo/ready/1"}
    assert "-serve-" in server.ready["executor"]
    assert "-worker-1-" in worker.ready["executor"]
    for command, slot in ((("worker", "--slot", 1), "worker-1"), (("serve", "--port", 0), "serve")):
        refused = rondo(*command, "--data", data)
        assert (refused.code, refused.complaint.endswith(f"runs there as {slot}: stop that one first.")) == (1, True)
    assert server.ended(signal.SIGKILL) == -signal.SIGKILL
    again = start("serve", data, "--log-level", "debug")
    assert again.ready["executor"] == server.ready["executor"]
    again.until_ready()
    canary = said_to(again.url)
    began = time.monotonic()
    assert (again.ended(), worker.ended(signal.SIGINT)) == (0, 0)
    assert time.monotonic() - began < 30
    assert canary not in again.log.read_text()
    assert all({"at", "level", "logger", "event"} <= set(line) for line in [*again.lines, *worker.lines])


def said_to(url: str) -> str:
    """A word that was sent to a service in every way, and came back in none but in Graph's handshake."""
    canary = "CANARY-" + os.urandom(8).hex()
    told = {"value": [{"subscriptionId": canary, "clientState": canary, "changeType": "updated"}]}
    with httpx.Client(base_url=url, trust_env=False) as client:
        assert client.get("/healthz").text == "ok"
        assert client.post(f"/hooks/graph?validationToken={canary}").text == canary
        for answer in (
            client.get(f"/{canary}?{canary}={canary}", headers={"Host": canary, "User-Agent": canary}),
            client.post("/hooks/graph", json=told),
            client.post("/hooks/graph", content=canary),
            client.post("/hooks/google", headers={"X-Goog-Channel-Id": canary, "X-Goog-Channel-Token": canary}),
        ):
            assert answer.status_code in (202, 404)
            assert canary not in answer.text + str(answer.headers)
    return canary


def test_on_postgresql_it_is_the_same(
    data: Path, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By one setting; and without --json the line is for people."""
    monkeypatch.setenv("RONDO_SERVICE__DATABASE", postgres_server.database("serving"))
    command = [sys.executable, "-m", "scheduler.cli", "serve", "--data", str(data), "--port", "0"]
    log = tmp_path / "log"
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Serves at http://127.0.0.1:"), log.read_text()
        assert line.endswith("Ctrl-C stops it.\n")
        running = Running(process, {"address": line.split()[2]}, log)
        running.until_ready()
        assert running.ended() == 0
    assert "postgresql" not in log.read_text()


# --- what it refuses


@pytest.fixture
def refusing(rondo: Rondo, monkeypatch: pytest.MonkeyPatch) -> Rondo:
    """Runs a command in this process, which must not come so far that it begins to work."""

    def begins(*_: object) -> None:
        pytest.fail("it was not refused")

    monkeypatch.setattr("scheduler.cli.serve.working", begins)
    monkeypatch.setattr("scheduler.logs.configure", lambda _: None)
    return rondo


def test_a_worker_is_refused_where_there_is_no_directory(refusing: Rondo, tmp_path: Path) -> None:
    """In one line that says what to do; nothing is made there."""
    said = refusing("worker", "--slot", 1, "--data", "nowhere")
    complaint = "rondo: nowhere: there is no such data directory. `rondo import` makes one."
    assert (said.code, said.complaint) == (1, complaint)
    assert list(tmp_path.iterdir()) == []


def test_a_service_begins_with_nothing_and_lets_its_first_coordinator_in(begin: Begin, tmp_path: Path) -> None:
    """By a link that it prints, another one each time as long as there is no other way to sign in."""
    data = tmp_path / "new"
    running = begin("serve", data)()
    first = running.ready["first"]
    with httpx.Client(trust_env=False) as client:
        found = re.search(r'name="form_token" value="([^"]+)"', client.get(first).text)
        assert found
        form = {"form_token": found[1]}
        assert [client.post(first, data=form).status_code for _ in range(2)] == [303, 403]  # the session is another
    assert running.ended() == 0
    again = begin("serve", data)()
    assert again.ready["first"] != first
    assert again.ended() == 0


def test_whoever_runs_a_service_comes_in_again(rondo: Rondo, data: Path) -> None:
    """By a link for one hour and one use, as often as they ask."""
    links = {rondo("sign-in", "--data", data, "--url", "https://rondo.example.org/").out.strip() for _ in range(2)}
    assert len(links) == 2
    assert all(re.fullmatch(r"https://rondo\.example\.org/in/[\w-]{32}", link) for link in links)


def test_a_port_that_is_taken_is_refused(refusing: Rondo, data: Path) -> None:
    """In one line that names it."""
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        said = refusing("serve", "--data", data, "--port", port)
    assert (said.code, said.complaint) == (1, f"rondo: 127.0.0.1:{port}: Address already in use")


def test_another_key_is_refused(refusing: Rondo, data: Path) -> None:
    """Before anything is done; the right one works again."""
    keys = data / "keys"
    right = keys.read_text()
    keys.write_text(new_key())
    for command in (("serve", "--port", 0), ("worker", "--slot", 1)):
        said = refusing(*command, "--data", data)
        assert (said.code, "don't open" in said.complaint) == (1, True)
    keys.write_text(right)


def test_a_database_of_a_newer_rondo_is_refused(refusing: Rondo, data: Path) -> None:
    """It may mean things that this one does not know of."""
    with sqlite3.connect(data / "rondo.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    said = refusing("serve", "--data", data, "--port", 0)
    assert (said.code, "newer Rondo" in said.complaint) == (1, True)


def test_a_file_that_is_no_database_is_refused(refusing: Rondo, data: Path) -> None:
    """In one line, and it is left as it is."""
    for name in ("rondo.db-wal", "rondo.db-shm"):
        (data / name).unlink(missing_ok=True)
    (data / "rondo.db").write_bytes(b"not a database" * 1000)
    said = refusing("serve", "--data", data, "--port", 0)
    assert (said.code, "rondo.db" in said.complaint) == (1, True)
    assert (data / "rondo.db").read_bytes() == b"not a database" * 1000


@pytest.mark.parametrize(
    "options",
    [("--port", 65536), ("--port", -1), ("--log-level", "loud"), ("--slot", 0), ()],
    ids=["large", "negative", "level", "slot", "no data"],
)
def test_what_is_misspelt_is_not_understood(refusing: Rondo, options: tuple[object, ...]) -> None:
    """As with every command."""
    command = "worker" if "--slot" in options else "serve"
    where = ("--data", ".") if options else ()
    assert refusing(command, *where, *options).code == 2
