"""What was read, again: as long as nothing was written to the database at all, which SQLite tells at once."""

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy import Connection, Engine

from scheduler.errors import RondoError
from scheduler.store.database import is_sqlite

T = TypeVar("T")
MOST = 10_000


class Unchanged:
    """Answers by their keys, each kept until anybody, in any process, commits anything. From any thread.

    For what each request asks, and that seldom changes. On PostgreSQL, which does not tell, nothing is kept.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, threading.Lock()
        self._connection: Connection | None = None
        self._times = 0
        self._kept: tuple[object, dict[Hashable, object]] = (None, {})

    def of(self, key: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` answers, or answered to this key. Raises Unavailable, and what `ask` raises."""
        version = self._version()
        kept = self._kept
        if kept[0] != version or len(kept[1]) > MOST:
            kept = self._kept = version, {}
        if key not in kept[1]:
            kept[1][key] = ask()
        return kept[1][key]  # type: ignore[return-value]  # what was put there by this key

    def _version(self) -> object:
        """Another one after each commit (sqlite.org/pragma.html#pragma_data_version): of one connection, not of two."""
        if not is_sqlite(self._engine):
            return object()
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._times += 1
            try:
                return self._times, self._connection.exec_driver_sql("PRAGMA data_version").scalar()
            except RondoError:
                self._connection.close()
                self._connection = None
                raise
