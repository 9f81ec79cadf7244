"""Who is spoken to how: words, clock, and the beginning of a week (CLDR)."""

import pytest

from scheduler.core.tongue import ENGLISH, speaking, tongue
from scheduler.core.tongues import tongue_of

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@pytest.mark.parametrize(
    ("locale", "words", "clock_24", "first_weekday"),
    [
        ("en-US", "en", False, SUNDAY),
        ("en-GB", "en", True, MONDAY),
        ("en", "en", True, MONDAY),
        ("de", "de", True, MONDAY),
        ("de-AT", "de", True, MONDAY),
        ("fr", "en", True, MONDAY),
        ("ar-EG", "en", False, SATURDAY),
        ("hi", "en", False, SUNDAY),
        ("zh-Hant-TW", "en", False, SUNDAY),
        ("tlh", "en", True, MONDAY),
        ("", "en", True, MONDAY),
        ("../../etc/passwd", "en", True, MONDAY),
    ],
)
def test_a_locale_says_words_clock_and_week(locale: str, words: str, clock_24: bool, first_weekday: int) -> None:
    """Words in a language of ours, else in English; clock and week are the reader's own; anything else is English."""
    one = tongue_of(locale)
    assert (one.language, one.clock_24, one.first_weekday) == (words, clock_24, first_weekday)


def test_a_clock_is_chosen_beside_the_language() -> None:
    """Somebody may read American English and a clock of 24 hours."""
    assert tongue_of("en-US", clock="24").clock_24
    assert not tongue_of("de", clock="12").clock_24


def test_nobody_else_is_spoken_to_so_afterwards() -> None:
    """The language ends with the block."""
    with speaking(tongue_of("de")):
        assert tongue().language == "de"
    assert tongue() == ENGLISH
