"""Writes of the API that carry a key of their own: each is done once, and answered the same ever after."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update

from scheduler.store.database import alone
from scheduler.store.rows import seconds
from scheduler.store.web_tables import idempotent_request as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a request was answered; `status` None: it is still being done. `request` is the SHA-256 of what it asked."""

    request: str
    status: int | None
    headers: Mapping[str, str]
    body: str


class SqlIdempotency:
    """Requests by programme and key. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, programme: str, key: str, request: str, at: datetime, *, kept: timedelta) -> Answered | None:
        """Begin with a request; of two at once one does. Answers what became of an earlier one with the same key.

        What is older than it is kept is forgotten first.
        """
        mine = (table.c.programme == programme) & (table.c.key == key)
        with alone(self._engine, "idempotency") as connection:
            connection.execute(delete(table).where(table.c.at < seconds(at - kept)))
            row = connection.execute(select(table).where(mine)).mappings().first()
            if row:
                headers = json.loads(row["headers"])
                return Answered(request=row["request"], status=row["status"], headers=headers, body=row["body"])
            new = {"programme": programme, "key": key, "request": request, "at": seconds(at)}
            connection.execute(insert(table), new | {"status": None, "headers": "{}", "body": ""})
        return None

    def end(self, programme: str, key: str, answered: Answered) -> None:
        """Keep how it was answered."""
        values = {"status": answered.status, "headers": json.dumps(dict(answered.headers)), "body": answered.body}
        mine = (table.c.programme == programme) & (table.c.key == key)
        with alone(self._engine, "idempotency") as connection:
            connection.execute(update(table).where(mine).values(values))

    def forget(self, programme: str, key: str) -> None:
        """Let it be tried again: nothing was done."""
        mine = (table.c.programme == programme) & (table.c.key == key)
        with alone(self._engine, "idempotency") as connection:
            connection.execute(delete(table).where(mine))
