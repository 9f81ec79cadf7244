"""Dates, times and durations as iCalendar writes them."""

from datetime import UTC, datetime

import pytest

from scheduler.core.icaltime import IcalTime, Length, parse_duration, parse_time, shown
from scheduler.errors import InputError

DAY = 86_400
NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260302T120000", IcalTime(NOON)),
        ("20260302T120000Z", IcalTime(NOON, utc=True)),
        ("20260302t120000z", IcalTime(NOON, utc=True)),
        (" 20260302T1200 ", IcalTime(NOON)),
        ("20260302", IcalTime(NOON - DAY // 2, is_date=True)),
        ("20260301T240000", IcalTime(NOON - DAY // 2)),
        ("20260302T115960", IcalTime(NOON - 1)),
        ("00010101", IcalTime(-62_135_596_800, is_date=True)),
        ("99991231T235959Z", IcalTime(253_402_300_799, utc=True)),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str, expected: IcalTime) -> None:
    """Both cases, missing seconds, the midnight at a day's end, a leap second, the first and the last year."""
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "20260230",
        "00000101",
        "20260302T250000",
        "20260302T126000",
        "20260302T240001",
        "20260302T120061",
        "2026-03-02",
        "20260302T120000+0100",
        "٢٠٢٦٠٣٠٢",
        "20260302T",
        "next Monday",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """Days and times that do not exist, other forms, and digits of other scripts."""
    with pytest.raises(InputError):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1H", Length(exact=3600)),
        ("P1D", Length(nominal=DAY)),
        ("P1W", Length(nominal=7 * DAY)),
        ("P1W2DT3H4M5S", Length(nominal=9 * DAY, exact=3 * 3600 + 4 * 60 + 5)),
        ("+PT0S", Length()),
        ("-PT15M", Length(exact=-900)),
        ("-P1DT1H", Length(nominal=-DAY, exact=-3600)),
    ],
)
def test_days_and_weeks_are_nominal_and_hours_exact(text: str, expected: Length) -> None:
    """RFC 5545, 3.3.6: what passes on the wall clock, and what in exact time."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "P1H", "PT1D", "P99999999W", "P36601D", "PT" + "9" * 4000 + "S"])
def test_no_duration_is_longer_than_a_century(text: str) -> None:
    """What is no duration, or would lead beyond the calendar, however long its text is."""
    with pytest.raises(InputError):
        parse_duration(text)


def test_a_strangers_text_is_shown_short_and_without_controls() -> None:
    """Nothing that turns a terminal or a line around gets into a message."""
    assert shown("a\x1b[31m\u202eb\n" + "c" * 100) == "'a?[31m?b?" + "c" * 71 + "...'"
