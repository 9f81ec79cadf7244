"""Rules, UNTIL in all its forms, RDATE and EXDATE of a series."""

import pytest

from tests.connectors._ical.calendars import busy, calendar, complaints, event, meeting, read, spans

BERLIN = ";TZID=Europe/Berlin:"
THREE_MONDAYS = ["03-02 08:00-09:00", "03-09 08:00-09:00", "03-16 08:00-09:00"]


def weekly(*lines: str, start: str = BERLIN + "20260302T090000") -> bytes:
    """A series of an hour on Mondays at 9 in Berlin."""
    return meeting(start, *lines)


@pytest.mark.parametrize(
    "until", ["20260316T080000Z", "20260316T090000", "20260316", "20260316T235959Z", "20260322T225959Z"]
)
def test_until_includes_the_last_date_in_every_form(until: str) -> None:
    """In UTC, without Z beside a TZID as phones write it, and as a bare date as Google does."""
    assert busy(weekly(f"RRULE:FREQ=WEEKLY;UNTIL={until}")) == THREE_MONDAYS


@pytest.mark.parametrize("until", ["20260316T075959Z", "20260316T085959", "20260315"])
def test_until_excludes_what_comes_after_it(until: str) -> None:
    """To the second, on the event's own clock."""
    assert busy(weekly(f"RRULE:FREQ=WEEKLY;UNTIL={until}")) == THREE_MONDAYS[:2]


@pytest.mark.parametrize("until", ["20260304", "20260304T000000Z", "20260304T090000"])
def test_until_of_whole_days_is_a_day(until: str) -> None:
    """Also where it is written with a time."""
    text = calendar(event("DTSTART;VALUE=DATE:20260302", f"RRULE:FREQ=DAILY;UNTIL={until}"))
    assert busy(text, zone="America/New_York") == ["03-02 05:00-03-05 05:00"]


def test_a_series_that_ends_before_it_begins_has_no_dates() -> None:
    """Not even its start."""
    assert busy(weekly("RRULE:FREQ=WEEKLY;UNTIL=20260301T000000Z")) == []


def test_the_start_is_a_date_also_where_the_rule_does_not_yield_it() -> None:
    """A Monday, and a rule for Wednesdays."""
    found = busy(weekly("RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20260312"))
    assert found == ["03-02 08:00-09:00", "03-04 08:00-09:00", "03-11 08:00-09:00"]


def test_a_series_keeps_its_wall_clock_over_a_change() -> None:
    """Berlin's summer time began on 29 March 2026."""
    found = busy(weekly("RRULE:FREQ=WEEKLY;COUNT=2", start=BERLIN + "20260323T090000"))
    assert found == ["03-23 08:00-09:00", "03-30 07:00-08:00"]


def test_a_date_in_the_gap_moves_forward_and_the_next_does_not() -> None:
    """RFC 5545, 3.3.5 for recurrences too: 02:30 that day is 03:30, and 02:30 again the day after."""
    text = meeting(";TZID=America/New_York:20260307T023000", "RRULE:FREQ=DAILY;COUNT=3")
    assert busy(text) == ["03-07 07:30-08:30", "03-08 07:30-08:30", "03-09 06:30-07:30"]


def test_a_series_in_utc_stays_in_utc() -> None:
    """It has no clock changes, whatever its owner's zone."""
    text = meeting(":20260327T090000Z", "RRULE:FREQ=DAILY;COUNT=4")
    assert {span[6:] for span in busy(text, zone="Europe/Berlin")} == {"09:00-10:00"}


def test_dates_before_the_window_reach_into_it() -> None:
    """A series of nights, asked for from midnight."""
    text = calendar(event("DTSTART:20250101T220000Z", "DURATION:PT8H", "RRULE:FREQ=DAILY"))
    assert busy(text, window=("2026-03-02T00:00:00Z", "2026-03-02T12:00:00Z")) == ["03-02 00:00-06:00"]


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Europe/Berlin:20260309T090000",
        "EXDATE:20260309T080000Z",
        "EXDATE:20260309T090000",
        "EXDATE;VALUE=DATE:20260309",
        "EXDATE;TZID=America/New_York:20260309T040000",
        "EXDATE;TZID=Europe/Berlin:20260101T090000,20260309T090000,",
    ],
)
def test_an_excluded_date_is_found_in_every_form(exdate: str) -> None:
    """By its instant on any clock, on the event's own, by its day, and in a list."""
    assert busy(weekly("RRULE:FREQ=WEEKLY;COUNT=3", exdate)) == [THREE_MONDAYS[0], THREE_MONDAYS[2]]


@pytest.mark.parametrize("exdate", ["EXDATE;VALUE=DATE:20260303", "EXDATE;TZID=Asia/Tokyo:20260303T000000"])
def test_an_excluded_whole_day_is_a_day(exdate: str) -> None:
    """Also where Exchange writes a midnight of another zone."""
    text = calendar(event("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=DAILY;COUNT=3", exdate))
    assert busy(text, zone="America/New_York") == ["03-02 05:00-03-03 05:00", "03-04 05:00-03-05 05:00"]


