"""Jobs for the engine's tests: programmes with marks and events in tables of their own, and a provider on loopback.

Looking after a programme whose mark moved owes its events anew; writing one is a call to the provider, keyed by the
event and its sequence, and telling is a mail for each, at most once. `work` is a worker that runs until it is killed.
"""

import http.client
import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ExceptionContext

from scheduler.engine import Engine, Jobs, Owed, Pace
from scheduler.errors import Unavailable

SILENT_SECONDS = 4  # on a busy machine a beat may be late
LATENCY_SECONDS = 0.01
FAST = Pace(sweep=0.3, gather=0.1, beat=0.3, reap=0.4, poll=0.05, retry=0.05, rest=0.5, stranded=2, stop=3)

META = sa.MetaData()
MARK = sa.Table(
    "mark",
    META,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("dirty", sa.Integer, nullable=False, default=1),
    sa.Column("synced", sa.Integer, nullable=False, default=0),
    sa.Column("repaired", sa.Integer, nullable=False, default=0),
)
EVENT = sa.Table(
    "event",
    META,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("uid", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False, default=0),
    sa.Column("written", sa.Integer, nullable=False, default=0),
    sa.Column("times", sa.Integer, nullable=False, default=0),
)
NOTICE = sa.Table(
    "notice",
    META,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("begun", sa.Integer, nullable=False, default=0),
)
ASKED = sa.Table(
    "asked",
    META,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("done", sa.Integer, nullable=False, default=0),
)
BEAT = sa.Table("beat", META, sa.Column("executor", sa.Text, primary_key=True), sa.Column("at", sa.Float))


