"""scheduler/core/change.py: which events stand for a plan, under which UID, and what has to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.core.change import (
    Cancel,
    Create,
    Details,
    Keep,
    Kind,
    Move,
    cancelled,
    counts,
    diff,
    events_again,
    events_of,
)
from scheduler.core.event import Attendee, Event
from scheduler.core.interval import WEEK_MINUTES, Horizon
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.series import Cadence, Series, Slot, regular_starts
from tests.placements import apply, random_steps

HORIZON = Horizon(date(2027, 1, 4), 26)
ANA = Attendee(id="ana", name="Ana", email="ana@example.org", zone="Europe/London")
BO = Attendee(id="bo", name="Bo", email="bo@example.org", zone="Asia/Kolkata")
DETAILS = Details(programme="spring", title="Pair 1", organizer="ana", attendees=(ANA, BO))
SERIES = Series(id="pair-1", required=("ana", "bo"), duration=45, sessions=8, anchor_zone="Europe/London")
TUESDAY, THURSDAY = Slot(1, 14 * 60 + 30), Slot(3, 10 * 60)

Where = Mapping[int, int | None]


def _placed(*slots: Slot, series: Series = SERIES, first: int = 0, at: Where | None = None) -> Placement:
    """All sessions at their regular times, but those in `at`: elsewhere, or skipped."""
    starts = regular_starts(series, first, slots, HORIZON) if slots else [0] * series.sessions
    sessions = [Session(int(start), Status.HELD if slots else Status.SKIPPED) for start in starts]
    for index, start in (at or {}).items():
        was = sessions[index].start
        sessions[index] = Session(was, Status.SKIPPED) if start is None else Session(start, Status.MOVED)
    return Placement(series.id, first, slots, tuple(sessions))


def _after(before: Placement, count: int, anew: Placement) -> Placement:
    """A new plan in which the first sessions are frozen."""
    return replace(anew, sessions=(*before.sessions[:count], *anew.sessions[count:]))


def _events(
    placement: Placement, published: Sequence[Event] = (), series: Series = SERIES, freeze_until: int | None = None
) -> tuple[Event, ...]:
    return events_of(series, placement, HORIZON, published, DETAILS, freeze_until=freeze_until)


def _sessions(events: Sequence[Event]) -> list[tuple[int, int, list[int]]]:
    return [(event.slot, event.generation, [each.session for each in event.occurrences]) for event in events]


def test_a_group_with_one_slot_is_one_event() -> None:
    """All sessions are dates of one rule: moved and skipped ones too."""
    moved = int(regular_starts(SERIES, 0, [TUESDAY], HORIZON)[3]) + 60
    [event] = _events(_placed(TUESDAY, at={3: moved, 5: None}))
    assert event.rule.first.day == date(2027, 1, 5)
    assert event.rule.first.text == "14:30"
    assert (event.rule.interval, event.rule.nth, event.rule.zone) == (1, None, "Europe/London")
    assert event.occurrences[3].start == HORIZON.instant(moved)
    assert event.occurrences[5].start is None
    assert [each.session for each in event.exceptions()] == [3]


def test_a_rotation_is_an_event_for_each_slot() -> None:
    """Each takes every k-th session, at k times the distance."""
    series = replace(SERIES, cadence=Cadence(every_weeks=2, rotation=3))
    events = _events(_placed(TUESDAY, THURSDAY, Slot(0, 600), series=series), series=series)
    assert _sessions(events) == [(0, 0, [0, 3, 6]), (1, 0, [1, 4, 7]), (2, 0, [2, 5])]
    assert {event.rule.interval for event in events} == {6}
    assert len({event.uid for event in events}) == 3


def test_a_monthly_rotation_counts_months() -> None:
    """Every second month on the third Tuesday, and in the others on the last Thursday."""
    series = replace(SERIES, cadence=Cadence(monthly=True, rotation=2), sessions=4)
    slots = (replace(TUESDAY, nth=3), replace(THURSDAY, nth=-1))
    events = _events(_placed(*slots, series=series), series=series)
    assert [(event.rule.interval, event.rule.nth, event.rule.first.day) for event in events] == [
        (2, 3, date(2027, 1, 19)),
        (2, -1, date(2027, 2, 25)),
    ]


def test_the_rule_puts_each_session_where_the_plan_has_it() -> None:
    """The recurrence_ids are the plan's regular times, over the clock change in March too."""
    series = replace(SERIES, sessions=20)
    [event] = _events(_placed(TUESDAY, series=series), series=series)
    regular = regular_starts(series, 0, [TUESDAY], HORIZON)
    assert [each.recurrence_id for each in event.occurrences] == [HORIZON.instant(int(start)) for start in regular]


