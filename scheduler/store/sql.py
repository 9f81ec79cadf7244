"""The Store port on SQL. Every query has a name; a decision is one transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from scheduler.core.change import event_from_json, event_to_json
from scheduler.core.event import Event
from scheduler.core.freebusy import CalendarCopy, FreeBusy, ReadWarning
from scheduler.core.interval import Intervals, as_intervals
from scheduler.core.plan import plan_from_json, plan_to_json
from scheduler.core.problem import problem_from_json, problem_to_json
from scheduler.ports import SavedPlan, Write
from scheduler.store import tables
from scheduler.store.database import open_database

DRAFT, STANDING = "draft", "standing"


def open_store(folder: Path) -> "SqlStore":
    """The state of a programme folder, made where there is none. Raises Unavailable."""
    folder.mkdir(exist_ok=True)
    return SqlStore(open_database(folder / "state.db"))


class SqlStore:
    """State in a database; see ports.Store for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def copies(self) -> Mapping[tuple[str, str], CalendarCopy]:
        """Every calendar that was ever read or tried, by person and calendar."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.calendar_copy)).mappings().all()
        return {(row["person"], row["calendar"]): _copy(row) for row in rows}

    def keep_copies(self, copies: Sequence[CalendarCopy]) -> None:
        """Take these in place of all that was held: calendars that are no longer listed are forgotten."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.calendar_copy))
            if copies:
                connection.execute(insert(tables.calendar_copy), [_copy_row(copy) for copy in copies])

    def draft(self) -> SavedPlan | None:
        """What was planned last."""
        return self._plan(DRAFT)

    def keep_draft(self, draft: SavedPlan) -> None:
        """Remember what was planned last."""
        with self._engine.begin() as connection:
            _put_plan(connection, DRAFT, draft)

    def standing(self) -> SavedPlan | None:
        """What was applied last."""
        return self._plan(STANDING)

    def live_events(self) -> tuple[Event, ...]:
        """Every event that should stand in calendars now."""
        return self._events(cancelled=False)

    def cancelled_events(self) -> tuple[Event, ...]:
        """Every event that was taken back; its UID is not used again."""
        return self._events(cancelled=True)

    def decide(self, standing: SavedPlan, writes: Sequence[Write]) -> None:
        """Make a plan the standing one and owe these writes, in one transaction."""
        at = _seconds(standing.decided_at)
        with self._engine.begin() as connection:
            _put_plan(connection, STANDING, standing)
            for position, write in enumerate(writes):
                _put_event(connection, write)
                _put_write(connection, write, position, at)

    def pending(self) -> tuple[Write, ...]:
        """Writes that were decided and not yet confirmed, in their order."""
        table = tables.outbound_write
        query = select(table).where(table.c.done_at.is_(None)).order_by(table.c.decided_at, table.c.position)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Write(event_from_json(row["document"]), cancel=row["cancel"]) for row in rows)

    def done(self, write: Write, at: datetime) -> None:
        """Note that a write was confirmed."""
        table = tables.outbound_write
        with self._engine.begin() as connection:
            connection.execute(update(table).where(table.c.id == write.id).values(done_at=_seconds(at)))

    def _plan(self, kind: str) -> SavedPlan | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(tables.plan).where(tables.plan.c.kind == kind)).mappings().first()
        if row is None:
            return None
        return SavedPlan(problem_from_json(row["problem"]), plan_from_json(row["document"]), _instant(row["decided_at"]))

    def _events(self, *, cancelled: bool) -> tuple[Event, ...]:
        table = tables.event
        query = select(table.c.document).where(table.c.cancelled.is_(cancelled)).order_by(table.c.uid)
        with self._engine.connect() as connection:
            return tuple(event_from_json(document) for document in connection.execute(query).scalars())


def _put_plan(connection: Connection, kind: str, saved: SavedPlan) -> None:
    connection.execute(delete(tables.plan).where(tables.plan.c.kind == kind))
    row = {
        "kind": kind,
        "decided_at": _seconds(saved.decided_at),
        "problem": json.dumps(problem_to_json(saved.problem)),
        "document": json.dumps(plan_to_json(saved.plan)),
    }
    connection.execute(insert(tables.plan), row)


def _put_event(connection: Connection, write: Write) -> None:
    table = tables.event
    connection.execute(delete(table).where(table.c.uid == write.event.uid))
    row = {"uid": write.event.uid, "cancelled": write.cancel, "document": event_to_json(write.event)}
    connection.execute(insert(table), row)


def _put_write(connection: Connection, write: Write, position: int, at: int) -> None:
    row = {
        "id": write.id,
        "position": position,
        "cancel": write.cancel,
        "document": event_to_json(write.event),
        "decided_at": at,
    }
    connection.execute(insert(tables.outbound_write), row)


def _copy_row(copy: CalendarCopy) -> dict[str, Any]:
    known = copy.free_busy or FreeBusy()
    return {
        "person": copy.person,
        "calendar": copy.calendar,
        "tried_at": _seconds(copy.tried_at),
        "error": copy.error,
        "read_at": copy.read_at and _seconds(copy.read_at),
        "complete": known.complete,
        "busy": _packed(known.busy),
        "unavailable": _packed(known.unavailable),
        "warnings": json.dumps([[warning.what, warning.uid, warning.line] for warning in known.warnings]),
        "tzdata": version("tzdata"),
    }


def _copy(row: RowMapping) -> CalendarCopy:
    known = FreeBusy(
        busy=_unpacked(row["busy"]),
        unavailable=_unpacked(row["unavailable"]),
        complete=row["complete"],
        warnings=tuple(ReadWarning(*parts) for parts in json.loads(row["warnings"])),
    )
    read = row["read_at"] is not None
    return CalendarCopy(
        person=row["person"],
        calendar=row["calendar"],
        tried_at=_instant(row["tried_at"]),
        error=row["error"],
        read_at=_instant(row["read_at"]) if read else None,
        free_busy=known if read else None,
    )


def _packed(intervals: Intervals) -> str:
    return json.dumps(intervals.ravel().tolist())


def _unpacked(text: str) -> Intervals:
    return as_intervals(json.loads(text))


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
