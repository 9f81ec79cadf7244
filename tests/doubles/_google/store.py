"""What a Google double holds: people, their calendars, series with their exceptions, and what each saw change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from tests.doubles._google.expand import Json, Zones, dates, instant

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(slots=True)
class OwnDate:
    """What one date of a series says for itself; kept for the life of the series."""

    original: datetime
    said: Json
    changed: int


@dataclass(slots=True)
class Stored:
    """One event, or one series: it stands in its organiser's calendar and in those of its guests."""

    owner: str
    said: Json
    changed: int
    deleted: bool = False
    exceptions: dict[str, OwnDate] = field(default_factory=dict)
    looks: int = 0  # at a room that is being made

    @property
    def id(self) -> str:
        """Its id, the same in each calendar."""
        return str(self.said["id"])

    @property
    def last_change(self) -> int:
        """When it or one of its dates changed."""
        return max([self.changed, *(each.changed for each in self.exceptions.values())])


@dataclass(frozen=True, slots=True)
class Shown:
    """One event or date as a calendar shows it: `said` is without its times' form, `start` and `end` are in UTC."""

    id: str
    said: Json
    start: datetime
    end: datetime
    etag: str
    original: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it is not cancelled."""
        return bool(self.said.get("status") != "cancelled")


@dataclass(slots=True)
class Person:
    """An account, its primary calendar's zone, and the events in it."""

    email: str
    zone: str
    sub: str
    events: dict[str, Stored] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)  # series to which they are no longer invited, and since when


class Store:
    """All people of the double. `version` grows with each change, for sync tokens and etags."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.version = 0
        self.old_zones: dict[str, tzinfo] = {}
        self.exceptions_outlive_exdate = True
        self.on_change: Callable[[], None] = lambda: None  # called while a change is being made, once it is watched

    @property
    def zones(self) -> Zones:
        """Zones that the provider knows otherwise than we do."""
        return self.old_zones

    def touch(self) -> int:
        """Another version."""
        self.version += 1
        self.on_change()
        return self.version

    def spread(self, stored: Stored) -> None:
        """Bring an event into the calendars of those who are guests, and out of those who no longer are."""
        guests = {email for email in self._ever_guests(stored) if email in self.people}
        for person in self.people.values():
            if person.email == stored.owner:
                continue
            if person.email in guests and not stored.deleted:
                person.events[stored.id] = stored
                person.left.pop(stored.id, None)
            elif person.events.get(stored.id) is stored and not stored.deleted:
                del person.events[stored.id]
                person.left[stored.id] = self.version

    def shown(self, stored: Stored, viewer: str, *, deleted: bool = False) -> Iterator[Shown]:
        """Its dates in somebody's calendar, in order; with `deleted`, also those that were cancelled."""
        if stored.deleted:
            return
        if "recurrence" not in stored.said:
            if self._attends(stored.said, viewer, stored):
                yield self.master(stored)
            return
        start = instant(stored.said["start"], self.zones)
        length = instant(stored.said["end"], self.zones) - start
        for each in dates(stored.said["start"], stored.said["recurrence"], self.zones):
            id_ = instance_id(stored, each.original)
            own = stored.exceptions.get(id_)
            if each.excluded and not (own and self.exceptions_outlive_exdate):
                continue
            date = self.date(stored, id_, each.original, length)
            if date.live and not self._attends(date.said, viewer, stored):
                continue
            if date.live or deleted:
                yield date

    def master(self, stored: Stored) -> Shown:
        """The event itself."""
        start, end = (instant(stored.said[name], self.zones) for name in ("start", "end"))
        return Shown(stored.id, stored.said, start, end, etag(stored.changed))

    def date(self, stored: Stored, id_: str, original: datetime, length: timedelta) -> Shown:
        """One date of a series, with what it says for itself."""
        own = stored.exceptions.get(id_)
        said = {name: value for name, value in stored.said.items() if name != "recurrence"} | (own.said if own else {})
        start = instant(own.said["start"], self.zones) if own and "start" in own.said else original
        end = instant(own.said["end"], self.zones) if own and "end" in own.said else original + length
        return Shown(id_, said, start, end, etag(own.changed if own else stored.changed), original)

    def find_date(self, stored: Stored, id_: str) -> Shown | None:
        """One date by its id, also a cancelled one."""
        return next((each for each in self.shown(stored, stored.owner, deleted=True) if each.id == id_), None)

    def _ever_guests(self, stored: Stored) -> set[str]:
        said = [stored.said, *(each.said for each in stored.exceptions.values())]
        guests = (guest for each in said for guest in each.get("attendees", ()))
        return {guest["email"].lower() for guest in guests if guest.get("responseStatus") != "declined"}

    def _attends(self, said: Json, viewer: str, stored: Stored) -> bool:
        guests = {guest["email"].lower(): guest for guest in said.get("attendees", ())}
        if viewer == stored.owner:
            return True
        return viewer in guests and guests[viewer].get("responseStatus") != "declined"


def instance_id(stored: Stored, original: datetime) -> str:
    """The id of the date that the rule puts there."""
    return f"{stored.id}_{original:%Y%m%dT%H%M%SZ}"


def etag(version: int) -> str:
    """A version as Google writes it."""
    return f'"{3_530_000_000_000_000 + 2 * version}"'


def stamp(version: int) -> str:
    """A time that grows with the version."""
    return f"{EPOCH + timedelta(seconds=version):%Y-%m-%dT%H:%M:%S}.000Z"


def merged_patch(there: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396): objects are merged, arrays replaced, and null takes away."""
    if not isinstance(there, dict) or not isinstance(patch, dict):
        return patch
    kept = {name: value for name, value in there.items() if patch.get(name, "") is not None}
    new = {name: merged_patch(there.get(name), value) for name, value in patch.items() if value is not None}
    return kept | new
