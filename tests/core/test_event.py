"""scheduler/core/event.py: what stands in a calendar, as a value."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule, event_from_json, event_to_json, is_plain
from scheduler.core.walltime import WallTime

ANA = Attendee(id="ana", name="Ana", email="ana@example.org", zone="Europe/London", role="chair")
BO = Attendee(id="bo", name="Bo", email="", zone="America/New_York", role="optional")


def _event(rule: RecurrenceRule, count: int, duration: int = 45) -> Event:
    occurrences = [
        Occurrence(session=session, recurrence_id=at, start=at) for session, at in enumerate(rule.instants(count))
    ]
    return Event(
        uid="u",
        group="g",
        slot=0,
        generation=0,
        rule=rule,
        duration=duration,
        occurrences=tuple(occurrences),
        title="Circle",
        organizer="ana",
        attendees=(ANA, BO),
    )


def _weekly(zone: str, day: date, minute: int, count: int, duration: int = 45) -> Event:
    return _event(RecurrenceRule(zone=zone, first=WallTime(day, minute)), count, duration)


def _with(event: Event, session: int, **changes: object) -> Event:
    occurrences = list(event.occurrences)
    occurrences[session] = replace(occurrences[session], **changes)  # type: ignore[arg-type]  # names and values of tests
    return replace(event, occurrences=tuple(occurrences))


def test_a_weekly_rule_keeps_its_wall_time() -> None:
    """The instant moves when the anchor zone changes its clocks."""
    event = _weekly("Europe/London", date(2027, 3, 23), 14 * 60 + 30, 2)
    assert [each.recurrence_id for each in event.occurrences] == [
        datetime(2027, 3, 23, 14, 30, tzinfo=UTC),
        datetime(2027, 3, 30, 13, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("nth", "first", "days"),
    [
        (-1, date(2027, 1, 29), [(1, 29), (3, 26), (5, 28), (7, 30)]),
        (2, date(2027, 1, 12), [(1, 12), (3, 9), (5, 11), (7, 13)]),
    ],
)
def test_a_monthly_rule_counts_weekdays_of_the_month(nth: int, first: date, days: list[tuple[int, int]]) -> None:
    """The nth from the beginning, or the last; here every second month."""
    rule = RecurrenceRule(zone="UTC", first=WallTime(first, 600), interval=2, nth=nth)
    assert [(at.month, at.day) for at in rule.instants(4)] == days


def test_json_keeps_everything() -> None:
    """A store gives back an equal event, with its instants in UTC."""
    event = _with(_weekly("Asia/Kolkata", date(2027, 1, 5), 600, 3), 1, start=None, absent=("bo",))
    event = replace(event, stamped=datetime(2027, 1, 1, tzinfo=UTC), sequence=3, cancelled=True)
    back = event_from_json(event_to_json(event))
    assert back == event
    assert back.stamped is not None
    assert back.stamped.tzinfo is UTC
    assert back.occurrences[0].recurrence_id.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"uid": 1}'])
def test_other_json_is_refused(text: str) -> None:
    """What is no event raises ValueError."""
    with pytest.raises(ValueError, match="validation error"):
        event_from_json(text)


def test_sequence_and_stamp_say_nothing_of_what_an_event_is() -> None:
    """Two events that differ in them alone are the same; any other difference counts."""
    event = _weekly("UTC", date(2027, 1, 5), 600, 3)
    assert event.same_as(replace(event, sequence=4, stamped=datetime(2027, 1, 1, tzinfo=UTC)))
    assert not event.same_as(replace(event, title="Pair"))
    assert not event.same_as(_with(event, 2, start=None))


def test_the_organizer_is_one_of_the_attendees() -> None:
    """Else nobody could write or answer the invitation."""
    event = _weekly("UTC", date(2027, 1, 5), 600, 3)
    assert event.organized_by == ANA
    with pytest.raises(ValueError, match="'cy' organises"):
        replace(event, organizer="cy")


def test_a_person_does_not_see_sessions_without_them() -> None:
    """Sessions at which they are absent are skipped in their own calendar, and in nobody else's."""
    event = _with(_weekly("UTC", date(2027, 1, 5), 600, 3), 1, absent=("bo",))
    assert [each.session for each in event.seen_by("bo").sessions] == [0, 2]
    assert event.seen_by("ana") == event


def test_moved_sessions_are_exceptions_and_skipped_ones_are_not() -> None:
    """A skipped session is a date without a session; only what stands elsewhere needs an entry."""
    event = _weekly("Europe/London", date(2027, 1, 5), 600, 4)
    event = _with(event, 1, start=None)
    event = _with(event, 2, start=event.occurrences[2].recurrence_id + timedelta(days=1))
    assert [each.session for each in event.exceptions()] == [2]


@pytest.mark.parametrize(
    ("why", "zone", "sunday", "minute", "duration"),
    [
        ("its start is skipped", "America/New_York", date(2027, 3, 14), 150, 45),
        ("its start is repeated", "America/New_York", date(2027, 11, 7), 90, 15),
        ("its end is skipped", "America/New_York", date(2027, 3, 14), 90, 45),
        ("it ends when the clocks change", "America/New_York", date(2027, 3, 14), 60, 60),
        ("its end is repeated", "America/New_York", date(2027, 11, 7), 45, 45),
        ("its end is the first repeated minute", "America/New_York", date(2027, 11, 7), 15, 45),
        ("the clocks change within it", "Europe/London", date(2027, 3, 28), 30, 180),
        ("half an hour is repeated", "Australia/Lord_Howe", date(2027, 4, 4), 105, 10),
    ],
)
def test_a_date_of_clock_changes_is_an_exception(why: str, zone: str, sunday: date, minute: int, duration: int) -> None:
    """Where the wall times are not plain to every reader, the session gets an entry that is."""
    event = _weekly(zone, sunday - timedelta(weeks=1), minute, 3, duration)
    assert [each.session for each in event.exceptions()] == [1], why
    assert event.plain_dates() == (True, False, True)


@pytest.mark.parametrize(
    ("minute", "plain"), [(60 + 59, False), (60, True), (180, True), (120, False), (14 * 60, True)]
)
def test_hours_away_from_the_change_are_plain(minute: int, plain: bool) -> None:
    """On the day itself only sessions that touch the change are exceptions (New York skips 2:00 to 3:00)."""
    event = _weekly("America/New_York", date(2027, 3, 14), minute, 1, 30)
    assert event.plain_dates() == (plain,)


def test_an_instant_in_a_repeated_hour_is_not_plain() -> None:
    """Neither the first nor the second half past one can be told by a wall time."""
    first = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert not is_plain(first, 15, "America/New_York")
    assert not is_plain(first + timedelta(hours=1), 15, "America/New_York")
    assert is_plain(first + timedelta(minutes=90), 15, "America/New_York")
