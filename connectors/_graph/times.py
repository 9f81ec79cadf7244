"""Instants as Graph says them: a dateTimeTimeZone, a wall time and the name of its zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.core.zones import all_zones, windows_zone

UTC_NAMES = {"UTC", "tzone://Microsoft/Utc"}


def present() -> datetime:
    """The instant, where no test has its own."""
    return datetime.now(UTC)


def instant(told: object) -> datetime:
    """The instant in UTC. Raises ValueError for what is none, or of a zone that nobody knows."""
    match told:
        case {"dateTime": str(text), "timeZone": str(name)}:
            pass
        case _:
            raise ValueError("no dateTimeTimeZone")
    wall = parsed(text).replace(tzinfo=None)
    if name in UTC_NAMES:
        return wall.replace(tzinfo=UTC)
    zone = zone_of(name)
    if not zone:
        raise ValueError("a zone that nobody knows")
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def parsed(text: str) -> datetime:
    """A date and time; Graph writes seven digits of a second, and Python reads six. Raises ValueError."""
    whole, _, rest = text.partition(".")
    zone = rest.lstrip("0123456789")
    return datetime.fromisoformat(whole + (zone or ""))


def zone_of(name: str) -> str:
    """The IANA name of a zone that is named so, or by Windows; nothing where there is none."""
    return name if name in all_zones() else windows_zone(name) or ""


def in_utc(start: datetime, minutes: int) -> dict[str, Any]:
    """The `start` and `end` of an event, in UTC: right under any zone data."""
    return {"start": stated(start), "end": stated(start + timedelta(minutes=minutes))}


def stated(at: datetime, zone: str = "UTC") -> Mapping[str, str]:
    """A dateTimeTimeZone: the clock time of `at`, whatever zone it has, as that of `zone`."""
    return {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": zone}
