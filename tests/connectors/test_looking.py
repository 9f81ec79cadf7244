"""What every connector tells of a series that people changed by hand, and that none writes over what was agreed to."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.core.delivery import Delivery
from scheduler.core.event import Event, Span
from scheduler.core.found import Found
from scheduler.errors import ChangedElsewhere
from tests.connectors.contract import Scene, changed, lengthened, of, plan, with_session

TUESDAY = datetime(2027, 3, 23, 10, 30, tzinfo=UTC)
"""Where the third session of `Scene.event` is."""
NEXT = datetime(2027, 4, 20, 9, 30, tzinfo=UTC)
"""A week after its last."""
LATER = TUESDAY + timedelta(hours=2)

edited = of(lambda each: each.home is not None and each.edited)
copiers = of(lambda each: each.copies)
invites = of(lambda each: each.invites)


def spans(event: Event, **other: Span | None) -> dict[int, Span | None]:
    """The sessions of an event as they are written, but for some, such as `s2`."""
    as_written = {each.session: (each.start, event.duration) if each.start else None for each in event.occurrences}
    return as_written | {int(name[1:]): span for name, span in other.items()}


def told(found: Found) -> Found:
    """Without the version, which is the provider's own."""
    return replace(found, version="")


# What is found


@edited
def test_what_nobody_touched_is_found_as_it_was_written(scene: Scene) -> None:
    """Moved and skipped sessions too; looking writes nothing, and the version is that of the receipt."""
    event = with_session(with_session(scene.event(), 2, TUESDAY + timedelta(days=2)), 4, None)
    for written in (scene.put(scene.event()), scene.put(event)):
        before = scene.writes()
        found = scene.look(written)
        assert told(found) == Found(sessions=spans(written.event))
        assert found.version == written.receipt.version
        assert scene.writes() == before
        scene.cancel(written)


@edited
def test_a_date_that_was_moved_is_found_where_it_is(scene: Scene) -> None:
    """The others are where they were; also where it had been moved by us before."""
    first = scene.put(scene.event())
    scene.stage.move_by_hand(scene.connector.at, TUESDAY, LATER)
    assert told(scene.look(first)) == Found(sessions=spans(first.event, s2=(LATER, 50)))
    agreed = scene.put(with_session(first.event, 2, LATER), first)
    further = LATER + timedelta(minutes=45)
    scene.stage.move_by_hand(scene.connector.at, LATER, further)
    assert told(scene.look(agreed)) == Found(sessions=spans(first.event, s2=(further, 50)))


@edited
def test_a_date_that_was_deleted_is_found_to_be_none(scene: Scene) -> None:
    """And no other."""
    written = scene.put(scene.event())
    scene.stage.delete_date_by_hand(scene.connector.at, TUESDAY)
    assert told(scene.look(written)) == Found(sessions=spans(written.event, s2=None))


@edited
def test_a_series_that_was_deleted_is_gone(scene: Scene) -> None:
    """Nothing is told of its sessions; taking it back is no error."""
    written = scene.put(scene.event())
    scene.stage.delete_by_hand(scene.connector.at)
    assert scene.look(written) == Found(gone=True)
    scene.cancel(written)


@edited
@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(days=1, hours=1), timedelta(days=4)], ids=str)
def test_a_series_that_was_moved_as_a_whole_is_found_so(scene: Scene, by: timedelta) -> None:
    """Each session by as much, whether on its day, on the next, or at the end of its week."""
    written = scene.put(scene.event())
    scene.stage.move_all_by_hand(scene.connector.at, by)
    there = {number: (start + by, 50) for number, (start, _) in enumerate(plan(written.event))}
    if by.days:
        assert scene.seen()[0] == (plan(written.event)[0][0] + by, 50)
    clocks = datetime(2027, 3, 28, tzinfo=UTC)  # they change on a Sunday: who moves over that keeps the wall time
    there = {n: (at - timedelta(hours=1) if at - by < clocks <= at else at, long) for n, (at, long) in there.items()}
    assert told(scene.look(written)) == Found(sessions=there)


@edited
def test_a_date_that_was_added_is_none_of_the_sessions(scene: Scene) -> None:
    """It is told beside them."""
    written = scene.put(scene.event())
    scene.stage.add_date_by_hand(scene.connector.at, NEXT)
    assert told(scene.look(written)) == Found(sessions=spans(written.event), others=((NEXT, 50),))


