"""What was written where: one row an event and place, with what the provider answered."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.delivery import COPY, Channel, Delivery, Place, Receipt, unconfirmed
from scheduler.core.event import Event, event_to_json
from scheduler.store.rows import Rows, event_of, seconds
from scheduler.store.tables import delivery

_RECEIPT = TypeAdapter(Receipt)


class Deliveries(Rows):
    """The part of the Store port that knows what stands at which place; see ports.Store for what each promises."""

    def deliveries(self, uid: str) -> Mapping[Place, Delivery]:
        """What was written of an event, and where."""
        return dict(self._standing(delivery.c.uid == uid))

    def standing_deliveries(self) -> tuple[tuple[Place, Delivery], ...]:
        """Everything that stands at any place."""
        return tuple(self._standing())

    def attempted(self, uid: str = "") -> tuple[tuple[Place, Delivery], ...]:
        """What may stand where writing began and nothing was ever delivered; of one UID, or all."""
        never = delivery.c.document.is_(None) & delivery.c.attempted.is_not(None)
        rows = self._rows(never, *([delivery.c.uid == uid] if uid else []))
        return tuple((_place(row["place"]), unconfirmed(_forms(row))) for row in rows)

    def attempt(self, uid: str, place: Place, event: Event) -> None:
        """Note that writing this to a calendar begins: until one is delivered, some of it may stand there."""
        with self._alone() as connection:
            found = connection.execute(select(delivery.c.attempted).where(self._at(uid, place))).first()
            forms, document = json.loads((found and found[0]) or "[]"), event_to_json(event)
            row = {"attempted": json.dumps([*forms, document])}
            if found is None:
                self._add(connection, delivery, [row | {"uid": uid, "place": str(place)}])
            elif document not in forms:
                connection.execute(update(delivery).where(self._at(uid, place)).values(row))

    def begin(self, uid: str, place: Place, event: Event) -> bool:
        """Note that sending this to a place begins; False: it was begun before, and its end was never noted."""
        digest = hashlib.sha256(event_to_json(event).encode()).hexdigest()
        with self._alone() as connection:
            found = connection.execute(select(delivery.c.begun).where(self._at(uid, place))).first()
            if found is None:
                self._add(connection, delivery, [{"uid": uid, "place": str(place), "begun": digest}])
            else:
                connection.execute(update(delivery).where(self._at(uid, place)).values(begun=digest))
        return found is None or found[0] != digest

    def failed(self, uid: str, place: Place) -> None:
        """Note that what was begun at a place ended without effect."""
        with self._alone() as connection:
            connection.execute(update(delivery).where(self._at(uid, place)).values(begun=None))
            connection.execute(delete(delivery).where(self._at(uid, place), delivery.c.document.is_(None)))

    def delivered(self, uid: str, place: Place, what: Delivery, at: datetime) -> None:
        """Note what was written to a place."""
        row = {
            "document": event_to_json(what.event),
            "receipt": _RECEIPT.dump_json(what.receipt).decode(),
            "written_at": seconds(at),
            "begun": None,
            "attempted": None,
        }
        with self._alone() as connection:
            if not connection.execute(update(delivery).where(self._at(uid, place)).values(row)).rowcount:
                self._add(connection, delivery, [row | {"uid": uid, "place": str(place)}])

    def withdrawn(self, uid: str, place: Place) -> None:
        """Note that nothing stands at a place any more."""
        with self._alone() as connection:
            connection.execute(delete(delivery).where(self._at(uid, place)))

    def _standing(self, *which: ColumnElement[bool]) -> list[tuple[Place, Delivery]]:
        return [(_place(row["place"]), _delivery(row)) for row in self._rows(delivery.c.document.is_not(None), *which)]

    def _rows(self, *which: ColumnElement[bool]) -> list[RowMapping]:
        found = self._read(select(delivery).where(self._of(delivery), *which))
        return sorted(found, key=lambda row: (row["uid"], row["place"]))

    def _at(self, uid: str, place: Place) -> ColumnElement[bool]:
        return self._of(delivery) & (delivery.c.uid == uid) & (delivery.c.place == str(place))


def _delivery(row: RowMapping) -> Delivery:
    receipt = _RECEIPT.validate_json(row["receipt"])
    return Delivery(event=event_of(row["document"]), receipt=receipt, attempted=_forms(row))


def _forms(row: RowMapping) -> tuple[Event, ...]:
    return tuple(map(event_of, json.loads(row["attempted"] or "[]")))


def _place(text: str) -> Place:
    channel, _, person = text.partition(":")
    return Place(Channel(channel), person.removesuffix(COPY), person.endswith(COPY))
