"""What stands in a Google calendar, and the least that has to be written so that it says what we want.

Each field is compared three ways: what we want, what we wrote last, and what stands. A field that somebody else
changed stays theirs until we want it to say something new.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from connectors._google.session import Json
from scheduler.core.event import Span
from scheduler.core.walltime import local
from scheduler.errors import Unavailable

GUESTS = "attendees(email,displayName,optional,responseStatus,comment,additionalGuests)"
SERIES = (
    f"id,etag,status,iCalUID,summary,description,location,start,end,recurrence,{GUESTS},"
    "extendedProperties/private,hangoutLink,conferenceData(createRequest,entryPoints(entryPointType,uri))"
)
SESSIONS = f"items(id,etag,status,originalStartTime,start,end,summary,description,location,{GUESTS}),nextPageToken"
TEXTS = ("summary", "description", "location")
TIMES = ("start", "end", "recurrence")
WALL = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Instance:
    """One date of a series as Google expands it; `original` is where its rule puts it there."""

    original: datetime
    live: bool
    untouched: bool  # it begins where the rule puts it
    span: Span
    said: Json

    @classmethod
    def of(cls, said: Json) -> "Instance":
        """Of an item of events.instances. Raises Unavailable where it makes no sense."""
        try:
            original, live = _when(said["originalStartTime"]), said.get("status") != "cancelled"
            start = _when(said["start"]) if live else original
            minutes = round((_when(said["end"]) - start).total_seconds() / 60) if live else 0
            return cls(original, live, start == original, (start, minutes), said)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise Unavailable("The dates of a series at Google Calendar can't be read.") from None


def changed(wanted: Json, before: Json | None, there: Json, zone: str, guests: Iterable[Json] = ()) -> Json:
    """The fields to patch; empty: nothing. `before` is what we wrote last, None: nobody knows.

    `guests`: whom we invited beside those, to all of the series.
    """
    patch = {
        field: wanted[field]
        for field in (*TEXTS, *TIMES)
        if field in wanted
        and not _same(field, wanted, there, zone)
        and (before is None or not _same(field, wanted, before, zone))
    }
    people = _people(wanted["attendees"], (before or {}).get("attendees", ()), there.get("attendees", ()), guests)
    if _known(people) != _known(there.get("attendees", ())):
        patch["attendees"] = people
    if patch.keys() & {"start", "end"}:
        patch |= {"start": wanted["start"], "end": wanted["end"]}
    return patch


def same_time(ours: Any, other: Any, zone: str) -> bool:
    """Whether a time that we write is what was said; of a wall time, also by what Google takes for the offset."""
    try:
        wanted, said = ours["dateTime"], other["dateTime"]
        if _is_wall(wanted):
            return bool(wanted == said[: len(wanted)] or (not _is_wall(said) and wanted == _on_wall(other, zone)))
        return bool(said == _on_wall(ours, zone) if _is_wall(said) else _when(ours) == _when(other))
    except (KeyError, TypeError, ValueError, OverflowError):  # a whole day, or no time
        return False


def _is_wall(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is None


def _on_wall(said: Json, zone: str) -> str:
    return str(local(_when(said), zone).strftime(WALL))


def _same(field: str, one: Json, other: Json, zone: str) -> bool:
    if field in ("start", "end"):
        return same_time(one.get(field), other.get(field), zone)
    if field == "recurrence":
        first, second = ({part for line in each.get(field) or () for part in _lines(line)} for each in (one, other))
        return bool(first == second)
    return bool((one.get(field) or "").strip() == (other.get(field) or "").strip())


def _lines(line: str) -> Iterable[object]:
    """A line of `recurrence`: the parts of a rule in no order, and each date of a list by itself."""
    name, _, value = line.partition(":")
    if name == "RRULE":
        yield frozenset(value.split(";"))
    else:
        yield from ((name.partition(";")[0], date_.rstrip("Z")) for date_ in value.split(","))


def _people(
    wanted: Iterable[Json], before: Iterable[Json], there: Iterable[Json], guests: Iterable[Json]
) -> list[Json]:
    """Who is to be invited: their answers are kept, and so is whom somebody else invited or left out."""
    want, had, invited = {_email(each): each for each in wanted}, _emails(before), _emails(there)
    ours = had | _emails(guests)
    stay = [each for each in there if _email(each) in want or _email(each) not in ours]
    kept = [each | ({"optional": want[_email(each)]["optional"]} if _email(each) in want else {}) for each in stay]
    return [*kept, *(each for email, each in want.items() if email not in invited | had)]


def _emails(people: Iterable[Json]) -> frozenset[str]:
    return frozenset(_email(each) for each in people)


def _known(people: Iterable[Json]) -> frozenset[tuple[str, bool]]:
    return frozenset((_email(each), bool(each.get("optional"))) for each in people)


def _email(person: Json) -> str:
    return str(person.get("email", "")).lower()


def _when(said: Json) -> datetime:
    """The instant; a whole day begins at midnight in UTC, which no session of ours does by chance."""
    if "dateTime" not in said:
        return datetime.combine(date.fromisoformat(said["date"]), time(), UTC)
    instant = datetime.fromisoformat(said["dateTime"])
    if instant.tzinfo is None:
        raise ValueError("a time without an offset")
    return instant.astimezone(UTC)
