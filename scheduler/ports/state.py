"""What is remembered between runs, and the present instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scheduler.core.decision import Decision, State
from scheduler.core.delivery import Delivery, Place
from scheduler.core.event import Event
from scheduler.core.freebusy import CalendarCopy
from scheduler.core.notice import Notice, NoticeState
from scheduler.core.pins import Pin
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem


class Clock(Protocol):
    """The one source of the present instant."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...


class Secret(Protocol):
    """The credentials of one account, kept encrypted; providers renew them, so they are kept again."""

    def read(self) -> str:
        """The text that was kept last. Raises CredentialsRejected where it can't be decrypted."""
        ...

    def keep(self, text: str) -> None:
        """Keep a text in its place."""
        ...


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan, the problem that it solves, and when it was decided."""

    problem: Problem
    plan: Plan
    decided_at: datetime


class Store(Protocol):
    """What is remembered between runs: what was read, planned, decided and written."""

    def copies(self, *people: str) -> Mapping[tuple[str, str], CalendarCopy]:
        """Every calendar that was read or tried, by person and calendar; of these people, or of all."""
        ...

    def keep_copies(self, copies: Sequence[CalendarCopy]) -> None:
        """Take these in place of all that was held."""
        ...

    def renew_copies(self, copies: Sequence[CalendarCopy]) -> None:
        """Take these in place of what was held of the same calendars; the others stay."""
        ...

    def draft(self) -> SavedPlan | None:
        """What was planned last."""
        ...

    def keep_draft(self, draft: SavedPlan) -> None:
        """Remember what was planned last."""
        ...

    def standing(self) -> SavedPlan | None:
        """What was applied last."""
        ...

    def events(self) -> tuple[Event, ...]:
        """Every event that was ever published, as it should stand now; cancelled ones too, their UIDs are spent."""
        ...

    def before(self) -> SavedPlan | None:
        """What stood until something was applied last; None: nothing did."""
        ...

    def events_before(self) -> tuple[Event, ...]:
        """Every event that was published by then, as it stood then."""
        ...

    def pins(self) -> tuple[Pin, ...]:
        """What people decided by hand, by group and session."""
        ...

    def keep_pins(self, pins: Sequence[Pin]) -> None:
        """Take these in place of all that were held."""
        ...

    def decide(
        self,
        standing: SavedPlan | None,
        events: Sequence[Event],
        seen: Mapping[str, int],
        pins: Sequence[Pin],
        at: datetime,
        *,
        decisions: Sequence[Decision] = (),
        notices: Sequence[Notice] = (),
    ) -> None:
        """Make a plan the standing one and the draft (None: nothing stands), and owe these events' writing.

        What stood is what stood `before` from now on, and these pins take the place of all others; the decisions go
        into the audit trail, and the notices are owed: all of it, or, after a crash, nothing. `seen`: the SEQUENCE by
        UID of every live event that the decision rests on. Raises ChangedElsewhere where others stand by now.
        """
        ...

    def decisions(self) -> tuple[Decision, ...]:
        """The audit trail, oldest first."""
        ...

    def note(self, decisions: Sequence[Decision], notices: Sequence[Notice] = ()) -> tuple[Decision, ...]:
        """Add decisions that change no event, and owe notices; those whose id is there already stay as they are.

        Answers the ones that are new.
        """
        ...

    def settle(self, id_: str, state: State) -> None:
        """What became of a decision. Raises ChangedElsewhere where a proposal was settled before."""
        ...

    def notices(self) -> tuple[Notice, ...]:
        """All that people were told or are owed, oldest first."""
        ...

    def begin_notice(self, key: str) -> bool:
        """Note that sending begins; False: it was begun, or ended, before."""
        ...

    def end_notice(self, key: str, state: NoticeState) -> None:
        """Note how sending ended; OWED: it surely was not sent, and is tried again."""
        ...

    def stopped(self) -> str:
        """Why nothing may be written at the moment; empty: it may."""
        ...

    def stop(self, why: str) -> None:
        """Let nothing be written until somebody says so; with "" it may be written again."""
        ...

    def pending(self, uid: str = "") -> tuple[Event, ...]:
        """Events whose writing is owed, in order; of one UID, or all."""
        ...

    def done(self, event: Event, at: datetime) -> None:
        """Note that an event's writing was confirmed."""
        ...

    def put_off(self, event: Event, until: datetime) -> int:
        """Note that writing an event failed, and is tried again then; how often it failed in all."""
        ...

    def deliveries(self, uid: str) -> Mapping[Place, Delivery]:
        """What was written of an event, and where."""
        ...

    def standing_deliveries(self) -> tuple[tuple[Place, Delivery], ...]:
        """Everything that stands at any place."""
        ...

    def attempt(self, uid: str, place: Place, event: Event) -> None:
        """Note that writing this to a calendar begins: until one is `delivered`, some of it may stand there."""
        ...

    def attempted(self, uid: str = "") -> tuple[tuple[Place, Delivery], ...]:
        """What may stand where writing began and nothing was ever delivered; of one UID, or all."""
        ...

    def begin(self, uid: str, place: Place, event: Event) -> bool:
        """Note that sending this to a place begins; False: it was begun before, and its end was never noted."""
        ...

    def failed(self, uid: str, place: Place) -> None:
        """Note that what was begun at a place ended without effect."""
        ...

    def delivered(self, uid: str, place: Place, delivery: Delivery, at: datetime) -> None:
        """Note what was written to a place."""
        ...

    def withdrawn(self, uid: str, place: Place) -> None:
        """Note that nothing stands at a place any more."""
        ...
