"""The engine in one process: rounds, nudges, faults, what it keeps and for how long."""

import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from scheduler.engine import Engine, Owed
from scheduler.engine import engine as engine_module
from scheduler.engine.engine import SqliteConnection
from scheduler.engine.workflows import WRITE, enqueue
from scheduler.errors import Unavailable
from scheduler.logs import Lines
from tests.engine.desk import EVENT, FAST, NOTICE, Desk, Provider, kept, running, until

SECRET = "interview with Eve"
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


class Poisoned(Desk):
    """Jobs of which some fail, as they are told: by name and by what for."""

    poison: dict[tuple[str, str], Exception]
    tried: Counter[tuple[str, str]]

    def _taste(self, job: str, of: str) -> None:
        self.tried[job, of] += 1
        if (job, of) in self.poison:
            raise self.poison[job, of]

    def read(self, programme: str) -> None:
        """Or fail."""
        self._taste("read", programme)
        super().read(programme)

    def repair(self, programme: str) -> None:
        """Or fail."""
        self._taste("repair", programme)
        super().repair(programme)

    def write(self, programme: str, uid: str) -> None:
        """Or fail."""
        self._taste("write", uid)
        super().write(programme, uid)


@pytest.fixture
def poisoned(url: str, there: Provider) -> Poisoned:
    """Jobs of which none fails yet."""
    found = Poisoned(url, there.port)
    found.poison, found.tried = {}, Counter()
    return found


def test_what_is_due_is_done_once(desk: Desk, url: str, there: Provider) -> None:
    """Each programme is read, each event written, and each notice sent, once; and all that is kept of it is JSON."""
    desk.begin(programmes=2, events=4)
    with running(desk, url) as engine:
        until(desk.done)
        until(lambda: engine.counts() == {"waiting": 0, "running": 0, "failed": 0})
    assert there.of("read") == {"/read/p0/1": 1, "/read/p1/1": 1}
    assert set(there.of("write").values()) == set(there.of("mail").values()) == {1}
    assert (len(there.of("write")), len(there.of("mail"))) == (8, 8)
    assert [row.times for row in desk.rows(EVENT)] == [1] * 8
    assert len(desk.rows(NOTICE)) == 8
    rows = kept(url, "workflow_status") + kept(url, "operation_outputs")
    assert {row["serialization"] for row in rows if row.get("child_workflow_id") is None} == {"portable_json"}
    texts = [row.get(of) for row in (*rows, *kept(url, "workflow_input")) for of in ("inputs", "output", "error")]
    assert all(json.loads(text) for text in texts if text)


@on_sqlite
def test_a_change_during_a_round_leads_to_another_one(desk: Desk, url: str, there: Provider) -> None:
    """What is marked after a round has read is read by the next, which waits behind it: never two at once."""
    engine = Engine(desk, url=url, executor="here-1", pace=replace(FAST, sweep=60))
    beside: list[str] = []

    def change(path: str) -> None:
        if path == "/read/p0/1":
            desk.mark("p0")
            engine.nudge("p0")
            time.sleep(0.3)  # the round goes on with what it read before
            beside.extend(there.of("read"))

    there.at_call = change
    desk.begin(programmes=1, events=2)
    engine.start()
    try:
        until(lambda: "/read/p0/2" in there.calls, seconds=20)
        until(desk.done)
    finally:
        engine.stop()
    assert beside == ["/read/p0/1"]
    assert {row.written for row in desk.rows(EVENT)} == {2}


@on_sqlite
def test_a_nudge_is_followed_in_a_moment_and_a_lost_one_by_the_sweep(desk: Desk, url: str, there: Provider) -> None:
    """Long before the next sweep, where that comes once a minute; and without a nudge it comes with the sweep."""
    desk.begin(programmes=1, events=1)
    with running(desk, url, replace(FAST, sweep=60)) as engine:
        until(desk.done)
        desk.mark("p0")
        time.sleep(0.5)
        assert "/read/p0/2" not in there.calls
        engine.nudge("p0")
        until(lambda: "/write/p0-e0@rondo/2" in there.calls, seconds=20)
    desk.mark("p0")
    with running(desk, url):
        until(lambda: "/write/p0-e0@rondo/3" in there.calls, seconds=20)


