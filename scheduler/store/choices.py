"""Which recurring time each of a pair chose: it is booked when all of them chose the same."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from scheduler.store.rows import Rows, seconds
from scheduler.store.web_tables import choice as table


class SqlChoices(Rows):
    """The choices of a programme. Every method raises Unavailable where the database fails."""

    def of(self, group: str) -> Mapping[str, str]:
        """The time that each person of a group chose, by who they are."""
        rows = self._read(select(table.c.person, table.c.slot).where(self._of(table), table.c.group == group))
        return {row["person"]: row["slot"] for row in rows}

    def choose(self, group: str, person: str, slot: str, at: datetime) -> None:
        """Take a choice in the place of an earlier one of the same person."""
        mine = self._of(table) & (table.c.group == group) & (table.c.person == person)
        with self._alone() as connection:
            connection.execute(delete(table).where(mine))
            self._add(connection, table, [{"group": group, "person": person, "slot": slot, "at": seconds(at)}])

    def forget(self, group: str) -> None:
        """Take the choices of a group back."""
        with self._alone() as connection:
            connection.execute(delete(table).where(self._of(table), table.c.group == group))
