"""The week in words: what happened, and nothing where nothing did."""

from collections.abc import Sequence
from typing import Any

from scheduler.core.digest import MOST_NAMES, digest
from scheduler.core.notice_words import Words
from tests.core.test_notice_words import LINE


def week(**known: Any) -> Words | None:
    """The week of a programme of which no more is known."""
    nothing: dict[str, Any] = {"programme": "Spring", "done": [], "waiting": [], "unread": [], "missing": 0}
    return digest(**nothing | known)


def paragraphs(**known: Any) -> Sequence[str]:
    """What it says, without the signature."""
    told = week(**known)
    assert told is not None
    return told.text.split("\n\n")[:-1]


def test_a_week_with_nothing_to_tell_is_none() -> None:
    """Nobody is mailed for it."""
    assert week() is None


def test_each_thing_has_a_paragraph_of_its_own() -> None:
    """What was changed, what waits, who is not read, and what may not have come."""
    assert paragraphs(done=[LINE]) == ["1 change:\npair: It can not be held."]
    assert paragraphs(waiting=[LINE])[0].startswith(
        "Waiting for your word:\npair: It can not be held.\n  To accept it: "
    )
    assert paragraphs(unread=["Ana", "Bo\r\nB."]) == ["Calendars that can't be read now: those of Ana and Bo B."]
    assert paragraphs(missing=2) == ["2 notices may not have come: rondo status shows whose."]
    told = week(done=[LINE, LINE], waiting=[LINE], unread=["Ana"], missing=1)
    assert told is not None
    assert told.subject == "The week: 2 changes, 1 waiting for your word (Spring)"
    assert len(told.text.split("\n\n")) == 5


def test_many_names_are_told_by_their_number() -> None:
    """The first of them by name."""
    [told] = paragraphs(unread=[f"P{number}" for number in range(MOST_NAMES + 5)])
    assert told.endswith(f"P{MOST_NAMES - 1} and 5 others")
