"""All events of one UID as occurrences: a series, and what replaces one of its dates or all later ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from connectors._ical.dates import has_too_many, listed, rule_dates
from connectors._ical.event import Clocks, Moment, ParsedEvent, parse_event
from connectors._ical.findings import Findings, Report
from connectors._ical.occurrences import SLACK, Occurrences, Run
from connectors._ical.scan import Component
from connectors._ical.zones import Clock
from scheduler.core.icaltime import Length
from scheduler.core.interval import Int64Array
from scheduler.core.walltime import DAY_SECONDS
from scheduler.errors import InputError

LONGEST_REPEATED = 60 * DAY_SECONDS
_REPEATS = {b"RRULE", b"EXRULE", b"RDATE", b"EXDATE"}


def read_series(owner: int, members: Sequence[tuple[Component, Clocks]], into: Occurrences, findings: Findings) -> None:
    """All events that share a UID; what can't be read of one leaves the others alone."""
    masters: list[Master] = []
    overrides: list[ParsedEvent] = []
    for component, clocks in members:
        report = findings.of(owner, component)
        try:
            event = parse_event(component, clocks, report)
        except InputError as error:
            report.warn(f"It is left out: {error}")
            continue
        if event.replaces is None:
            masters.append(Master(owner, event, clocks, into, report))
        else:
            overrides.append(event)
    if len(masters) > 1:
        masters = _newest(masters)
    for master in masters:
        master.read([event for event in overrides if event.and_later])
    if overrides:
        _replace(owner, overrides, any(master.event.start.time.is_date for master in masters), into)


def _newest(masters: list["Master"]) -> list["Master"]:
    """Those of the highest SEQUENCE: more than one of them are different events that share a UID by mistake."""
    highest = max(master.event.sequence for master in masters)
    newest = [master for master in masters if master.event.sequence == highest]
    for master in newest[1:]:
        master.report.warn("Another event has the same UID: both are kept.")
    return newest


def _replace(owner: int, overrides: list[ParsedEvent], whole_days: bool, into: Occurrences) -> None:
    """Dates that stand alone; they stay where their original date is excluded too, since somebody wrote them down."""
    newest: dict[int, ParsedEvent] = {}
    for event in sorted(overrides, key=lambda event: event.sequence):
        if event.replaces is not None:
            newest[event.replaces.exact] = event
            _exclude(owner, event.replaces, whole_days, into)
    for event in newest.values():
        if event.busy:
            into.add(event.start.clock, Run(owner, [event.start.time.wall], event.length, fixed=True))


def _exclude(owner: int, moment: Moment, whole_days: bool, into: Occurrences) -> None:
    into.exclude(owner, moment.clock, moment.time.wall, whole_day=whole_days or moment.time.is_date)


@dataclass(frozen=True, slots=True)
class Stage:
    """From `since` (a wall second of the series' clock) on, dates move by `shift` and are as long and busy as this."""

    since: int
    shift: int
    length: Length
    busy: bool

    @property
    def takes_time(self) -> bool:
        """Whether there is anything to expand."""
        return self.busy and any(self.length)


@dataclass(frozen=True, slots=True)
class Master:
    """The event of a UID that has no RECURRENCE-ID, and where its occurrences go."""

    owner: int
    event: ParsedEvent
    clocks: Clocks
    into: Occurrences
    report: Report

    def read(self, later: list[ParsedEvent]) -> None:
        """Add what the event says; `later` are the overrides with RANGE=THISANDFUTURE."""
        start = self.event.start
        if not self.event.component.properties.keys() & _REPEATS:
            if self.event.busy:
                self._add(start.clock, [start.time.wall], self.event.length)
            return
        stages = self._stages(later)
        if any(stage.takes_time for stage in stages):
            self._add_rule(stages)
        if has_too_many(self.event.component):
            self.report.cannot_know("It lists too many dates.")
            return
        if self.event.busy:
            self._add_listed()
        for moment, _ in listed(self.event, b"EXDATE", self.clocks, self.report):
            _exclude(self.owner, moment, start.time.is_date, self.into)

    def _add(self, clock: Clock, walls: Sequence[int] | Int64Array, length: Length, shift: int = 0) -> None:
        self.into.add(clock, Run(self.owner, walls, length, shift))

    def _stages(self, later: list[ParsedEvent]) -> list[Stage]:
        """The series as it is, then as each override with THISANDFUTURE makes it."""
        clock = self.event.start.clock
        stages = [Stage(-(2**62), 0, self.event.length, self.event.busy)]
        for event in later:
            since = event.replaces.wall_on(clock) if event.replaces else 0
            stages.append(Stage(since, event.start.wall_on(clock) - since, event.length, event.busy))
        return sorted(stages, key=lambda stage: stage.since)

    def _add_rule(self, stages: list[Stage]) -> None:
        walls = self._walls(stages)
        parts = np.split(walls, np.searchsorted(walls, [stage.since for stage in stages[1:]]))
        for stage, part in zip(stages, parts, strict=True):
            if stage.takes_time:
                self._add(self.event.start.clock, part, stage.length, stage.shift)

    def _walls(self, stages: list[Stage]) -> Int64Array:
        """Original dates whose occurrences may touch the window; DTSTART alone where the rule can't be expanded."""
        start = self.event.start
        before = max(sum(stage.length) + stage.shift for stage in stages)
        after = max(-stage.shift for stage in stages)
        try:
            if any(sum(stage.length) > LONGEST_REPEATED for stage in stages):
                raise InputError("It comes back, and is longer than 60 days.")
            first, last = self.into.window
            return rule_dates(self.event.component, start, (first - SLACK - before, last + SLACK + after))
        except InputError as error:
            self.report.cannot_know(str(error))
            return np.array([start.time.wall], dtype=np.int64)

    def _add_listed(self) -> None:
        """RDATE: a period has its own length, a bare date the time of day of the start."""
        start = self.event.start
        for moment, length in listed(self.event, b"RDATE", self.clocks, self.report):
            clock, wall = moment.clock, moment.time.wall
            if moment.time.is_date or start.time.is_date:
                clock, wall = start.clock, wall // DAY_SECONDS * DAY_SECONDS + start.time.wall % DAY_SECONDS
            self._add(clock, [wall], self.event.length if length is None else length)
