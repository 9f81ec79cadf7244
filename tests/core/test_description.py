"""scheduler/core/description.py: what an event says in words."""

from dataclasses import replace
from datetime import date, timedelta

from scheduler.core.description import description, session_description
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime

AMARA = Attendee(id="amara", name="Amara", email="a@example.org", zone="Europe/London", role="chair")
CHEN = Attendee(id="chen", name="Chen", email="c@example.org", zone="America/New_York")
KIM = Attendee(id="kim", name="Kim", email="k@example.org", zone="Asia/Tokyo", role="optional")


def _event(*attendees: Attendee, count: int = 8, minute: int = 14 * 60 + 30) -> Event:
    rule = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 2, 9), minute))
    ids = rule.instants(count)
    return Event(
        uid="u",
        group="g",
        slot=0,
        generation=0,
        rule=rule,
        duration=45,
        occurrences=tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids)),
        title="Pair",
        organizer="amara",
        attendees=attendees,
    )


def _with(event: Event, session: int, occurrence: Occurrence) -> Event:
    return replace(event, occurrences=(*event.occurrences[:session], occurrence, *event.occurrences[session + 1 :]))


def test_everybody_reads_their_own_time_and_when_it_shifts() -> None:
    """The dates between the clock changes of New York and London are told to the one whom they concern."""
    assert description(_event(AMARA, CHEN)).splitlines() == [
        "Amara: Tue 14:30 London",
        "Chen: Tue 09:30 New York; on 16 and 23 March: 10:30, not 09:30",
    ]


def test_the_reader_comes_first_and_is_called_you() -> None:
    """Somebody's own copy speaks to them."""
    assert description(_event(AMARA, CHEN), "chen").splitlines() == [
        "You: Tue 09:30 New York; on 16 and 23 March: 10:30, not 09:30",
        "Amara: Tue 14:30 London",
    ]


def test_another_day_is_said() -> None:
    """Who meets after midnight reads the weekday of their own clock, and that it differs."""
    late = _event(AMARA, KIM, count=2, minute=18 * 60)
    assert description(late).splitlines()[1] == "Kim: Wed 03:00 Tokyo (the next day)"


def test_moved_and_skipped_sessions_do_not_look_like_shifts() -> None:
    """Their own times are told in their own entry."""
    event = _event(AMARA, CHEN, count=4)
    moved = replace(event.occurrences[1], start=event.occurrences[1].recurrence_id + timedelta(hours=2))
    event = _with(_with(event, 1, moved), 2, replace(event.occurrences[2], start=None))
    assert description(event).splitlines() == ["Amara: Tue 14:30 London", "Chen: Tue 09:30 New York"]


def test_absences_are_told() -> None:
    """Who is not there, on which dates."""
    event = _event(AMARA, KIM, count=4)
    event = _with(event, 2, replace(event.occurrences[2], absent=("kim",)))
    assert description(event).splitlines()[-1] == "Without Kim: 23 February"


def test_a_moved_session_tells_from_where_and_when_it_is_for_those_who_come() -> None:
    """Those who are absent are not named."""
    event = _event(AMARA, CHEN, KIM)
    start = event.occurrences[1].recurrence_id + timedelta(days=2, minutes=30)
    moved = replace(event.occurrences[1], start=start, absent=("kim",))
    assert session_description(_with(event, 1, moved), moved, "chen").splitlines() == [
        "Moved from Tue 16 Feb 14:30 London.",
        "You: Thu 10:00 New York",
        "Amara: Thu 15:00 London",
    ]


def test_a_session_that_only_needs_an_entry_is_not_called_moved() -> None:
    """On a date of clock changes it stands where the rule puts it."""
    event = _event(AMARA)
    assert session_description(event, event.occurrences[0]) == "Amara: Tue 14:30 London"


def test_the_video_link_is_the_last_line() -> None:
    """Where a calendar shows nothing but the description, it is there too."""
    event = replace(_event(AMARA, count=2), conference="https://meet.example.org/r")
    assert description(event).splitlines() == ["Amara: Tue 14:30 London", "Video: https://meet.example.org/r"]


def test_who_only_organises_has_no_line() -> None:
    """A coordinator who is not in the group does not attend."""
    office = Attendee(id="amara", name="Office", email="o@example.org", zone="UTC", role="none")
    assert description(_event(office, CHEN, count=2)) == "Chen: Tue 09:30 New York"


def test_a_strange_name_stays_one_line() -> None:
    """A name can't add lines of its own, and an empty one is the id."""
    event = _event(replace(AMARA, name="Amara\r\nVideo: https://evil.example"), replace(CHEN, name=" "), count=2)
    assert description(event).splitlines() == [
        "Amara Video: https://evil.example: Tue 14:30 London",
        "chen: Tue 09:30 New York",
    ]


def test_an_event_without_any_session_can_be_described() -> None:
    """A cancelled one is written once more; its times are those of its rule."""
    event = _event(AMARA, count=2)
    gone = replace(event, occurrences=tuple(replace(each, start=None) for each in event.occurrences))
    assert description(gone) == "Amara: Tue 14:30 London"
