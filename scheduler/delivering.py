"""What is owed is written: each event to every place where it belongs, once, in order; what went wrong at one stops no
other."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from scheduler.core.delivery import CALENDARS, Channel, Delivery, Place, Receipt, carried
from scheduler.core.event import Event
from scheduler.errors import CredentialsRejected, RondoError
from scheduler.ports import Clock, Store, Writers

SEEN_BY_UID = (Channel.CALDAV, Channel.MAIL, Channel.FILES)
"""Where an event may have any UID: that of the organiser's provider, so that both are known to be one."""
Alone = Callable[[str], AbstractContextManager[None]]
"""Keeps others from writing the event of a UID at the same time; raises Unavailable where one does already."""
MAYBE_UNSENT = "the mail may not have been sent: it was begun when an earlier run ended"


@dataclass(slots=True)
class Outcome:
    """What came of writing an event: where it was written, what failed where, what stands otherwise than planned, and
    whose link is late."""

    written: list[Place] = field(default_factory=list)
    failed: list[tuple[Place, RondoError]] = field(default_factory=list)
    differences: list[tuple[Place, str]] = field(default_factory=list)
    late: list[Place] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether nothing is owed any more."""
        return not self.failed and not self.late


def unshared(_: str) -> AbstractContextManager[None]:
    """Where only one process writes at a time anyway."""
    return nullcontext()


@dataclass(slots=True)
class Written:
    """What came of writing events, one outcome each; those that are not settled stay owed."""

    outcomes: list[tuple[Event, Outcome]] = field(default_factory=list)

    @property
    def events(self) -> int:
        """How many are written everywhere."""
        return sum(outcome.settled for _, outcome in self.outcomes)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """By which ways something was written."""
        return tuple(sorted({place.channel for _, outcome in self.outcomes for place in outcome.written}))

    @property
    def faults(self) -> tuple[RondoError, ...]:
        """Why others could not be."""
        return tuple(fault for _, outcome in self.outcomes for _, fault in outcome.failed)


def write_pending(
    *,
    store: Store,
    writers: Writers,
    clock: Clock,
    alone: Alone = unshared,
    done: Callable[[Event], None] | None = None,
) -> Written:
    """Write all that is owed, in order; what was written just before a crash is written again, and stays the same.

    Nothing is written while the programme is stopped.
    """
    written = Written()
    for uid in dict.fromkeys(event.uid for event in store.pending()):
        for each, outcome in write_event(uid, store=store, writers=writers, clock=clock, alone=alone).outcomes:
            written.outcomes.append((each, outcome))
            if outcome.settled and done:
                done(each)
    return written


def write_event(uid: str, *, store: Store, writers: Writers, clock: Clock, alone: Alone) -> Written:
    """Write what is owed of one event; where it was decided again before it was written, only its newest form.

    Raises Unavailable while somebody else writes it.
    """
    with alone(uid):  # whoever waited looks again: it may have been written meanwhile
        owed = store.pending(uid)
        if not owed or store.stopped():
            return Written()
        *older, newest = owed
        for event in older:
            store.done(event, clock.now())
        outcome = deliver(newest, store=store, writers=writers, clock=clock)
        if outcome.settled:
            store.done(newest, clock.now())
    return Written([(newest, outcome)])


def deliver(event: Event, *, store: Store, writers: Writers, clock: Clock) -> Outcome:
    """Write an event wherever it belongs, and take it back from where it does no longer."""
    delivering = _Delivering(event, store, writers, clock)
    wanted = () if event.cancelled else writers.places(event)
    for place in wanted:
        if not delivering.put(place):
            break
    for place in [each for each in delivering.held if each not in wanted]:
        delivering.cancel(place)
    return delivering.outcome


class _Delivering:
    """The state between the places of one event: `said` is the event as the next place gets it."""

    def __init__(self, event: Event, store: Store, writers: Writers, clock: Clock) -> None:
        self._event, self._store, self._writers, self._clock = event, store, writers, clock
        self._maybe = dict(store.attempted(event.uid))
        self.held = {**self._maybe, **store.deliveries(event.uid)}
        self.outcome, self._said = Outcome(), event

    def put(self, place: Place) -> bool:
        """Write to a place; False: the others have to wait, since the organiser's calendar comes first."""
        said, standing = self._known_at(place), self.held.get(place)
        if standing and standing.event.same_as(said) and not standing.attempted and not standing.receipt.late:
            receipt = standing.receipt
        else:
            try:
                receipt = self._written(place, said, standing)
            except RondoError as fault:
                self.outcome.failed.append((place, fault))
                if standing and place.channel is Channel.ZOOM:
                    self._said = carried(self._said, standing.receipt)  # the room that is there stays theirs
                return place.copy or place.channel in (Channel.ZOOM, Channel.MAIL)
        if receipt.late:
            self.outcome.late.append(place)
        if not place.copy and place.channel is not Channel.MAIL:
            self._said = carried(self._said, receipt)
        return True

    def cancel(self, place: Place) -> None:
        """Take the event back from a place."""
        standing = self.held[place]
        gone = self._gone(standing)
        try:
            if place.channel is not Channel.MAIL or self._begins(place, gone):
                self._writers.at(place).cancel(gone, standing=standing)
            else:
                self.outcome.differences.append((place, MAYBE_UNSENT))
        except RondoError as fault:
            self._ended(place)
            if place in self._maybe and isinstance(fault, CredentialsRejected):  # perhaps nothing ever stood there
                self._store.withdrawn(self._event.uid, place)
            else:
                self.outcome.failed.append((place, fault))
        else:
            self._store.withdrawn(self._event.uid, place)
            self.outcome.written.append(place)

    def _known_at(self, place: Place) -> Event:
        return self._said if place.channel in SEEN_BY_UID else replace(self._said, uid=self._event.uid)

    def _written(self, place: Place, said: Event, standing: Delivery | None) -> Receipt:
        """A mail is sent at most once: one that was begun and not ended by an earlier run is said, not sent again."""
        if place.channel is not Channel.MAIL or self._begins(place, said):
            try:
                receipt = self._put(place, said, standing)
            except RondoError:
                self._ended(place)
                raise
        else:
            receipt = Receipt(differences=(MAYBE_UNSENT,))
        self.outcome.written.append(place)
        self.outcome.differences += [(place, told) for told in receipt.differences]
        self._store.delivered(self._event.uid, place, Delivery(event=said, receipt=receipt), self._clock.now())
        return receipt

    def _put(self, place: Place, said: Event, standing: Delivery | None) -> Receipt:
        """What has another UID there than it had is another event: the former one goes first."""
        writer = self._writers.at(place)
        if place.channel in CALENDARS:
            self._store.attempt(self._event.uid, place, said)
        if standing and standing.event.uid != said.uid and place.channel is not Channel.MAIL:
            writer.cancel(self._gone(standing), standing=standing)
            standing = None
        return writer.put(said, standing=standing)

    def _gone(self, standing: Delivery) -> Event:
        return replace(standing.event, cancelled=True, sequence=self._event.sequence, stamped=self._event.stamped)

    def _begins(self, place: Place, said: Event) -> bool:
        return self._store.begin(self._event.uid, place, said)

    def _ended(self, place: Place) -> None:
        """A server that refused a mail has sent nothing; a calendar may hold the half of what it refused."""
        if place.channel is Channel.MAIL:
            self._store.failed(self._event.uid, place)
