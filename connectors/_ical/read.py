"""Texts of one calendar to what is known of its owner's time: the way in for everybody who has iCalendar text."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from connectors._ical.availability import read_free_busy, unavailable_hours
from connectors._ical.event import Clocks
from connectors._ical.findings import Findings
from connectors._ical.occurrences import Occurrences
from connectors._ical.scan import Component, Scanned, scan, walk
from connectors._ical.series import read_series
from connectors._ical.text import source_of
from connectors._ical.zones import Zones, plain
from scheduler.core.freebusy import FreeBusy, ReadWarning
from scheduler.core.interval import Int64Array, Interval, Intervals, merged
from scheduler.errors import Unavailable

MOST_WARNINGS = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """What the texts of a calendar say of a window, still by event: `owners` has an index into `uids` a row of busy.

    What has no UID has the UID "" and an index of its own. `unknown` are those of which some dates can't be known.
    """

    uids: tuple[str, ...]
    busy: Intervals
    owners: Int64Array
    unavailable: Intervals
    warnings: tuple[tuple[int, ReadWarning], ...]
    unknown: frozenset[int]

    def free_busy(self, own: Callable[[str], bool]) -> FreeBusy:
        """All of it, less the events that are our own."""
        left_out = {index for index, uid in enumerate(self.uids) if uid and own(uid)}
        kept = ~np.isin(self.owners, list(left_out))
        warnings = tuple(dict.fromkeys(warning for index, warning in self.warnings if index not in left_out))
        return FreeBusy(merged(self.busy[kept]), self.unavailable, self.unknown <= left_out, _shortened(warnings))

    def updated(self, newer: "Reading") -> "Reading":
        """With the events of a newer reading in place of those of the same UID; published hours stay as they are."""
        replaced = set(newer.uids) - {""}
        kept = [index for index, uid in enumerate(self.uids) if uid not in replaced]
        place = np.full(len(self.uids), -1, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        stays = place[self.owners] >= 0
        return Reading(
            tuple(self.uids[index] for index in kept) + newer.uids,
            np.concatenate([self.busy[stays], newer.busy]),
            np.concatenate([place[self.owners[stays]], newer.owners + len(kept)]),
            self.unavailable,
            tuple((int(place[index]), warning) for index, warning in self.warnings if place[index] >= 0)
            + tuple((index + len(kept), warning) for index, warning in newer.warnings),
            frozenset(int(place[index]) for index in self.unknown if place[index] >= 0)
            | {index + len(kept) for index in newer.unknown},
        )


def free_busy_of(
    texts: Sequence[bytes], *, zone: str, window: Interval, own: Callable[[str], bool] = lambda uid: False
) -> FreeBusy:
    """Texts of one collection to free/busy; `zone` is the owner's, for floating times and whole days.

    An event that is `own` by its UID is left out. Raises Unavailable where there is nothing to read in any of them, or
    more than the limits allow; InputError where the zone is none.
    """
    return read_texts(texts, zone=zone, window=window).free_busy(own)


def read_texts(texts: Sequence[bytes], *, zone: str, window: Interval) -> Reading:
    """As `free_busy_of`, with the events still apart."""
    scans = [scan(source_of(text)) for text in texts]
    if not any(found.components for found in scans):
        raise Unavailable("It holds no iCalendar text.")
    return _Reader(scans, Zones(zone, _declared(scans), window.seconds), window.seconds).read()


def _declared(scans: Sequence[Scanned]) -> dict[str, Component]:
    """All VTIMEZONEs by name; a name that is declared twice means the first."""
    declared: dict[str, Component] = {}
    for found in scans:
        for _, component in walk(found.components, b"VTIMEZONE"):
            declared.setdefault(plain(component.text(b"TZID")), component)
    return declared


class _Reader:
    """Goes through the components of one collection and gives each UID its number."""

    def __init__(self, scans: Sequence[Scanned], zones: Zones, window: tuple[int, int]) -> None:
        self._scans, self._zones, self._window = scans, zones, window
        self._uids: list[str] = []
        self._into, self._findings = Occurrences(window), Findings()

    def read(self) -> Reading:
        """All events, free/busy lines and hours."""
        series: dict[str | int, list[tuple[Component, Clocks]]] = defaultdict(list)
        for component, clocks in self._all(b"VEVENT"):
            series[component.text(b"UID") or len(series)].append((component, clocks))
        for uid, members in series.items():
            read_series(self._number(uid if isinstance(uid, str) else ""), members, self._into, self._findings)
        for component, clocks in self._all(b"VFREEBUSY"):
            owner = self._number(component.text(b"UID"))
            read_free_busy(component, clocks, owner, self._into, self._findings.of(owner, component))
        hours = [(self._number(part.text(b"UID")), part, clocks) for part, clocks in self._all(b"VAVAILABILITY")]
        unavailable = unavailable_hours(hours, self._window, self._findings)
        busy, owners = self._into.rows()
        self._look_for_gaps()
        warnings, unknown = tuple(self._findings.warnings), frozenset(self._findings.unknown)
        return Reading(tuple(self._uids), busy, owners, unavailable, warnings, unknown)

    def _look_for_gaps(self) -> None:
        """Of a text that breaks off, or is no calendar at all, nobody knows what else it would say."""
        for found in self._scans:
            if not found.components or not found.whole:
                what = "The text breaks off in the middle." if found.components else "One of the texts is no calendar."
                report = self._findings.of(self._number(""), found.root)
                report.cannot_know(what, so="What is missing is not known.")

    def _number(self, uid: str) -> int:
        self._uids.append(uid)
        return len(self._uids) - 1

    def _all(self, name: bytes) -> Iterator[tuple[Component, Clocks]]:
        for found in self._scans:
            for calendar, component in walk(found.components, name):
                yield component, self._clocks(calendar)

    def _clocks(self, calendar: Component | None) -> Clocks:
        """X-WR-TIMEZONE tells where floating times are, and nothing else: events in UTC stay in UTC."""
        named = calendar.text(b"X-WR-TIMEZONE") if calendar else ""
        return Clocks(self._zones, (self._zones.named(named) if named else None) or self._zones.owner)


def _shortened(warnings: tuple[ReadWarning, ...]) -> tuple[ReadWarning, ...]:
    if len(warnings) <= MOST_WARNINGS:
        return warnings
    return (*warnings[:MOST_WARNINGS], ReadWarning(f"and {len(warnings) - MOST_WARNINGS:,} more"))
