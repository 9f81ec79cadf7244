"""What somebody brought to be looked at before any of it is saved."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from scheduler.store.rows import changing, seconds
from scheduler.store.web_tables import upload as table


class SqlUploads:
    """Uploads by programme and id: JSON each. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, programme: str, id_: str, documents: Mapping[str, Any], by: str, at: datetime) -> None:
        """Keep one, in place of what it was."""
        values = {"documents": json.dumps(documents), "by": by, "at": seconds(at)}
        mine = (table.c.programme == programme) & (table.c.id == id_)
        with changing(self._engine, programme) as connection:
            if not connection.execute(update(table).where(mine).values(values)).rowcount:
                connection.execute(insert(table), {"programme": programme, "id": id_, **values})

    def get(self, programme: str, id_: str) -> Mapping[str, Any] | None:
        """One of them."""
        with self._engine.connect() as connection:
            mine = (table.c.programme == programme) & (table.c.id == id_)
            text = connection.execute(select(table.c.documents).where(mine)).scalar()
        return json.loads(text) if text else None

    def drop(self, programme: str, id_: str) -> None:
        """Forget one."""
        with changing(self._engine, programme) as connection:
            connection.execute(delete(table).where(table.c.programme == programme, table.c.id == id_))

    def tidy(self, now: datetime, kept: timedelta) -> None:
        """Forget those that nobody saved."""
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.at < seconds(now - kept)))
