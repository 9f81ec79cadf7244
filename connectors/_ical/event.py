"""One VEVENT (or AVAILABLE) as values: its start, its length and whether it takes time; repairs are reported."""

from dataclasses import dataclass

import numpy as np

from connectors._ical.findings import Report
from connectors._ical.scan import Component, split
from connectors._ical.zones import UTC, Clock, Zones
from scheduler.core.icaltime import IcalTime, Length, parse_duration, parse_time, shown
from scheduler.core.interval import Exact
from scheduler.core.walltime import DAY_SECONDS, Wall
from scheduler.errors import InputError

LONGEST_SEQUENCE = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written and the clock that it is meant on."""

    time: IcalTime
    clock: Clock

    @classmethod
    def on(cls, time: IcalTime, clock: Clock) -> "Moment":
        """A time on a clock, unless it is written in UTC."""
        return cls(time, UTC if time.utc else clock)

    @property
    def exact(self) -> int:
        """Its instant, in seconds since 1970."""
        return int(self.clock.resolve(Wall(np.array([self.time.wall], dtype=np.int64)))[0])

    def after(self, length: Length) -> int:
        """The instant that is so much later."""
        return Moment(self.time._replace(wall=self.time.wall + length.nominal), self.clock).exact + length.exact

    def wall_on(self, clock: Clock) -> int:
        """What another clock shows then; a date is the same date everywhere."""
        if self.time.is_date or clock == self.clock:
            return self.time.wall
        return int(clock.wall_clock(Exact(np.array([self.exact], dtype=np.int64)))[0])


@dataclass(frozen=True, slots=True)
class Clocks:
    """Where the times of one calendar are: `floating` is for those that name no zone, the owner's for whole days."""

    zones: Zones
    floating: Clock

    def moment(self, rest: bytes, report: Report, default: Clock | None = None) -> Moment:
        """The time of a property that holds one. Raises InputError."""
        parameters, value = split(rest)
        time = parse_time(value)
        if parameters.get("VALUE", "").upper() == "DATE":  # some write a midnight behind it
            time = IcalTime(time.wall // DAY_SECONDS * DAY_SECONDS, is_date=True)
        return self.meant(time, parameters.get("TZID", ""), report, default)

    def meant(self, time: IcalTime, tzid: str, report: Report, default: Clock | None = None) -> Moment:
        """A time on the clock of its TZID; without one on `default`, which an event has for its further times."""
        if time.is_date:
            return Moment(time, self.zones.owner)
        if time.utc or not tzid:
            return Moment.on(time, default or self.floating)
        clock = self.zones.named(tzid)
        if clock is None:
            report.warn(f"Its time zone {shown(tzid)} is unknown: read on its owner's clock.")
        return Moment(time, clock or self.zones.owner)


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """What an event says of time; `replaces` is its RECURRENCE-ID, `and_later` its RANGE=THISANDFUTURE."""

    component: Component
    start: Moment
    length: Length
    busy: bool
    sequence: int
    replaces: Moment | None
    and_later: bool


def parse_event(component: Component, clocks: Clocks, report: Report) -> ParsedEvent:
    """Raises InputError where there is no start to read, or the end comes before it."""
    starts = component.all(b"DTSTART")
    if not starts:
        raise InputError("It has no start.")
    if len(starts) > 1:
        report.warn("It has more than one start: the first is taken.")
    if not component.closed:
        report.warn("It has no END: what follows is read as the next one.")
    start = clocks.moment(starts[0], report)
    replaced = component.first(b"RECURRENCE-ID")
    return ParsedEvent(
        component,
        start,
        _length(component, start, clocks, report),
        busy=not (component.says(b"STATUS", b"CANCELLED") or component.says(b"TRANSP", b"TRANSPARENT")),
        sequence=_sequence(component.text(b"SEQUENCE")),
        replaces=None if replaced is None else _replaces(replaced, start, clocks, report),
        and_later=replaced is not None and split(replaced)[0].get("RANGE", "").upper() == "THISANDFUTURE",
    )


def length_between(start: Moment, end: Moment) -> Length:
    """On one clock the wall clock is kept, also over its changes; between two clocks the length is exact.

    Raises InputError where the end comes first.
    """
    if start.time.is_date or end.time.is_date or start.clock == end.clock:
        return not_negative(Length(nominal=end.wall_on(start.clock) - start.time.wall))
    return not_negative(Length(exact=end.exact - start.exact))


def _length(component: Component, start: Moment, clocks: Clocks, report: Report) -> Length:
    end, duration = component.first(b"DTEND"), component.text(b"DURATION")
    default = Length(nominal=DAY_SECONDS if start.time.is_date else 0)
    try:
        last = clocks.moment(end, report, start.clock) if end is not None else None
        length = parse_duration(duration) if duration and last is None else default
    except InputError as error:
        report.cannot_know(f"Its end can't be read: {error}")
        return default
    length = not_negative(length) if last is None else length_between(start, last)
    return length if any(length) else default  # an all-day event that ends as it begins is that day


def not_negative(length: Length) -> Length:
    """The length, unless it goes backwards: then InputError."""
    if length.nominal < 0 or length.exact < 0:
        raise InputError("It ends before it starts.")
    return length


def _replaces(rest: bytes, start: Moment, clocks: Clocks, report: Report) -> Moment:
    try:
        return clocks.moment(rest, report, start.clock)
    except InputError as error:
        report.warn(f"Which date it replaces can't be read, so both are kept: {error}")
        return start


def _sequence(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_SEQUENCE else 0
