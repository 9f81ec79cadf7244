"""Small notations: dates, lengths of time, counts, cadences, countries."""

from datetime import date

import pytest

from scheduler.core.series import Cadence
from scheduler.errors import InputError
from scheduler.programme import words


def test_dates_ranges_and_weeks_are_days() -> None:
    """A range has both its ends, an ISO week its seven days."""
    assert words.days("2027-02-15 2027-03-01..2027-03-02") == (date(2027, 2, 15), date(2027, 3, 1), date(2027, 3, 2))
    assert words.days("2027-W07") == tuple(date(2027, 2, day) for day in range(15, 22))
    assert words.days("2026-W53")[0] == date(2026, 12, 28)
    assert words.days("") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("15.2.2027", "is no date"),
        ("2027-02-30", "is no date"),
        ("20270215", "is no date"),
        ("0000-01-01", "is no date"),
        ("2027-02-19..2027-02-15", "ends before it begins"),
        ("2027-01-01..2031-01-01", "longer than three years"),
        ("0001-01-01..9999-12-31", "longer than three years"),
        ("2027-W53", "is no week of that year"),
        ("2027-W00", "is no week of that year"),
        ("2027-02-15...2027-02-16", "is no date"),
    ],
)
def test_what_is_no_date_is_refused(text: str, says: str) -> None:
    """Other spellings, impossible dates, reversed and endless ranges."""
    with pytest.raises(InputError, match=says):
        words.days(text)


@pytest.mark.parametrize(
    ("text", "minutes"), [("10", 10), ("10m", 10), ("10 min", 10), ("0", 0), ("24h", 1440), ("2d", 2880)]
)
def test_lengths_of_time_are_minutes(text: str, minutes: int) -> None:
    """A bare number is minutes."""
    assert words.minutes(text) == minutes


@pytest.mark.parametrize("text", ["-10", "1.5h", "ten", "10s", "1e3", "９", "99999999999m", "∞", ""])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    """Negative, broken, huge or foreign numbers."""
    with pytest.raises(InputError, match="is no length of time"):
        words.minutes(text)


def test_a_gap_is_a_day_at_most() -> None:
    """A longer one would be a slip in the unit."""
    assert words.gap("24h") == 1440
    with pytest.raises(InputError, match="longer than a day"):
        words.gap("2d")


def test_notice_has_a_unit() -> None:
    """24 could be hours or minutes; only nothing is nothing in any unit."""
    assert words.notice("0") == 0
    assert words.notice("2d") == 2880
    with pytest.raises(InputError, match="Did you mean 24h"):
        words.notice("24")


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "NaN", "True", "1e3", "9999999", "²", "١"])
def test_a_count_is_a_plain_number_from_one_on(text: str) -> None:
    """Zero, signs, fractions, words and digits of other scripts are none."""
    assert words.count("12") == 12
    with pytest.raises(InputError, match="is no count"):
        words.count(text)


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("week", Cadence()),
        ("1 week", Cadence()),
        ("2 weeks", Cadence(every_weeks=2)),
        ("every 12 weeks", Cadence(every_weeks=12)),
        ("Month", Cadence(monthly=True)),
    ],
)
def test_cadences_are_said_in_words(text: str, cadence: Cadence) -> None:
    """Weeks from 1 to 12, or a month."""
    assert words.cadence(text) == cadence


@pytest.mark.parametrize("text", ["0 weeks", "13 weeks", "day", "2 months", "-1 weeks", "fortnight"])
def test_other_cadences_are_refused(text: str) -> None:
    """What calendars don't all express exactly is not planned."""
    with pytest.raises(InputError, match="is no cadence"):
        words.cadence(text)


def test_countries_have_two_letters_and_may_have_a_region() -> None:
    """In any case; a region must be one of that country."""
    assert words.country("gb") == "GB"
    assert words.country("gb-sct") == "GB-SCT"
    with pytest.raises(InputError, match="Known in GB: GB-ENG, GB-NIR, GB-SCT, GB-WLS"):
        words.country("GB-XYZ")
    for text in ("XX", "Germany", "DEU", "", "-"):
        with pytest.raises(InputError, match="is unknown"):
            words.country(text)


def test_public_holidays_have_english_names() -> None:
    """Those of the span alone, also where a country's own language is another."""
    assert words.public_holidays("DE", date(2027, 1, 1), date(2027, 3, 27)) == {
        date(2027, 1, 1): "New Year's Day",
        date(2027, 3, 26): "Good Friday",
    }
    assert date(2027, 3, 29) in words.public_holidays("GB-ENG", date(2027, 3, 29), date(2027, 3, 29))
    assert date(2027, 3, 29) not in words.public_holidays("GB-SCT", date(2027, 3, 29), date(2027, 3, 29))
