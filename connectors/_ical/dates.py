"""The dates that a recurring event names: by its rule, with UNTIL on its own clock, and in lists (RDATE, EXDATE)."""

from collections.abc import Iterator

import numpy as np

from connectors._ical.event import Clocks, Moment, ParsedEvent, length_between, not_negative
from connectors._ical.findings import Report
from connectors._ical.scan import Component, split
from connectors._ical.zones import Clock
from scheduler.core.icaltime import Length, parse_duration, parse_time
from scheduler.core.interval import Int64Array
from scheduler.core.recurrence import expand
from scheduler.core.rule import Rule, parse_rule
from scheduler.core.walltime import DAY_SECONDS
from scheduler.errors import InputError

MOST_LISTED = 5_000


def rule_dates(component: Component, start: Moment, window: tuple[int, int]) -> Int64Array:
    """Wall seconds of the series, sorted, on the clock of its start and inside the window of that clock.

    DTSTART is one of them also where the rule does not yield it, unless the rule ends before it. Raises InputError
    for what can't be expanded.
    """
    wall, rules = start.time.wall, component.all(b"RRULE")
    if component.all(b"EXRULE") or len(rules) > 1:
        raise InputError("It has more than one rule, or a rule of exceptions.")
    if not rules:
        return np.array([wall], dtype=np.int64)
    rule = parse_rule(split(rules[0])[1])
    if start.time.is_date:
        rule = rule.for_dates()
    until = _until(rule, start)
    found = expand(rule, wall, window, until)
    return found if until is not None and until < wall else np.union1d(found, [wall])


def _until(rule: Rule, start: Moment) -> int | None:
    """UNTIL in its three forms: in UTC, on the event's own clock, or as a date, whose whole day is meant."""
    if rule.until is None:
        return None
    if start.time.is_date or rule.until.is_date:
        return rule.until.wall // DAY_SECONDS * DAY_SECONDS + DAY_SECONDS - 1
    return Moment.on(rule.until, start.clock).wall_on(start.clock)


def has_too_many(component: Component) -> bool:
    """Whether the lists of an event are longer than any that a person keeps."""
    return sum(rest.count(b",") + 1 for name in (b"RDATE", b"EXDATE") for rest in component.all(name)) > MOST_LISTED


def listed(event: ParsedEvent, name: bytes, clocks: Clocks, report: Report) -> Iterator[tuple[Moment, Length | None]]:
    """The entries of RDATE or EXDATE, periods with their length. An exclusion that can't be read excludes nothing."""
    complain = report.warn if name == b"EXDATE" else report.cannot_know
    for rest in event.component.all(name):
        parameters, values = split(rest)
        for value in filter(None, (text.strip() for text in values.split(","))):
            try:
                yield entry(value, parameters.get("TZID", ""), clocks, report, event.start.clock)
            except InputError as error:
                complain(f"One of its dates can't be read: {error}")


def entry(
    value: str, tzid: str, clocks: Clocks, report: Report, default: Clock | None = None
) -> tuple[Moment, Length | None]:
    """A time, or the start and length of a PERIOD (RFC 5545, section 3.3.9). Raises InputError."""
    first, is_period, last = value.partition("/")
    moment = clocks.meant(parse_time(first), tzid, report, default)
    if not is_period:
        return moment, None
    if last[:1].upper() in ("P", "+", "-"):
        return moment, not_negative(parse_duration(last))
    return moment, length_between(moment, clocks.meant(parse_time(last), tzid, report, default))
