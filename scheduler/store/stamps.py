"""Whether anything changed, without reading it: what lists are made of stays in memory until its stamp is another."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    writes: Stamp
    stopped: Stamp


class SqlStamps(Rows):
    """Stamps of one programme. Methods raise Unavailable where the database fails."""

    def stamps(self) -> Stamps:
        """All of them, by one query.

        What has no counter of its own (a draft, a reading) is told by its second and by what changes along with it.
        """
        copies, pins = calendar_copy.c, pin.c
        parts: dict[str, list[ColumnElement[Any]]] = {
            "files": [self._one(programme.c.revision, programme.c.id == self.programme)],
            "standing": [
                *(self._plan(kind, each) for kind in (STANDING, BEFORE) for each in ("decided_at", "position")),
                self._sum(outbound_write, func.max(outbound_write.c.position)),
            ],
            "draft": [
                self._plan(DRAFT, "decided_at"),
                self._sum(job, func.count(job.c.ended_at)),
                *(self._sum(pin, each) for each in (func.count(), func.sum(pins.start), func.sum(pins.decided_at))),
            ],
            "decisions": [
                self._sum(decision, func.max(decision.c.position)),
                *(self._count(decision, decision.c.state == state) for state in ("proposed", "done", "accepted")),
            ],
            "copies": [
                *(self._sum(calendar_copy, each) for each in (func.count(), func.sum(copies.tried_at))),
                *(self._count(calendar_copy, each) for each in (copies.error != "", copies.complete.is_(True))),
            ],
            "accounts": [
                *(self._sum(account, each) for each in (func.count(), func.sum(account.c.connected_at))),
                self._sum(account, func.sum(func.length(account.c.calendars))),
                self._count(account, account.c.error != ""),
            ],
            "writes": [
                self._sum(outbound_write, each)
                for each in (func.count(), func.count(outbound_write.c.done_at), func.sum(outbound_write.c.attempts))
            ],
            "stopped": [self._one(programme.c.stopped, programme.c.id == self.programme)],
        }
        [row] = self._read(select(*(each for part in parts.values() for each in part)))
        values = iter(row.values())
        return Stamps(**{name: tuple(next(values) for _ in part) for name, part in parts.items()})

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

    def _plan(self, kind: str, column: str) -> ColumnElement[Any]:
        return self._one(plan.c[column], self._of(plan) & (plan.c.kind == kind))

    def _sum(self, table: Table, what: ColumnElement[Any]) -> ColumnElement[Any]:
        return self._one(what, self._of(table), table)

    def _count(self, table: Table, which: ColumnElement[bool]) -> ColumnElement[Any]:
        return self._sum(table, func.sum(case((which, 1), else_=0)))

    def _one(self, what: ColumnElement[Any], of: ColumnElement[bool], table: Table | None = None) -> ColumnElement[Any]:
        query: Select[Any] = select(what)
        return (query.select_from(table) if table is not None else query).where(of).scalar_subquery()
