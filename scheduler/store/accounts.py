"""Connected accounts in the database, each with its secret as the vault sealed it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.account import Account, Provider
from scheduler.core.webhook import Happening, HookEvent
from scheduler.store import tables
from scheduler.store.database import open_state
from scheduler.store.rows import Rows, instant, seconds
from scheduler.store.webhooks import owe_messages

table, copies = tables.account, tables.calendar_copy


def open_accounts(folder: Path) -> "SqlAccounts":
    """The accounts in the state of a programme folder. Raises Unavailable."""
    return SqlAccounts(open_state(folder))


class SqlAccounts(Rows):
    """Accounts by person, provider and identity. Every method raises Unavailable where the database fails."""

    def all(self) -> tuple[Account, ...]:
        """Every account, in the order of person, provider and identity."""
        accounts = [account_of(row) for row in self._read(select(table).where(self._of(table)))]
        return tuple(sorted(accounts, key=lambda each: (each.person, each.provider, each.identity)))

    def keep(self, account: Account, sealed: str, *, alone: bool) -> Account | None:
        """Take an account, in place of an earlier connection of the same one.

        With `alone` it is not taken beside another account of the same person and provider, which is answered then.
        """
        theirs = (table.c.person == account.person) & (table.c.provider == str(account.provider))
        with self._alone() as connection:
            query = select(table).where(self._of(table), theirs, table.c.identity != account.identity)
            other = connection.execute(query).mappings().first()
            if alone and other:
                return account_of(other)
            connection.execute(delete(table).where(self._is(account)))
            self._add(connection, table, [_row(account) | {"secret": sealed}])
        return None

    def count(self, account: Account, calendars: tuple[str, ...]) -> None:
        """Note which of its calendars count."""
        with self._alone() as connection:
            connection.execute(update(table).where(self._is(account)).values(calendars=json.dumps(calendars)))

    def note(self, account: Account, error: str) -> None:
        """Note what was wrong at its last use; empty: nothing."""
        mine = self._same_connection(account)
        with self._alone() as connection:
            before = connection.execute(select(table.c.error).where(mine)).scalar()
            connection.execute(update(table).where(mine).values(error=error))
            if error and before == "":
                owe_messages(connection, self.programme, [_disconnected(account, error)])

    def erase(self, account: Account, read: Sequence[tuple[str, str]]) -> None:
        """Forget an account with its secret, and these copies of calendars, by person and calendar."""
        with self._alone() as connection:
            connection.execute(delete(table).where(self._is(account)))
            for person, calendar in read:
                same = (copies.c.person == person) & (copies.c.calendar == calendar)
                connection.execute(delete(copies).where(self._of(copies), same))

    def sealed(self, account: Account) -> str:
        """The secret as the vault sealed it; empty where the account is gone."""
        with self._engine.connect() as connection:
            return connection.execute(select(table.c.secret).where(self._is(account))).scalar() or ""

    def renew(self, account: Account, sealed: str) -> None:
        """Keep another secret in its place; nothing, where it was disconnected or connected anew meanwhile."""
        with self._alone() as connection:
            connection.execute(update(table).where(self._same_connection(account)).values(secret=sealed))

    def reseal(self, again: Callable[[Account, str], str]) -> int:
        """Put what `again` makes of each secret in its place, all of them or, after a crash, none; says how many."""
        with self._alone() as connection:
            rows = connection.execute(select(table).where(self._of(table))).mappings().all()
            for account, sealed in ((account_of(row), row["secret"]) for row in rows):
                connection.execute(update(table).where(self._is(account)).values(secret=again(account, sealed)))
        return len(rows)

    def _is(self, account: Account) -> ColumnElement[bool]:
        return and_(
            self._of(table),
            table.c.person == account.person,
            table.c.provider == str(account.provider),
            table.c.identity == account.identity,
        )

    def _same_connection(self, account: Account) -> ColumnElement[bool]:
        return self._is(account) & (table.c.connected_at == seconds(account.connected_at))


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
        "connected_at": seconds(account.connected_at),
        "error": account.error,
    }


def account_of(row: RowMapping) -> Account:
    """The account that a row holds; its secret is apart."""
    return Account(
        person=row["person"],
        provider=Provider(row["provider"]),
        identity=row["identity"],
        address=row["address"],
        scopes=tuple(json.loads(row["scopes"])),
        everybody=row["everybody"],
        schedules=row["schedules"],
        calendars=tuple(json.loads(row["calendars"])),
        connected_at=instant(row["connected_at"]),
        error=row["error"],
    )


def _disconnected(account: Account, error: str) -> Happening:
    which = (account.person, account.provider, account.identity, account.connected_at.isoformat(), error)
    data = {"person": account.person or None, "provider": str(account.provider)}
    return Happening(event=HookEvent.CALENDAR_DISCONNECTED, key=repr(which), at=datetime.now(UTC), data=data)
