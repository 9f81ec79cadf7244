"""Whole databases: a backup of one that is in use, a move to another kind, and a folder's state that joins a service.

The tables of the engine are not ours: it begins anew, and finds in ours what is left to do.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, delete, insert, inspect, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.account import Account
from scheduler.core.notice import NoticeState
from scheduler.errors import InputError, Unavailable
from scheduler.store import tables
from scheduler.store.accounts import account_of
from scheduler.store.database import MIGRATED, alone, broken, empty_log, is_sqlite, open_database
from scheduler.store.rows import changing
from scheduler.store.trail import put_stop

BESIDE = ("-wal", "-shm")
"""The ends of the names of SQLite's own files beside a database."""
AT_ONCE = 1000
"""Rows that are held in memory at a time."""
STATE = (
    tables.plan,
    tables.pin,
    tables.event,
    tables.outbound_write,
    tables.delivery,
    tables.decision,
    tables.notice,
    tables.account,
)
"""What a programme has from its beginning, and must not have before it joins; copies of calendars can be read again."""


def backup(engine: Engine, target: Path) -> None:
    """Write a copy of a SQLite database, as it is at one moment, in place of `target`; for its owner's eyes alone.

    Others may write meanwhile. Raises Unavailable, and leaves what was there, where it can't be done, and InputError
    for PostgreSQL.
    """
    if not is_sqlite(engine):
        raise InputError("PostgreSQL makes its own backups:", hint="pg_dump --format=custom --file=FILE NAME")
    aside = target.with_name(f"{target.name}.part")
    try:
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)
        with engine.connect() as connection, contextlib.closing(sqlite3.connect(aside)) as copied:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(copied)
        aside.replace(target)
    except sqlite3.Error as fault:
        raise Unavailable(f"{target}: {broken(engine.url, fault)}") from None
    except OSError as fault:
        raise Unavailable(f"{target} can't be written: {fault.strerror}.") from None
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def restore(source: Path, target: Path) -> None:
    """Put a backup in the place of a service's SQLite database, which nobody may be using.

    The engine begins anew, and every calendar is to be read: what was done since the backup was made is found where it
    stands. A notice that was owed then may have been sent since, so it counts as begun. Raises InputError for a file
    that is no backup of ours, Unavailable where it can't be written; then what was there stays.
    """
    aside = target.with_name(f"{target.name}.restored")
    try:
        aside.touch(mode=0o600)
        shutil.copyfile(source, aside)
        _check_ours(aside, source)
        _begin_anew(aside)
        for left in BESIDE:
            target.with_name(target.name + left).unlink(missing_ok=True)
        aside.replace(target)
    except OSError as fault:
        raise Unavailable(f"{fault.filename or target}: {fault.strerror}.") from None
    finally:
        for left in ("", *BESIDE):
            aside.with_name(aside.name + left).unlink(missing_ok=True)


def _check_ours(copied: Path, source: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(copied)) as connection:
            connection.execute(f"SELECT version_num FROM {MIGRATED}").fetchone()
            whole = connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        whole = False
    if not whole:
        raise InputError("this is no backup of Rondo's, or it is damaged.", where=str(source))


def _begin_anew(path: Path) -> None:
    """Bring a database up to date, and take what only the service that it belonged to could use."""
    engine, mark, notice = open_database(path), tables.calendar_mark, tables.notice
    with alone(engine, "restore") as connection:
        for name in set(inspect(connection).get_table_names()) - {*tables.metadata.tables, MIGRATED}:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
        connection.execute(update(mark).values(dirty_seq=mark.c.dirty_seq + 1))
        owed = notice.c.state == str(NoticeState.OWED)
        connection.execute(update(notice).where(owed).values(state=str(NoticeState.BEGUN)))
    empty_log(engine)
    engine.dispose()


def copy_database(source: Engine, target: Engine) -> None:
    """Copy all rows, as they are at one moment, from SQLite to PostgreSQL or back: all of them or, after a crash, none.

    Raises InputError where the target holds any, and Unavailable where one of them fails.
    """
    with alone(target, "copy") as there, _at_one_moment(source) as here:
        if any(_holds(there, table) for table in tables.metadata.sorted_tables):
            raise InputError("that database is not empty:", hint="copy into a new one.")
        for table in tables.metadata.sorted_tables:
            _copy(here, there, table)


def take_in(source: Engine, target: Engine, programme: str, *, reseal: Callable[[Account, str], str]) -> None:
    """Make the state of a folder's own database that of a programme in another: all of it or, after a crash, nothing.

    `reseal`: what is kept in the place of an account's sealed secret. Raises InputError where the programme has been
    at work in the target before.
    """
    with changing(target, programme) as there, _at_one_moment(source) as here:
        if any(_holds(there, table, programme) for table in STATE):
            raise InputError(f"the programme {programme} has plans, events or accounts there already.")
        there.execute(delete(tables.calendar_copy).where(tables.calendar_copy.c.programme == programme))

        def joined(table: Table, row: RowMapping) -> dict[str, object]:
            ours = {**row, "programme": programme}
            return ours | {"secret": reseal(account_of(row), row["secret"])} if table is tables.account else ours

        for table in (*STATE, tables.calendar_copy):
            rows = here.execute(select(table).where(table.c.programme == "")).mappings().all()
            if rows:
                there.execute(insert(table), [joined(table, row) for row in rows])
        stopped = here.execute(select(tables.programme.c.stopped).where(tables.programme.c.id == "")).scalar()
        if stopped:
            put_stop(there, programme, stopped)


@contextlib.contextmanager
def _at_one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees nothing of what others write meanwhile."""
    with engine.connect() as connection:
        if is_sqlite(engine):
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _copy(source: Connection, target: Connection, table: Table) -> None:
    for rows in source.execute(select(table)).mappings().partitions(AT_ONCE):
        target.execute(insert(table), [dict(row) for row in rows])


def _holds(connection: Connection, table: Table, programme: str | None = None) -> bool:
    query = select(*table.primary_key.columns).limit(1)
    mine = query if programme is None else query.where(table.c.programme == programme)
    return connection.execute(mine).first() is not None
