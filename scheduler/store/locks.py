"""One at a time: whoever decides for a programme, or writes an event, holds its lock meanwhile.

Beside a SQLite database it is a file's lock, which ends with the process. PostgreSQL's ends with the session, and the
session with the process; but a process that is stopped keeps its own. So the holder shows every few seconds that it
lives, and the server ends a session that does not. What a process does that wakes up later is no harm: every write may
be repeated, and says what it expects to find.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from scheduler.errors import Unavailable
from scheduler.store import database
from scheduler.store.files import BUSY, only_one

BEATS = 4
"""How often the holder shows that it lives in the time after which it would be taken for stopped."""


@contextlib.contextmanager
def writing(engine: Engine, folder: Path, name: str) -> Iterator[None]:
    """Hold the lock of this name in `folder`/locks, or on the server. Raises Unavailable where somebody else has it."""
    if not database.is_sqlite(engine):
        with engine.connect() as connection, _held(connection, name):
            yield
        return
    locks = folder / "locks"
    try:
        locks.mkdir(exist_ok=True)
    except OSError as fault:
        raise Unavailable(f"{locks} can't be made: {fault.strerror}.") from None
    with only_one(locks / hashlib.sha256(name.encode()).hexdigest()[:32]):
        yield


@contextlib.contextmanager
def _held(connection: Connection, name: str) -> Iterator[None]:
    """A lock of PostgreSQL, held by a connection that goes back to no pool: the lock ends with it."""
    connection.detach()
    connection.exec_driver_sql(f"SET idle_session_timeout = {int(database.ASLEEP_SECONDS * 1000)}")
    free = connection.execute(select(func.pg_try_advisory_lock(database.lock_number(f"writing {name}")))).scalar()
    connection.commit()
    if not free:
        raise Unavailable(BUSY)
    ended = threading.Event()
    beats = threading.Thread(target=_beat, args=(connection, ended), name=f"lock {name}", daemon=True)
    beats.start()
    try:
        yield
    finally:
        ended.set()
        beats.join()


def _beat(connection: Connection, ended: threading.Event) -> None:
    """Show that we live, until it has ended; a session that is gone can't be brought back."""
    with contextlib.suppress(Unavailable):
        while not ended.wait(database.ASLEEP_SECONDS / BEATS):
            connection.exec_driver_sql("SELECT 1")
            connection.commit()
