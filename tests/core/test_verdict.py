"""What is done at once, and why anything else waits for somebody's word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.repairs import Mode, RepairRules
from scheduler.core.verdict import verdict

NOW = datetime(2027, 3, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MOVE = Decision(
    id="new",
    at=NOW,
    action=Action.MOVE,
    state=State.DONE,
    group="pair",
    session=3,
    before=NOW + 5 * DAY,
    after=NOW + 6 * DAY,
)
OFTEN = RepairRules(most_a_month=9)
ASKED = "its group wants to be asked"


def old(days: float, session: int | None = 3, state: State = State.DONE, **more: str) -> Decision:
    """A move of the series that was decided so many days ago."""
    return replace(MOVE, id=f"old {days}", at=NOW - days * DAY, session=session, state=state, **more)  # type: ignore[arg-type]  # of any field


def said(
    *history: Decision,
    rules: RepairRules = OFTEN,
    decision: Decision = MOVE,
    frozen: bool = False,
    pinned: bool = False,
    movable: bool = True,
) -> str:
    """What is said of a decision."""
    return verdict(rules, decision, history, NOW, frozen=frozen, pinned=pinned, movable=movable)


def test_a_move_is_made_at_once_where_nothing_is_against_it() -> None:
    """By the rules that hold where nobody says anything; so is the shift of a whole series."""
    assert said(rules=RepairRules()) == ""
    assert said(rules=RepairRules(), decision=replace(MOVE, action=Action.SHIFT, session=None)) == ""


@pytest.mark.parametrize(
    ("why", "says"),
    [
        (said(pinned=True), "somebody put it there by hand"),
        (said(frozen=True), "it begins too soon to be changed unasked"),
        (said(movable=False), "its series keeps to its regular time"),
        (said(decision=replace(MOVE, action=Action.SKIP, after=None)), "nothing else in its week is free"),
        (said(rules=replace(OFTEN, mode=Mode.SUGGEST)), ASKED),
        (said(rules=replace(OFTEN, most_a_month=0)), ASKED),
        (said(rules=replace(OFTEN, most_of_one=0)), ASKED),
    ],
)
def test_each_objection_by_itself(why: str, says: str) -> None:
    """A clause that goes on after `because`."""
    assert why == says


def test_a_series_is_changed_so_often_in_thirty_days() -> None:
    """Skips and shifts count as moves do, whichever session they are of."""
    once = RepairRules(most_of_one=9)
    assert said(old(6, session=1), rules=once) == "its series was changed on 3 March already"
    assert said(old(30, session=1), rules=once) == ""
    twice = replace(once, most_a_month=2)
    assert said(old(6, session=1), rules=twice) == ""
    skip, shift = replace(old(8, session=1), action=Action.SKIP), replace(old(20, session=None), action=Action.SHIFT)
    assert said(skip, shift, rules=twice) == "its series was changed twice since 17 February already"


def test_a_session_is_changed_so_often_ever_and_once_a_day() -> None:
    """Where two machines fight, the second round is the last; the whole series' change is one of each session."""
    assert said(old(50)) == ""
    assert said(old(50), old(90)) == "it was changed twice already"
    assert said(old(50), replace(old(90, session=None), action=Action.SHIFT)) == "it was changed twice already"
    assert said(old(50), old(90, session=2)) == ""
    assert said(old(0.9)) == "it was changed less than a day ago already"
    assert said(old(1)) == ""
    assert said(old(-1)) == "it was changed less than a day ago already"  # the clock was set back since
    assert (
        said(*(old(40 + i) for i in range(3)), rules=replace(OFTEN, most_of_one=3)) == "it was changed 3 times already"
    )


@pytest.mark.parametrize("state", [State.PROPOSED, State.REFUSED, State.LAPSED, State.UNDONE])
def test_only_what_was_made_counts(state: State) -> None:
    """What somebody accepted does too; what somebody refused or took back does not."""
    assert said(old(2, state=state), rules=RepairRules()) == ""
    assert said(old(2, state=State.ACCEPTED), rules=RepairRules()) != ""


def test_what_people_did_and_other_series_do_not_count() -> None:
    """Nor what is no change of ours."""
    others = (old(0.5, by="ana"), old(0.5, group="other"), replace(old(0.5), action=Action.ADOPT, by=RONDO))
    assert said(*others, rules=RepairRules()) == ""
