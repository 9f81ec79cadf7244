"""What a calendar says of its owner's time beside events: stored free/busy (RFC 5545), published hours (RFC 7953)."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from connectors._ical.dates import entry
from connectors._ical.event import Clocks, not_negative
from connectors._ical.findings import Findings, Report
from connectors._ical.occurrences import Occurrences, Run
from connectors._ical.scan import Component, split
from connectors._ical.series import read_series
from scheduler.core.icaltime import parse_duration
from scheduler.core.interval import Intervals, clipped, complement, merged, no_intervals
from scheduler.errors import InputError

LOWEST_PRIORITY = 10
"""RFC 7953 counts from 1, the highest; 0 is none at all."""


def read_free_busy(component: Component, clocks: Clocks, owner: int, into: Occurrences, report: Report) -> None:
    """The busy periods of a VFREEBUSY, of whatever type but FREE."""
    for rest in component.all(b"FREEBUSY"):
        parameters, values = split(rest)
        if parameters.get("FBTYPE", "").upper() == "FREE":
            continue
        for value in filter(None, (text.strip() for text in values.split(","))):
            try:
                moment, length = entry(value, parameters.get("TZID", ""), clocks, report)
            except InputError as error:
                report.cannot_know(f"One of its periods can't be read: {error}")
                continue
            if length is None:
                report.cannot_know("One of its periods has no end.")
            else:
                into.add(moment.clock, Run(owner, [moment.time.wall], length, fixed=True))


def unavailable_hours(
    components: Sequence[tuple[int, Component, Clocks]], window: tuple[int, int], findings: Findings
) -> Intervals:
    """The exact hours of the window that all VAVAILABILITY together leave closed, sorted and disjoint.

    One of a higher priority replaces what lower ones say of its whole span (RFC 7953, section 4).
    """
    closed = no_intervals()
    for owner, component, clocks in sorted(components, key=lambda part: -_priority(part[1])):
        report = findings.of(owner, component)
        try:
            first, last = _span(component, clocks, window, report)
        except InputError as error:
            report.cannot_know(f"Its hours can't be read: {error}")
            continue
        if last <= first:
            continue
        open_hours = _open_hours(component, clocks, window, report)
        outside = [clipped(closed, window[0], first), clipped(closed, last, window[1])]
        closed = merged(np.concatenate([*outside, complement(open_hours, first, last)]))
    return closed


def _priority(component: Component) -> int:
    text = component.text(b"PRIORITY")
    return int(text) or LOWEST_PRIORITY if text.isascii() and text.isdigit() else LOWEST_PRIORITY


def _span(component: Component, clocks: Clocks, window: tuple[int, int], report: Report) -> tuple[int, int]:
    """When the hours hold, inside the window; without an end they hold for good."""
    bounds = [component.first(name) for name in (b"DTSTART", b"DTEND")]
    start, end = (clocks.moment(rest, report) if rest is not None else None for rest in bounds)
    duration = component.text(b"DURATION")
    first = start.exact if start else window[0]
    last = end.exact if end else window[1]
    if start and not end and duration:
        last = start.after(not_negative(parse_duration(duration)))
    return max(first, window[0]), min(last, window[1])


def _open_hours(component: Component, clocks: Clocks, window: tuple[int, int], report: Report) -> Intervals:
    """All AVAILABLE of one VAVAILABILITY; one that can't be read opens nothing, which errs on the safe side."""
    series: dict[str, list[tuple[Component, Clocks]]] = defaultdict(list)
    for child in component.children:
        if child.name == b"AVAILABLE":
            series[child.text(b"UID") or f"line {child.offset}"].append((child, clocks))
    opened, findings = Occurrences(window), Findings()
    for members in series.values():
        read_series(report.owner, members, opened, findings)
    report.findings.warnings.extend(findings.warnings)
    return merged(opened.rows()[0])