@edited
def test_who_declines_once_is_found_to(scene: Scene) -> None:
    """For that session alone, which stays where it is."""
    written = scene.put(scene.event())
    scene.stage.decline_by_hand(TUESDAY)
    found = scene.look(written)
    assert found.sessions == spans(written.event)
    assert found.declined == {"ben": {2}}


@edited
def test_who_declines_the_whole_declines_each_session(scene: Scene) -> None:
    """But those that don't take place, and those at which they would not be anyway."""
    event = with_session(scene.event(), 1, None)
    event = with_session(event, 3, plan(event)[2][0], absent=("ben",))
    written = scene.put(event)
    scene.stage.decline_by_hand(None)
    found = scene.look(written)
    assert found.sessions == spans(event)
    assert found.declined == {"ben": {0, 2, 4, 5}}


@edited
def test_what_was_written_and_never_noted_is_no_edit(scene: Scene) -> None:
    """It stands as it should by now: neither a move nor dates of others."""
    first = scene.put(scene.event())
    event = with_session(lengthened(first.event, 8), 2, LATER)
    scene.put(event, first)
    assert told(scene.look(first, event)) == Found(sessions=spans(event))


@edited
def test_what_stood_otherwise_from_the_beginning_is_no_edit(scene: Scene) -> None:
    """The provider alone put it there, or left it out: it is told as it was planned. What a hand does then is seen."""
    first = scene.put(scene.event())
    odd = with_session(with_session(first.event, 2, LATER), 3, None).occurrences
    at = replace(first, event=replace(first.event, occurrences=odd))
    stood = tuple(sorted(plan(first.event)))
    noted = replace(at, receipt=replace(at.receipt, stood=stood))
    assert told(scene.look(noted)) == Found(sessions=spans(at.event))
    scene.stage.move_by_hand(scene.connector.at, TUESDAY, TUESDAY + timedelta(hours=5))
    assert told(scene.look(noted)) == Found(sessions=spans(at.event, s2=(TUESDAY + timedelta(hours=5), 50)))


# What was agreed to


@dataclass(frozen=True, slots=True)
class Hand:
    """What somebody does to the third session, and the plan that takes it over."""

    start: datetime | None

    def does(self, scene: Scene) -> None:
        """In the calendar where we write."""
        if self.start:
            scene.stage.move_by_hand(scene.connector.at, TUESDAY, self.start)
        else:
            scene.stage.delete_date_by_hand(scene.connector.at, TUESDAY)

    def agreed(self, event: Event) -> Event:
        """The event as it then is."""
        return with_session(event, 2, self.start)


hands = pytest.mark.parametrize("hand", [Hand(LATER), Hand(None)], ids=["moved", "deleted"])


@edited
@hands
def test_what_was_agreed_to_is_not_written_again(scene: Scene, hand: Hand) -> None:
    """The plan says what stands: nothing is written, nobody is told anything, and it is found as it was written."""
    first = scene.put(scene.event())
    hand.does(scene)
    before, by_hand = scene.writes(), scene.seen()
    taken = scene.put(hand.agreed(first.event), first)
    assert scene.writes() == before
    assert scene.seen() == by_hand == plan(taken.event)
    assert taken.receipt.differences == ()
    assert told(scene.look(taken)) == Found(sessions=spans(taken.event))


@edited
@hands
@pytest.mark.parametrize("noted", [True, False], ids=["noted", "at once"])
def test_a_further_change_is_written_and_what_was_agreed_to_stays(scene: Scene, hand: Hand, *, noted: bool) -> None:
    """Another session moves by us, with one write where dates can be written alone; and the title changes for all."""
    first = scene.put(scene.event())
    hand.does(scene)
    standing = scene.put(hand.agreed(first.event), first) if noted else first
    before = scene.writes()
    event = with_session(hand.agreed(first.event), 4, plan(first.event)[4][0] + timedelta(hours=1))
    second = scene.put(event, standing)
    assert scene.seen() == plan(event)
    assert scene.writes() == before + 1
    third = scene.put(changed(event, title="Circle 7, spring"), second)
    assert scene.seen() == plan(event)
    assert third.receipt.differences == ()


@edited
@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(days=4)], ids=str)
def test_a_whole_move_that_was_agreed_to_is_not_written_again(scene: Scene, by: timedelta) -> None:
    """Each session is planned where it now is; then another one moves by us, and the others stay."""
    first = scene.put(scene.event())
    scene.stage.move_all_by_hand(scene.connector.at, by)
    there = scene.look(first).sessions
    starts = {number: span[0] for number, span in there.items() if span}
    sessions = tuple(replace(each, start=starts[each.session]) for each in first.event.occurrences)
    before = scene.writes()
    agreed = scene.put(changed(first.event, occurrences=sessions), first)
    assert scene.writes() == before
    assert scene.seen() == plan(agreed.event)
    then = scene.put(with_session(agreed.event, 4, starts[4] + timedelta(hours=1)), agreed)
    assert scene.seen() == plan(then.event)
    assert scene.masters() == 1


