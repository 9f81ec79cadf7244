"""Decisions in sentences: for coordinators, and for those who take part."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scheduler.core.decision import Action, Cause, Decision, State
from scheduler.core.decision_words import sentence
from scheduler.core.explain import Limit

NAMES = {"ana": "Ana", "bo": "Bo\r\nBcc: x", "cy": "Cy", "dev": "Dev"}
BEFORE = datetime(2026, 3, 5, 10, tzinfo=UTC)
AFTER = BEFORE + timedelta(hours=28)
MOVE = Decision(
    id="1", at=BEFORE, action=Action.MOVE, state=State.DONE, group="pair", session=3, before=BEFORE, after=AFTER
)
B, A = "Thu 5 Mar 10:00 London", "Fri 6 Mar 14:00 London"


def said(action: Action = Action.MOVE, reader: str = "", zone: str = "Europe/London", **more: Any) -> str:
    """The sentence of a decision that differs so from a plain move."""
    return sentence(replace(MOVE, action=action, **more), NAMES, zone=zone, reader=reader)


def causes(*told: tuple[str, Limit], detail: str = "") -> tuple[Cause, ...]:
    """Who can't come for which limit."""
    return tuple(Cause(person, limit, detail) for person, limit in told)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (said(), f"{B} moves to {A}."),
        (said(state=State.PROPOSED), f"{B} could move to {A}."),
        (said(state=State.UNDONE), f"{B} moves to {A}."),
        (said(Action.SKIP, after=None), f"{B} does not take place."),
        (said(Action.SKIP, after=None, state=State.PROPOSED), f"{B} can not be held."),
        (said(Action.SHIFT, session=None), f"From {B} on the series moves to another time, first {A}."),
        (
            said(Action.SHIFT, session=None, after=None, state=State.REFUSED),
            f"From {B} on the series could move to another time.",
        ),
        (said(Action.CLOCKS), f"{A} keeps its time on the clock, which by a new law is another instant."),
        (said(Action.ADOPT, by="ana"), f"Ana moved {B} to {A}."),
        (said(Action.ADOPT, by="ana", after=None), f"Ana deleted {B}."),
        (said(Action.ADOPT, by="ana", before=None), f"Ana brought back {A}."),
        (said(Action.ADOPT, by="ana", session=None), f"Ana moved the series, from {B} on, to {A}."),
        (said(Action.CLASH, after=None, state=State.PROPOSED), f"{B} no longer holds."),
        (said(Action.DECLINE, by="bo", after=None), f"Bo Bcc: x declines {B}."),
        (said(Action.DECLINE, by="bo", session=None), f"Bo Bcc: x declines the series, from {B} on."),
        (said(Action.PAUSE, session=None), "The series rests."),
        (said(Action.PAUSE, session=None, state=State.PROPOSED), "The series is no longer in its calendar."),
        (said(Action.RESUME, session=None), "The series goes on."),
        (said(Action.UNDO), f"{B} goes back to {A}."),
        (said(Action.UNDO, before=None), f"{A} takes place again."),
        (said(Action.UNDO, after=None), f"{B} is taken back."),
        (said(Action.UNDO, session=None), "Changes are taken back."),
        (said(Action.STOP, before=None, after=None), "Nothing is written."),
        (said(Action.ADOPT, by="coordinator"), f"The coordinator moved {B} to {A}."),
        (said(Action.ADOPT, by="ana", reader="ana"), f"You moved {B} to {A}."),
        (said(Action.ADOPT, by="ana", reader="bo"), f"Somebody moved {B} to {A}."),
        (said(Action.DECLINE, by="bo", reader="bo"), f"You decline {B}."),
    ],
)
def test_each_decision_has_its_sentence(told: str, words: str) -> None:
    """In the present, with both times and the day of each."""
    assert told == words


def test_every_action_and_limit_can_be_told() -> None:
    """To a coordinator and to whom it is about."""
    for action in Action:
        for limit in Limit:
            for reader in ("", "ana", "bo"):
                told = said(action, reader, causes=causes(("ana", limit)))
                assert told.endswith("."), told
                assert ": " in told, told
                assert "{" not in told, told


def test_a_coordinator_is_told_who_can_not_come_and_why() -> None:
    """The first few of them, each reason once."""
    told = causes(("ana", Limit.CALENDAR), ("bo", Limit.HOURS))
    assert said(causes=told) == f"{B} moves to {A}: Ana's calendar is taken and it is outside Bo Bcc: x's hours."
    off = causes(("ana", Limit.DAY_OFF), detail="public holiday: X")
    assert said(causes=off) == f"{B} moves to {A}: Ana has a day off (public holiday: X)."
    many = causes(*((who, Limit.CALENDAR) for who in ("ana", "ana", "cy", "dev", "x", "y")))
    assert said(causes=many).endswith(
        ": Ana's calendar is taken, Cy's calendar is taken, Dev's calendar is taken and 2 more."
    )


def test_a_participant_is_told_what_of_their_own_is_in_the_way() -> None:
    """Of others neither names nor limits, nor the name of a group that they may not be in."""
    told = (Cause("bo", Limit.SERIES, "secret-circle"), Cause("ana", Limit.DAY_OFF, "public holiday: X"))
    assert said(causes=told, reader="cy") == f"{B} moves to {A}: not everybody is free."
    assert said(causes=told, reader="ana").endswith(
        ": you have a day off (public holiday: X) and not everybody is free."
    )
    assert said(causes=told[:1], reader="bo").endswith(": you meet another group.")


def test_times_are_on_the_clock_of_the_zone() -> None:
    """Whose days may be others."""
    assert said(zone="Asia/Tokyo") == "Thu 5 Mar 19:00 Tokyo moves to Fri 6 Mar 23:00 Tokyo."
