"""Times of day, written in four digits."""

import pytest

from scheduler.core.daytime import parse_clock, show_clock
from scheduler.errors import InputError


def test_a_time_of_day_is_four_digits() -> None:
    """00:00 to 24:00, there and back."""
    for minute in (0, 1, 59, 60, 719, 1439, 1440):
        assert parse_clock(show_clock(minute), "here") == minute


@pytest.mark.parametrize(
    "text", ["", "9:00", "24:01", "25:00", "09:60", "09.00", "09:00:00", " 09:00", "٠٩:٠٠", "x" * 9999]
)
def test_no_other_writing_of_a_time_is_guessed_at(text: str) -> None:
    """One digit, a day's 25th hour, digits of other scripts: refused, and said how to write it."""
    with pytest.raises(InputError, match=r"here: .* is no time of day\. Write it like 09:30\.") as caught:
        parse_clock(text, "here")
    assert len(str(caught.value)) < 150