@edited
@hands
def test_what_was_agreed_to_can_be_taken_back_with_the_rest(scene: Scene, hand: Hand) -> None:
    """Whether or not it was noted; nothing is left."""
    for noted in (True, False):
        first = scene.put(scene.event())
        hand.does(scene)
        scene.cancel(scene.put(hand.agreed(first.event), first) if noted else first)
        assert (scene.seen(), scene.masters()) == ([], 0)


@edited
def test_a_series_without_a_date_is_none_that_was_deleted(scene: Scene) -> None:
    """All of its sessions were skipped by us: nobody did anything."""
    first = scene.put(scene.event())
    empty = changed(first.event, occurrences=tuple(replace(each, start=None) for each in first.event.occurrences))
    written = scene.put(empty, first)
    assert told(scene.look(written)) == Found(sessions=spans(empty))


# A copy in one's own calendar


@copiers
def test_what_somebody_deletes_of_their_copy_is_declined(scene: Scene) -> None:
    """The session itself takes place."""
    written = scene.put(scene.event(), copy=True)
    assert told(scene.look(written, copy=True)) == Found(sessions=spans(written.event))
    scene.stage.delete_date_by_hand("ben", TUESDAY)
    assert told(scene.look(written, copy=True)) == Found(
        sessions=spans(written.event), declined={"ben": frozenset({2})}
    )
    scene.stage.delete_by_hand("ben")
    event, everything = written.event, frozenset(range(6))
    assert told(scene.look(written, copy=True)) == Found(sessions=spans(event), declined={"ben": everything})


@copiers
def test_what_somebody_moves_in_their_copy_is_not_followed(scene: Scene) -> None:
    """Nor is what is missing there since they are absent."""
    event = with_session(scene.event(), 1, plan(scene.event())[1][0], absent=("ben",))
    written: Delivery = scene.put(event, copy=True)
    scene.stage.move_by_hand("ben", TUESDAY, LATER)
    assert told(scene.look(written, copy=True)) == Found(sessions=spans(event))


@copiers
def test_what_somebody_did_to_their_copy_stays_as_long_as_the_plan_for_it_does(scene: Scene) -> None:
    """And is in nobody's way: what else changes is written there; a session that we move ourselves stands anew."""
    first = scene.put(scene.event(), copy=True)
    starts = [start for start, _ in plan(first.event)]
    scene.stage.move_by_hand("ben", TUESDAY, LATER)
    scene.stage.delete_date_by_hand("ben", starts[3])
    other = with_session(first.event, 4, starts[4] + timedelta(hours=1))
    second = scene.put(other, first, copy=True)
    assert scene.seen("ben") == [(at, 50) for at in (*starts[:2], LATER, starts[4] + timedelta(hours=1), starts[5])]
    ours = with_session(with_session(other, 2, TUESDAY + timedelta(days=1)), 3, starts[3] + timedelta(hours=3))
    scene.put(ours, second, copy=True)
    assert scene.seen("ben") == plan(ours)


@copiers
def test_a_copy_that_somebody_deleted_is_not_brought_back(scene: Scene) -> None:
    """Nor is it an obstacle: the receipt says so, and the next change finds it so again."""
    first = scene.put(scene.event(), copy=True)
    scene.stage.delete_by_hand("ben")
    second = scene.put(with_session(first.event, 2, LATER), first, copy=True)
    third = scene.put(with_session(second.event, 3, None), second, copy=True)
    assert scene.masters("ben") == 0
    assert second.receipt.differences == third.receipt.differences != ()
    assert scene.look(third, copy=True).declined == {"ben": {0, 1, 2, 4, 5}}


@edited
def test_what_nobody_agreed_to_is_still_not_written_over(scene: Scene) -> None:
    """One move was agreed to, and there is another."""
    first = scene.put(scene.event())
    Hand(LATER).does(scene)
    scene.stage.move_by_hand(scene.connector.at, plan(first.event)[3][0], plan(first.event)[3][0] + timedelta(hours=4))
    by_hand = scene.seen()
    with pytest.raises(ChangedElsewhere):
        scene.put(Hand(LATER).agreed(first.event), first)
    assert scene.seen() == by_hand