class Desk:
    """The Jobs of a worker, and what its tests ask."""

    def __init__(self, url: str, port: int) -> None:
        idle = {} if url.startswith("sqlite") else {"options": "-c idle_in_transaction_session_timeout=10s"}
        self._engine = sa.create_engine(url, pool_pre_ping=True, connect_args=idle)
        sa.event.listen(self._engine, "handle_error", _told)
        if url.startswith("sqlite"):
            sa.event.listen(self._engine, "connect", _write_ahead)
        self._port = port

    def begin(self, programmes: int, events: int, *, accounts: int = 4) -> None:
        """Make the tables, and programmes p0, p1, ... with as many events each, all of them marked."""
        META.create_all(self._engine)
        with self._engine.begin() as connection:
            names = [f"p{number}" for number in range(programmes)]
            rows = [
                {"programme": name, "uid": f"{name}-e{number}@rondo", "account": f"google:a{number % accounts}"}
                for name in names
                for number in range(events)
            ]
            if programmes:
                connection.execute(sa.insert(MARK), [{"programme": name} for name in names])
                connection.execute(sa.insert(EVENT), rows)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def mark(self, programme: str) -> None:
        """Something changed in a calendar."""
        self._do(sa.update(MARK).where(MARK.c.programme == programme).values(dirty=MARK.c.dirty + 1))

    def set(self, table: sa.Table, **values: int) -> None:
        """These values in every row."""
        self._do(sa.update(table).values(values))

    def done(self) -> bool:
        """Whether nothing is due."""
        return not self.due()

    def rows(self, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
        """All rows of a table."""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(table)))

    # --- what the engine calls

    def due(self) -> Sequence[str]:
        """Marked ones, and those with an event or a notice owed."""
        marked = sa.select(MARK.c.programme).where(
            sa.or_(MARK.c.dirty > MARK.c.synced, MARK.c.synced > MARK.c.repaired)
        )
        owed = sa.select(EVENT.c.programme).where(EVENT.c.sequence > EVENT.c.written)
        untold = sa.select(NOTICE.c.programme).where(NOTICE.c.begun == 0)
        with self._engine.connect() as connection:
            return sorted({row[0] for query in (marked, owed, untold) for row in connection.execute(query)})

    def asked(self) -> Sequence[tuple[str, str]]:
        """Long work that is not over."""
        with self._engine.connect() as connection:
            return [(row.programme, row.id) for row in connection.execute(sa.select(ASKED).where(ASKED.c.done == 0))]

    def work(self, programme: str, id_: str) -> None:
        """Ask the provider, slowly, and note that it is over."""
        self._ask(f"/long/{programme}/{id_}")
        self._do(sa.update(ASKED).where(ASKED.c.programme == programme, ASKED.c.id == id_).values(done=1))

    def ask(self, programme: str, id_: str) -> None:
        """Somebody wants long work done."""
        self._do(sa.insert(ASKED).values(programme=programme, id=id_))

    def read(self, programme: str) -> None:
        """Read if it is marked, and take the mark as it was before."""
        marked = sa.and_(MARK.c.programme == programme, MARK.c.dirty > MARK.c.synced)
        with self._engine.connect() as connection:
            seen = connection.execute(sa.select(MARK.c.dirty).where(marked)).scalar()
        if seen is not None:
            self._ask(f"/read/{programme}/{seen}")
            self._do(sa.update(MARK).where(marked, MARK.c.synced < seen).values(synced=seen))

    def repair(self, programme: str) -> None:
        """Owe each event as of what was read."""
        with self._engine.begin() as connection:
            seen = connection.execute(sa.select(MARK.c.synced).where(MARK.c.programme == programme)).scalar_one()
            here = sa.and_(EVENT.c.programme == programme, EVENT.c.sequence < seen)
            connection.execute(sa.update(EVENT).where(here).values(sequence=seen))
            connection.execute(sa.update(MARK).where(MARK.c.programme == programme).values(repaired=seen))

    def owed(self, programme: str) -> Sequence[Owed]:
        """Events that don't stand as they should."""
        here = sa.and_(EVENT.c.programme == programme, EVENT.c.sequence > EVENT.c.written)
        with self._engine.connect() as connection:
            return [
                Owed(programme=row.programme, uid=row.uid, sequence=row.sequence, attempt=0, account=row.account)
                for row in connection.execute(sa.select(EVENT).where(here))
            ]

    def write(self, programme: str, uid: str) -> None:
        """Tell the provider, then note it, with a notice: all by keys."""
        here = sa.and_(EVENT.c.programme == programme, EVENT.c.uid == uid, EVENT.c.sequence > EVENT.c.written)
        with self._engine.connect() as connection:
            sequence = connection.execute(sa.select(EVENT.c.sequence).where(here)).scalar()
        if sequence is None:
            return
        self._ask(f"/write/{uid}/{sequence}")
        with self._engine.begin() as connection:
            values = {"written": sequence, "times": EVENT.c.times + 1}
            if connection.execute(sa.update(EVENT).where(here, EVENT.c.written < sequence).values(values)).rowcount:
                connection.execute(sa.insert(NOTICE), [{"key": f"{uid}/{sequence}", "programme": programme}])

    def tell(self, programme: str) -> None:
        """A mail for each notice, which nobody begins twice."""
        waiting = sa.select(NOTICE.c.key).where(NOTICE.c.programme == programme, NOTICE.c.begun == 0)
        with self._engine.connect() as connection:
            keys = [row.key for row in connection.execute(waiting)]
        for key in keys:
            begun = sa.update(NOTICE).where(NOTICE.c.key == key, NOTICE.c.begun == 0).values(begun=1)
            if self._do(begun):
                self._ask(f"/mail/{key}")

    def renew(self) -> None:
        """One call."""
        self._ask("/renew")

    def digest(self) -> None:
        """One call."""
        self._ask("/digest")

    def tidy(self) -> None:
        """One call."""
        self._ask("/tidy")

    def beat(self, executor: str) -> None:
        """A row a process."""
        with self._engine.begin() as connection:
            found = connection.execute(sa.update(BEAT).where(BEAT.c.executor == executor).values(at=time.time()))
            if not found.rowcount:
                connection.execute(sa.insert(BEAT), [{"executor": executor, "at": time.time()}])

    def silent(self) -> Sequence[str]:
        """Those that did not beat of late, whoever asks."""
        with self._engine.connect() as connection:
            late = sa.select(BEAT.c.executor).where(BEAT.c.at < time.time() - SILENT_SECONDS)
            return [row.executor for row in connection.execute(late)]

    def buried(self, executor: str) -> None:
        """Its row goes."""
        self._do(sa.delete(BEAT).where(BEAT.c.executor == executor))

    def _do(self, statement: sa.Insert | sa.Update | sa.Delete) -> int:
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount

    def _ask(self, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST", path)
            connection.getresponse().read()
        finally:
            connection.close()


def _write_ahead(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA busy_timeout = 30000")


def _told(context: ExceptionContext) -> None:
    """As the application's store does: a database that is away is an outcome."""
    if isinstance(context.sqlalchemy_exception, sa.exc.OperationalError) and not context.is_pre_ping:
        raise Unavailable("the database is away")


@dataclass(slots=True)
class Provider:
    """Counts calls by path, and may do something at each before it answers."""

    port: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    at_call: Callable[[str], None] = lambda _: None

    def of(self, kind: str) -> dict[str, int]:
        """Calls of a kind, as "write"."""
        return {path: times for path, times in self.calls.copy().items() if path.startswith(f"/{kind}")}


@contextmanager
def provider(*, latency: float = LATENCY_SECONDS) -> Iterator[Provider]:
    """A provider on loopback, which outlives the workers."""
    here = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            here.calls[self.path] += 1
            here.at_call(self.path)
            time.sleep(latency)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A caller that was killed."""

    server = Server(("127.0.0.1", 0), Handler)
    here.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running(jobs: Jobs, url: str, pace: Pace = FAST) -> Iterator[Engine]:
    """An engine in this process, which is stopped afterwards."""
    engine = Engine(jobs, url=url, executor="here-1", pace=pace)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def kept(url: str, table: str, **where: str) -> list[dict[str, Any]]:
    """Rows of one of the engine's tables, in which all of these are so."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = sa.Table(table, sa.MetaData(), autoload_with=engine, schema=_schema(url))
        return [dict(row._mapping) for row in connection.execute(sa.select(found).filter_by(**where))]


def put(url: str, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Put rows into the engine's tables."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for table, each in rows.items():
            into = sa.Table(table, sa.MetaData(), autoload_with=engine, schema=_schema(url))
            connection.execute(sa.insert(into), list(each))


def _schema(url: str) -> str | None:
    return None if url.startswith("sqlite") else "dbos"


def until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Waits for it. Raises AssertionError where it takes longer."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def work(url: str, port: int, executor: str, log: Path, crashes: int) -> None:
    """A worker, until it is killed, or told to end; what it says is in its log."""
    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(errors, 1)
    os.dup2(errors, 2)
    engine = Engine(Desk(url, port), url=url, executor=executor, pace=replace(FAST, crashes=crashes))
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    engine.start()
    told.wait()
    engine.stop()
    os._exit(0)
