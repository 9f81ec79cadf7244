"""The Store port on SQL. Every query has a name; a decision is one transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, ScalarSelect, delete, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.decision import Decision
from scheduler.core.event import Event, event_to_json
from scheduler.core.notice import Notice
from scheduler.core.pins import Pin
from scheduler.core.plan import Plan, plan_from_json, plan_to_json
from scheduler.core.problem import Problem, problem_from_json, problem_to_json
from scheduler.core.webhook import Happening, HookEvent
from scheduler.errors import ChangedElsewhere
from scheduler.ports import SavedPlan
from scheduler.store.copies import Copies
from scheduler.store.database import open_state
from scheduler.store.deliveries import Deliveries
from scheduler.store.outbox import Outbox
from scheduler.store.rows import event_of, instant, seconds
from scheduler.store.tables import event, outbound_write, pin, plan
from scheduler.store.trail import Trail
from scheduler.store.webhooks import owe_messages

DRAFT, STANDING, BEFORE = "draft", "standing", "before"


def open_store(folder: Path) -> "SqlStore":
    """The state of a programme folder, made where there is none. Raises Unavailable."""
    return SqlStore(open_state(folder))


class SqlStore(Copies, Trail, Outbox, Deliveries):
    """State of one programme in a database; see ports.Store for what each method promises."""

    def draft(self) -> SavedPlan | None:
        """What was planned last."""
        return self._plan(DRAFT)

    def keep_draft(self, draft: SavedPlan) -> None:
        """Remember what was planned last."""
        with self._alone() as connection:
            self._put_plan(connection, DRAFT, draft)
            self._tell_programs(connection, HookEvent.PLAN_READY, draft.decided_at)

    def standing(self) -> SavedPlan | None:
        """What was applied last."""
        return self._plan(STANDING)

    def before(self) -> SavedPlan | None:
        """What stood until something was applied last."""
        return self._plan(BEFORE)

    def events(self) -> tuple[Event, ...]:
        """Every event that was ever published, as it should stand now."""
        rows = self._read(select(event).where(self._of(event)))
        documents = {row["uid"]: row["document"] for row in rows}
        return tuple(event_of(documents[uid]) for uid in sorted(documents))

    def events_before(self) -> tuple[Event, ...]:
        """Every event that was published when what stood before stood, as it was then."""
        return self._events_until(
            select(plan.c.position).where(self._of(plan), plan.c.kind == BEFORE).scalar_subquery()
        )

    def position(self) -> int:
        """Of the last write that was ever owed: it grows whenever something else is to stand."""
        with self._engine.connect() as connection:
            return self._last(connection, outbound_write)

    def events_at(self, position: int) -> tuple[Event, ...]:
        """Every event that was published when `position` was this, as it was then."""
        return self._events_until(position)

    def _events_until(self, position: int | ScalarSelect[Any]) -> tuple[Event, ...]:
        written = outbound_write
        query = select(written.c.document).where(self._of(written), written.c.position <= position)
        versions = [event_of(row["document"]) for row in self._read(query.order_by(written.c.position))]
        newest = {version.uid: version for version in versions}
        return tuple(newest[uid] for uid in sorted(newest))

    def pins(self) -> tuple[Pin, ...]:
        """What people decided by hand."""
        pins = [_pin(row) for row in self._read(select(pin).where(self._of(pin)))]
        return tuple(sorted(pins, key=lambda each: each.key))

    def keep_pins(self, pins: Sequence[Pin]) -> None:
        """Take these in place of all that were held."""
        with self._alone() as connection:
            self._put_pins(connection, pins)

    def decide(
        self,
        standing: SavedPlan | None,
        events: Sequence[Event],
        seen: Mapping[str, int],
        pins: Sequence[Pin],
        at: datetime,
        *,
        decisions: Sequence[Decision] = (),
        notices: Sequence[Notice] = (),
    ) -> None:
        """Make a plan the standing one and owe these events' writing, in one transaction.

        A decision whose id is there already takes its place: so is a proposal accepted. Raises ChangedElsewhere, also
        where that one waits no more.
        """
        with self._alone() as connection:
            if self._live(connection) != seen:
                raise ChangedElsewhere("another apply came first, so nothing was written. Plan again.")
            self._put_aside(connection)
            self._put_events(connection, events)
            last = self._owe(connection, events, at)
            if standing:
                self._put_plan(connection, STANDING, standing, last)
                self._put_plan(connection, DRAFT, standing)
            self._put_pins(connection, pins)
            self._record(connection, decisions)
            self._owe_notices(connection, notices)
            if not decisions:  # a person's apply, or that taken back
                self._tell_programs(connection, HookEvent.PLAN_APPLIED, at)

    def _tell_programs(self, connection: Connection, event: HookEvent, at: datetime) -> None:
        last = self._last(connection, outbound_write)
        owe_messages(connection, self.programme, [Happening(event=event, key=f"{at.isoformat()} {last}", at=at)])

    def _plan(self, kind: str) -> SavedPlan | None:
        for row in self._read(select(plan).where(self._of(plan), plan.c.kind == kind)):
            return SavedPlan(*_parsed(row["problem"], row["document"]), instant(row["decided_at"]))
        return None

    def _live(self, connection: Connection) -> Mapping[str, int]:
        """The SEQUENCE of every event that stands, by UID."""
        documents = connection.execute(select(event.c.document).where(self._of(event))).scalars()
        events = (event_of(document) for document in documents)
        return {each.uid: each.sequence for each in events if not each.cancelled}

    def _put_aside(self, connection: Connection) -> None:
        """What stands is what stood before, from now on."""
        connection.execute(delete(plan).where(self._of(plan), plan.c.kind == BEFORE))
        connection.execute(update(plan).where(self._of(plan), plan.c.kind == STANDING).values(kind=BEFORE))

    def _put_events(self, connection: Connection, events: Sequence[Event]) -> None:
        for each in events:
            connection.execute(delete(event).where(self._of(event), event.c.uid == each.uid))
        self._add(connection, event, [{"uid": each.uid, "document": event_to_json(each)} for each in events])

    def _put_plan(self, connection: Connection, kind: str, saved: SavedPlan, position: int | None = None) -> None:
        connection.execute(delete(plan).where(self._of(plan), plan.c.kind == kind))
        row = {
            "kind": kind,
            "decided_at": seconds(saved.decided_at),
            "problem": json.dumps(problem_to_json(saved.problem)),
            "document": json.dumps(plan_to_json(saved.plan)),
            "position": position,
        }
        self._add(connection, plan, [row])

    def _put_pins(self, connection: Connection, pins: Sequence[Pin]) -> None:
        connection.execute(delete(pin).where(self._of(pin)))
        self._add(connection, pin, [_pin_row(each) for each in pins])


@lru_cache(maxsize=4)
def _parsed(problem: str, document: str) -> tuple[Problem, Plan]:
    """A plan and its problem: what stands is asked for again and again, and seldom another."""
    return problem_from_json(problem), plan_from_json(document)


def _pin_row(pin: Pin) -> dict[str, Any]:
    return {
        "group": pin.group,
        "session": pin.session,
        "start": pin.start and seconds(pin.start),
        "counted_from": pin.counted_from.isoformat(),
        "decided_at": seconds(pin.decided_at),
        "command": pin.command,
    }


def _pin(row: RowMapping) -> Pin:
    return Pin(
        group=row["group"],
        session=row["session"],
        start=None if row["start"] is None else instant(row["start"]),
        counted_from=date.fromisoformat(row["counted_from"]),
        decided_at=instant(row["decided_at"]),
        command=row["command"],
    )
