"""Writes that are owed: one row for each form that an event was ever given, in the order of decisions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update

from scheduler.core.event import Event, event_from_json, event_to_json
from scheduler.store.rows import Rows, seconds
from scheduler.store.tables import outbound_write as table

_newer = table.alias("newer")


LONGEST_SECONDS = 3600
"""Nobody puts a write off for longer: what is put off beyond that was so before a clock went back."""


def due_by(now: int) -> ColumnElement[bool]:
    """Rows whose writing is owed by then: the newest form of an event, unless it was put off beyond."""
    same = (_newer.c.programme == table.c.programme) & (_newer.c.uid == table.c.uid)
    return (
        table.c.done_at.is_(None)
        & or_(table.c.retry_at.is_(None), ~table.c.retry_at.between(now + 1, now + LONGEST_SECONDS))
        & ~exists(select(_newer.c.uid).where(same, _newer.c.sequence > table.c.sequence))
    )


class Outbox(Rows):
    """The part of the Store port that knows what is to be written; see ports.Store for what each promises."""

    def pending(self, uid: str = "") -> tuple[Event, ...]:
        """Events whose writing is owed, in order, each in all its forms that were never written; of one UID, or all."""
        query = select(table.c.document).where(self._forms(uid), table.c.done_at.is_(None)).order_by(table.c.position)
        return tuple(event_from_json(row["document"]) for row in self._read(query))

    def owed(self, now: datetime, uid: str = "") -> tuple[tuple[Event, int], ...]:
        """Events that are to be written now, in their newest form, and how often each failed; in order."""
        query = select(table.c.document, table.c.attempts).where(self._forms(uid), due_by(seconds(now)))
        rows = self._read(query.order_by(table.c.position))
        return tuple((event_from_json(row["document"]), row["attempts"]) for row in rows)

    def waiting(self) -> tuple[int, int]:
        """How many events are to be written yet, and how many of these failed before and are tried again."""
        mine = self._of(table) & table.c.done_at.is_(None)
        query = select(table.c.uid, func.max(table.c.attempts).label("tries")).where(mine).group_by(table.c.uid)
        tries = [int(row["tries"]) for row in self._read(query)]
        return len(tries), sum(each > 0 for each in tries)

    def done(self, event: Event, at: datetime) -> None:
        """Note that an event's writing was confirmed: what it was to be before is owed no more either."""
        mine = (table.c.uid == event.uid) & (table.c.sequence <= event.sequence) & table.c.done_at.is_(None)
        with self._alone() as connection:
            connection.execute(update(table).where(self._of(table), mine).values(done_at=seconds(at)))

    def put_off(self, event: Event, until: datetime) -> int:
        """Note that writing an event failed, and is tried again then; how often it failed in all."""
        mine = self._of(table) & (table.c.uid == event.uid) & (table.c.sequence == event.sequence)
        with self._alone() as connection:
            failed = {"attempts": table.c.attempts + 1, "retry_at": seconds(until)}
            connection.execute(update(table).where(mine).values(failed))
            return connection.execute(select(table.c.attempts).where(mine)).scalar() or 0

    def _forms(self, uid: str) -> ColumnElement[bool]:
        """Of one event, or of all: whoever writes one event must not read a whole programme's."""
        return self._of(table) & (table.c.uid == uid) if uid else self._of(table)

    def _owe(self, connection: Connection, events: Sequence[Event], at: datetime) -> int:
        """Owe the writing of events; answers the position of the last that is owed now."""
        last = self._last(connection, table)
        rows = [
            {
                "uid": event.uid,
                "sequence": event.sequence,
                "position": position,
                "document": event_to_json(event),
                "decided_at": seconds(at),
            }
            for position, event in enumerate(events, start=last + 1)
        ]
        self._add(connection, table, rows)
        return last + len(events)
