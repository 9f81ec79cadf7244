"""The clock that a TZID means: tzdata by name, else what the file itself declares, else Microsoft's names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from connectors._ical.scan import Component, split
from scheduler.core.icaltime import parse_time, shown
from scheduler.core.interval import Exact, Int64Array
from scheduler.core.recurrence import expand
from scheduler.core.rule import parse_rule
from scheduler.core.walltime import DAY_SECONDS, ClockChanges, Wall, resolve, wall_clock
from scheduler.core.zones import all_zones, windows_zone
from scheduler.errors import InputError

YEAR_SECONDS = 366 * DAY_SECONDS
MOST_OBSERVANCES = 200
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)(?::?(\d\d))?", re.ASCII)
_UTC_NAMES = {"z", "tzone://microsoft/utc"}


class Clock(Protocol):
    """A wall clock: both ways between its seconds and exact ones, for arrays (RFC 5545, section 3.3.5)."""

    def resolve(self, wall: Wall) -> Exact:
        """The instants at which the clock shows these times."""
        ...

    def wall_clock(self, exact: Exact) -> Wall:
        """What the clock shows at these instants."""
        ...


@dataclass(frozen=True, slots=True)
class NamedZone:
    """The clock of a zone of tzdata."""

    name: str

    def resolve(self, wall: Wall) -> Exact:
        """See Clock."""
        return resolve(wall, self.name)

    def wall_clock(self, exact: Exact) -> Wall:
        """See Clock."""
        return wall_clock(exact, self.name)


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredZone:
    """The clock of a VTIMEZONE, which is the same as no other."""

    changes: ClockChanges

    def resolve(self, wall: Wall) -> Exact:
        """See Clock."""
        return self.changes.resolve(wall)

    def wall_clock(self, exact: Exact) -> Wall:
        """See Clock."""
        return self.changes.wall_clock(exact)


UTC = NamedZone("UTC")


class Zones:
    """All clocks of one collection. `owner` is the zone of the calendar's owner; raises InputError if it is none."""

    def __init__(self, owner: str, declared: Mapping[str, Component], window: tuple[int, int]) -> None:
        known = _tzdata_zone(owner)
        if known is None:
            raise InputError(f"{shown(owner)} is no time zone.", hint="Write it like Europe/Lisbon.")
        self.owner: Clock = known
        self._declared, self._window = declared, window
        self._found: dict[str, Clock | None] = {}

    def named(self, tzid: str) -> Clock | None:
        """The clock that a TZID means, or None where nobody says."""
        if tzid not in self._found:
            self._found[tzid] = _tzdata_zone(tzid) or self._declared_zone(tzid) or _guessed_zone(tzid)
        return self._found[tzid]

    def _declared_zone(self, tzid: str) -> Clock | None:
        component = self._declared.get(plain(tzid))
        if component is None:
            return None
        try:
            return declared_zone(component, self._window)
        except InputError:  # as good as not declared: the name may still mean something
            return None


def plain(tzid: str) -> str:
    """A TZID as it is compared: a property escapes commas, which a quoted parameter does not."""
    return tzid.replace("\\", "").strip().casefold()


def declared_zone(component: Component, window: tuple[int, int]) -> Clock:
    """The clock of a VTIMEZONE's rules, right for the window (wall seconds). Raises InputError if it can't be read."""
    observances = [child for child in component.children if child.name in (b"STANDARD", b"DAYLIGHT")]
    if not 1 <= len(observances) <= MOST_OBSERVANCES:
        raise InputError("The time zone has no rules, or too many.")
    onsets = [_onsets(observance, window) for observance in observances]
    table = np.unique(np.concatenate(onsets), axis=0)
    return DeclaredZone(ClockChanges.of(table[:, 0], np.concatenate([table[:1, 1], table[:, 2]])))


def _onsets(observance: Component, window: tuple[int, int]) -> Int64Array:
    """When an observance begins, as rows of instant, offset before and offset after."""
    before, after = (_offset(observance.text(name)) for name in (b"TZOFFSETFROM", b"TZOFFSETTO"))
    start = parse_time(observance.text(b"DTSTART")).wall
    dates = [parse_time(value).wall for rest in observance.all(b"RDATE") for value in split(rest)[1].split(",")]
    walls = np.unique(np.concatenate([_yearly(observance, start, before, window), np.array([start, *dates])]))
    return np.stack([walls - before, np.full_like(walls, before), np.full_like(walls, after)], axis=1)


def _yearly(observance: Component, start: int, before: int, window: tuple[int, int]) -> Int64Array:
    text = observance.text(b"RRULE")
    if not text:
        return np.empty(0, dtype=np.int64)
    rule = parse_rule(text)
    until = None if rule.until is None else rule.until.wall + (before if rule.until.utc else 0)
    # from before the window or the rule's end, whichever is earlier: the last onset before the window is in force
    first = min(window[0], window[0] if until is None else until) - 2 * YEAR_SECONDS
    return expand(rule, start, (first if rule.count is None else start, window[1] + 2 * YEAR_SECONDS), until)


def _offset(text: str) -> int:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise InputError(f"{shown(text)} is no offset from UTC.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    offset = hours * 3600 + minutes * 60 + seconds
    if offset >= DAY_SECONDS:
        raise InputError(f"{shown(text)} is more than a day from UTC.")
    return -offset if match[1] == "-" else offset


def _tzdata_zone(tzid: str) -> Clock | None:
    name = _folded().get(tzid.strip().casefold())
    return NamedZone(name) if name else None


def _guessed_zone(tzid: str) -> Clock | None:
    """Microsoft's names by CLDR, and names with a prefix such as /mozilla.org/20070129_1/Europe/Berlin."""
    name = plain(tzid)
    if name in _UTC_NAMES:
        return UTC
    windows = windows_zone(name)
    if windows:
        return NamedZone(windows)
    pieces = name.split("/")
    tails = ("/".join(pieces[-length:]) for length in (3, 2) if len(pieces) > length)
    return next(filter(None, map(_tzdata_zone, tails)), None)


@lru_cache(maxsize=1)
def _folded() -> Mapping[str, str]:
    return {name.casefold(): name for name in all_zones()}
