"""The double's own reading of recurrence and of zones: date arithmetic, and zoneinfo for the clocks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEX = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
MOST = 999
LOSSY = {"America/Vancouver": "Pacific Standard Time"}
ZONES = available_timezones()


def iana(name: str) -> str:
    """The IANA name of a zone that is named so or as Windows does. Raises ValueError."""
    if name in ZONES:
        return name
    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    raise ValueError(name)


def windows(zone: str) -> str:
    """Windows's name of a zone, where it has one; some zones share one, and its clocks are those of another."""
    return LOSSY.get(zone) or next((name for name, other in WINDOWS_TO_OLSON.items() if other == zone), zone)


def dates(recurrence: dict[str, Any]) -> list[date]:
    """The dates of a patternedRecurrence."""
    limits = recurrence["range"]
    start = date.fromisoformat(limits["startDate"])
    last = date.fromisoformat(limits["endDate"]) if limits["type"] == "endDate" else date.max
    most = limits["numberOfOccurrences"] if limits["type"] == "numbered" else MOST
    found: list[date] = []
    for day in _pattern(recurrence["pattern"], start):
        if day > last or len(found) == most:
            break
        found.append(day)
    return found


def _pattern(pattern: dict[str, Any], start: date) -> Iterator[date]:
    weekday = WEEKDAYS.index(pattern["daysOfWeek"][0])
    if pattern["type"] == "weekly":
        day = start + timedelta(days=(weekday - start.weekday()) % 7)
        while True:
            yield day
            day += timedelta(weeks=pattern["interval"])
    month = start.year * 12 + start.month - 1
    while True:
        day = _nth(month, weekday, INDEX[pattern["index"]])
        if day >= start:
            yield day
        month += pattern["interval"]


def _nth(month: int, weekday: int, index: int) -> date:
    first = date(month // 12, month % 12 + 1, 1)
    days = [first + timedelta(days=more) for more in range(31)]
    return [day for day in days if day.month == first.month and day.weekday() == weekday][index]


def at(wall: datetime, zone: str, *, second: bool = False) -> datetime:
    """The instant of a wall time: one that is skipped lies an hour on, one that comes twice is the first or second."""
    local = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    if second and local.replace(fold=1).utcoffset() < local.utcoffset():  # type: ignore[operator]  # zones have offsets
        local = local.replace(fold=1)
    return local.astimezone(UTC)
