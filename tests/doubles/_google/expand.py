"""A series' dates, by date arithmetic on the clock of its zone: nothing of Rondo's own is used here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST = 2000
BY_DAY = re.compile(r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
Json = dict[str, Any]
Zones = Mapping[str, tzinfo]
"""Zones for which this provider's data are other than ours."""


class Unclear(ValueError):
    """A time or a rule that Google would refuse."""


@dataclass(frozen=True, slots=True)
class Date:
    """One date of a series: where its rule puts it; `excluded` by an EXDATE."""

    original: datetime  # UTC
    excluded: bool


def zone_of(name: str, zones: Zones) -> tzinfo:
    """The zone as this provider knows it."""
    try:
        return zones.get(name) or ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Unclear(f"unknown zone {name!r}") from None


def instant(said: Json, zones: Zones) -> datetime:
    """An EventDateTime in UTC; a wall time that clocks skip is read with the offset before."""
    try:
        if "dateTime" not in said:
            return datetime.combine(date.fromisoformat(said["date"]), datetime.min.time(), UTC)
        shown = datetime.fromisoformat(said["dateTime"])
        if shown.tzinfo is None:
            shown = shown.replace(tzinfo=zone_of(said["timeZone"], zones))
        return shown.astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        raise Unclear("a time can't be read") from None


def dates(start: Json, recurrence: list[str], zones: Zones) -> list[Date]:
    """All dates of a series, in order. Raises Unclear for a rule that Google would refuse."""
    zone = zone_of(start.get("timeZone", "UTC"), zones)
    first = instant(start, zones).astimezone(zone).replace(tzinfo=None) if _has_offset(start) else _wall(start)
    found: dict[datetime, bool] = {}
    out = set[datetime]()
    for line in recurrence:
        name, _, value = line.partition(":")
        kind = name.partition(";")[0]
        if kind == "RRULE":
            found |= {_utc(wall, zone): True for wall in _walls(first, _parts(value), zone)}
        elif kind in ("EXDATE", "RDATE"):
            listed = [_listed(each, name, zone, zones) for each in value.split(",")]
            if kind == "EXDATE":
                out.update(listed)
            else:
                found |= dict.fromkeys(listed, True)
        else:
            raise Unclear(f"{kind} in recurrence")
    return [Date(each, each in out) for each in sorted(found)]


def _parts(rule: str) -> dict[str, str]:
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    if unknown := parts.keys() - {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "WKST"}:
        raise Unclear(f"this double does not know {sorted(unknown)}")
    if parts.get("FREQ") not in ("WEEKLY", "MONTHLY"):
        raise Unclear("this double knows WEEKLY and MONTHLY")
    return parts


def _walls(first: datetime, parts: dict[str, str], zone: tzinfo) -> Iterator[datetime]:
    until = _until(parts["UNTIL"], zone) if "UNTIL" in parts else None
    count = int(parts.get("COUNT", MOST))
    by_day = BY_DAY.fullmatch(parts.get("BYDAY", DAYS[first.weekday()]))
    if by_day is None or DAYS[first.weekday()] != by_day[2]:
        raise Unclear("BYDAY is not the start's weekday")
    step = int(parts.get("INTERVAL", "1"))
    if step < 1:
        raise Unclear("INTERVAL is no positive number")
    for number in range(min(count, MOST)):
        if parts["FREQ"] == "WEEKLY":
            day: date | None = first.date() + timedelta(weeks=step * number)
        else:
            day = _nth_of_month(first, step * number, int(by_day[1] or 1), first.weekday())
        if day is None:
            continue
        wall = datetime.combine(day, first.time())
        if until is not None and _utc(wall, zone) > until:
            return
        yield wall


def _nth_of_month(first: datetime, months: int, nth: int, weekday: int) -> date | None:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    begins = date(year, month + 1, 1)
    ends = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    days = [begins + timedelta(days=each) for each in range((ends - begins).days)]
    matching = [day for day in days if day.weekday() == weekday]
    index = nth - 1 if nth > 0 else nth
    return matching[index] if -len(matching) <= index < len(matching) else None


def _listed(text: str, name: str, zone: tzinfo, zones: Zones) -> datetime:
    if text.endswith("Z"):
        return _compact(text[:-1]).replace(tzinfo=UTC)
    named = re.search(r"TZID=([^;:]+)", name)
    return _utc(_compact(text), zone_of(named[1], zones) if named else zone)


def _until(text: str, zone: tzinfo) -> datetime:
    return _compact(text[:-1]).replace(tzinfo=UTC) if text.endswith("Z") else _utc(_compact(text), zone)


def _compact(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007  # a wall time has no zone
    except ValueError:
        raise Unclear("a date of a list can't be read") from None


def _utc(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _has_offset(said: Json) -> bool:
    return datetime.fromisoformat(said["dateTime"]).tzinfo is not None


def _wall(said: Json) -> datetime:
    return datetime.fromisoformat(said["dateTime"])
