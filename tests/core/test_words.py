"""scheduler/core/words.py: times as people are told them."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from scheduler.core.tongue import speaking
from scheduler.core.tongues import tongue_of
from scheduler.core.words import (
    beside,
    clock,
    dates_in_words,
    listed,
    one_line,
    place,
    shifts,
    span,
    usual_time,
    utc_offset,
    when,
)

TUESDAY = datetime(2027, 2, 9, 14, 30, tzinfo=UTC)


def _weekly(first: datetime, count: int) -> list[datetime]:
    return [first + timedelta(weeks=week) for week in range(count)]


def test_a_time_has_its_weekday_and_place() -> None:
    """Nobody has to ask whose clock is meant."""
    assert when(TUESDAY, "Europe/London") == "Tue 14:30 London"
    assert when(TUESDAY, "America/New_York", dated=True) == "Tue 9 Feb 09:30 New York"
    assert when(TUESDAY, "Asia/Kolkata", offset=True) == "Tue 20:00 Kolkata, UTC+05:30"


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("America/St_Johns", "UTC-03:30"), ("UTC", "UTC+00:00"), ("Pacific/Chatham", "UTC+13:45")],
)
def test_an_offset_is_told_from_utc(zone: str, offset: str) -> None:
    """Half hours and three quarters too, and never an abbreviation."""
    assert utc_offset(TUESDAY, zone) == offset


def test_a_place_is_the_city_of_the_zone() -> None:
    """The last part of the name, as people write it."""
    assert place("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert place("UTC") == "UTC"


@pytest.mark.parametrize(
    ("hour", "zone", "anchor", "told"),
    [
        (14, "America/New_York", "Europe/London", "Tue 09:30 New York"),
        (18, "Asia/Tokyo", "Europe/London", "Wed 03:30 Tokyo (the next day)"),
        (4, "America/New_York", "Europe/London", "Mon 23:30 New York (the day before)"),
        (10, "Pacific/Kiritimati", "Pacific/Pago_Pago", "Wed 00:30 Kiritimati (two days later)"),
        (10, "Pacific/Pago_Pago", "Pacific/Kiritimati", "Mon 23:30 Pago Pago (two days before)"),
    ],
)
def test_another_day_is_said_in_words(hour: int, zone: str, anchor: str, told: str) -> None:
    """Nobody has to notice that the weekday differs."""
    assert beside(TUESDAY.replace(hour=hour), zone, anchor) == told


def test_shifts_are_the_dates_between_two_clock_changes() -> None:
    """14:30 in London is 10:30 in New York while New York has changed its clocks and London has not."""
    starts = [*_weekly(TUESDAY, 7), *(start - timedelta(hours=1) for start in _weekly(TUESDAY, 14)[7:])]
    told = [str(shift) for shift in shifts(starts, "America/New_York")]
    assert told == ["on 16 and 23 March: 10:30, not 09:30"]
    assert shifts(starts, "Europe/London") == ()


def test_a_long_run_is_told_by_its_ends_and_short_ones_by_their_dates() -> None:
    """Runs of the same time are told together."""
    usual = _weekly(TUESDAY, 30)
    starts = [start + timedelta(hours=week in {2, *range(5, 12)}) for week, start in enumerate(usual)]
    told = [str(shift) for shift in shifts(starts, "Asia/Kolkata")]
    assert told == ["on 23 February and from 16 March to 27 April: 21:00, not 20:00"]


def test_a_shift_over_midnight_names_the_weekdays() -> None:
    """23:30 and 00:30 are an hour apart, and on two days."""
    late = _weekly(TUESDAY.replace(hour=18, minute=30), 4)
    starts = [late[0], late[1] - timedelta(hours=1), *late[2:]]
    assert [str(shift) for shift in shifts(starts, "Asia/Kathmandu")] == ["on 16 February: Tue 23:15, not Wed 00:15"]


def test_of_two_times_that_are_as_frequent_the_first_is_usual() -> None:
    """The answer does not depend on anything but the order of the sessions."""
    starts = [TUESDAY, TUESDAY + timedelta(hours=1)]
    assert str(usual_time(starts, "UTC")) == "Tue 14:30"
    assert str(usual_time(starts[::-1], "UTC")) == "Tue 15:30"


def test_dates_are_listed_by_month() -> None:
    """A month is named once for its days."""
    days = [date(2027, 3, 16), date(2027, 3, 23), date(2027, 4, 6)]
    assert dates_in_words(days) == "16 and 23 March and 6 April"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_strange_names_become_one_line() -> None:
    """Line breaks, control characters and separators of other scripts are spaces, and nothing else is lost."""
    assert one_line(" Amára\r\nATTENDEE:x\x00\u2028\x1b[31m 李 ") == "Amára ATTENDEE:x [31m 李"


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en-GB", "Tue 9 Feb 14:30 London"),
        ("en-US", "Tue Feb 9 2:30\N{NO-BREAK SPACE}PM London"),
        ("en-IN", "Tue 9 Feb 2:30\N{NO-BREAK SPACE}PM London"),
        ("de", "Di 9. Feb 14:30 London"),
        ("fr", "Tue 9 Feb 14:30 London"),
        ("ar-EG", "Tue 9 Feb 2:30\N{NO-BREAK SPACE}PM London"),
        ("hi", "Tue 9 Feb 2:30\N{NO-BREAK SPACE}PM London"),
    ],
)
def test_a_time_is_told_as_its_reader_writes_it(locale: str, told: str) -> None:
    """Names of days in the language of the words, since a page speaks one language; the clock is the reader's."""
    with speaking(tongue_of(locale)):
        assert when(TUESDAY, "Europe/London", dated=True) == told


