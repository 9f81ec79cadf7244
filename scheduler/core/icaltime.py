"""DATE, DATE-TIME and DURATION as iCalendar writes them (RFC 5545, sections 3.3.4 to 3.3.6)."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY
from scheduler.errors import InputError

_TIME = re.compile(r"(\d{8})(?:T(\d{4}|\d{6})(Z)?)?", re.IGNORECASE | re.ASCII)  # some exports leave the seconds out
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
    day, clock, utc = match.groups()
    if clock is None:
        return IcalTime(_midnight(day), is_date=True)
    return IcalTime(_midnight(day) + _second_of_day(clock), utc=utc is not None)


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


# A calendar has thousands of times, but few days and fewer times of day.


@lru_cache(maxsize=4096)
def _midnight(day: str) -> int:
    try:
        ordinal = date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal()
    except ValueError:
        raise InputError(f"There is no day {day}.") from None
    return (ordinal - EPOCH_DAY) * DAY_SECONDS


@lru_cache(maxsize=4096)
def _second_of_day(clock: str) -> int:
    hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:] or 0)
    seconds = hour * 3600 + minute * 60 + min(second, 59)
    if minute > 59 or second > 60 or seconds > DAY_SECONDS:  # 24:00 is the next midnight
        raise InputError(f"There is no time of day {clock}.")
    return seconds
