"""Opening a database and bringing it up to date; what goes wrong with it at any time is told in one line.

SQLite in a file, or PostgreSQL at an address: the rest of the store works on both alike.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, column, create_engine, event, func, inspect, make_url, select, table
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.pool import NullPool, QueuePool
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from scheduler.errors import InputError, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0007"
MIGRATED = "alembic_version"
"""The table in which Alembic keeps the number of the migration that was made last."""
PSYCOPG = "postgresql+psycopg"
DRIVERS = {"sqlite": "sqlite", "postgresql": PSYCOPG, "postgres": PSYCOPG, PSYCOPG: PSYCOPG}
"""Addresses that we take, by their beginning, and what opens them."""
BUSY_SECONDS = 10
ASLEEP_SECONDS = 20
"""After so long the server ends a transaction whose process does nothing any more, and so holds up all others."""


def open_state(folder: Path) -> Engine:
    """The database of a programme folder's state, made where there is none. Raises Unavailable."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as fault:
        raise Unavailable(f"{folder} can't be made: {fault.strerror}.") from None
    return open_database(folder / "state.db")


def open_database(where: Path | str, *, kept: bool = False) -> Engine:
    """A database with the newest tables: a SQLite file, made where there is none, or `postgresql://...`.

    `kept`: of a service, which asks so often that opening the file each time would take longer than all it asks.

    Raises InputError for what is no address, and Unavailable, saying what to do; so does every later use of it where
    the database fails. No password is told.
    """
    engine = _engine(_url(where), kept=kept)
    try:
        with engine.connect() as connection:
            found = _version(connection)
        if found != int(NEWEST):
            _migrate(engine)
    except Unavailable:
        engine.dispose()
        raise
    return engine


def _engine(url: URL, *, kept: bool = False) -> Engine:
    """With our settings, whatever tables it finds."""
    if url.get_backend_name() == "postgresql":
        engine = create_engine(url, pool_pre_ping=True, connect_args=_patience(), max_overflow=-1)  # one a thread
    else:
        pool = {"poolclass": QueuePool, "max_overflow": -1} if kept else {"poolclass": NullPool}
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **pool)
        event.listen(engine, "connect", _durable)
    event.listen(engine, "handle_error", _told)
    return engine


def is_sqlite(engine: Engine) -> bool:
    """Whether it is a file of ours, and no server's."""
    return engine.dialect.name == "sqlite"


@contextmanager
def alone(engine: Engine, what: str) -> Iterator[Connection]:
    """A transaction that no other of this name overlaps; on SQLite, no other at all that writes.

    What it reads is what others left, and nobody changes it before it ends.
    """
    with engine.begin() as connection:
        if is_sqlite(engine):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(select(func.pg_advisory_xact_lock(lock_number(what))))
        yield connection


def empty_log(engine: Engine) -> None:
    """Move what was written into SQLite's file itself: what is deleted there would stay in the log beside it.

    While others read, some of it waits for the next time.
    """
    if is_sqlite(engine):
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def lock_number(what: str) -> int:
    """The number of PostgreSQL's lock of this name: 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(f"rondo {what}".encode()).digest()[:8], signed=True)


def _url(where: Path | str) -> URL:
    if isinstance(where, Path):
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(where)
    except ArgumentError:  # its text would tell the password
        url = URL.create("nothing")
    if url.drivername not in DRIVERS:
        raise InputError("this is no address of a database.", hint="Like: postgresql://user@host/name")
    return url.set(drivername=DRIVERS[url.drivername])


def _patience() -> dict[str, Any]:
    """How long PostgreSQL is waited for, and how long it waits for us (a stopped process holds its locks)."""
    limits = {"lock_timeout": BUSY_SECONDS, "idle_in_transaction_session_timeout": ASLEEP_SECONDS}
    options = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in limits.items())
    return {"connect_timeout": BUSY_SECONDS, "options": options}


def _migrate(engine: Engine) -> None:
    """From any older state in one transaction, which of two processes only one makes."""
    from alembic import command  # noqa: PLC0415 - a third of the time to load the store, which few runs need
    from alembic.config import Config  # noqa: PLC0415 - as above

    with alone(engine, "migration") as connection:
        found = _version(connection)
        if found > int(NEWEST):
            raise Unavailable(f"{_name(engine.url)} was written by a newer Rondo: use that one.")
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, NEWEST)
        if is_sqlite(engine):
            connection.exec_driver_sql(f"PRAGMA user_version = {int(NEWEST)}")  # where an older Rondo looks


def _version(connection: Connection) -> int:
    """The number of the migration that was made last; 0: none."""
    if not inspect(connection).has_table(MIGRATED):
        return 0
    return int(connection.execute(select(table(MIGRATED, column("version_num")))).scalar() or 0)


def _durable(connection: sqlite3.Connection, _: object) -> None:
    """Write-ahead log, and every commit on the disk before we go on: a decision must outlive a crash.

    What is deleted is overwritten, which not every build of SQLite does by itself: nobody's secret stays in free pages.
    """
    _patient(connection.execute, "PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _is_busy(fault: BaseException) -> bool:
    return isinstance(fault, sqlite3.OperationalError) and fault.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


_patient = Retrying(
    retry=retry_if_exception(_is_busy), stop=stop_after_delay(BUSY_SECONDS), wait=wait_fixed(0.01), reraise=True
)
"""Waits for others at the change to the write-ahead log, where SQLite does not: of two first starts each makes it."""


def _told(context: ExceptionContext) -> None:
    """SQLAlchemy's hook on whatever a database driver raises; a try whether a connection still lives is no fault."""
    if context.is_pre_ping or not isinstance(context.sqlalchemy_exception, DatabaseError):
        return
    url = context.engine.url if context.engine else None
    raise Unavailable(broken(url, context.original_exception))


def broken(url: URL | None, reason: BaseException) -> str:
    """What to tell of a database that fails, in one line."""
    file = url is None or url.get_backend_name() == "sqlite"
    perhaps = "Is the disk full or the file damaged?" if file else "Is the server up, and its disk not full?"
    said = " ".join(str(reason).split())
    return f"{_name(url) if url else 'the database'}: the state can't be used ({said}). {perhaps}"


def _name(url: URL) -> str:
    """The file's path, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database).render_as_string()
