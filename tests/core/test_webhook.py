"""Which decisions programs are told of."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scheduler.core.decision import Action, Decision, State
from scheduler.core.webhook import HookEvent, happening_of

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
MOVED = Decision(id="d", at=NOW, action=Action.MOVE, state=State.PROPOSED, group="pair", session=2)


@pytest.mark.parametrize(
    ("action", "state", "after", "event"),
    [
        (Action.MOVE, State.DONE, NOW, HookEvent.MEETING_MOVED),
        (Action.MOVE, State.PROPOSED, NOW, HookEvent.CONFLICT_UNRESOLVED),
        (Action.MOVE, State.REFUSED, NOW, None),
        (Action.SKIP, State.ACCEPTED, None, HookEvent.MEETING_SKIPPED),
        (Action.ADOPT, State.DONE, None, HookEvent.MEETING_SKIPPED),
        (Action.ADOPT, State.DONE, NOW, HookEvent.MEETING_MOVED),
        (Action.DECLINE, State.PROPOSED, None, HookEvent.MEETING_DECLINED),
        (Action.STOP, State.PROPOSED, None, HookEvent.CONFLICT_UNRESOLVED),
    ],
)
def test_what_a_decision_means_to_others(
    action: Action, state: State, after: datetime | None, event: HookEvent | None
) -> None:
    """By its kind, and by what became of it."""
    found = happening_of(replace(MOVED, action=action, state=state, after=after))
    assert (found and found.event) == event
