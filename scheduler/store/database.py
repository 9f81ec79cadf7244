"""Opening a database and bringing it up to date."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from scheduler.errors import Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0001"
BUSY_SECONDS = 10


def open_database(path: Path) -> Engine:
    """A SQLite database with the newest tables, made where there is none. Raises Unavailable, saying what to do."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _durable)
    try:
        with engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar() != int(NEWEST):
                _migrate(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {int(NEWEST)}")
                connection.commit()
    except DatabaseError as fault:
        raise Unavailable(
            f"{path}: the state can't be opened ({fault.orig}). Is the disk full or the file damaged?"
        ) from None
    return engine


def _migrate(connection: object) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)


def _durable(connection: sqlite3.Connection, _: object) -> None:
    """Write-ahead log, and every commit on the disk before we go on: a decision must outlive a crash."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
