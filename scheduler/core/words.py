"""Times in words, the same in the command line, in calendars, on pages and in mail.

A time is never told without its weekday and its place; an offset is told in hours from UTC, never as an abbreviation,
since several zones share one. The words are English, the clock has 24 hours.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from unicodedata import category

from scheduler.core.strict import show_clock
from scheduler.core.walltime import local, local_time

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ROLL_OVERS = {-2: " (two days before)", -1: " (the day before)", 0: "", 1: " (the next day)", 2: " (two days later)"}
NO_SIGNS = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of pairs, line and paragraph separators
LONGEST_LIST = 3  # more dates in a row are told by the first and the last


@dataclass(frozen=True, slots=True, order=True)
class WeekTime:
    """A weekday (Monday = 0) and a minute of the day."""

    weekday: int
    minute: int

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {show_clock(self.minute)}"


@dataclass(frozen=True, slots=True)
class Shift:
    """Dates, in runs of sessions that follow one another, at which somebody's clock does not show the usual time."""

    usual: WeekTime
    shown: WeekTime
    runs: tuple[tuple[date, ...], ...]

    def __str__(self) -> str:
        """`on 16 and 23 March: 10:30, not 09:30`."""
        return f"{_runs_in_words(self.runs)}: {self._told(self.shown)}, not {self._told(self.usual)}"

    def _told(self, time: WeekTime) -> str:
        return show_clock(time.minute) if self.shown.weekday == self.usual.weekday else str(time)


def place(zone: str) -> str:
    """The city that names a zone: `New York`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def utc_offset(instant: datetime, zone: str) -> str:
    """How far a zone's clocks are from UTC at an instant: `UTC+05:30`."""
    return f"UTC{local(instant, zone).format('Z')}"


def when(instant: datetime, zone: str, *, dated: bool = False, offset: bool = False) -> str:
    """`Tue 14:30 London`; with its date `Tue 9 Feb 14:30 London`, with its offset `Tue 14:30 London, UTC+00:00`."""
    shown = local_time(instant, zone)
    day = f" {shown.day.day} {MONTHS[shown.day.month - 1][:3]}" if dated else ""
    far = f", {utc_offset(instant, zone)}" if offset else ""
    return f"{WEEKDAYS[shown.day.weekday()]}{day} {shown.text} {place(zone)}{far}"


def beside(instant: datetime, zone: str, anchor: str) -> str:
    """`when`, and whether it is another day than on the clock of `anchor`: `Wed 03:30 Tokyo (the next day)`."""
    days = (local_time(instant, zone).day - local_time(instant, anchor).day).days
    return when(instant, zone) + ROLL_OVERS[days]


def usual_time(starts: Sequence[datetime], zone: str) -> WeekTime:
    """What a zone's clocks show at most of the starts; where several are as frequent, the first of them."""
    return Counter(_week_time(start, zone) for start in starts).most_common(1)[0][0]


def shifts(starts: Sequence[datetime], zone: str) -> tuple[Shift, ...]:
    """When a zone's clocks show another time than usual at the starts of a series, which come in their order."""
    usual = usual_time(starts, zone)
    runs: dict[WeekTime, list[tuple[date, ...]]] = {}
    for shown, run in groupby(starts, key=lambda start: _week_time(start, zone)):
        runs.setdefault(shown, []).append(tuple(local_time(start, zone).day for start in run))
    return tuple(Shift(usual, shown, tuple(dates)) for shown, dates in runs.items() if shown != usual)


def dates_in_words(days: Iterable[date]) -> str:
    """`16 and 23 March and 6 April`."""
    months = groupby(days, key=lambda day: (day.year, day.month))
    return listed(f"{listed(str(day.day) for day in group)} {MONTHS[month - 1]}" for (_, month), group in months)


def one_line(words: str) -> str:
    """A name or title of somebody's making as one line, without control characters, which some readers act on."""
    return " ".join("".join(" " if category(sign) in NO_SIGNS else sign for sign in words).split())


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _runs_in_words(runs: Iterable[tuple[date, ...]]) -> str:
    return listed(
        f"on {dates_in_words(run)}"
        if len(run) <= LONGEST_LIST
        else f"from {dates_in_words(run[:1])} to {dates_in_words(run[-1:])}"
        for run in runs
    )


def _week_time(instant: datetime, zone: str) -> WeekTime:
    shown = local_time(instant, zone)
    return WeekTime(shown.day.weekday(), shown.minute)
