"""What was written where: one row an event and place, with what the provider answered."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Engine, delete, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from scheduler.core.delivery import COPY, Channel, Delivery, Place, Receipt
from scheduler.core.event import Event, event_from_json, event_to_json
from scheduler.store.tables import delivery

_RECEIPT = TypeAdapter(Receipt)


class Deliveries:
    """The part of the Store port that knows what stands at which place; see ports.Store for what each promises."""

    _engine: Engine

    def deliveries(self, uid: str) -> Mapping[Place, Delivery]:
        """What was written of an event, and where."""
        return dict(self._standing(delivery.c.uid == uid))

    def standing_deliveries(self) -> tuple[tuple[Place, Delivery], ...]:
        """Everything that stands at any place."""
        return tuple(self._standing())

    def begin(self, uid: str, place: Place, event: Event) -> bool:
        """Note that writing this to a place begins; False: it was begun before, and its end was never noted."""
        digest = hashlib.sha256(event_to_json(event).encode()).hexdigest()
        with self._engine.begin() as connection:
            found = connection.execute(select(delivery.c.begun).where(_at(uid, place))).first()
            if found is None:
                connection.execute(insert(delivery), {"uid": uid, "place": str(place), "begun": digest})
            else:
                connection.execute(update(delivery).where(_at(uid, place)).values(begun=digest))
        return found is None or found[0] != digest

    def failed(self, uid: str, place: Place) -> None:
        """Note that what was begun at a place ended without effect."""
        with self._engine.begin() as connection:
            connection.execute(update(delivery).where(_at(uid, place)).values(begun=None))
            _drop_empty(connection, uid, place)

    def delivered(self, uid: str, place: Place, what: Delivery, at: datetime) -> None:
        """Note what was written to a place."""
        row = {
            "document": event_to_json(what.event),
            "receipt": _RECEIPT.dump_json(what.receipt).decode(),
            "written_at": int(at.timestamp()),
            "begun": None,
        }
        with self._engine.begin() as connection:
            if not connection.execute(update(delivery).where(_at(uid, place)).values(row)).rowcount:
                connection.execute(insert(delivery), row | {"uid": uid, "place": str(place)})

    def withdrawn(self, uid: str, place: Place) -> None:
        """Note that nothing stands at a place any more."""
        with self._engine.begin() as connection:
            connection.execute(delete(delivery).where(_at(uid, place)))

    def _standing(self, *which: ColumnElement[bool]) -> list[tuple[Place, Delivery]]:
        query = select(delivery).where(delivery.c.document.is_not(None), *which).order_by(delivery.c.uid)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [(_place(row["place"]), _delivery(row)) for row in rows]


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(event=event_from_json(row["document"]), receipt=_RECEIPT.validate_json(row["receipt"]))


def _at(uid: str, place: Place) -> ColumnElement[bool]:
    return (delivery.c.uid == uid) & (delivery.c.place == str(place))


def _place(text: str) -> Place:
    channel, _, person = text.partition(":")
    return Place(Channel(channel), person.removesuffix(COPY), person.endswith(COPY))


def _drop_empty(connection: Connection, uid: str, place: Place) -> None:
    connection.execute(delete(delivery).where(_at(uid, place), delivery.c.document.is_(None)))