@on_sqlite
def test_a_failing_job_is_parked_and_the_rest_goes_on(
    poisoned: Poisoned, url: str, there: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """A failing read stops neither its repair nor others; a failing write stops no other; neither is tried for ever.

    What the fault said is kept and logged nowhere. After a restart, which may be an upgrade, it is tried again.
    """
    poisoned.begin(programmes=2, events=3)
    began = time.monotonic()
    fault = ValueError(SECRET)
    poisoned.poison = {
        ("read", "p0"): fault,
        ("write", "p1-e0@rondo"): fault,
        ("write", "p1-e1@rondo"): Unavailable(SECRET),
    }
    with running(poisoned, url) as engine:
        until(lambda: poisoned.tried["write", "p1-e1@rondo"] >= 4)  # an outcome: once a round, as long as it lasts
        until(lambda: engine.counts()["failed"] >= 2)
        assert len(there.of("write")) == 1
        assert poisoned.tried["repair", "p0"] >= 1
        assert poisoned.tried["write", "p1-e0@rondo"] == FAST.tries
        rounds = 1 + (time.monotonic() - began) / FAST.rest
        assert poisoned.tried["read", "p0"] <= FAST.tries * rounds
    tables = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
    assert SECRET not in str([kept(url, table) for table in tables])
    lines = [json.loads(Lines([]).format(record)) for record in caplog.records]
    assert SECRET not in str(lines)
    failed = [(line["step"], line["error"]) for line in lines if line["event"] == "step_failed"]
    assert {("read", "ValueError"), ("write", "ValueError")} <= set(failed)
    poisoned.poison = {}
    with running(poisoned, url) as engine:
        until(poisoned.done)
        until(lambda: engine.counts() == {"waiting": 0, "running": 0, "failed": 0})
    assert [row.times for row in poisoned.rows(EVENT)] == [1] * 6


def test_nothing_is_written_to_nobody() -> None:
    """Without its partition a workflow would wait for ever, and nobody would know."""
    with pytest.raises(ValueError, match="nobody's account"):
        Owed(programme="p0", uid="e0", sequence=1, attempt=0, account="")
    with pytest.raises(ValueError, match="partition"):
        enqueue(WRITE, "", "write", "p0", "e0")


class Standing(Desk):
    """Jobs of which asking what is due may take for ever."""

    until: threading.Event

    def due(self) -> Sequence[str]:
        """Not before it may."""
        self.until.wait()
        return super().due()


@on_sqlite
def test_an_engine_that_stands_still_does_not_live(
    url: str, there: Provider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks how the service is hears so, for as long as it does; a loop that only fails still comes round."""
    monkeypatch.setattr(engine_module, "LATE_SECONDS", 0.5)
    desk = Standing(url, there.port)
    desk.until = threading.Event()
    desk.begin(programmes=1, events=1)
    engine = Engine(desk, url=url, executor="here-1", pace=FAST)
    assert not engine.lives()
    engine.start()
    try:
        until(lambda: not engine.lives(), seconds=20)
        desk.until.set()
        until(engine.lives, seconds=20)
        monkeypatch.setattr(desk, "due", lambda: 1 / 0)
        until(lambda: any(record.msg == "engine_failed" for record in caplog.records), seconds=20)
        assert engine.lives()
    finally:
        desk.until.set()
        engine.stop()
    assert not engine.lives()


@on_sqlite
def test_what_was_done_is_forgotten(desk: Desk, url: str, there: Provider) -> None:
    """The database stays as it is, however many rounds there were; schedules run at their times."""
    desk.begin(programmes=1, events=5)
    brief = replace(FAST, kept=timedelta(0), parked=timedelta(0), tidying="* * * * * *", renewals="* * * * * *")
    with running(desk, url, brief):
        for rounds in range(2, 5):
            desk.mark("p0")
            until(partial(there.calls.__contains__, f"/mail/p0-e4@rondo/{rounds}"))
            until(lambda: len(kept(url, "workflow_status")) < 8, seconds=20)
            until(lambda: len(kept(url, "operation_outputs")) < 16, seconds=20)
    assert there.calls["/tidy"] >= 2
    assert there.calls["/renew"] >= 2


@on_sqlite
def test_a_database_that_is_away_is_told_in_one_line(url: str, there: Provider, tmp_path: Path) -> None:
    """And the process can try again: nothing of the first start is left."""
    desk = Desk(url, there.port)
    desk.begin(programmes=1, events=1)
    for _ in range(2):
        engine = Engine(desk, url=f"sqlite:///{tmp_path}/nowhere/rondo.db", executor="here-1", pace=FAST)
        with pytest.raises(Unavailable, match="engine can't use its database"):
            engine.start()
    with running(desk, url):
        until(desk.done)


def test_the_clock_of_sqlite_has_fractions(tmp_path: Path) -> None:
    """As DBOS asks for from Python 3.12 on, on every SQLite: one before 3.42 answers NULL to this by itself."""
    connection = sqlite3.connect(tmp_path / "rondo.db", factory=SqliteConnection)
    (seconds,) = connection.execute("SELECT unixepoch('subsec')").fetchone()
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    assert seconds == pytest.approx(time.time(), abs=60)
    assert seconds != int(seconds)
    assert mode == "wal"
