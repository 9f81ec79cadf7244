"""One event to everybody: in order, once, and with what went wrong at one place told and kept apart."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from scheduler.core.delivery import Channel, Delivery, Place, Receipt, unconfirmed
from scheduler.core.event import Event
from scheduler.delivering import MAYBE_UNSENT, Outcome, deliver
from scheduler.errors import CredentialsRejected, RondoError, Unavailable
from scheduler.ports import CalendarWriter, Store
from scheduler.store import open_store
from tests.core.test_delivery import ANA, BEN, event
from tests.desks import At

ZOOM, HOME = Place(Channel.ZOOM), Place(Channel.GOOGLE, "ana")
COPY, MAIL = Place(Channel.CALDAV, "cy", copy=True), Place(Channel.MAIL, "ben")
ALL = (ZOOM, HOME, COPY, MAIL)
LINK = "https://meet.google.com/abc"


class Killed(BaseException):
    """The process ends here."""


@dataclass
class World:
    """Every place, and what was written there; a place can be made to fail."""

    where: Sequence[Place] = ALL
    receipts: dict[Place, Receipt] = field(default_factory=dict)
    faults: dict[Place, BaseException] = field(default_factory=dict)
    calls: list[tuple[str, Place, Event]] = field(default_factory=list)
    known: dict[Place, Delivery | None] = field(default_factory=dict)

    def places(self, event: Event) -> Sequence[Place]:
        """As the test says."""
        return self.where

    def at(self, place: Place) -> CalendarWriter:
        """The writer of a place."""
        return Desk(self, place)


@dataclass
class Desk:
    """One place."""

    world: World
    place: Place

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Remember it, or fail."""
        self.world.calls.append(("put", self.place, event))
        self.world.known[self.place] = standing
        if fault := self.world.faults.get(self.place):
            raise fault
        return self.world.receipts.get(self.place, Receipt())

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Remember it, or fail."""
        self.world.calls.append(("cancel", self.place, event))
        if self.place in self.world.faults:
            raise self.world.faults[self.place]
        return Receipt()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty one."""
    return open_store(tmp_path / ".rondo")


def delivered(world: World, store: Store, what: Event) -> Outcome:
    """What comes of it."""
    return deliver(what, store=store, writers=world, clock=At())


WANTED = event(ANA, BEN)


def test_the_organisers_uid_and_link_go_to_the_others(store: Store) -> None:
    """A copy and a mail name the event as the organiser's provider does, and have its room."""
    world = World(receipts={HOME: Receipt(ical_uid="u@google.com", conference=LINK)})
    outcome = delivered(world, store, WANTED)
    assert outcome.settled
    assert [(place, said.uid, said.conference) for _, place, said in world.calls] == [
        (ZOOM, "u", ""),
        (HOME, "u", ""),
        (COPY, "u@google.com", LINK),
        (MAIL, "u@google.com", LINK),
    ]
    assert set(store.deliveries("u")) == set(ALL)


def test_what_stands_is_not_written_again(store: Store) -> None:
    """Only where something changed."""
    world = World()
    delivered(world, store, WANTED)
    assert delivered(world, store, replace(WANTED, sequence=1)).written == []
    assert len(world.calls) == len(ALL)
    assert delivered(world, store, replace(WANTED, title="Other")).written == list(ALL)


def test_without_the_organisers_calendar_the_others_wait(store: Store) -> None:
    """They would have another UID, and no link."""
    world = World(faults={HOME: CredentialsRejected("sign in again")})
    outcome = delivered(world, store, WANTED)
    assert [place for place, _ in outcome.failed] == [HOME]
    assert [place for _, place, _ in world.calls] == [ZOOM, HOME]
    assert not outcome.settled


def test_a_room_that_fails_keeps_nobody_waiting(store: Store) -> None:
    """The event stands without a link, and is still owed; with the link it is written again."""
    world = World(faults={ZOOM: Unavailable("the daily limit")})
    assert not delivered(world, store, WANTED).settled
    assert [place for _, place, _ in world.calls] == list(ALL)
    world.faults.clear()
    world.receipts[ZOOM] = Receipt(conference="https://zoom.us/j/1")
    assert delivered(world, store, WANTED).settled
    assert [said.conference for _, _, said in world.calls[-3:]] == ["https://zoom.us/j/1"] * 3


def test_a_room_that_is_there_stays_when_zoom_fails(store: Store) -> None:
    """Nobody's event loses its link because of it."""
    world = World(receipts={ZOOM: Receipt(conference="https://zoom.us/j/1")})
    delivered(world, store, WANTED)
    world.faults[ZOOM] = Unavailable("down")
    outcome = delivered(world, store, replace(WANTED, title="Other"))
    assert [place for place, _ in outcome.failed] == [ZOOM]
    assert [said.conference for _, _, said in world.calls[-3:]] == ["https://zoom.us/j/1"] * 3


def test_a_copy_that_fails_stops_no_other(store: Store) -> None:
    """It alone is tried again."""
    world = World(faults={COPY: Unavailable("down")})
    assert [place for place, _ in delivered(world, store, WANTED).failed] == [COPY]
    world.faults.clear()
    assert delivered(world, store, WANTED).written == [COPY]


def test_a_late_link_is_asked_for_again(store: Store) -> None:
    """Until it is there the event is owed; then each of the others is written once more."""
    world = World(receipts={HOME: Receipt(late=True)})
    assert delivered(world, store, WANTED).late == [HOME]
    world.receipts[HOME] = Receipt(conference=LINK)
    outcome = delivered(world, store, WANTED)
    assert (outcome.settled, outcome.written) == (True, [HOME, COPY, MAIL])


