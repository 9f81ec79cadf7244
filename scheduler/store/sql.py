"""The Store port on SQL. Every query has a name; a decision is one transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from scheduler.core.event import Event, event_from_json, event_to_json
from scheduler.core.freebusy import CalendarCopy, FreeBusy, ReadWarning
from scheduler.core.interval import Intervals, as_intervals
from scheduler.core.pins import Pin
from scheduler.core.plan import plan_from_json, plan_to_json
from scheduler.core.problem import problem_from_json, problem_to_json
from scheduler.errors import ChangedElsewhere
from scheduler.ports import SavedPlan
from scheduler.store import tables
from scheduler.store.database import open_state
from scheduler.store.deliveries import Deliveries

DRAFT, STANDING, BEFORE = "draft", "standing", "before"


def open_store(folder: Path) -> "SqlStore":
    """The state of a programme folder, made where there is none. Raises Unavailable."""
    return SqlStore(open_state(folder))


class SqlStore(Deliveries):
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

    def before(self) -> SavedPlan | None:
        """What stood until something was applied last."""
        return self._plan(BEFORE)

    def events(self) -> tuple[Event, ...]:
        """Every event that was ever published, as it should stand now."""
        with self._engine.connect() as connection:
            documents = connection.execute(select(tables.event.c.document).order_by(tables.event.c.uid)).scalars()
            return tuple(event_from_json(document) for document in documents)

    def events_before(self) -> tuple[Event, ...]:
        """Every event that was published when what stood before stood, as it was then."""
        written, plan = tables.outbound_write, tables.plan
        until = select(plan.c.position).where(plan.c.kind == BEFORE).scalar_subquery()
        query = select(written.c.document).where(written.c.position <= until).order_by(written.c.position)
        with self._engine.connect() as connection:
            versions = [event_from_json(document) for document in connection.execute(query).scalars()]
        newest = {event.uid: event for event in versions}
        return tuple(newest[uid] for uid in sorted(newest))

    def pins(self) -> tuple[Pin, ...]:
        """What people decided by hand."""
        query = select(tables.pin).order_by(tables.pin.c.group, tables.pin.c.session)
        with self._engine.connect() as connection:
            return tuple(_pin(row) for row in connection.execute(query).mappings())

    def keep_pins(self, pins: Sequence[Pin]) -> None:
        """Take these in place of all that were held."""
        with self._engine.begin() as connection:
            _put_pins(connection, pins)

    def decide(
        self,
        standing: SavedPlan | None,
        events: Sequence[Event],
        seen: Mapping[str, int],
        pins: Sequence[Pin],
        at: datetime,
    ) -> None:
        """Make a plan the standing one and owe these events' writing, in one transaction."""
        with self._engine.begin() as connection:
            _put_aside(connection)  # this first: it keeps others from deciding until we are through
            if _live(connection) != seen:
                raise ChangedElsewhere("another apply came first, so nothing was written. Plan again.")
            last = connection.execute(select(func.max(tables.outbound_write.c.position))).scalar() or 0
            for position, event in enumerate(events, start=last + 1):
                _put_event(connection, event)
                _owe(connection, event, position, _seconds(at))
            if standing:
                _put_plan(connection, STANDING, standing, last + len(events))
                _put_plan(connection, DRAFT, standing)
            _put_pins(connection, pins)

    def pending(self) -> tuple[Event, ...]:
        """Events whose writing is owed, in order."""
        table = tables.outbound_write
        query = select(table.c.document).where(table.c.done_at.is_(None)).order_by(table.c.position)
        with self._engine.connect() as connection:
            return tuple(event_from_json(document) for document in connection.execute(query).scalars())

    def done(self, event: Event, at: datetime) -> None:
        """Note that an event's writing was confirmed."""
        table = tables.outbound_write
        mine = (table.c.uid == event.uid) & (table.c.sequence == event.sequence)
        with self._engine.begin() as connection:
            connection.execute(update(table).where(mine).values(done_at=_seconds(at)))

    def _plan(self, kind: str) -> SavedPlan | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(tables.plan).where(tables.plan.c.kind == kind)).mappings().first()
        if row is None:
            return None
        return SavedPlan(
            problem_from_json(row["problem"]), plan_from_json(row["document"]), _instant(row["decided_at"])
        )


def _put_aside(connection: Connection) -> None:
    """What stands is what stood before, from now on."""
    connection.execute(delete(tables.plan).where(tables.plan.c.kind == BEFORE))
    connection.execute(update(tables.plan).where(tables.plan.c.kind == STANDING).values(kind=BEFORE))


def _put_plan(connection: Connection, kind: str, saved: SavedPlan, position: int | None = None) -> None:
    connection.execute(delete(tables.plan).where(tables.plan.c.kind == kind))
    row = {
        "kind": kind,
        "decided_at": _seconds(saved.decided_at),
        "problem": json.dumps(problem_to_json(saved.problem)),
        "document": json.dumps(plan_to_json(saved.plan)),
        "position": position,
    }
    connection.execute(insert(tables.plan), row)


def _put_pins(connection: Connection, pins: Sequence[Pin]) -> None:
    connection.execute(delete(tables.pin))
    if pins:
        connection.execute(insert(tables.pin), [_pin_row(pin) for pin in pins])


def _put_event(connection: Connection, event: Event) -> None:
    connection.execute(delete(tables.event).where(tables.event.c.uid == event.uid))
    connection.execute(insert(tables.event), {"uid": event.uid, "document": event_to_json(event)})


def _live(connection: Connection) -> dict[str, int]:
    """The SEQUENCE of every event that stands, by UID."""
    documents = connection.execute(select(tables.event.c.document)).scalars()
    events = (event_from_json(document) for document in documents)
    return {event.uid: event.sequence for event in events if not event.cancelled}


def _owe(connection: Connection, event: Event, position: int, at: int) -> None:
    row = {
        "uid": event.uid,
        "sequence": event.sequence,
        "position": position,
        "document": event_to_json(event),
        "decided_at": at,
    }
    connection.execute(insert(tables.outbound_write), row)


def _pin_row(pin: Pin) -> dict[str, Any]:
    return {
        "group": pin.group,
        "session": pin.session,
        "start": pin.start and _seconds(pin.start),
        "counted_from": pin.counted_from.isoformat(),
        "decided_at": _seconds(pin.decided_at),
        "command": pin.command,
    }


def _pin(row: RowMapping) -> Pin:
    return Pin(
        group=row["group"],
        session=row["session"],
        start=None if row["start"] is None else _instant(row["start"]),
        counted_from=date.fromisoformat(row["counted_from"]),
        decided_at=_instant(row["decided_at"]),
        command=row["command"],
    )


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
        "token": copy.token,
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
        token=row["token"] or "",
    )


def _packed(intervals: Intervals) -> str:
    return json.dumps(intervals.ravel().tolist())


def _unpacked(text: str) -> Intervals:
    return as_intervals(json.loads(text))


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
