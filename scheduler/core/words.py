"""Times in words, the same in the command line, in calendars, on pages and in mail.

A time is never told without its weekday and its place; an offset is told in hours from UTC, never as an abbreviation,
since several zones share one. Language, order of a date and clock are those of whoever is spoken to (`core.tongue`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from unicodedata import category

from babel import Locale
from babel.core import get_global
from babel.lists import format_list

from scheduler.core.daytime import show_clock
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext, noted, tongue
from scheduler.core.walltime import local, local_time

ROLL_OVERS = {
    -2: noted("two days before"),
    -1: noted("the day before"),
    1: noted("the next day"),
    2: noted("two days later"),
}
LONG_DAYS = (
    *(noted("Mondays"), noted("Tuesdays"), noted("Wednesdays"), noted("Thursdays")),
    *(noted("Fridays"), noted("Saturdays"), noted("Sundays")),
)
DAYS_OFF = (noted("public holiday"), noted("leave"), noted("blackout"), noted("outside the programme"))
NO_SIGNS = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of pairs, line and paragraph separators
LONGEST_LIST = 3  # more dates in a row are told by the first and the last
NOON = DAY_MINUTES // 2
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, order=True)
class WeekTime:
    """A weekday (Monday = 0) and a minute of the day."""

    weekday: int
    minute: int

    def __str__(self) -> str:
        return f"{weekday(self.weekday)} {clock(self.minute)}"


@dataclass(frozen=True, slots=True)
class Shift:
    """Dates, in runs of sessions that follow one another, at which somebody's clock does not show the usual time."""

    usual: WeekTime
    shown: WeekTime
    runs: tuple[tuple[date, ...], ...]

    def __str__(self) -> str:
        """`on 16 and 23 March: 10:30, not 09:30`."""
        told = {"shown": self._told(self.shown), "usual": self._told(self.usual)}
        return _("%(dates)s: %(shown)s, not %(usual)s") % {"dates": _runs_in_words(self.runs), **told}

    def _told(self, time: WeekTime) -> str:
        return clock(time.minute) if self.shown.weekday == self.usual.weekday else str(time)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    """How a language and a country write dates: names in order, and what stands around numbers."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    day: str  # "{}", "{}."
    month_first: bool
    halves: tuple[str, str]

    def dated(self, day: str, month: str) -> str:
        return f"{month} {day}" if self.month_first else f"{day} {month}"


def weekday(number: int) -> str:
    """Monday is 0: `Mon`."""
    return _manner(tongue().words).weekdays[number]


def clock(minute: int) -> str:
    """A minute of the day on the reader's clock: `14:30`, `2:30 PM`. Only where weekday and place stand beside it."""
    if tongue().clock_24:
        return show_clock(minute)
    hour = minute % DAY_MINUTES // 60 % 12 or 12
    half = _manner(tongue().words).halves[minute % DAY_MINUTES >= NOON]
    return f"{hour}:{minute % 60:02d}{NO_BREAK}{half}"


def short_date(day: date) -> str:
    """`9 Feb`."""
    manner = _manner(tongue().words)
    return manner.dated(manner.day.format(day.day), manner.short_months[day.month - 1])


def month_name(month: int) -> str:
    """January is 1: `January`."""
    return _manner(tongue().words).months[month - 1]


def place(zone: str) -> str:
    """The city that names a zone: `New York`."""
    name = zone.rsplit("/", 1)[-1].replace("_", " ")
    words = tongue().words
    if words.language == "en":
        return name
    known = words.time_zones.get(get_global("zone_aliases").get(zone, zone), {})
    return str(known.get("city", name))


def utc_offset(instant: datetime, zone: str) -> str:
    """How far a zone's clocks are from UTC at an instant: `UTC+05:30`."""
    return f"UTC{local(instant, zone).format('Z')}"


def when(instant: datetime, zone: str, *, dated: bool = False, offset: bool = False) -> str:
    """`Tue 14:30 London`; with its date `Tue 9 Feb 14:30 London`, with its offset `Tue 14:30 London, UTC+00:00`."""
    shown = local_time(instant, zone)
    day = f" {short_date(shown.day)}" if dated else ""
    far = f", {utc_offset(instant, zone)}" if offset else ""
    return f"{weekday(shown.day.weekday())}{day} {clock(shown.minute)} {place(zone)}{far}"


def span(start: datetime, end: datetime, zone: str) -> str:
    """`Tue 9 Feb 14:00-15:30 London`; an end on another day is told with its day."""
    first, last = local_time(start, zone), local_time(end, zone)
    other_day = "" if first.day == last.day else f"{dated_weekday(last.day)} "
    return f"{dated_weekday(first.day)} {clock(first.minute)}-{other_day}{clock(last.minute)} {place(zone)}"


def dated_weekday(day: date) -> str:
    """`Tue 9 Feb`."""
    return f"{weekday(day.weekday())} {short_date(day)}"


def beside(instant: datetime, zone: str, anchor: str) -> str:
    """`when`, and whether it is another day than on the clock of `anchor`: `Wed 03:30 Tokyo (the next day)`."""
    days = (local_time(instant, zone).day - local_time(instant, anchor).day).days
    return when(instant, zone) + (f" ({_(ROLL_OVERS[days])})" if days else "")


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
    manner = _manner(tongue().words)
    months = groupby(days, key=lambda day: (day.year, day.month))
    return listed(
        manner.dated(listed(manner.day.format(day.day) for day in group), month_name(month))
        for (_year, month), group in months
    )


def day_off(reason: str) -> str:
    """Why a day is off, as problems have it: `leave`, `public holiday: Easter Monday`."""
    kind, colon, name = reason.partition(": ")
    return f"{_(kind)}{colon}{name}" if kind in DAYS_OFF else reason


def one_line(words: str) -> str:
    """A name or title of somebody's making as one line, without control characters, which some readers act on."""
    return " ".join("".join(" " if category(sign) in NO_SIGNS else sign for sign in words).split())


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    words = tongue().words
    return format_list(list(parts), locale=Locale("en", "GB") if words.language == "en" else words)


def more_of(count: int) -> str:
    """What a list that was cut ends with: `3 more`."""
    return ngettext("%(count)s more", "%(count)s more", count) % {"count": count}


def _runs_in_words(runs: Iterable[tuple[date, ...]]) -> str:
    return listed(
        _("on %(dates)s") % {"dates": dates_in_words(run)}
        if len(run) <= LONGEST_LIST
        else _("from %(first)s to %(last)s") % {"first": dates_in_words(run[:1]), "last": dates_in_words(run[-1:])}
        for run in runs
    )


def _week_time(instant: datetime, zone: str) -> WeekTime:
    shown = local_time(instant, zone)
    return WeekTime(shown.day.weekday(), shown.minute)


@lru_cache
def _manner(words: Locale) -> _Manner:
    """English names are the same in all countries: `Sep`, in Britain too."""
    named = Locale("en") if words.language == "en" else words
    pattern = words.datetime_skeletons["MMMMd"].pattern  # "d MMMM", "MMMM d", "d. MMMM" (CLDR)
    months, halves = named.months["stand-alone"], named.day_periods["format"]["abbreviated"]
    return _Manner(
        weekdays=tuple(named.days["stand-alone"]["abbreviated"][number] for number in range(7)),
        months=tuple(named.months["format"]["wide"][number] for number in range(1, 13)),
        short_months=tuple(months["abbreviated"][number] for number in range(1, 13)),
        day=re.sub(r"\s*M+\s*", "", pattern).replace("d", "{}"),
        month_first=pattern.startswith("M"),
        halves=(halves["am"], halves["pm"]),
    )
