"""Notices in words: short, on one line where they have to be, and with what the reader can do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scheduler.core.decision import Action, Decision, State
from scheduler.core.notice_words import LONGEST_SUBJECT, MOST_LINES, Line, change_words, question_words, wish_words

THEN = datetime(2027, 3, 4, 10, tzinfo=UTC)
DECISION = Decision(
    id="3f9a01c2ab", at=THEN, action=Action.SKIP, state=State.PROPOSED, group="pair", session=0, before=THEN
)
LINE = Line(decision=DECISION, head="pair", sentence="It can not be held.", zone="Europe/London")


def test_a_change_says_what_happened_and_whom_to_ask() -> None:
    """By an answer where a person reads it, else by asking."""
    told = change_words([LINE], programme="Spring", answered=True)
    assert told.subject == "Not taking place: Thu 4 Mar 10:00 London (Spring)"
    assert told.text == (
        "pair: It can not be held.\n\nIf that does not suit you, answer this mail: it can be undone.\n\n"
        "-- \nRondo, for Spring\n"
    )
    assert "ask your coordinator" in change_words([LINE], programme="Spring", answered=False).text
    private = change_words([LINE], programme="Spring", answered=False, other="Chen").text
    assert "tell Chen" in private
    assert "coordinator" not in private


def test_the_other_one_of_two_is_told_what_is_wished() -> None:
    """And that nothing happens without them; no command of whoever runs the service."""
    told = wish_words([LINE], programme="Amara and Chen")
    assert told.subject == "A change waits for your word (Amara and Chen)"
    assert told.text.startswith("pair: It can not be held.\n\nNothing changes before you agree")
    assert "rondo" not in told.text


def test_a_question_says_why_what_else_would_do_and_how_it_is_answered() -> None:
    """In the order in which one reads; what is not known is left out."""
    whole = replace(DECISION, why="it begins too soon", options=(THEN, THEN.replace(hour=14)))
    told = question_words([replace(LINE, decision=whole), LINE], programme="Spring")
    assert told.subject == "2 changes wait for your word (Spring)"
    assert told.text.splitlines()[:6] == [
        "pair: It can not be held.",
        "  It waits: it begins too soon.",
        "  Other times that would do: Thu 4 Mar 10:00 London; Thu 4 Mar 14:00 London.",
        "  To accept it: rondo proposals DIR --accept 3f9a01c2",
        "pair: It can not be held.",
        "  To accept it: rondo proposals DIR --accept 3f9a01c2",
    ]


def test_a_stop_is_the_subject_whatever_else_waits() -> None:
    """It belongs to no group, and says why."""
    stop = Decision(id="5", at=THEN, action=Action.STOP, state=State.PROPOSED, why="4 of 9 meetings are gone")
    told = question_words(
        [LINE, Line(decision=stop, head="", sentence="Nothing is written.", zone="UTC")], programme="S"
    )
    assert told.subject == "Writing is stopped (S)"
    assert "\nNothing is written.\n  Why: 4 of 9 meetings are gone.\n" in told.text
    assert "Nothing is written until you say so." in told.text


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\u2028", "\x85"])
def test_a_name_stays_on_its_line(ending: str) -> None:
    """In the subject it would be a header, in the text a word of our own."""
    told = change_words([LINE], programme=f"Spring{ending}Bcc: eve@example.org", answered=True)
    assert "Spring Bcc" in told.subject
    assert "Rondo, for Spring Bcc" in told.text
    assert ending not in told.subject


def test_what_is_long_is_cut() -> None:
    """A subject, and a list."""
    told = change_words([LINE] * (MOST_LINES + 3), programme="x" * 500, answered=True)
    assert len(told.subject) == LONGEST_SUBJECT
    assert told.subject.endswith("…")
    assert told.text.count("It can not be held.") == MOST_LINES
    assert "and 3 more." in told.text