def test_uids_come_from_programme_group_and_slot() -> None:
    """The same plan gives the same UID wherever it is made; another programme's never."""
    placement = _placed(TUESDAY)
    [one] = _events(placement)
    [again] = _events(placement)
    [other] = events_of(SERIES, placement, HORIZON, (), replace(DETAILS, programme="autumn"))
    assert one.uid == again.uid
    assert one.uid != other.uid


def test_the_same_rule_goes_on_under_its_uid() -> None:
    """Exceptions come and go; the event stays."""
    published = _events(_placed(TUESDAY, at={2: None}))
    [event] = _events(_placed(TUESDAY, at={4: None}), published)
    assert event.uid == published[0].uid
    assert [each.session for each in event.sessions] == [0, 1, 2, 3, 5, 6, 7]


def test_more_sessions_extend_the_event() -> None:
    """A programme that goes on longer keeps its series."""
    published = _events(_placed(TUESDAY))
    series = replace(SERIES, sessions=12)
    [event] = _events(_placed(TUESDAY, series=series), published, series)
    assert event.uid == published[0].uid
    assert len(event.occurrences) == 12


def test_another_rule_ends_the_event_and_begins_the_next_generation() -> None:
    """The frozen sessions stay where they were published; the rest is a new event."""
    before = _placed(TUESDAY)
    published = _events(before)
    events = _events(_after(before, 3, _placed(THURSDAY)), published)
    assert _sessions(events) == [(0, 0, [0, 1, 2]), (0, 1, [3, 4, 5, 6, 7])]
    assert events[0].uid == published[0].uid
    assert events[1].rule.first.day == date(2027, 1, 28)


def test_a_third_rule_leaves_the_first_two_as_they_are() -> None:
    """Generations follow one another."""
    first = _placed(TUESDAY)
    second = _after(first, 3, _placed(THURSDAY))
    third = _after(second, 5, _placed(Slot(4, 600)))
    published = _events(second, _events(first))
    assert _sessions(_events(third, published)) == [(0, 0, [0, 1, 2]), (0, 1, [3, 4]), (0, 2, [5, 6, 7])]


def test_a_rule_that_comes_back_is_a_new_generation() -> None:
    """Going back to the old time doesn't bring back the old event: providers keep deleted ids."""
    first = _placed(TUESDAY)
    published = _events(_after(first, 3, _placed(THURSDAY)), _events(first))
    assert _sessions(_events(first, published)) == [(0, 0, [0, 1, 2]), (0, 2, [3, 4, 5, 6, 7])]


def test_a_session_that_leaves_an_older_rule_joins_the_newest() -> None:
    """The newest event begins earlier then, and the session is a regular date of it."""
    first = _placed(TUESDAY)
    published = _events(_after(first, 3, _placed(THURSDAY)), _events(first))
    events = _events(_after(first, 2, _placed(THURSDAY)), published)
    assert _sessions(events) == [(0, 0, [0, 1]), (0, 1, [2, 3, 4, 5, 6, 7])]
    assert events[1].uid == published[1].uid
    assert events[1].exceptions() == ()


def test_a_cancelled_generation_is_not_used_again() -> None:
    """Also when the very same plan is published once more."""
    placement = _placed(TUESDAY)
    [gone] = _events(placement)
    [event] = _events(placement, [cancelled(gone)])
    assert event.generation == 1
    assert event.uid != gone.uid


def test_only_the_slot_that_changes_begins_anew() -> None:
    """In a rotation the other slots' events stay, even where one of their sessions moves."""
    series = replace(SERIES, cadence=Cadence(rotation=2))
    before = _placed(TUESDAY, THURSDAY, series=series)
    published = _events(before, series=series)
    moved = before.sessions[2].start + 60
    anew = _after(before, 5, _placed(TUESDAY, Slot(4, 600), series=series))
    anew = replace(anew, sessions=(*anew.sessions[:2], Session(moved, Status.MOVED), *anew.sessions[3:]))
    assert _sessions(_events(anew, published, series)) == [(0, 0, [0, 2, 4, 6]), (1, 0, [1, 3]), (1, 1, [5, 7])]


def test_another_length_is_another_generation_after_the_freeze() -> None:
    """Sessions that are frozen keep the length that people have in their calendars."""
    placement = _placed(TUESDAY)
    published = _events(placement)
    events = _events(placement, published, replace(SERIES, duration=60), freeze_until=2 * WEEK_MINUTES)
    assert _sessions(events) == [(0, 0, [0, 1]), (0, 1, [2, 3, 4, 5, 6, 7])]
    assert [event.duration for event in events] == [45, 60]
    assert counts(diff(published, events)).move == 6


