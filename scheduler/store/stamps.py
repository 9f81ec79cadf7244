"""Whether anything changed, without reading it: what lists are made of stays in memory until its stamp is another."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, func, select

from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.store.rows import Rows, instant
from scheduler.store.sql import BEFORE, DRAFT, STANDING
from scheduler.store.tables import account, calendar_copy, decision, outbound_write, pin, plan, programme
from scheduler.store.web_tables import job

Stamp = tuple[Any, ...]
"""Two that are equal were taken of the same; of different ones nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """A stamp of each part of a programme."""

    files: Stamp
    standing: Stamp
    draft: Stamp
    decisions: Stamp
    copies: Stamp
    accounts: Stamp
    stopped: Stamp


class SqlStamps(Rows):
    """Stamps of one programme. Methods raise Unavailable where the database fails."""

    def stamps(self) -> Stamps:
        """All of them, by one query.

        What has no counter of its own (a draft, a reading) is told by its second and by what changes along with it.
        """
        parts, query = _query(self.programme)
        with self._engine.connect() as connection:
            values = iter(connection.execute(query).one())
        return Stamps(**{name: tuple(islice(values, length)) for name, length in parts})

    def readings(self) -> Sequence[CalendarCopy]:
        """How the last reading of every calendar went; without the busy times, which are nine tenths of the rows."""
        kept = ("person", "calendar", "tried_at", "error", "read_at", "complete")
        rows = self._read(select(*(calendar_copy.c[name] for name in kept)).where(self._of(calendar_copy)))
        return [
            CalendarCopy(
                person=row["person"],
                calendar=row["calendar"],
                tried_at=instant(row["tried_at"]),
                error=row["error"],
                read_at=None if row["read_at"] is None else instant(row["read_at"]),
                free_busy=None if row["read_at"] is None else FreeBusy(complete=row["complete"]),
            )
            for row in rows
        ]


@lru_cache(maxsize=64)
def _query(id_: str) -> tuple[tuple[tuple[str, int], ...], Select[Any]]:
    """How many values each stamp has, and the query for all of them: making it takes longer than asking it."""
    copies, pins = calendar_copy.c, pin.c

    def one(what: ColumnElement[Any], table: Table, where: ColumnElement[bool] | None = None) -> ColumnElement[Any]:
        query: Select[Any] = select(what).select_from(table).where(table.c.programme == id_)
        return (query if where is None else query.where(where)).scalar_subquery()

    def of_plan(kind: str, column: str) -> ColumnElement[Any]:
        return one(plan.c[column], plan, plan.c.kind == kind)

    def count(table: Table, which: ColumnElement[bool]) -> ColumnElement[Any]:
        return one(func.sum(case((which, 1), else_=0)), table)

    def of_programme(column: str) -> ColumnElement[Any]:
        return select(programme.c[column]).where(programme.c.id == id_).scalar_subquery()

    parts: dict[str, list[ColumnElement[Any]]] = {
        "files": [of_programme("revision")],
        "standing": [
            *(of_plan(kind, each) for kind in (STANDING, BEFORE) for each in ("decided_at", "position")),
            one(func.max(outbound_write.c.position), outbound_write),
        ],
        "draft": [
            of_plan(DRAFT, "decided_at"),
            one(func.count(job.c.ended_at), job),
            *(one(each, pin) for each in (func.count(), func.sum(pins.start), func.sum(pins.decided_at))),
        ],
        "decisions": [
            one(func.max(decision.c.position), decision),
            *(count(decision, decision.c.state == state) for state in ("proposed", "done", "accepted")),
        ],
        "copies": [
            *(one(each, calendar_copy) for each in (func.count(), func.sum(copies.tried_at))),
            *(count(calendar_copy, each) for each in (copies.error != "", copies.complete.is_(True))),
        ],
        "accounts": [
            *(one(each, account) for each in (func.count(), func.sum(account.c.connected_at))),
            one(func.sum(func.length(account.c.calendars)), account),
            count(account, account.c.error != ""),
        ],
        "stopped": [of_programme("stopped")],
    }
    return tuple((name, len(part)) for name, part in parts.items()), select(*chain.from_iterable(parts.values()))