def test_a_mail_is_never_sent_twice(store: Store) -> None:
    """Where a run ended in the midst of sending, nobody knows: it is said, and not sent again."""
    world = World(where=(HOME, MAIL), faults={MAIL: Killed()})
    with pytest.raises(Killed):
        delivered(world, store, WANTED)
    world.faults.clear()
    outcome = delivered(world, store, WANTED)
    assert outcome.differences == [(MAIL, MAYBE_UNSENT)]
    assert len([place for _, place, _ in world.calls if place == MAIL]) == 1
    assert delivered(world, store, WANTED).written == []


@pytest.mark.parametrize("end", [Killed(), Unavailable("half of it")])
def test_what_broke_off_is_known_to_whoever_writes_next(store: Store, end: BaseException) -> None:
    """Every form of it, until one is confirmed."""
    world = World(where=(HOME,))
    delivered(world, store, WANTED)
    world.faults[HOME] = end
    forms = [replace(WANTED, sequence=number, title=f"Title {number}") for number in (1, 2, 3)]
    for form in forms[:2]:
        with suppress(Killed):
            delivered(world, store, form)
    world.faults.clear()
    delivered(world, store, forms[2])
    assert world.known[HOME] == Delivery(event=WANTED, attempted=tuple(forms[:2]))
    assert store.deliveries("u") == {HOME: Delivery(event=forms[2])}


def test_what_is_as_it_was_is_written_all_the_same_where_something_broke_off(store: Store) -> None:
    """The half of what was taken back may stand there."""
    world = World(where=(HOME,))
    delivered(world, store, WANTED)
    world.faults[HOME] = Unavailable("half of it")
    delivered(world, store, replace(WANTED, sequence=1, title="Other"))
    world.faults.clear()
    assert delivered(world, store, replace(WANTED, sequence=2)).written == [HOME]
    assert delivered(world, store, replace(WANTED, sequence=3)).written == []


def test_what_may_stand_is_taken_back_though_nothing_was_ever_confirmed(store: Store) -> None:
    """Else it would stand for ever, and nobody would know of it."""
    world = World(where=(HOME,), faults={HOME: Killed()})
    with pytest.raises(Killed):
        delivered(world, store, WANTED)
    assert (store.deliveries("u"), store.attempted()) == ({}, ((HOME, unconfirmed([WANTED])),))
    world.faults.clear()
    delivered(world, store, replace(WANTED, cancelled=True, sequence=1))
    assert [what for what, _, _ in world.calls] == ["put", "cancel"]
    assert store.attempted() == ()


def test_an_account_that_is_gone_before_anything_was_confirmed_holds_nothing_up(store: Store) -> None:
    """Who connected another calendar instead is served there, and the event is owed no more."""
    world = World(where=(HOME,), faults={HOME: CredentialsRejected("it may not write")})
    assert not delivered(world, store, WANTED).settled
    world.where = (Place(Channel.FILES),)
    assert delivered(world, store, WANTED).settled
    assert (list(store.deliveries("u")), store.attempted()) == ([Place(Channel.FILES)], ())


def test_a_mail_that_takes_back_is_never_sent_twice_either(store: Store) -> None:
    """And it is said that it may be missing."""
    world = World(where=(HOME, MAIL))
    delivered(world, store, WANTED)
    gone = replace(WANTED, cancelled=True, sequence=WANTED.sequence + 1)
    world.faults[MAIL] = Killed()
    with pytest.raises(Killed):
        delivered(world, store, gone)
    world.faults.clear()
    assert delivered(world, store, gone).differences == [(MAIL, MAYBE_UNSENT)]
    assert [what for what, place, _ in world.calls if place == MAIL] == ["put", "cancel"]


def test_a_mail_that_was_refused_is_sent_later(store: Store) -> None:
    """A server that said no has sent nothing."""
    world = World(where=(HOME, MAIL), faults={MAIL: Unavailable("down")})
    assert not delivered(world, store, WANTED).settled
    world.faults.clear()
    assert delivered(world, store, WANTED).written == [MAIL]


@pytest.mark.parametrize("fault", [None, Unavailable("down")])
def test_a_place_where_it_belongs_no_more_is_cleared(store: Store, fault: RondoError | None) -> None:
    """Somebody left, or connected another calendar."""
    world = World()
    delivered(world, store, WANTED)
    world.where = (ZOOM, HOME)
    delivered(world, store, replace(WANTED, sequence=1))
    assert [(what, place) for what, place, _ in world.calls[len(ALL) :]] == [("cancel", COPY), ("cancel", MAIL)]
    assert set(store.deliveries("u")) == {ZOOM, HOME}


def test_another_uid_is_another_event(store: Store) -> None:
    """Where the organiser is elsewhere now, a copy under the former UID goes before the new one comes."""
    world = World(where=(HOME, COPY), receipts={HOME: Receipt(ical_uid="u@google.com")})
    delivered(world, store, WANTED)
    world.where = (Place(Channel.FILES), COPY)
    delivered(world, store, replace(WANTED, title="Other"))
    at_copy = [(what, said.uid) for what, place, said in world.calls if place == COPY]
    assert at_copy == [("put", "u@google.com"), ("cancel", "u@google.com"), ("put", "u")]


def test_a_cancelled_event_goes_from_everywhere(store: Store) -> None:
    """Under the UID that it has there, and with the new SEQUENCE."""
    world = World(receipts={HOME: Receipt(ical_uid="u@google.com")})
    delivered(world, store, WANTED)
    outcome = delivered(world, store, replace(WANTED, cancelled=True, sequence=4))
    gone = [(place, said.uid, said.sequence, said.cancelled) for what, place, said in world.calls if what == "cancel"]
    assert sorted(gone) == sorted((place, "u@google.com" if place in (COPY, MAIL) else "u", 4, True) for place in ALL)
    assert outcome.settled
    assert store.deliveries("u") == {}
