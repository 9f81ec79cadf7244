"""The kinds of values in programme.toml: text that our readers understand, dates of TOML, counts with limits."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, PlainValidator

from scheduler.core.hours import parse_windows
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.repairs import Mode as ModeValue
from scheduler.core.series import MOST_WEEKS_BETWEEN
from scheduler.core.series import Cadence as CadenceValue
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import WallWindow
from scheduler.core.zones import zone_named
from scheduler.errors import InputError
from scheduler.programme import words
from scheduler.programme.text import identifier, title
from scheduler.programme.values import VideoProvider

T = TypeVar("T")
SMALLEST_GRID = 5
AUTO = 0
"""A rotation that is left open: Rondo chooses it."""
MOST = 10_000
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?", re.ASCII)
ROOM = re.compile(r"https://[^\s/@]+(?:/\S*)?")


def _text(read: Callable[[str], T]) -> PlainValidator:
    """A text in quotes that one of our readers understands."""

    def validated(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError("should be text in quotes")
        try:
            return read(value)
        except InputError as error:
            raise ValueError(str(error)) from error

    return PlainValidator(validated)


def _days(value: object) -> tuple[date, ...]:
    """A date of TOML, a text of dates and ranges, or a list of both."""
    if isinstance(value, list):
        return tuple(found for item in value for found in _days(item))
    if isinstance(value, date) and not isinstance(value, datetime):
        return (value,)
    if isinstance(value, str):
        try:
            return words.days(value)
        except InputError as error:
            raise ValueError(str(error)) from error
    raise ValueError("should be a date such as 2027-02-15, or text such as 2027-02-15..2027-02-19")


def _day(value: object) -> date:
    found = _days(value)
    if len(found) != 1:
        raise ValueError("should be one date")
    return found[0]


def _host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise InputError(_("%(text)s is no host.") % {"text": quoted(text)}, hint=_("Write it like meet.jit.si."))
    return text


def _room(text: str) -> str:
    if not ROOM.fullmatch(text):
        raise InputError(
            _("%(text)s is no address of a room.") % {"text": quoted(text)}, hint=_("It begins with https://.")
        )
    return text


def _provider(text: str) -> VideoProvider:
    known = [provider.value for provider in VideoProvider]
    if text not in known:
        raise InputError(
            _("%(text)s is no provider.") % {"text": quoted(text)},
            hint=did_you_mean(text, known) or _("Known: %(known)s.") % {"known": ", ".join(known)},
        )
    return VideoProvider(text)


def _mode(text: str) -> ModeValue:
    known = [mode.value for mode in ModeValue]
    if text not in known:
        raise InputError(
            _("%(text)s is no mode.") % {"text": quoted(text)},
            hint=did_you_mean(text, known) or _("Known: %(known)s.") % {"known": ", ".join(known)},
        )
    return ModeValue(text)


def _rotation(value: object) -> int:
    """So many slots in turn, or AUTO."""
    if value == "auto":
        return AUTO
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_WEEKS_BETWEEN:
        return value
    raise ValueError(f'{quoted(str(value))} should be from 1 to {MOST_WEEKS_BETWEEN}, or "auto"')


def _divides_hour(minutes: int) -> int:
    if 60 % minutes:
        raise ValueError(f"{minutes} minutes don't divide an hour")
    return minutes


Day: TypeAlias = Annotated[date, PlainValidator(_day)]
Days: TypeAlias = Annotated[tuple[date, ...], PlainValidator(_days)]
Zone: TypeAlias = Annotated[str, _text(zone_named)]
Title: TypeAlias = Annotated[str, _text(title)]
Id: TypeAlias = Annotated[str, _text(identifier)]
Country: TypeAlias = Annotated[str, _text(words.country)]
Windows: TypeAlias = Annotated[tuple[WallWindow, ...], _text(parse_windows)]
Cadence: TypeAlias = Annotated[CadenceValue, _text(words.cadence)]
Provider: TypeAlias = Annotated[VideoProvider, _text(_provider)]
Host: TypeAlias = Annotated[str, _text(_host)]
Mode: TypeAlias = Annotated[ModeValue, _text(_mode)]
Room: TypeAlias = Annotated[str, _text(_room)]
Minutes: TypeAlias = Annotated[int, Field(ge=1, le=DAY_MINUTES)]
Grid: TypeAlias = Annotated[int, Field(ge=SMALLEST_GRID, le=60), AfterValidator(_divides_hour)]
Rotation: TypeAlias = Annotated[int, PlainValidator(_rotation)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=MOST)]
CountOrNone: TypeAlias = Annotated[int, Field(ge=0, le=MOST)]