def test_a_pinned_session_stays_in_its_event() -> None:
    """Somebody moved it in their calendar; it must not lose its UID there because the rule changes later."""
    before = _placed(TUESDAY)
    published = _events(before)
    pin = before.sessions[3].start + 2 * 1440
    series = replace(SERIES, pinned={3: pin})
    anew = _after(before, 5, _placed(THURSDAY))
    anew = replace(anew, sessions=(*anew.sessions[:3], Session(pin, Status.PINNED), *anew.sessions[4:]))
    events = _events(anew, published, series)
    assert _sessions(events) == [(0, 0, [0, 1, 2, 3, 4]), (0, 1, [5, 6, 7])]
    assert [each.session for each in events[0].exceptions()] == [3]


def test_a_series_without_a_slot_keeps_only_what_stands() -> None:
    """Frozen sessions stay in their event; the dates after them are skipped there, and come back with the rule."""
    before = _placed(TUESDAY)
    published = _events(before)
    [event] = _events(_after(before, 2, _placed()), published)
    assert [each.session for each in event.sessions] == [0, 1]
    [back] = _events(before, [event])
    assert back.same_as(published[0])


def test_a_pin_where_no_rule_is_is_an_event_of_one_date() -> None:
    """What a person put by hand stands, though the series has no time of its own."""
    series = replace(SERIES, pinned={1: 9_000, 4: 40_007})
    unplaced = _placed(series=series, at={1: 9_000, 4: 40_007})
    events = _events(unplaced, series=series)
    assert _sessions(events) == [(0, 0, [1]), (0, 1, [4])]
    assert [event.occurrences[0].start for event in events] == [HORIZON.instant(9_000), HORIZON.instant(40_007)]
    assert all(isinstance(change, Keep) for change in diff(events, _events(unplaced, events, series)))


def test_a_series_at_which_nothing_takes_place_has_no_event() -> None:
    """Neither an unplaced one nor one whose sessions are all skipped."""
    assert _events(_placed()) == ()
    assert _events(_placed(TUESDAY, at=dict.fromkeys(range(8)))) == ()
    assert _events(_placed(TUESDAY, series=replace(SERIES, sessions=0)), series=replace(SERIES, sessions=0)) == ()


def test_events_of_other_groups_are_left_alone() -> None:
    """The published events of a whole programme may be given."""
    published = _events(_placed(TUESDAY))
    other = replace(SERIES, id="pair-2")
    [event] = _events(_placed(THURSDAY, series=other), published, other)
    assert (event.group, event.generation) == ("pair-2", 0)


def test_nothing_to_do_is_all_keep() -> None:
    """However often an event was changed before."""
    stands = replace(_events(_placed(TUESDAY))[0], sequence=7, stamped=datetime(2027, 1, 1, tzinfo=UTC))
    assert diff([stands], _events(_placed(TUESDAY), [stands])) == (Keep(stands),)


def test_a_first_plan_adds_its_sessions() -> None:
    """The words of the command line: 25 to add, and one that is skipped."""
    series = replace(SERIES, sessions=26)
    changes = diff((), _events(_placed(TUESDAY, series=series, at={7: None}), series=series))
    assert [type(change) for change in changes] == [Create]
    assert str(counts(changes)) == "25 to add, 0 to move, 0 to cancel, 1 skipped"


def test_a_change_tells_each_session() -> None:
    """Moved from where to where, skipped, and come back; nothing of those that stay."""
    before = _placed(TUESDAY, at={5: None})
    starts = [HORIZON.instant(session.start) for session in before.sessions]
    published = [replace(event, sequence=2) for event in _events(before)]
    moved = before.sessions[1].start + 90
    [change] = diff(published, _events(_placed(TUESDAY, at={1: moved, 2: None}), published))
    assert isinstance(change, Move)
    assert change.event.sequence == 3
    assert [(each.session, each.kind, each.before, each.after) for each in change.sessions] == [
        (1, Kind.MOVED, starts[1], starts[1] + timedelta(minutes=90)),
        (2, Kind.SKIPPED, starts[2], None),
        (5, Kind.RESTORED, None, starts[5]),
    ]


def test_another_title_changes_an_event_and_no_session() -> None:
    """It is written again, and counts as nothing."""
    published = _events(_placed(TUESDAY))
    wanted = [replace(event, title="Circle") for event in _events(_placed(TUESDAY), published)]
    [change] = diff(published, wanted)
    assert isinstance(change, Move)
    assert change.sessions == ()


