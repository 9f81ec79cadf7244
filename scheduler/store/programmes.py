"""The programmes of a service: their files, and the key of each, which the vault sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from scheduler.errors import ChangedElsewhere
from scheduler.store.rows import changing, instant, seconds
from scheduler.store.tables import document, metadata, programme
from scheduler.store.trail import NO_PROGRAMME


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A programme: `revision` is how often its files changed, `stopped` why nothing may be written (empty: it may).

    `kind` is "programme", or "pair": what two people began by themselves.
    """

    id: str
    name: str
    revision: int
    stopped: str
    sealed_key: str
    imported_at: datetime
    kind: str = "programme"


class SqlProgrammes:
    """Programmes by id. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[Held, ...]:
        """Every programme that was imported, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(programme).where(programme.c.imported_at.is_not(None))).mappings().all()
        return tuple(sorted((_held(row) for row in rows), key=lambda each: each.id))

    def get(self, id_: str) -> Held | None:
        """One of them; None: it was never imported."""
        with self._engine.connect() as connection:
            row = _row(connection, id_)
        return _held(row) if row and row["imported_at"] is not None else None

    def put(
        self,
        id_: str,
        name: str,
        files: Mapping[str, bytes],
        sealed_key: str,
        at: datetime,
        *,
        kind: str = "programme",
        expected: int | None = None,
    ) -> int:
        """Take a programme's files, by their names, in place of all that it had; answers its revision.

        That grows where any file differs. Key and kind are taken at the first time only. Raises ChangedElsewhere where
        its revision is not the one that is expected; 0: there is no such programme yet.
        """
        with changing(self._engine, id_) as connection:
            row = _row(connection, id_)
            if expected is not None and expected != (row["revision"] if row else 0):
                raise ChangedElsewhere("somebody changed the programme meanwhile: look at it again.")
            if row is None:
                connection.execute(insert(programme), {**NO_PROGRAMME, "id": id_, "kind": kind})
            before = row or NO_PROGRAMME
            revision = int(before["revision"]) + (not before["revision"] or files != _files(connection, id_))
            values = {
                "name": name,
                "revision": revision,
                "sealed_key": before["sealed_key"] or sealed_key,
                "imported_at": seconds(at),
            }
            connection.execute(update(programme).where(programme.c.id == id_).values(values))
            connection.execute(delete(document).where(document.c.programme == id_))
            rows = [{"programme": id_, "name": each, "content": content} for each, content in files.items()]
            if rows:
                connection.execute(insert(document), rows)
        return revision

    def reseal(self, id_: str, sealed_key: str) -> None:
        """Take a programme's key as it is sealed now."""
        with changing(self._engine, id_) as connection:
            connection.execute(update(programme).where(programme.c.id == id_).values(sealed_key=sealed_key))

    def files(self, id_: str) -> Mapping[str, bytes]:
        """A programme's files by name."""
        with self._engine.connect() as connection:
            return _files(connection, id_)

    def remove(self, id_: str) -> None:
        """Forget a programme, and all that is known of it."""
        with changing(self._engine, id_) as connection:
            for table in metadata.sorted_tables:
                if "programme" in table.c:
                    connection.execute(delete(table).where(table.c.programme == id_))
            connection.execute(delete(programme).where(programme.c.id == id_))


def _row(connection: Connection, id_: str) -> RowMapping | None:
    return connection.execute(select(programme).where(programme.c.id == id_)).mappings().first()


def _files(connection: Connection, id_: str) -> dict[str, bytes]:
    rows = connection.execute(select(document.c.name, document.c.content).where(document.c.programme == id_))
    return {name: bytes(content) for name, content in rows}


def _held(row: RowMapping) -> Held:
    return Held(
        id=row["id"],
        name=row["name"],
        revision=row["revision"],
        stopped=row["stopped"],
        sealed_key=row["sealed_key"],
        imported_at=instant(row["imported_at"]),
        kind=row["kind"],
    )
