"""Which providers promised to tell of which calendar, and the hash of the secret that they show then."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, delete, insert, select
from sqlalchemy.engine import RowMapping

from scheduler.core.account import Provider
from scheduler.core.subscription import Subscription
from scheduler.store.database import alone
from scheduler.store.rows import instant, seconds
from scheduler.store.tables import subscription as table


class SqlSubscriptions:
    """Subscriptions of all programmes by provider and id. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[tuple[str, Subscription], ...]:
        """Every one with its programme; those that end first come first."""
        return self._found()

    def ending(self, before: datetime) -> tuple[tuple[str, Subscription], ...]:
        """Those that end before an instant, with their programmes; those that end first come first."""
        return self._found(table.c.expires_at < seconds(before))

    def find(self, provider: Provider, id_: str) -> tuple[str, Subscription, str] | None:
        """One of them, between its programme and the hash of its secret."""
        with self._engine.connect() as connection:
            row = connection.execute(select(table).where(_is(provider, id_))).mappings().first()
        return (row["programme"], _subscription(row), row["secret_hash"]) if row else None

    def keep(self, programme: str, subscription: Subscription, secret_hash: str) -> None:
        """Take one, in place of what was held under its id."""
        row = {
            "provider": str(subscription.provider),
            "id": subscription.id,
            "programme": programme,
            "person": subscription.person,
            "calendar": subscription.calendar,
            "resource": subscription.resource,
            "expires_at": seconds(subscription.expires_at),
            "secret_hash": secret_hash,
        }
        with alone(self._engine, "subscriptions") as connection:
            connection.execute(delete(table).where(_is(subscription.provider, subscription.id)))
            connection.execute(insert(table), row)

    def drop(self, provider: Provider, id_: str) -> None:
        """Forget one."""
        with alone(self._engine, "subscriptions") as connection:
            connection.execute(delete(table).where(_is(provider, id_)))

    def _found(self, *which: ColumnElement[bool]) -> tuple[tuple[str, Subscription], ...]:
        with self._engine.connect() as connection:
            rows: Sequence[RowMapping] = connection.execute(select(table).where(*which)).mappings().all()
        found = [(row["programme"], _subscription(row)) for row in rows]
        return tuple(sorted(found, key=lambda each: (each[1].expires_at, each[1].provider, each[1].id)))


def _is(provider: Provider, id_: str) -> ColumnElement[bool]:
    return (table.c.provider == str(provider)) & (table.c.id == id_)


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(
        id=row["id"],
        provider=Provider(row["provider"]),
        person=row["person"],
        calendar=row["calendar"],
        expires_at=instant(row["expires_at"]),
        resource=row["resource"],
    )
