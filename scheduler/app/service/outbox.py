"""What is owed to calendars and to people: written and told, and what fails is tried again ever more rarely."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from scheduler.app.wiring.programme import App
from scheduler.core.event import Event
from scheduler.delivering import write_event
from scheduler.engine import Owed
from scheduler.ports import Clock
from scheduler.store import SqlStore
from scheduler.telling import tell_owed

SOON, LATEST = timedelta(seconds=10), timedelta(hours=1)
"""When a write that failed is tried again: first, and at the latest."""
TELL_AGAIN = timedelta(minutes=5)
log = logging.getLogger(__name__)


class Outbox:
    """The outbox of each programme. From any thread; all that may not be lost of it is in the database."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tell_again: dict[str, datetime] = {}

    def patient(self, programmes: Iterable[str], now: datetime) -> Iterator[str]:
        """Those of some programmes that owe notices in which it is time to send them: not right after a failure."""
        return (each for each in programmes if not now < self._tell_again.get(each, now) <= now + TELL_AGAIN)

    def owed(self, app: App, programme: str) -> Sequence[Owed]:
        """Events whose writing is owed and due; none while the programme is stopped."""
        store = app.home.store
        if store.stopped():
            return ()
        return [
            Owed(
                programme=programme, uid=event.uid, sequence=event.sequence, attempt=tries, account=_account(app, event)
            )
            for event, tries in store.owed(self._clock.now())
        ]

    def write(self, app: App, uid: str) -> None:
        """Write one event where it belongs; what fails is put off, each time twice as long."""
        store = app.home.store
        try:
            written = write_event(uid, store=store, writers=app.writers, clock=self._clock, alone=app.home.alone)
        finally:
            self._put_off(store, uid)
        for place, fault in (failed for _, outcome in written.outcomes for failed in outcome.failed):
            said = {"uid": uid, "provider": str(place.channel), "fault": type(fault).__name__}
            log.warning("write_failed", extra={"programme": app.home.programme, **said})

    def tell(self, app: App, programme: str) -> None:
        """Send the notices that are owed."""
        told = tell_owed(app.store, app.notifiers)
        self._tell_again[programme] = self._clock.now() + (TELL_AGAIN if told.waiting else timedelta())
        if told.sent or told.failed:
            log.info("told", extra={"programme": programme, "sent": told.sent, "failed": len(told.failed)})

    def _put_off(self, store: SqlStore, uid: str) -> None:
        """Try what is still owed again: after a while that doubles, since nobody knows what is wrong there."""
        for event, tries in store.owed(self._clock.now(), uid):
            store.put_off(event, self._clock.now() + min(SOON * 2 ** min(tries, 20), LATEST))


def _account(app: App, event: Event) -> str:
    """Whose account an event is written with first: one write at a time is made there."""
    return str(next(iter(app.writers.places(event)), "files"))
