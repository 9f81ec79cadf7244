"""What commands share."""

import pytest

from scheduler.cli.console import bound_in_words


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (10, "No plan holds more."),
        (11, "At most 1 more session is possible for anyone."),
        (13, "At most 3 more sessions are possible for anyone."),
        (None, ""),
        ("ten", ""),
    ],
)
def test_a_bound_is_told_as_what_is_left(bound: object, words: str) -> None:
    """Of ten sessions that take place; a plan from elsewhere may say nothing, or no number."""
    assert bound_in_words(10, bound) == words