def test_half_a_day_has_twelve_hours_from_twelve() -> None:
    """12 AM is midnight, and 12 PM is noon."""
    with speaking(tongue_of("en-US")):
        told = [clock(minute).replace("\N{NO-BREAK SPACE}", " ") for minute in (0, 59, 60, 719, 720, 780, 1439, 1440)]
    assert told == ["12:00 AM", "12:59 AM", "1:00 AM", "11:59 AM", "12:00 PM", "1:00 PM", "11:59 PM", "12:00 AM"]


def test_shifts_dates_and_places_are_told_in_german() -> None:
    """With the names that cities have there."""
    starts = [*_weekly(TUESDAY, 7), *(start - timedelta(hours=1) for start in _weekly(TUESDAY, 14)[7:])]
    with speaking(tongue_of("de")):
        told = [str(shift) for shift in shifts(starts, "America/New_York")]
        assert told == ["am 16. und 23. März: 10:30 statt 09:30"]
        assert beside(TUESDAY.replace(hour=23), "Asia/Kolkata", "Europe/London") == "Mi 05:00 Kolkata (am Tag danach)"
        assert span(TUESDAY, TUESDAY + timedelta(hours=10), "Africa/Cairo") == "Di 9. Feb 16:30-Mi 10. Feb 02:30 Kairo"
    with speaking(tongue_of("en-US")):
        assert dates_in_words([date(2027, 3, 16), date(2027, 3, 23)]) == "March 16 and 23"


ZONES = (
    *("Europe/London", "America/New_York", "America/Phoenix", "Asia/Kolkata", "Asia/Tokyo"),
    *("Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "Pacific/Chatham"),
)


@pytest.mark.parametrize(("anchor", "zone"), list(permutations(ZONES, 2)))
def test_exactly_the_dates_on_which_a_clock_differs_are_named(anchor: str, zone: str) -> None:
    """For half a year of Tuesdays after each January and July; by zoneinfo, which has no part in what we tell."""
    for first in (datetime(2027, 1, 5, 14, 30), datetime(2027, 7, 6, 14, 30)):  # noqa: DTZ001  # on the anchor's clock
        walls = [(first + timedelta(weeks=week)).replace(tzinfo=ZoneInfo(anchor)) for week in range(26)]
        shown = [wall.astimezone(ZoneInfo(zone)) for wall in walls]
        starts = [wall.astimezone(UTC) for wall in walls]
        usual = str(usual_time(starts, zone))
        wanted = {each.date(): f"{each:%a %H:%M}" for each in shown if f"{each:%a %H:%M}" != usual}
        named = {day: str(shift.shown) for shift in shifts(starts, zone) for run in shift.runs for day in run}
        assert named == wanted
        words = " ".join(str(shift) for shift in shifts(starts, zone))
        ends = [run[-1] for shift in shifts(starts, zone) for run in shift.runs]
        assert all(f"{day.day} " in f"{words} " for day in ends)
