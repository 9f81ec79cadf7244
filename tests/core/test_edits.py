"""What people did by hand: each kind of edit, and what is none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.edits import Edit, EditKind, Put, edits
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule, Span
from scheduler.core.found import Found
from scheduler.core.walltime import WallTime

ZONE = "Europe/Lisbon"  # its clocks go forward on 28 March 2027
RULE = RecurrenceRule(zone=ZONE, first=WallTime(date(2027, 3, 9), 10 * 60))
DATES = RULE.instants(5)  # 9, 16, 23, 30 March, 6 April
NOW = DATES[0] + timedelta(hours=2)
ANA, BO = (Attendee(id=who, name=who, email=f"{who}@example.org", zone=ZONE) for who in ("ana", "bo"))
EVENT = Event(
    uid="u",
    group="pair",
    slot=0,
    generation=0,
    rule=RULE,
    duration=45,
    occurrences=tuple(Occurrence(session=i, recurrence_id=start, start=start) for i, start in enumerate(DATES)),
    title="Meeting",
    organizer="ana",
    attendees=(ANA, BO),
)
STANDING = Delivery(event=EVENT)


def at(session: int, later: float = 0, minutes: int = 45) -> Span:
    """Where a session was written, so many hours later."""
    return DATES[session] + timedelta(hours=later), minutes


def found(sessions: Mapping[int, Span | None], **more: object) -> Found:
    """All sessions as they were written, but for some."""
    return replace(Found(sessions={i: at(i) for i in range(5)} | dict(sessions)), **more)  # type: ignore[arg-type]  # of any field


def one(kind: EditKind, session: int, after: Span | None) -> Edit:
    """An edit of one session."""
    return Edit(kind=kind, puts=(Put(session, at(session), after),))


def test_what_is_as_it_was_written_is_no_edit() -> None:
    """Nor is a date of which the provider tells nothing, nor one that is none of its sessions."""
    assert edits(EVENT, STANDING, found({}), now=NOW) == ()
    assert edits(EVENT, STANDING, Found(others=(at(2, 5),)), now=NOW) == ()


def test_a_session_was_moved_resized_or_deleted() -> None:
    """Each is an edit of its own."""
    told = edits(EVENT, STANDING, found({1: at(1, 4), 2: None, 3: at(3, 0, 30)}), now=NOW)
    assert told == (
        one(EditKind.MOVED, 1, at(1, 4)),
        one(EditKind.DELETED, 2, None),
        one(EditKind.RESIZED, 3, at(3, 0, 30)),
    )


def test_what_is_past_is_nobody_s_concern() -> None:
    """But for a session that somebody moved out of the past, or into it."""
    assert edits(EVENT, STANDING, found({0: None, 1: None}), now=DATES[1]) == ()
    assert edits(EVENT, STANDING, found({0: at(0, 1)}), now=NOW) == ()
    assert edits(EVENT, STANDING, found({0: at(0, 24)}), now=NOW) == (one(EditKind.MOVED, 0, at(0, 24)),)
    assert edits(EVENT, STANDING, found({1: at(1, -24 * 7)}), now=NOW) == (one(EditKind.MOVED, 1, at(1, -24 * 7)),)


def test_a_skipped_session_that_somebody_brought_back_was_moved_from_nowhere() -> None:
    """And one that stays skipped is no edit."""
    skipped = tuple(replace(each, start=None) if each.session == 2 else each for each in EVENT.occurrences)
    standing = Delivery(event=replace(EVENT, occurrences=skipped))
    assert edits(standing.event, standing, found({2: None}), now=NOW) == ()
    assert edits(standing.event, standing, found({}), now=NOW) == (
        Edit(kind=EditKind.MOVED, puts=(Put(2, None, at(2)),)),
    )


def test_where_the_provider_made_something_else_of_it_that_is_no_edit() -> None:
    """What was found after the write stands; what was as it should be then and is not now was edited."""
    stood = (at(0), at(1, 1), at(2), at(3), at(4))
    standing = replace(STANDING, receipt=Receipt(stood=stood))
    assert edits(standing.event, standing, found({1: at(1, 1)}), now=NOW) == ()
    assert edits(standing.event, standing, found({1: None}), now=NOW) == ()
    assert edits(standing.event, standing, found({1: at(1, 2)}), now=NOW) == (one(EditKind.MOVED, 1, at(1, 2)),)
    assert edits(standing.event, standing, found({1: at(1, 1), 2: at(1, 1)}), now=NOW) == (
        one(EditKind.MOVED, 2, at(1, 1)),
    )


def test_what_was_decided_since_is_no_edit_once_it_stands() -> None:
    """Nor is what was written before; another time is, from what was decided."""
    decided = replace(EVENT, occurrences=tuple(moved(each, 2, 3) for each in EVENT.occurrences))
    for after in (at(2), at(2, 3)):
        assert edits(decided, STANDING, found({2: after}), now=NOW) == ()
    told = edits(decided, STANDING, found({2: at(2, 5)}), now=NOW)
    assert told == (Edit(kind=EditKind.MOVED, puts=(Put(2, at(2, 3), at(2, 5)),)),)


def test_what_new_zone_data_make_of_it_is_no_edit() -> None:
    """A provider that has them shows dates elsewhere than we wrote them; one that has them not, as they were."""
    older = replace(EVENT, occurrences=tuple(an_hour_off(each) for each in EVENT.occurrences))
    standing = Delivery(event=older)
    wrote = {i: (DATES[i] + timedelta(hours=1 if i > 2 else 0), 45) for i in range(5)}
    assert edits(older, standing, Found(sessions=wrote), now=NOW) == ()
    assert edits(older, standing, found({}), now=NOW) == ()
    assert edits(older, standing, found({4: at(4, 3)}), now=NOW) == (
        Edit(kind=EditKind.MOVED, puts=(Put(4, wrote[4], at(4, 3)),)),
    )


def an_hour_off(each: Occurrence) -> Occurrence:
    """A date as zone data without the clock change of March have it."""
    instant = each.recurrence_id + timedelta(hours=1 if each.session > 2 else 0)
    return replace(each, recurrence_id=instant, start=instant)


def moved(each: Occurrence, session: int, later: float) -> Occurrence:
    """One of the sessions so many hours later, any other as it is."""
    return replace(each, start=each.recurrence_id + timedelta(hours=later)) if each.session == session else each


def test_most_sessions_moved_by_the_same_time_on_the_clock_are_one_edit() -> None:
    """Across a clock change, too; a session that went elsewhere is an edit of its own."""
    moved = {i: at(i, 2) for i in (1, 2, 3)}
    assert edits(EVENT, STANDING, found(moved | {4: at(4, 5)}), now=NOW) == (
        Edit(kind=EditKind.SHIFTED, puts=tuple(Put(i, at(i), at(i, 2)) for i in (1, 2, 3))),
        one(EditKind.MOVED, 4, at(4, 5)),
    )
    sunday = {2: at(2, 5 * 24 - 1)}  # 23 March 10:00 becomes 28 March 10:00, an hour earlier by UTC
    later = {i: at(i, 5 * 24) for i in (1, 3, 4)}
    [told] = edits(EVENT, STANDING, found(sunday | later), now=NOW)
    assert (told.kind, [put.session for put in told.puts]) == (EditKind.SHIFTED, [1, 2, 3, 4])


@pytest.mark.parametrize("moved", [{1, 2}, {4}])
def test_half_of_the_sessions_or_the_last_one_are_moved_one_by_one(moved: set[int]) -> None:
    """A series is not shifted with them."""
    told = edits(EVENT, STANDING, found({i: at(i, 2) for i in moved}), now=NOW if len(moved) > 1 else DATES[3])
    assert {each.kind for each in told} == {EditKind.MOVED}
    assert len(told) == len(moved)


def test_a_series_that_was_deleted_is_gone() -> None:
    """Whether in the whole or from now on; its sessions are those to come."""
    gone = Edit(kind=EditKind.GONE, puts=tuple(Put(i, at(i), None) for i in (1, 2, 3, 4)))
    assert edits(EVENT, STANDING, Found(gone=True), now=NOW) == (gone,)
    assert edits(EVENT, STANDING, found(dict.fromkeys((1, 2, 3, 4))), now=NOW) == (gone,)
    assert edits(EVENT, STANDING, found({4: None}), now=DATES[3]) == (one(EditKind.DELETED, 4, None),)


def test_what_we_cancelled_or_what_is_over_is_not_gone_by_hand() -> None:
    """Nobody is asked then."""
    cancelled = Delivery(event=replace(EVENT, cancelled=True))
    assert edits(cancelled.event, cancelled, Found(gone=True), now=NOW) == ()
    assert edits(EVENT, STANDING, Found(gone=True), now=datetime(2028, 1, 1, tzinfo=UTC)) == ()


def test_a_no_to_coming_sessions_is_an_edit_for_each_person() -> None:
    """But not where somebody is absent anyway."""
    absent = tuple(replace(each, absent=("bo",)) if each.session == 2 else each for each in EVENT.occurrences)
    standing = Delivery(event=replace(EVENT, occurrences=absent))
    told = edits(
        standing.event,
        standing,
        found({1: at(1, 4)}, declined={"bo": frozenset({0, 1, 2, 3}), "ana": frozenset({0})}),
        now=NOW,
    )
    puts = (Put(1, at(1), at(1, 4)), Put(3, at(3), at(3)))
    assert told == (one(EditKind.MOVED, 1, at(1, 4)), Edit(kind=EditKind.DECLINED, puts=puts, person="bo"))
