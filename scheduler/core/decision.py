"""The audit trail: everything that was decided about a session that stood, by whom, why, and what became of it.

A decision names people by id and limits by kind; it has no field for a title, and none for what is in a calendar.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from scheduler.core.event import Instant
from scheduler.core.explain import Limit

RONDO = "rondo"
"""Who decided, where no person did."""


class Action(StrEnum):
    """What happens to a session or, without a session's number, to a whole series."""

    MOVE = "move"  # elsewhere in its week
    SKIP = "skip"  # does not take place
    SHIFT = "shift"  # the rest of the series, to another time
    CLOCKS = "clocks"  # the same time on the wall, at another instant: the law on clocks was changed
    ADOPT = "adopt"  # as somebody put it in a calendar
    CLASH = "clash"  # no longer holds, and nothing better is known: somebody has to say
    DECLINE = "decline"  # somebody said that they will not come
    PAUSE = "pause"  # a whole series that somebody deleted or let rest
    RESUME = "resume"
    UNDO = "undo"
    STOP = "stop"  # all writes of a programme


class State(StrEnum):
    """What became of it."""

    DONE = "done"
    PROPOSED = "proposed"  # waits for somebody's word
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # its session is past, or something else was decided
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """Who can't come for which limit; `detail` names a holiday or another series, never an appointment."""

    person: str
    limit: Limit
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `id` is the same for the same decision, however often it is come to.

    `session` counts from 0, None: the whole series (`group`) or programme (no `group`). `before` and `after`: where it
    stood and stands, None: it did or does not take place. `by`: RONDO, or a person's id, or "coordinator".
    `why`: why it waits for somebody, in words, where it does. `options`: other times that would do, best first.
    """

    id: str
    at: Instant
    action: Action
    state: State
    group: str = ""
    session: int | None = None
    before: Instant | None = None
    after: Instant | None = None
    causes: tuple[Cause, ...] = ()
    by: str = RONDO
    why: str = ""
    options: tuple[Instant, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether somebody has to say."""
        return self.state is State.PROPOSED

    def is_past(self, now: datetime) -> bool:
        """Whether the session that it is about has begun where it stood."""
        return self.session is not None and self.before is not None and self.before <= now


_DECISION = TypeAdapter(Decision)


def decision_to_json(decision: Decision) -> str:
    """The decision for a store."""
    return _DECISION.dump_json(decision).decode()


def decision_from_json(text: str | bytes) -> Decision:
    """What `decision_to_json` wrote; raises ValueError for anything else."""
    return _DECISION.validate_json(text, strict=True)
