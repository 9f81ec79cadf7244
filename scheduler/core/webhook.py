"""What programs are told of by webhooks (standardwebhooks.com): ids alone, no names, no titles."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from scheduler.core.decision import Action, Decision, State


class HookEvent(StrEnum):
    """What a message tells of."""

    PLAN_READY = "plan.ready"
    PLAN_APPLIED = "plan.applied"
    MEETING_MOVED = "meeting.moved"
    MEETING_SKIPPED = "meeting.skipped"
    MEETING_DECLINED = "meeting.declined"
    CALENDAR_DISCONNECTED = "calendar.disconnected"
    CONFLICT_UNRESOLVED = "conflict.unresolved"
    TEST = "test"


TOLD = tuple(each for each in HookEvent if each is not HookEvent.TEST)
"""What can be asked for."""
DONE = (State.DONE, State.ACCEPTED)
MOVED = (Action.MOVE, Action.SHIFT, Action.CLOCKS, Action.ADOPT, Action.UNDO, Action.RESUME)
SKIPPED = (Action.SKIP, Action.PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something to be told of, once: `key` is the same for the same, however often it is come to."""

    event: HookEvent
    key: str
    at: datetime
    data: Mapping[str, str | int | None] = field(default_factory=dict)

    def id(self, programme: str) -> str:
        """Of its messages: receivers know by it what they were told before."""
        whole = json.dumps([programme, self.event, self.key])
        return f"msg_{hashlib.sha256(whole.encode()).hexdigest()[:32]}"

    def body(self, programme: str) -> str:
        """What is sent (JSON)."""
        at = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return json.dumps({"type": str(self.event), "timestamp": at, "data": {"programme": programme, **self.data}})


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """What a receiver knows us by, sealed by the vault; `until`: when it ends, since another takes its place."""

    sealed: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told of `events` (empty: all). The first of its secrets is the newest."""

    programme: str
    id: str
    url: str
    events: frozenset[HookEvent]
    secrets: tuple[SealedSecret, ...]
    created_at: datetime
    disabled_at: datetime | None = None

    def wants(self, event: HookEvent) -> bool:
        """Whether it is told of that."""
        return self.disabled_at is None and (not self.events or event in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookMessage:
    """A message to one webhook. `answer` is that of the last attempt: a status, or what went wrong."""

    programme: str
    id: str
    webhook: str
    event: HookEvent
    body: str
    at: datetime
    attempts: int
    retry_at: datetime
    done_at: datetime | None = None
    answer: str = ""

    @property
    def delivered(self) -> bool:
        """Whether it was taken."""
        return self.done_at is not None and self.answer.startswith("2")


def happening_of(decision: Decision) -> Happening | None:
    """What a decision means to others, if anything."""
    event = _event(decision)
    if event is None:
        return None
    session = None if decision.session is None else decision.session + 1
    data = {"decision": decision.id, "group": decision.group or None, "session": session}
    return Happening(event=event, key=f"{decision.id} {decision.state}", at=decision.at, data=data)


def _event(decision: Decision) -> HookEvent | None:
    if decision.action is Action.DECLINE and decision.state in (*DONE, State.PROPOSED):
        return HookEvent.MEETING_DECLINED
    if decision.waits:
        return HookEvent.CONFLICT_UNRESOLVED
    if decision.state not in DONE:
        return None
    gone = decision.action is Action.ADOPT and decision.after is None
    if decision.action in SKIPPED or gone:
        return HookEvent.MEETING_SKIPPED
    return HookEvent.MEETING_MOVED if decision.action in MOVED else None
