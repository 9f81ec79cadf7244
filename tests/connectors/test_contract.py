"""What every connector keeps, whatever is behind it: doubles of Google and Graph, real CalDAV servers, feeds, mail."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.core.delivery import Delivery
from scheduler.core.event import Attendee, Event
from scheduler.core.interval import Interval, as_intervals, merged
from scheduler.errors import ChangedElsewhere, RondoError
from scheduler.ports import Answer, Asked, Own
from tests.connectors.contract import (
    ROOM,
    WINDOW,
    Scene,
    cancelled,
    changed,
    lengthened,
    of,
    plan,
    shortened,
    with_session,
)
from tests.connectors.stage import CANARY

ODD = datetime(2027, 3, 10, 9, 7, tzinfo=UTC)
TUESDAY = datetime(2027, 3, 23, 10, 30, tzinfo=UTC)
"""Where the third session of `Scene.event` is."""


readers = of(lambda each: each.reads)
feeds = of(lambda each: each.tells)
writers = of(lambda each: each.home is not None)
edited = of(lambda each: each.home is not None and each.edited)
copiers = of(lambda each: each.copies)


def busy(answer: Answer, window: Interval = WINDOW) -> list[list[int]]:
    """The busy seconds of a window, of an answer that went well."""
    assert answer.error is None
    assert answer.free_busy is not None
    assert answer.free_busy.complete
    return answer.free_busy.all_busy(window).tolist()  # type: ignore[no-any-return]  # numpy says no more of tolist


def seconds(*spans: tuple[datetime, int]) -> list[list[int]]:
    """Appointments (start, minutes) as sorted, disjoint seconds."""
    starts = [int(start.timestamp()) for start, _ in spans]
    ends = [begin + 60 * minutes for begin, (_, minutes) in zip(starts, spans, strict=True)]
    return merged(as_intervals(list(zip(starts, ends, strict=True)))).tolist()  # type: ignore[no-any-return]  # as above


def own_of(*written: Delivery) -> Own:
    """What the reader is told of our own events."""
    uids = {uid for each in written for uid in (each.event.uid, each.receipt.ical_uid) if uid}
    rows = sorted(row for each in written for span in plan(each.event) for row in seconds(span))
    return Own(uids=frozenset(uids), sessions=as_intervals(rows))


# Reading


@readers
def test_busy_times_are_exact_to_the_minute(scene: Scene) -> None:
    """Also at odd minutes, at night, over midnight, and where clocks change."""
    spans = [
        (ODD, 53),
        (datetime(2027, 3, 11, 23, 41, tzinfo=UTC), 35),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), 61),
        (datetime(2027, 4, 5, 0, 0, tzinfo=UTC), 24 * 60),
    ]
    for start, minutes in spans:
        scene.add("ana", start, minutes)
    assert busy(scene.read("ana")) == seconds(*spans)
    assert busy(scene.read("ben")) == []


@readers
def test_appointments_that_overlap_or_touch_are_one_stretch(scene: Scene) -> None:
    """An hour that holds another, and one that begins as it ends."""
    spans = [(ODD, 60), (ODD + timedelta(minutes=10), 20), (ODD + timedelta(hours=1), 30)]
    for start, minutes in spans:
        scene.add("ana", start, minutes)
    assert busy(scene.read("ana")) == seconds((ODD, 90))


@readers
def test_what_reaches_into_the_window_counts_as_far_as_it_does(scene: Scene) -> None:
    """An appointment over each end, and one beyond each."""
    for start in (WINDOW.start, WINDOW.end):
        scene.add("ana", start - timedelta(minutes=30), 60)
    scene.add("ana", WINDOW.start - timedelta(hours=5), 60)
    scene.add("ana", WINDOW.end + timedelta(hours=5), 60)
    inside = [(WINDOW.start, 30), (WINDOW.end - timedelta(minutes=30), 30)]
    assert busy(scene.read("ana")) == seconds(*inside)


@readers
def test_a_window_of_half_a_year_is_read_whole(scene: Scene) -> None:
    """Also where a provider answers for two months at most."""
    window = Interval(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 8, 30, tzinfo=UTC))
    spans = [(ODD + timedelta(days=13 * number, minutes=number), 45) for number in range(13)]
    for start, minutes in spans:
        scene.add("ana", start, minutes)
    assert busy(scene.read("ana", window=window), window) == seconds(*spans)


@readers
def test_one_bad_calendar_does_not_spoil_the_others(scene: Scene) -> None:
    """It is unknown, which is not the same as free; the others are read, and answers come in the order asked."""
    scene.add("ana", ODD, 53)
    scene.add("ben", ODD + timedelta(days=1), 7)
    asked = [Asked(calendar=each) for each in (scene.stage.address("ben"), scene.nobody(), scene.stage.address("ana"))]
    ben, bad, ana = scene.reader().free_busy(asked, window=WINDOW)
    assert busy(ben) == seconds((ODD + timedelta(days=1), 7))
    assert busy(ana) == seconds((ODD, 53))
    assert isinstance(bad.error, RondoError)
    assert bad.free_busy is None


@readers
def test_nothing_asked_is_nothing_answered(scene: Scene) -> None:
    """No calendar, no answer."""
    assert list(scene.reader().free_busy([], window=WINDOW)) == []


@readers
def test_what_is_read_again_says_the_same_or_that_nothing_changed(scene: Scene) -> None:
    """With the token of the last answer; and a change is seen, also where something was taken away."""
    first = scene.add("ana", ODD, 53)
    answer = scene.read("ana")
    assert busy(answer) == seconds((ODD, 53))
    again = scene.read("ana", token=answer.token)
    assert again.error is None
    assert again.free_busy is None or busy(again) == seconds((ODD, 53))
    scene.add("ana", ODD + timedelta(days=2), 11)
    more = scene.read("ana", token=again.token)
    assert busy(more) == seconds((ODD, 53), (ODD + timedelta(days=2), 11))
    scene.drop("ana", first)
    assert busy(scene.read("ana", token=more.token)) == seconds((ODD + timedelta(days=2), 11))


@readers
def test_a_token_is_of_no_use_for_another_window(scene: Scene) -> None:
    """What was unchanged in one window says nothing of another."""
    scene.add("ana", ODD, 53)
    token = scene.read("ana").token
    window = Interval(ODD + timedelta(minutes=10), ODD + timedelta(days=3))
    assert busy(scene.read("ana", token=token, window=window), window) == seconds((window.start, 43))


@readers
def test_a_token_that_was_never_given_is_no_fault(scene: Scene) -> None:
    """Stores are restored, and connectors change; then everything is read."""
    scene.add("ana", ODD, 53)
    assert busy(scene.read("ana", token="never-given")) == seconds((ODD, 53))


@of(lambda each: each.reads and each.home is not None)
def test_our_own_sessions_are_left_out(scene: Scene) -> None:
    """Moved ones too, and what lies around and across them stays."""
    moved = with_session(scene.event(), 2, TUESDAY + timedelta(days=1, minutes=5))
    written = scene.put(moved)
    kept = [(ODD, 53), (TUESDAY + timedelta(days=9), 30)]
    for start, minutes in kept:
        scene.add("ana", start, minutes)
    assert busy(scene.read("ana", own_of(written))) == seconds(*kept)


@readers
def test_nothing_but_times_leaves_a_reader(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """No title, place, note or guest is in an answer, in a token, or in a log, however much is logged."""
    caplog.set_level(logging.DEBUG)
    scene.add("ana", ODD, 53)
    asked = [Asked(calendar=each) for each in (scene.stage.address("ana"), scene.nobody())]
    assert CANARY not in repr(scene.reader().free_busy(asked, window=WINDOW))
    assert CANARY not in caplog.text


# Changes


@feeds
def test_changes_are_told_since_a_token(scene: Scene) -> None:
    """It begins with everything; then an appointment that comes and one that goes are seen, and nothing else."""
    feed = scene.stage.feed()
    assert feed is not None
    calendar = scene.stage.address("ana")
    begun = feed.changes(calendar, "")
    assert begun.everything
    quiet = feed.changes(calendar, begun.token)
    assert (quiet.uids, quiet.everything) == (frozenset(), False)
    id_ = scene.add("ana", ODD, 53)
    came = feed.changes(calendar, quiet.token)
    assert came.everything or came.uids
    assert CANARY not in repr(came)
    scene.drop("ana", id_)
    went = feed.changes(calendar, came.token)
    assert went.everything or went.uids


@feeds
def test_a_token_that_is_not_known_any_more_begins_anew(scene: Scene) -> None:
    """That is no error; and the new token is good."""
    feed = scene.stage.feed()
    assert feed is not None
    calendar = scene.stage.address("ana")
    anew = feed.changes(calendar, "never-given")
    assert anew.everything
    assert not feed.changes(calendar, anew.token).uids


# Writing


@writers
def test_a_series_is_one_event_and_right_on_every_date(scene: Scene) -> None:
    """It is read back, and is as planned."""
    written = scene.put(scene.event())
    assert scene.masters() == 1
    assert scene.seen() == plan(written.event)
    assert written.receipt.differences == ()


@writers
def test_writing_again_writes_nothing(scene: Scene) -> None:
    """Neither a second event nor a call that could change one, and the receipt names the same."""
    written = scene.put(with_session(scene.event(), 2, TUESDAY + timedelta(days=1)))
    before, version = scene.writes(), written.receipt.version
    again = scene.put(written.event, written)
    assert scene.writes() == before
    assert (again.receipt.id, again.receipt.version) == (written.receipt.id, version)
    assert scene.masters() == 1
    assert scene.seen() == plan(written.event)


CHANGES: dict[str, Callable[[Event], Event]] = {
    "a session moves within its day": lambda event: with_session(event, 2, TUESDAY + timedelta(hours=3, minutes=5)),
    "a session moves to another day": lambda event: with_session(event, 2, TUESDAY + timedelta(days=2)),
    "a session moves over a change of clocks": lambda event: with_session(event, 2, TUESDAY + timedelta(days=5)),
    "the first session moves": lambda event: with_session(event, 0, plan(event)[0][0] + timedelta(days=1)),
    "the last session moves": lambda event: with_session(event, 5, plan(event)[5][0] - timedelta(days=1)),
    "a session is skipped": lambda event: with_session(event, 2, None),
    "the first session is skipped": lambda event: with_session(event, 0, None),
    "the last session is skipped": lambda event: with_session(event, 5, None),
    "it ends earlier": lambda event: shortened(event, 4),
    "it goes on": lambda event: lengthened(event, 9),
    "it is called otherwise": lambda event: changed(event, title="Circle 7, spring"),
    "it has another room": lambda event: changed(event, conference="https://meet.example.org/other-8421"),
    "somebody is not there once": lambda event: with_session(event, 2, TUESDAY, absent=("ana",)),
}


@writers
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_is_seen_as_it_is_planned(scene: Scene, change: Callable[[Event], Event]) -> None:
    """There and back: what was moved, skipped, cut short or renamed is afterwards as it was at first."""
    first = scene.put(scene.event())
    there = scene.put(change(first.event), first)
    assert scene.seen() == plan(there.event)
    assert there.receipt.differences == ()
    back = scene.put(changed(there.event, **_said_by(first.event)), there)
    assert scene.seen() == plan(first.event)
    assert back.receipt.differences == ()
    assert scene.masters() == 1


def _said_by(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in ("occurrences", "title", "conference", "attendees")}


@writers
def test_many_changes_at_once_are_one_step(scene: Scene) -> None:
    """A session moves, another is skipped, one comes back, it goes on, and the title is new."""
    first = scene.put(with_session(with_session(scene.event(), 1, None), 3, TUESDAY + timedelta(days=8, hours=1)))
    event = lengthened(first.event, 8)
    for session, start in ((1, event.occurrences[1].recurrence_id), (2, TUESDAY + timedelta(days=2)), (4, None)):
        event = with_session(event, session, start)
    written = scene.put(changed(event, title="Circle 7, spring"), first)
    assert scene.seen() == plan(written.event)
    assert written.receipt.differences == ()


@writers
def test_people_come_and_go(scene: Scene) -> None:
    """The dates stay as they are, and it stays one event."""
    first = scene.put(scene.event())
    cy = Attendee(id="cy", name="Cy", email="cy@outside.example", zone="Asia/Kolkata")
    more = scene.put(changed(first.event, attendees=(*first.event.attendees, cy)), first)
    fewer = scene.put(changed(more.event, attendees=first.event.attendees), more)
    assert scene.seen() == plan(fewer.event)
    assert scene.masters() == 1


@writers
def test_a_session_without_date_of_its_own_stays_out(scene: Scene) -> None:
    """Skipped from the beginning: the first one, one in the midst, and the last."""
    event = scene.event()
    for session in (0, 3, 5):
        event = with_session(event, session, None)
    written = scene.put(event)
    assert scene.seen() == plan(event)
    assert written.receipt.differences == ()


@writers
def test_cancelling_takes_all_of_it_away(scene: Scene) -> None:
    """Moved sessions too; and once more is no error."""
    moved = scene.put(with_session(scene.event(), 2, TUESDAY + timedelta(days=2)))
    scene.cancel(moved)
    assert (scene.seen(), scene.masters()) == ([], 0)
    scene.cancel(moved)
    assert (scene.seen(), scene.masters()) == ([], 0)


@writers
def test_cancelling_what_never_was_is_no_error(scene: Scene) -> None:
    """As after a crash before the first write."""
    scene.writer().cancel(cancelled(scene.event()), standing=None)
    assert scene.masters() == 0


@writers
def test_the_room_is_seen(scene: Scene) -> None:
    """The address of the room is with the event, also after it has changed."""
    first = scene.put(scene.event())
    assert ROOM in scene.stage.rooms(scene.connector.at)
    other = "https://meet.example.org/other-8421"
    scene.put(changed(first.event, conference=other), first)
    assert scene.stage.rooms(scene.connector.at) == {other}


@of(lambda each: bool(each.meeting))
def test_a_provider_makes_the_room(scene: Scene) -> None:
    """One room, which the receipt names sooner or later, and which stays with the event whatever changes."""
    event = scene.event(conference="", meeting=scene.connector.meeting)
    written = scene.put(event)
    assert written.receipt.conference or written.receipt.late
    settled = scene.put(event, written)
    assert settled.receipt.conference.startswith("https://")
    assert not settled.receipt.late
    moved = scene.put(with_session(changed(event, title="Circle 7, spring"), 2, TUESDAY + timedelta(days=2)), settled)
    assert moved.receipt.conference == settled.receipt.conference
    assert scene.stage.rooms("ana") == {settled.receipt.conference}


@of(lambda each: each.invites)
def test_a_provider_that_invites_brings_it_to_the_other(scene: Scene) -> None:
    """As one event on the same dates; a change follows, and so does the end."""
    first = scene.put(scene.event())
    assert scene.masters("ben") == 1
    assert scene.seen("ben") == plan(first.event)
    moved = scene.put(with_session(first.event, 2, TUESDAY + timedelta(days=2)), first)
    assert scene.seen("ben") == plan(moved.event)
    scene.cancel(moved)
    assert scene.seen("ben") == []


# A calendar of one's own


@copiers
def test_a_copy_stands_in_ones_own_calendar_and_invites_nobody(scene: Scene) -> None:
    """On the sessions at which one is there; nothing is sent, whether it comes, changes or goes."""
    event = with_session(scene.event(), 1, plan(scene.event())[1][0], absent=("ben",)).seen_by("ben")
    sent = scene.stage.invited()
    first = scene.put(event, copy=True)
    assert scene.seen("ben") == plan(event)
    assert (scene.masters("ben"), scene.masters("ana")) == (1, 0)
    moved = scene.put(with_session(event, 2, TUESDAY + timedelta(days=2)), first, copy=True)
    assert scene.seen("ben") == plan(moved.event)
    assert ROOM in scene.stage.rooms("ben")
    scene.cancel(moved, copy=True)
    assert (scene.seen("ben"), scene.masters("ben")) == ([], 0)
    assert scene.stage.invited() == sent


# What others did meanwhile


@edited
def test_a_date_moved_by_hand_is_left_where_it_is(scene: Scene) -> None:
    """The change that was to be written is not, and is told."""
    first = scene.put(scene.event())
    scene.stage.move_by_hand(scene.connector.at, TUESDAY, TUESDAY + timedelta(hours=2))
    by_hand = scene.seen()
    assert (TUESDAY + timedelta(hours=2), 50) in by_hand
    with pytest.raises(ChangedElsewhere, match="by hand"):
        scene.put(with_session(first.event, 4, None), first)
    assert scene.seen() == by_hand
    with pytest.raises(ChangedElsewhere):
        scene.put(first.event, first)
    assert scene.seen() == by_hand


@edited
def test_a_move_by_hand_that_is_planned_afterwards_is_taken_over(scene: Scene) -> None:
    """Once the plan says the same there is nothing to quarrel about."""
    first = scene.put(scene.event())
    scene.stage.move_by_hand(scene.connector.at, TUESDAY, TUESDAY + timedelta(hours=2))
    agreed = scene.put(with_session(first.event, 2, TUESDAY + timedelta(hours=2)), first)
    assert scene.seen() == plan(agreed.event)
    assert agreed.receipt.differences == ()


@edited
def test_what_somebody_deleted_is_not_brought_back(scene: Scene) -> None:
    """Neither by the same nor by a new version; that it is gone is told."""
    first = scene.put(scene.event())
    scene.stage.delete_by_hand(scene.connector.at)
    for event in (first.event, with_session(first.event, 2, None)):
        with pytest.raises(ChangedElsewhere):
            scene.put(event, first)
        assert (scene.seen(), scene.masters()) == ([], 0)
    scene.cancel(first)
    assert (scene.seen(), scene.masters()) == ([], 0)


# After a crash


@writers
def test_a_write_that_was_never_noted_is_adopted(scene: Scene) -> None:
    """The series is there, and we know nothing of it: no second one, and the receipt names the first."""
    event = with_session(scene.event(), 2, TUESDAY + timedelta(days=2))
    first = scene.put(event)
    again = scene.put(event, None)
    assert again.receipt.id == first.receipt.id
    assert again.receipt.ical_uid == first.receipt.ical_uid
    assert scene.masters() == 1
    assert scene.seen() == plan(event)


@writers
def test_a_change_that_was_never_noted_is_taken_for_written(scene: Scene) -> None:
    """The standing version is the one of before; it is no change by hand."""
    first = scene.put(scene.event())
    event = with_session(with_session(lengthened(first.event, 8), 2, TUESDAY + timedelta(days=2)), 1, None)
    scene.put(event, first)
    before = scene.writes()
    again = scene.put(event, first)
    if scene.connector.looks:
        assert scene.writes() == before
    assert scene.masters() == 1
    assert scene.seen() == plan(event)
    assert again.receipt.differences == ()