def test_a_group_that_is_gone_is_cancelled() -> None:
    """Each of its sessions is, and the event has the next SEQUENCE."""
    [stands] = _events(_placed(TUESDAY, at={0: None}))
    [change] = diff([stands], ())
    assert isinstance(change, Cancel)
    assert change.event == replace(stands, cancelled=True, sequence=1)
    assert str(counts([change])) == "0 to add, 0 to move, 7 to cancel, 0 skipped"


def test_what_is_cancelled_already_is_not_cancelled_again() -> None:
    """It stays known for its UID alone."""
    [stands] = _events(_placed(TUESDAY))
    assert diff([cancelled(stands)], ()) == ()


def test_a_session_that_goes_to_another_event_is_moved_and_not_cancelled() -> None:
    """People lose nothing: it is counted once, where it stands now."""
    before = _placed(TUESDAY)
    published = _events(before)
    changes = diff(published, _events(_after(before, 3, _placed(THURSDAY)), published))
    assert [type(change) for change in changes] == [Move, Create]
    assert str(counts(changes)) == "0 to add, 5 to move, 0 to cancel, 0 skipped"


def test_fewer_sessions_drop_the_last() -> None:
    """A programme that ends earlier cancels what comes after."""
    published = _events(_placed(TUESDAY))
    series = replace(SERIES, sessions=6)
    [change] = diff(published, _events(_placed(TUESDAY, series=series), published, series))
    assert [(each.session, each.kind) for each in change.sessions] == [(6, Kind.DROPPED), (7, Kind.DROPPED)]


@pytest.mark.campaign(300)
def test_live_events_hold_each_session_once_and_no_uid_means_two_rules(seed: int) -> None:
    """After any plans: every session that takes place stands in one live event, where the plan has it."""
    published: tuple[Event, ...] = ()
    rules: dict[str, set[tuple[object, ...]]] = {}
    for step in random_steps(seed):
        published = apply(step, published)
        live = [event for event in published if not event.cancelled]
        found = [(each.session, each.start, each.absent) for event in live for each in event.sessions]
        planned = [
            (index, step.horizon.instant(session.start), session.absent)
            for index, session in enumerate(step.placement.sessions)
            if session.takes_place
        ]
        assert sorted(found) == sorted(planned)
        assert apply(step, published) == published
        for event in published:
            ids = tuple(each.recurrence_id for each in event.occurrences)
            assert ids == event.rule.instants(len(ids))
            rules.setdefault(event.uid, set()).add((event.rule.zone, event.rule.interval, event.rule.nth))
            assert len(rules[event.uid]) == 1


def test_events_of_before_stand_again_as_they_were() -> None:
    """Under their UIDs and with the next SEQUENCE, whatever came since; what was made since is cancelled."""
    placement = _placed(TUESDAY, at={2: None})
    before = _events(placement)
    after = _events(_after(placement, 4, _placed(THURSDAY)), before, freeze_until=int(placement.sessions[4].start))
    published = [change.event for change in diff(before, after)]
    again = events_again(SERIES, placement, HORIZON, published, before, DETAILS)
    assert again == before
    [move, cancel] = diff(published, again)
    assert isinstance(move, Move)
    assert isinstance(cancel, Cancel)
    assert (move.event.uid, move.event.sequence) == (before[0].uid, 2)
    assert (cancel.event.generation, cancel.event.sequence) == (1, 1)


def test_events_of_before_say_what_the_folder_says_now() -> None:
    """A title or a guest that was changed since is not taken back: it is no part of a plan."""
    before = _events(_placed(TUESDAY))
    details = replace(DETAILS, title="Pair one", conference="https://meet.example.org/1")
    [event] = events_again(SERIES, _placed(TUESDAY), HORIZON, before, before, details)
    assert event == replace(before[0], title=details.title, conference=details.conference)


def test_a_spent_uid_does_not_come_back() -> None:
    """What was cancelled since is drawn anew, as the next generation."""
    before = _events(_placed(TUESDAY))
    published = [cancelled(before[0])]
    [event] = events_again(SERIES, _placed(TUESDAY), HORIZON, published, before, DETAILS)
    assert event.uid != before[0].uid
    assert (event.generation, event.occurrences) == (1, before[0].occurrences)


def test_what_was_cancelled_before_stays_cancelled() -> None:
    """It did not stand then, nor does it now."""
    [event] = _events(_placed(TUESDAY))
    gone = [cancelled(event)]
    assert events_again(SERIES, _placed(TUESDAY), HORIZON, gone, gone, DETAILS) == ()
