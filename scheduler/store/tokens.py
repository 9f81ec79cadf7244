"""Tokens of the API, known by the SHA-256 of what is shown."""

import json
from datetime import datetime

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.token import ApiToken, Scope
from scheduler.store.database import alone
from scheduler.store.rows import instant, seconds
from scheduler.store.web_tables import api_token as table


class SqlTokens:
    """Tokens of all programmes. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, token: ApiToken, hash_: str) -> None:
        """Add one."""
        row = {
            "programme": token.programme,
            "id": token.id,
            "hash": hash_,
            "name": token.name,
            "scopes": json.dumps(sorted(token.scopes)),
            "created_at": seconds(token.created_at),
            "expires_at": token.expires_at and seconds(token.expires_at),
        }
        with alone(self._engine, "tokens") as connection:
            connection.execute(insert(table), row)

    def by_hash(self, hash_: str) -> ApiToken | None:
        """The one that is shown so, whether or not it still opens anything."""
        with self._engine.connect() as connection:
            row = connection.execute(select(table).where(table.c.hash == hash_)).mappings().first()
        return _token(row) if row else None

    def of(self, programme: str) -> tuple[ApiToken, ...]:
        """A programme's that were not revoked, the newest first."""
        mine = (table.c.programme == programme) & table.c.revoked_at.is_(None)
        query = select(table).where(mine).order_by(table.c.created_at.desc(), table.c.id)
        with self._engine.connect() as connection:
            return tuple(_token(row) for row in connection.execute(query).mappings())

    def used(self, token: ApiToken, at: datetime) -> None:
        """Note when one was shown."""
        self._update(token.programme, token.id, used_at=seconds(at))

    def revoke(self, programme: str, id_: str, at: datetime) -> None:
        """End one."""
        self._update(programme, id_, revoked_at=seconds(at))

    def _update(self, programme: str, id_: str, **values: int) -> None:
        mine = (table.c.programme == programme) & (table.c.id == id_)
        with alone(self._engine, "tokens") as connection:
            connection.execute(update(table).where(mine).values(values))


def _token(row: RowMapping) -> ApiToken:
    return ApiToken(
        programme=row["programme"],
        id=row["id"],
        name=row["name"],
        scopes=frozenset(Scope(each) for each in json.loads(row["scopes"])),
        created_at=instant(row["created_at"]),
        expires_at=None if row["expires_at"] is None else instant(row["expires_at"]),
        used_at=None if row["used_at"] is None else instant(row["used_at"]),
        revoked_at=None if row["revoked_at"] is None else instant(row["revoked_at"]),
    )
