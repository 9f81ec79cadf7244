"""What tells of people's time and of our meetings there: it reads, and can do nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np

from scheduler.core.delivery import Delivery, Place
from scheduler.core.event import Event
from scheduler.core.found import Found
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Int64Array, Interval, Intervals, no_intervals, no_numbers
from scheduler.core.subscription import Subscription
from scheduler.errors import RondoError


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


class SeriesReader(Protocol):
    """Looks at what we wrote into somebody's calendar, and at nothing else there."""

    def look(self, event: Event, *, standing: Delivery) -> Found:
        """What stands of an event that was written as `standing`. Raises Unavailable, CredentialsRejected."""
        ...


class Lookers(Protocol):
    """Knows who can look at what stands where."""

    def looking(self, place: Place) -> SeriesReader | None:
        """Who can look at what stands at a place; None: nobody changes anything there. Raises as Writers.at."""
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
