"""Opening a database and bringing it up to date; what goes wrong with it at any time is told in one line."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from scheduler.errors import Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0004"
BUSY_SECONDS = 10


def open_state(folder: Path) -> Engine:
    """The database of a programme folder's state, made where there is none. Raises Unavailable."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as fault:
        raise Unavailable(f"{folder} can't be made: {fault.strerror}.") from None
    return open_database(folder / "state.db")


def open_database(path: Path) -> Engine:
    """A SQLite database with the newest tables, made where there is none.

    Raises Unavailable, saying what to do; so does every later use of it where the database fails.
    """
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _durable)
    event.listen(engine, "handle_error", _told)
    with engine.connect() as connection:
        if _version(connection) != int(NEWEST):
            _migrate(connection)
    return engine


def _migrate(connection: Connection) -> None:
    """From any older state in one transaction, which of two processes only one makes."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    found = _version(connection)
    if found > int(NEWEST):
        raise Unavailable(f"{connection.engine.url.database} was written by a newer Rondo: use that one.")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
    connection.exec_driver_sql(f"PRAGMA user_version = {int(NEWEST)}")
    connection.commit()


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


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
    """SQLAlchemy's hook on whatever a database driver raises."""
    if isinstance(context.sqlalchemy_exception, DatabaseError):
        where = context.engine.url.database if context.engine else "the database"
        reason = context.original_exception
        raise Unavailable(f"{where}: the state can't be used ({reason}). Is the disk full or the file damaged?")