def test_dates_east_of_utc_are_seen_to_the_end_of_the_window() -> None:
    """In Tokyo it is the morning of the next day."""
    text = meeting(";TZID=Asia/Tokyo:20260101T080000", "RRULE:FREQ=DAILY")
    assert busy(text, window=("2026-12-30T12:00:00Z", "2027-01-01T00:00:00Z")) == [
        "12-30 23:00-12-31 00:00",
        "12-31 23:00-01-01 00:00",
    ]


def test_every_date_may_be_excluded() -> None:
    """What is left is nothing, and takes no time to find."""
    dates = ",".join(f"202603{day:02d}T090000" for day in range(2, 32))
    assert busy(weekly("RRULE:FREQ=DAILY;COUNT=30", f"EXDATE;TZID=Europe/Berlin:{dates}")) == []


def test_an_excluded_start_of_a_single_event_does_not_take_place() -> None:
    """A series of one."""
    assert busy(weekly("EXDATE;TZID=Europe/Berlin:20260302T090000")) == []


@pytest.mark.parametrize(
    ("rdate", "expected"),
    [
        ("RDATE;TZID=Europe/Berlin:20260309T140000", "03-09 13:00-14:00"),
        ("RDATE:20260309T140000Z", "03-09 14:00-15:00"),
        ("RDATE:20260309T140000", "03-09 13:00-14:00"),
        ("RDATE;VALUE=DATE:20260309", "03-09 08:00-09:00"),
        ("RDATE;VALUE=PERIOD:20260309T140000Z/20260309T160000Z", "03-09 14:00-16:00"),
        ("RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260309T140000/PT3H", "03-09 13:00-16:00"),
        ("RDATE;VALUE=PERIOD:20260309T140000Z/P1D", "03-09 14:00-03-10 14:00"),
    ],
)
def test_an_extra_date_takes_place_in_every_form(rdate: str, expected: str) -> None:
    """Dates of the event's length, and periods of their own."""
    assert busy(weekly(rdate)) == [THREE_MONDAYS[0], expected]


def test_an_extra_date_may_be_excluded_and_listed_twice() -> None:
    """EXDATE holds for RDATE too; a date is one date."""
    dates = "RDATE:20260309T140000Z,20260309T140000Z,20260310T140000Z"
    assert busy(weekly(dates, "EXDATE:20260310T140000Z")) == [THREE_MONDAYS[0], "03-09 14:00-15:00"]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("RRULE:FREQ=SECONDLY",), "every second"),
        (("RRULE:FREQ=HOURLY",), "every hour"),
        (("RRULE:FREQ=DAILY;INTERVAL=0",), "INTERVAL"),
        (("RRULE:FREQ=DAILY;COUNT=999999999",), "COUNT"),
        (("RRULE:FREQ=DAILY;BYEASTER=1",), "can't be read: 'BYEASTER=1'"),
        (("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "more than one rule"),
        (("RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"), "a rule of exceptions"),
        (("RDATE:later",), "One of its dates can't be read: 'later'"),
        (("RDATE:" + ",".join(["20260309T140000Z"] * 5001),), "too many dates"),
        (("RRULE:FREQ=DAILY", *["EXDATE:20260309T080000Z"] * 5001), "too many dates"),
    ],
)
def test_dates_that_can_not_be_known_make_the_owner_unknown(lines: tuple[str, ...], why: str) -> None:
    """With the reason; the start, which is known, is busy all the same."""
    found = read(weekly(*lines))
    assert spans(found.busy)[0] == THREE_MONDAYS[0]
    assert not found.complete
    assert why in complaints(found)
    assert "When it takes place is not known." in complaints(found)


def test_a_long_event_that_comes_back_is_refused_and_a_single_one_is_not() -> None:
    """A leave of three months is one interval; a hundred of them at once are a mistake."""
    leave = ("DTSTART:20260302", "DURATION:P90D")
    assert busy(calendar(event(*leave))) == ["03-02 00:00-05-31 00:00"]
    found = read(calendar(event(*leave, "RRULE:FREQ=DAILY")))
    assert not found.complete
    assert "longer than 60 days" in complaints(found)


def test_a_rule_of_an_event_that_takes_no_time_does_no_harm() -> None:
    """Nobody needs to know when a transparent event takes place."""
    assert busy(weekly("RRULE:FREQ=SECONDLY", "TRANSP:TRANSPARENT")) == []


def test_an_excluded_date_that_can_not_be_read_excludes_nothing() -> None:
    """That errs on the safe side, so the owner stays known; the warning tells."""
    found = read(weekly("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:sometime"))
    assert spans(found.busy) == THREE_MONDAYS
    assert found.complete
    assert "'sometime' is no date or time" in complaints(found)
