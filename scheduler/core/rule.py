"""Recurrence rules as text (RFC 5545, section 3.3.10) and the limits on them: no rule from a stranger runs for long."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NoReturn

from scheduler.core.icaltime import IcalTime, parse_time, shown
from scheduler.core.people import WEEKDAYS
from scheduler.errors import InputError

LONGEST_TEXT = 1_000
MOST_BY_VALUES = 64
MOST_INTERVAL = 1_000
MOST_COUNT = 10_000


class Freq(StrEnum):
    """How long one period of a rule is."""

    YEARLY = "YEARLY"
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"
    HOURLY = "HOURLY"


class NthWeekday(NamedTuple):
    """A BYDAY value: weekday (Monday = 0) and its number in the month or year, 0 for every one."""

    nth: int
    weekday: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An RRULE within the limits. The fields are its parts; empty ones were not given."""

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: IcalTime | None = None
    week_start: int = 0
    months: tuple[int, ...] = ()
    week_numbers: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[NthWeekday, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    def for_dates(self) -> "Rule":
        """The rule of an all-day event: parts of the time of day are to be ignored. Raises InputError for HOURLY."""
        if self.freq is Freq.HOURLY:
            raise InputError("An all-day event can't come back by the hour.")
        return replace(self, hours=(), minutes=(), seconds=())


@lru_cache(maxsize=2048)
def parse_rule(text: str) -> Rule:
    """The rule that a text describes. Raises InputError with the reason: what is not understood, or beyond a limit."""
    if len(text) > LONGEST_TEXT:
        raise InputError(f"The rule is longer than {LONGEST_TEXT} characters.")
    parts = _parts(text)
    numbers = {field: _numbers(parts, name, low, high) for name, (field, low, high) in _NUMBERS.items()}
    weekdays = tuple(sorted({_weekday(value) for value in _values(parts, "BYDAY")}))
    if sum(map(len, numbers.values())) + len(weekdays) > MOST_BY_VALUES:
        raise InputError(f"The rule lists more than {MOST_BY_VALUES} values.")
    freq = _freq(parts.get("FREQ", ""))
    if freq is Freq.HOURLY and not numbers["hours"]:
        raise InputError("A rule that comes back every hour is not read.")
    return Rule(
        freq=freq,
        interval=_interval(parts.get("INTERVAL", "1")),
        count=_count(parts["COUNT"]) if "COUNT" in parts else None,
        until=parse_time(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_weekday(parts.get("WKST", "MO")).weekday,
        weekdays=weekdays,
        **numbers,
    )


_NUMBERS = {
    "BYMONTH": ("months", 1, 12),
    "BYWEEKNO": ("week_numbers", -53, 53),
    "BYYEARDAY": ("year_days", -366, 366),
    "BYMONTHDAY": ("month_days", -31, 31),
    "BYHOUR": ("hours", 0, 23),
    "BYMINUTE": ("minutes", 0, 59),
    "BYSECOND": ("seconds", 0, 59),
    "BYSETPOS": ("positions", -366, 366),
}
_TOO_OFTEN = {"MINUTELY": "minute", "SECONDLY": "second"}
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_NUMBERS}


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.upper().split(";"))):
        name, equals, value = part.partition("=")
        if not equals or name in parts or name not in _KNOWN:
            _refuse(part)
        parts[name] = value
    return parts


def _values(parts: dict[str, str], name: str) -> list[str]:
    return [value.strip() for value in parts[name].split(",")] if name in parts else []


def _numbers(parts: dict[str, str], name: str, low: int, high: int) -> tuple[int, ...]:
    found = {_number(value, f"{name}={parts[name]}") for value in _values(parts, name)}
    # zero means nothing where one may count from the end
    if any(not low <= value <= high or (low < 0 and value == 0) for value in found):
        _refuse(f"{name}={parts[name]}")
    return tuple(sorted(found))


def _number(text: str, where: str) -> int:
    digits = text.lstrip("+-")
    if not (digits.isascii() and digits.isdigit()) or len(text) - len(digits) > 1 or len(digits) > 12:
        _refuse(where)
    return int(text)


def _weekday(text: str) -> NthWeekday:
    number, name = text[:-2], text[-2:]
    nth = _number(number, f"weekday {text}") if number else 0
    if name not in WEEKDAYS or abs(nth) > 53 or (number and nth == 0):
        _refuse(f"weekday {text}")
    return NthWeekday(nth, WEEKDAYS.index(name))


def _freq(text: str) -> Freq:
    if text in _TOO_OFTEN:
        raise InputError(f"A rule that comes back every {_TOO_OFTEN[text]} is not read.")
    if text not in Freq.__members__:
        _refuse(f"FREQ={text}")
    return Freq(text)


def _interval(text: str) -> int:
    interval = _number(text, f"INTERVAL={text}")
    if not 1 <= interval <= MOST_INTERVAL:
        raise InputError(f"The rule's INTERVAL is not between 1 and {MOST_INTERVAL}.")
    return interval


def _count(text: str) -> int | None:
    count = _number(text, f"COUNT={text}")
    if count < 0:  # -1 is how some programs write "for ever"
        return None
    if not 1 <= count <= MOST_COUNT:
        raise InputError(f"The rule's COUNT is not between 1 and {MOST_COUNT}.")
    return count


def _refuse(part: str) -> NoReturn:
    raise InputError(f"The rule has a part that can't be read: {shown(part)}.")
