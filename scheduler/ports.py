"""What the application needs from outside, as narrow as it needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np

from scheduler.core.decision import Decision, State
from scheduler.core.delivery import Delivery, Place, Receipt
from scheduler.core.event import Event
from scheduler.core.found import Found
from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.core.interval import Int64Array, Interval, Intervals, no_intervals, no_numbers
from scheduler.core.notice import Notice, NoticeState
from scheduler.core.pins import Pin
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.subscription import Subscription
from scheduler.errors import RondoError


class Clock(Protocol):
    """The one source of the present instant."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What in somebody's calendar is our own: by UID, and where no UID can be seen, by its times.

    `sessions`: [start, end) in seconds since 1970, one row a session, sorted, and not merged; `series` numbers the
    series of each row, empty: all are of one.
    """

    uids: frozenset[str] = frozenset()
    sessions: Intervals = field(default_factory=no_intervals)
    series: Int64Array = field(default_factory=no_numbers)

    def shown_in(self, busy: Intervals, window: Interval) -> Intervals:
        """The sessions that a calendar shows, which tells nothing but when its owner is busy (sorted and disjoint).

        A series stands in a calendar on all of its dates. One that never came there (an invitation that is still in the
        mail) is busy there by chance at most, and taking its sessions out would hide appointments of the owner's own.
        """
        start, end = window.seconds
        inside = (self.sessions[:, 0] >= start) & (self.sessions[:, 1] <= end)
        sessions = self.sessions[inside]
        series = self.series[inside] if len(self.series) else np.zeros(len(sessions), dtype=np.int64)
        if not len(sessions) or not len(busy):
            return no_intervals()
        block = np.searchsorted(busy[:, 0], sessions[:, 0], side="right") - 1
        covered = (block >= 0) & (busy[block, 1] >= sessions[:, 1])
        there = np.bincount(series, covered) * 2 >= np.bincount(series)
        return sessions[there[series]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One calendar to be read: its address, its owner, what in it is ours, and the token of its last Answer."""

    calendar: str
    person: str = ""
    zone: str = "UTC"
    own: Own = Own()
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of reading one calendar: `free_busy`, or why it is unknown; neither: nothing changed since then."""

    free_busy: FreeBusy | None = None
    error: RondoError | None = None
    token: str = ""


class CalendarReader(Protocol):
    """Reads free/busy, and can do nothing else."""

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """What calendars say of a window, one answer each, in their order; our own sessions are left out.

        Never raises RondoError: what went wrong with one calendar (Unavailable, CredentialsRejected, InputError) is its
        answer, and the others are read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed in a calendar since a token: the UIDs (iCalendar's, or the provider's id where it tells no other).

    `everything`: the token was of no use, or none was given; nobody may conclude that something was deleted.
    """

    token: str
    uids: frozenset[str] = frozenset()
    everything: bool = False


class ChangeFeed(Protocol):
    """Tells what changed in a calendar, without reading it."""

    def changes(self, calendar: str, token: str) -> Changes:
        """Since a token; "" begins. An expired token is no error. Raises Unavailable, CredentialsRejected."""
        ...


class CalendarWriter(Protocol):
    """Brings what stands under an event's UID up to date at one place; each call may be repeated without harm.

    `standing` is what was written there last, None: nothing that we know of. Where somebody else changed its times
    since, ChangedElsewhere is raised, and nothing is overwritten. Raises Unavailable and CredentialsRejected as well;
    InputError where the provider can't express the series exactly. After a write the series is read back, and each
    instant compared with the plan.
    """

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Create the series or make it say this: its rule, the moved and the skipped sessions, people, and room."""
        ...

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Take the series out of the calendars of all its attendees; one that is gone already is no error."""
        ...


class SeriesReader(Protocol):
    """Looks at what we wrote into somebody's calendar, and at nothing else there."""

    def look(self, event: Event, *, standing: Delivery) -> Found:
        """What stands of an event that was written as `standing`. Raises Unavailable, CredentialsRejected."""
        ...


class Pusher(Protocol):
    """Asks a provider to tell when a calendar changes. Every method raises Unavailable and CredentialsRejected.

    What is told is a hint: it may come twice, late, in another order, or never.
    """

    def subscribe(self, calendar: str, *, id_: str, door: str, secret: str, until: datetime) -> Subscription:
        """Have it told at the address `door`, with `secret`, until about then; `id_` is used where we may choose."""
        ...

    def renew(self, subscription: Subscription, *, door: str, secret: str, until: datetime) -> Subscription:
        """Let it go on: the same, or where a provider can't renew, another beside it under a new id."""
        ...

    def end(self, subscription: Subscription) -> None:
        """Have nothing told any more; one that has ended is no error."""
        ...


class Notifier(Protocol):
    """Tells people something, once for each call."""

    def send(self, notice: Notice) -> None:
        """Raises Unavailable where it surely was not sent."""
        ...


class Writers(Protocol):
    """Knows where an event belongs, and who writes there."""

    def places(self, event: Event) -> Sequence[Place]:
        """Where an event is to be written, in order."""
        ...

    def at(self, place: Place) -> CalendarWriter:
        """The writer of a place. Raises CredentialsRejected where its owner has to connect first."""
        ...


class Lookers(Protocol):
    """Knows who can look at what stands where."""

    def looking(self, place: Place) -> SeriesReader | None:
        """Who can look at what stands at a place; None: nobody changes anything there. Raises as Writers.at."""
        ...


class Conferencing(Protocol):
    """Gives a series the address of its video room, where that needs no call to anybody."""

    def room(self, programme: str, group: str) -> str:
        """The address of a group's room: hard to guess, and the same at every call. Empty: no video."""
        ...


@dataclass(frozen=True, slots=True)
class Room:
    """A group's video room: its address, or who makes it when the event is written (`Event.meeting`)."""

    address: str = ""
    maker: str = ""


class Rooms(Protocol):
    """Knows each group's video room."""

    def of(self, group: str) -> Room:
        """The room of a group; empty where it has none."""
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

    def copies(self) -> Mapping[tuple[str, str], CalendarCopy]:
        """Every calendar that was read or tried, by person and calendar."""
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

    def pending(self) -> tuple[Event, ...]:
        """Events whose writing is owed, in order."""
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

    def begin(self, uid: str, place: Place, event: Event) -> bool:
        """Note that writing this to a place begins; False: it was begun before, and its end was never noted."""
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
