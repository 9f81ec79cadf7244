"""Calendars of the sample as text, in the manner of three exports that people have: Google, Outlook, Apple.

Google names zones by IANA and single events in UTC; Outlook names them as Windows does and declares them since 1601;
this Apple calendar floats: its times name no zone, and mean the owner's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from scheduler.core.walltime import WallTime, resolve_one

LINE_OCTETS = 75  # RFC 5545, section 3.1
STAMP = "20270104T080000Z"

EUROPE = (("0329", "BYMONTH=3;BYDAY=-1SU"), ("1025", "BYMONTH=10;BYDAY=-1SU"))
STATES = (("0308", "BYMONTH=3;BYDAY=2SU"), ("1101", "BYMONTH=11;BYDAY=1SU"))


class Style(Enum):
    """Whose export it is."""

    GOOGLE = "-//Google Inc//Google Calendar 70.9054//EN"
    OUTLOOK = "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN"
    APPLE = "-//Apple Inc.//macOS 14.4//EN"


@dataclass(frozen=True, slots=True)
class Clock:
    """A zone as exports declare it: Windows name, minutes ahead of UTC, clock changes (first date, rule) and hours."""

    windows: str
    offset: int
    changes: tuple[tuple[str, str], tuple[str, str]] | None = None
    forward: int = 2
    back: int = 3


CLOCKS = {
    "Africa/Accra": Clock("Greenwich Standard Time", 0),
    "America/Bogota": Clock("SA Pacific Standard Time", -300),
    "America/Los_Angeles": Clock("Pacific Standard Time", -480, STATES, back=2),
    "America/New_York": Clock("Eastern Standard Time", -300, STATES, back=2),
    "America/Sao_Paulo": Clock("E. South America Standard Time", -180),
    "Asia/Kolkata": Clock("India Standard Time", 330),
    "Asia/Riyadh": Clock("Arab Standard Time", 180),
    "Asia/Tokyo": Clock("Tokyo Standard Time", 540),
    "Europe/Berlin": Clock("W. Europe Standard Time", 60, EUROPE),
    "Europe/London": Clock("GMT Standard Time", 0, EUROPE, forward=1, back=2),
    "Europe/Rome": Clock("W. Europe Standard Time", 60, EUROPE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as its owner sees it: from a minute of a day on for `length` minutes, or `length` whole days.

    `moved` has the rule's date, and the date and minute at which that one takes place instead.
    """

    title: str
    day: date
    minute: int | None
    length: int
    rule: str = ""
    skipped: tuple[date, ...] = ()
    moved: tuple[tuple[date, date, int], ...] = ()
    free: bool = False
    note: str = ""


def export(style: Style, owner: str, zone: str, file: str, entries: Sequence[Entry]) -> str:
    """A whole calendar file, with CRLF, folded."""
    lines = ["BEGIN:VCALENDAR", f"PRODID:{style.value}", "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if style is Style.GOOGLE:
        lines += [f"X-WR-CALNAME:{owner}", f"X-WR-TIMEZONE:{zone}"]
    if style is not Style.APPLE:
        lines += _timezone(style, zone)
    for number, entry in enumerate(entries, 1):
        lines += _Writer(style, zone, f"{file.removesuffix('.ics')}-{number:03d}@calendar.example").events(entry)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


@dataclass(frozen=True, slots=True)
class _Writer:
    style: Style
    zone: str
    uid: str

    def events(self, entry: Entry) -> Iterator[str]:
        recurrence = [f"RRULE:{entry.rule}"] if entry.rule else []
        recurrence += [self._time("EXDATE", entry, day, entry.minute) for day in entry.skipped]
        yield from self._event(entry, entry.day, entry.minute, recurrence)
        for day, on, minute in entry.moved:
            yield from self._event(entry, on, minute, [self._time("RECURRENCE-ID", entry, day, entry.minute)])

    def _event(self, entry: Entry, day: date, minute: int | None, recurrence: Sequence[str]) -> list[str]:
        end_day, end = (day + timedelta(days=entry.length), None) if minute is None else (day, minute + entry.length)
        return [
            "BEGIN:VEVENT",
            self._time("DTSTART", entry, day, minute),
            self._time("DTEND", entry, end_day, end),
            *recurrence,
            f"DTSTAMP:{STAMP}",
            f"UID:{self.uid}",
            "SEQUENCE:0",
            f"SUMMARY:{entry.title}",
            *([f"DESCRIPTION:{entry.note}"] if entry.note else []),
            *self._status(entry),
            "END:VEVENT",
        ]

    def _status(self, entry: Entry) -> list[str]:
        transp = f"TRANSP:{'TRANSPARENT' if entry.free else 'OPAQUE'}"
        if self.style is not Style.OUTLOOK:
            return ["STATUS:CONFIRMED", transp]
        away = "OOF" if entry.minute is None else "BUSY"
        return ["CLASS:PUBLIC", transp, f"X-MICROSOFT-CDO-BUSYSTATUS:{'FREE' if entry.free else away}"]

    def _time(self, name: str, entry: Entry, day: date, minute: int | None) -> str:
        if minute is None:
            return f"{name};VALUE=DATE:{day:%Y%m%d}"
        local = f"{day:%Y%m%d}T{minute // 60:02d}{minute % 60:02d}00"
        if self.style is Style.APPLE:
            return f"{name}:{local}"
        if self.style is Style.OUTLOOK:
            return f"{name};TZID={CLOCKS[self.zone].windows}:{local}"
        if entry.rule:
            return f"{name};TZID={self.zone}:{local}"
        return f"{name}:{resolve_one(WallTime(day, minute), self.zone):%Y%m%dT%H%M%SZ}"


def _timezone(style: Style, zone: str) -> Iterator[str]:
    clock, windows = CLOCKS[zone], style is Style.OUTLOOK
    yield from ("BEGIN:VTIMEZONE", f"TZID:{clock.windows if windows else zone}")
    if clock.changes is None:
        yield from _observance(
            "STANDARD", "16010101T000000" if windows else "19700101T000000", clock.offset, clock.offset
        )
    else:
        spring, autumn, summer = *clock.changes, clock.offset + 60
        for kind, (first, rule), hour, before, after in (
            ("DAYLIGHT", spring, clock.forward, clock.offset, summer),
            ("STANDARD", autumn, clock.back, summer, clock.offset),
        ):
            start = f"{'16010101' if windows else '1970' + first}T{hour:02d}0000"
            yield from _observance(kind, start, before, after, f"RRULE:FREQ=YEARLY;{rule}")
    yield "END:VTIMEZONE"


def _observance(kind: str, start: str, before: int, after: int, *rule: str) -> list[str]:
    offsets = [f"TZOFFSETFROM:{_offset(before)}", f"TZOFFSETTO:{_offset(after)}"]
    return [f"BEGIN:{kind}", f"DTSTART:{start}", *offsets, *rule, f"END:{kind}"]


def _offset(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; the sample is ASCII, so that an octet is a character."""
    yield line[:LINE_OCTETS]
    for start in range(LINE_OCTETS, len(line), LINE_OCTETS - 1):
        yield " " + line[start : start + LINE_OCTETS - 1]
