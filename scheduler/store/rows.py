"""What all stores of one programme share: whose rows they see, and how they read and change them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, func, insert, select
from sqlalchemy.engine import RowMapping

from scheduler.core.event import Event, event_from_json
from scheduler.store.database import alone

Row = Mapping[str, Any]


class Rows:
    """The rows of one programme in a database that may hold many; "": a folder's own database."""

    def __init__(self, engine: Engine, programme: str = "") -> None:
        self._engine, self.programme = engine, programme

    def _alone(self) -> AbstractContextManager[Connection]:
        """A transaction in which nobody else changes the programme's rows."""
        return changing(self._engine, self.programme)

    def _of(self, table: Table) -> ColumnElement[bool]:
        return table.c.programme == self.programme

    def _read(self, query: Select[Any]) -> Sequence[RowMapping]:
        with self._engine.connect() as connection:
            return connection.execute(query).mappings().all()

    def _add(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            connection.execute(insert(table), [{**row, "programme": self.programme} for row in rows])

    def _last(self, connection: Connection, table: Table) -> int:
        """The greatest position so far."""
        return connection.execute(select(func.max(table.c.position)).where(self._of(table))).scalar() or 0


def changing(engine: Engine, programme: str) -> AbstractContextManager[Connection]:
    """A transaction in which nobody else changes a programme's rows. Raises Unavailable."""
    return alone(engine, f"programme {programme}")


@lru_cache(maxsize=2_000)
def event_of(document: str) -> Event:
    """An event from its document; the same few hundred are asked for again and again."""
    return event_from_json(document)


def seconds(instant: datetime) -> int:
    """Of an instant, since 1970."""
    return int(instant.timestamp())


def instant(number: int) -> datetime:
    """What `seconds` came from, to the second, in UTC."""
    return datetime.fromtimestamp(number, UTC)
