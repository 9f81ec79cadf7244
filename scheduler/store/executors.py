"""Which processes do the service's work, and when each last showed that it lives."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, or_, select, update

from scheduler.store.database import alone
from scheduler.store.rows import seconds
from scheduler.store.tables import executor as table


class SqlExecutors:
    """Executors by id. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, id_: str, at: datetime) -> None:
        """Note that one lives."""
        with alone(self._engine, "executors") as connection:
            beat = {"beat_at": seconds(at), "claimed_at": None}
            if not connection.execute(update(table).where(table.c.id == id_).values(beat)).rowcount:
                connection.execute(insert(table), {"id": id_, **beat})

    def alive(self, since: datetime) -> tuple[str, ...]:
        """Those that have shown since an instant that they live."""
        with self._engine.connect() as connection:
            query = select(table.c.id).where(table.c.beat_at >= seconds(since))
            return tuple(sorted(connection.execute(query).scalars()))

    def claim(self, before: datetime, at: datetime) -> tuple[str, ...]:
        """The silent ones whose work nobody has begun to take over since `before`: whoever is told so does.

        One that takes it over ends with `forget`; where it dies in between, somebody else is told later. What is as
        far beyond `at` as `before` is before it was said by a clock that was wrong, and shows nothing.
        """
        since, until = seconds(before), 2 * seconds(at) - seconds(before)
        unclaimed = or_(table.c.claimed_at.is_(None), ~table.c.claimed_at.between(since, until))
        with alone(self._engine, "executors") as connection:
            query = select(table.c.id).where(~table.c.beat_at.between(since, until), unclaimed)
            found = tuple(sorted(connection.execute(query).scalars()))
            connection.execute(update(table).where(table.c.id.in_(found)).values(claimed_at=seconds(at)))
        return found

    def forget(self, id_: str) -> None:
        """Its work was taken over. One that lives after all is known again with its next beat."""
        with alone(self._engine, "executors") as connection:
            connection.execute(delete(table).where(table.c.id == id_))
