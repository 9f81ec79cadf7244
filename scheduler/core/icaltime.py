"""DATE, DATE-TIME and DURATION as iCalendar writes them (RFC 5545, sections 3.3.4 to 3.3.6)."""

import re
from datetime import date
from typing import NamedTuple

from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY
from scheduler.errors import InputError

# T24:00 is the next midnight, and dashes, colons and missing seconds occur in exports: none of them is ambiguous
_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?([0-5]\d)(?::?([0-5]\d|60))?(?:\.\d+)?(Z)?)?", re.IGNORECASE | re.ASCII
)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE | re.ASCII
)
LONGEST_SECONDS = 100 * 366 * DAY_SECONDS
"""A century: what is longer is no event, and would overflow the calendar."""


class IcalTime(NamedTuple):
    """A moment as it is written: seconds since 1970 on a wall clock, whether that one is UTC, whether it is a date."""

    wall: int
    utc: bool = False
    is_date: bool = False


class Length(NamedTuple):
    """How long something lasts: `nominal` seconds (days, weeks) pass on the wall clock, `exact` ones in exact time."""

    nominal: int = 0
    exact: int = 0


def parse_time(text: str) -> IcalTime:
    """A DATE or DATE-TIME value; a leap second is read as second 59. Raises InputError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{shown(text)} is no date or time.")
    year, month, day, hour, minute, second, utc = match.groups()
    midnight = (_ordinal(year, month, day) - EPOCH_DAY) * DAY_SECONDS
    if hour is None:
        return IcalTime(midnight, is_date=True)
    seconds = int(hour) * 3600 + int(minute) * 60 + min(int(second or 0), 59)
    if seconds > DAY_SECONDS:
        raise InputError(f"{shown(text)} has no such hour.")
    return IcalTime(midnight + seconds, utc=utc is not None)


def parse_duration(text: str) -> Length:
    """A DURATION value, negative where it says so. Raises InputError, also for more than a century."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()[1:]):
        raise InputError(f"{shown(text)} is no duration.")
    if len(text) > 40:
        raise InputError("The duration is longer than a century.")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    nominal, exact = (weeks * 7 + days) * DAY_SECONDS, hours * 3600 + minutes * 60 + seconds
    if nominal + exact > LONGEST_SECONDS:
        raise InputError("The duration is longer than a century.")
    return Length(-nominal, -exact) if match[1] == "-" else Length(nominal, exact)


def shown(text: str, longest: int = 80) -> str:
    """A stranger's text, fit for a line of ours: quoted, without control characters, and short."""
    clean = "".join(character if character.isprintable() else "?" for character in text[:longest])
    return f"'{clean}{'...' if len(text) > longest else ''}'"


def _ordinal(year: str, month: str, day: str) -> int:
    try:
        return date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        raise InputError(f"There is no day {year}-{month}-{day}.") from None
