"""What is known of somebody's time: when they are busy, and nothing else. There is no field for a title."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from scheduler.core.interval import Interval, Intervals, clipped, merged, no_intervals


class Knowledge(StrEnum):
    """How well a person's calendars are known; what is unknown is never free."""

    KNOWN = "known"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """What went wrong with one event: its UID and the line where it begins (0: unknown), never its title."""

    what: str
    uid: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (f"line {self.line}" if self.line else "", f"event {self.uid}" if self.uid else "") if part
        )
        return f"{place}: {self.what}" if place else self.what


@dataclass(frozen=True, slots=True)
class FreeBusy:
    """What a calendar says of a window of time.

    `busy` and `unavailable` are sorted, disjoint seconds of shape (n, 2); `unavailable` comes from the owner's own
    published hours (VAVAILABILITY, RFC 7953) and stands apart, since hours that are listed elsewhere replace it.
    `complete` is False where an event's dates are known but its rule could not be expanded: then the owner is unknown.
    """

    busy: Intervals = field(default_factory=no_intervals)
    unavailable: Intervals = field(default_factory=no_intervals)
    complete: bool = True
    warnings: tuple[ReadWarning, ...] = ()

    def all_busy(self, window: Interval) -> Intervals:
        """Busy and unavailable seconds together, inside a window."""
        return clipped(merge([self.busy, self.unavailable]), *window.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarCopy:
    """What we hold of one calendar of a person: the last good reading, and how the last attempt ended.

    `error` is empty when the last attempt went well; `read_at` and `free_busy` are None before the first good one.
    `token` is what the connector wants to be shown the next time, so that what has not changed is not read again.
    """

    person: str
    calendar: str
    tried_at: datetime
    error: str = ""
    read_at: datetime | None = None
    free_busy: FreeBusy | None = None
    token: str = ""


def knowledge(copies: Sequence[CalendarCopy], now: datetime, stale_for: timedelta) -> Knowledge:
    """How well somebody is known by these copies of all their calendars; the worst one decides."""
    if any(copy.free_busy is None or not copy.free_busy.complete for copy in copies):
        return Knowledge.UNKNOWN
    failed = [copy.read_at for copy in copies if copy.error and copy.read_at]
    if any(now - read_at > stale_for for read_at in failed):
        return Knowledge.UNKNOWN
    return Knowledge.STALE if failed else Knowledge.KNOWN


def merge(parts: list[Intervals]) -> Intervals:
    """Several lists of intervals as one, sorted and disjoint."""
    return merged(np.concatenate(parts)) if parts else no_intervals()
