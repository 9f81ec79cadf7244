"""Connected accounts in the database, each with its secret as the vault sealed it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.account import Account, Provider
from scheduler.store import tables
from scheduler.store.database import open_state

table, copies = tables.account, tables.calendar_copy


def open_accounts(folder: Path) -> "SqlAccounts":
    """The accounts in the state of a programme folder. Raises Unavailable."""
    return SqlAccounts(open_state(folder))


class SqlAccounts:
    """Accounts by person, provider and identity. Every method raises Unavailable where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[Account, ...]:
        """Every account, in the order of person, provider and identity."""
        query = select(table).order_by(table.c.person, table.c.provider, table.c.identity)
        with self._engine.connect() as connection:
            return tuple(_account(row) for row in connection.execute(query).mappings())

    def keep(self, account: Account, sealed: str, *, alone: bool) -> Account | None:
        """Take an account, in place of an earlier connection of the same one.

        With `alone` it is not taken beside another account of the same person and provider, which is answered then.
        """
        with self._engine.connect() as connection:
            connection.execute(delete(table).where(_is(account)))  # this first: it keeps others from connecting
            theirs = (table.c.person == account.person) & (table.c.provider == str(account.provider))
            other = connection.execute(select(table).where(theirs)).mappings().first()
            if alone and other:
                return _account(other)
            connection.execute(insert(table), _row(account) | {"secret": sealed})
            connection.commit()
        return None

    def count(self, account: Account, calendars: tuple[str, ...]) -> None:
        """Note which of its calendars count."""
        with self._engine.begin() as connection:
            connection.execute(update(table).where(_is(account)).values(calendars=json.dumps(calendars)))

    def note(self, account: Account, error: str) -> None:
        """Note what was wrong at its last use; empty: nothing."""
        with self._engine.begin() as connection:
            connection.execute(update(table).where(_same_connection(account)).values(error=error))

    def erase(self, account: Account, read: Sequence[tuple[str, str]]) -> None:
        """Forget an account with its secret, and these copies of calendars, by person and calendar."""
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(_is(account)))
            for person, calendar in read:
                connection.execute(delete(copies).where(copies.c.person == person, copies.c.calendar == calendar))

    def sealed(self, account: Account) -> str:
        """The secret as the vault sealed it; empty where the account is gone."""
        with self._engine.connect() as connection:
            return connection.execute(select(table.c.secret).where(_is(account))).scalar() or ""

    def renew(self, account: Account, sealed: str) -> None:
        """Keep another secret in its place; nothing, where it was disconnected or connected anew meanwhile."""
        with self._engine.begin() as connection:
            connection.execute(update(table).where(_same_connection(account)).values(secret=sealed))

    def reseal(self, again: Callable[[Account, str], str]) -> int:
        """Put what `again` makes of each secret in its place, all of them or, after a crash, none; says how many."""
        with self._engine.begin() as connection:
            connection.execute(update(table).values(secret=table.c.secret))  # first: it keeps others from renewing
            rows = connection.execute(select(table)).mappings().all()
            for account, sealed in ((_account(row), row["secret"]) for row in rows):
                connection.execute(update(table).where(_is(account)).values(secret=again(account, sealed)))
        return len(rows)


def _is(account: Account) -> ColumnElement[bool]:
    return and_(
        table.c.person == account.person,
        table.c.provider == str(account.provider),
        table.c.identity == account.identity,
    )


def _same_connection(account: Account) -> ColumnElement[bool]:
    return _is(account) & (table.c.connected_at == int(account.connected_at.timestamp()))


def _row(account: Account) -> dict[str, Any]:
    return {
        "person": account.person,
        "provider": str(account.provider),
        "identity": account.identity,
        "address": account.address,
        "scopes": json.dumps(account.scopes),
        "everybody": account.everybody,
        "schedules": account.schedules,
        "calendars": json.dumps(account.calendars),
        "connected_at": int(account.connected_at.timestamp()),
        "error": account.error,
    }


def _account(row: RowMapping) -> Account:
    return Account(
        person=row["person"],
        provider=Provider(row["provider"]),
        identity=row["identity"],
        address=row["address"],
        scopes=tuple(json.loads(row["scopes"])),
        everybody=row["everybody"],
        schedules=row["schedules"],
        calendars=tuple(json.loads(row["calendars"])),
        connected_at=datetime.fromtimestamp(row["connected_at"], UTC),
        error=row["error"],
    )
