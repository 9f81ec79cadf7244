"""What the double holds: mailboxes, their events and series with exceptions, what changed when, and mails sent."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.doubles._graph.expand import at, dates

Json = dict[str, Any]
KEPT_LINE = "________________________________________________________________________________"


@dataclass(slots=True)
class Switches:
    """What Graph may do one way or the other, or only sometimes."""

    repeated_transaction: str = "adopt"  # or "conflict"
    room: str = "late"  # now, late, never, refused
    room_looks: int = 2  # before a late one is there
    rule_resets: bool = True  # another rule or time of a series makes an end of its exceptions
    deleted_bound: bool = True  # a neighbour that was deleted still bounds a move
    second_fold: bool = False  # a wall time that comes twice is read as the second
    windows_names: bool = False  # answers name zones as Windows does
    old_zones: dict[str, str] = field(default_factory=dict)  # by whose clocks a zone's are kept
    properties_of_instances: bool = True
    if_match: bool = True
    page_size: int = 500
    delta_page: int = 10
    cancels_alone: bool = False  # an event without attendees can be cancelled too
    retry_after: str = "1"  # of "too many at once"; empty: none
    grid_only: set[str] = field(default_factory=set)
    schedule_errors: dict[str, str] = field(default_factory=dict)  # a response code by mailbox
    without_items: set[str] = field(default_factory=set)
    most_entries: int = 1000
    out_of_scope: set[str] = field(default_factory=set)
    subscription_life: timedelta = timedelta(minutes=10_080)
    one_subscription: bool = True  # of a resource and kind of change; the documents say so, and people saw it otherwise


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to an attendee: who, which event, and what it was about (request, update, cancel)."""

    address: str
    ical_uid: str
    kind: str


@dataclass(slots=True)
class OwnEntry:
    """An exception: what of one date differs from its series."""

    start: datetime | None = None
    end: datetime | None = None
    fields: Json = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stored:
    """An event or a series: its first start on the clocks of its zone, and what was sent of it."""

    id: str
    owner: str
    ical_uid: str
    born: int
    start: datetime
    zone: str
    length: timedelta
    recurrence: Json | None
    fields: Json
    properties: dict[str, str]
    show_as: str = "busy"
    all_day: bool = False
    own: dict[date, OwnEntry] = field(default_factory=dict)
    deleted: set[date] = field(default_factory=set)
    version: int = 0
    looks: int = 0
    join_url: str = ""
    killed: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One date as a calendar shows it; `day` is its date in the series, None where there is none."""

    of: Stored
    day: date | None
    start: datetime
    end: datetime
    original: datetime
    fields: Json
    properties: dict[str, str]
    changed: bool

    @property
    def id(self) -> str:
        """The instance's id."""
        return f"{self.of.id}.{self.day:%Y-%m-%d}" if self.day else self.of.id

    def attends(self, mailbox: str) -> bool:
        """Whether this is in somebody's calendar."""
        return self.of.owner == mailbox or mailbox in addresses(self.fields)


class Store:
    """All mailboxes of one organisation."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.mailboxes: dict[str, str] = {}  # address: name
        self.events: dict[str, Stored] = {}
        self.mails: list[Mail] = []
        self.transactions: dict[tuple[str, str], str] = {}
        self.version = 0
        self.on_change: Callable[[], None] = lambda: None  # called while a change is being made, once it is watched
        self.touched: list[tuple[int, str, str]] = []  # version, mailbox, id
        self.held: dict[str, dict[str, None]] = {}  # by mailbox: ids of events that are or were in it, the oldest first

    def new_id(self) -> str:
        """An id that was never given before."""
        self.version += 1
        return f"AAkALg{self.version:08d}AAA="

    def touch(self, stored: Stored, *also: str) -> None:
        """Count a change, for whoever has the event."""
        self.version += 1
        stored.version = self.version
        for mailbox in {stored.owner, *people_of(stored), *also} & set(self.mailboxes):
            self.touched.append((self.version, mailbox, stored.id))
            self.held.setdefault(mailbox, {})[stored.id] = None
        self.on_change()

    def mail(self, stored: Stored, kind: str, to: set[str]) -> None:
        """Tell attendees."""
        self.mails += [Mail(address, stored.ical_uid, kind) for address in sorted(to)]

    def of(self, mailbox: str) -> list[Stored]:
        """The events that are in somebody's calendar, the oldest first."""
        found = (self.events.get(id_) for id_ in self.held.get(mailbox, ()))
        return [each for each in found if each and (each.owner == mailbox or mailbox in people_of(each))]

    def shown(self, mailbox: str) -> Iterator[Shown]:
        """All dates in somebody's calendar."""
        for stored in self.of(mailbox):
            yield from (each for each in self.instances(stored) if each.attends(mailbox))

    def instances(self, stored: Stored) -> list[Shown]:
        """The dates of a series; of an event that is none, itself."""
        if stored.recurrence is None:
            start, end = self.clock(stored, stored.start), self.clock(stored, stored.start + stored.length)
            return [Shown(stored, None, start, end, start, stored.fields, stored.properties, changed=False)]
        days = [day for day in dates(stored.recurrence) if day not in stored.deleted]
        return [self.instance(stored, day) for day in days]

    def instance(self, stored: Stored, day: date) -> Shown:
        """One date of a series."""
        wall = datetime.combine(day, stored.start.time())
        start, end = self.clock(stored, wall), self.clock(stored, wall + stored.length)
        own = stored.own.get(day)
        return Shown(
            of=stored,
            day=day,
            start=own.start if own and own.start else start,
            end=own.end if own and own.end else end,
            original=start,
            fields={**stored.fields, **(own.fields if own else {})},
            properties={**stored.properties, **(own.properties if own else {})},
            changed=own is not None,
        )

    def clock(self, stored: Stored, wall: datetime) -> datetime:
        """When a clock of the event's zone shows this, as far as the double's zone data knows."""
        zone = self.switches.old_zones.get(stored.zone, stored.zone)
        return at(wall, zone, second=self.switches.second_fold)

    def crosses(self, stored: Stored, day: date, start: datetime) -> bool:
        """Whether a date would be moved to or over the day of a neighbour."""
        assert stored.recurrence is not None
        days = dates(stored.recurrence)
        if not self.switches.deleted_bound:
            days = [each for each in days if each not in stored.deleted or each == day]
        index = days.index(day)
        target = self.local_day(stored, start)
        before = self.local_day(stored, self.instance(stored, days[index - 1]).start) if index else date.min
        last = index + 1 == len(days)
        after = date.max if last else self.local_day(stored, self.instance(stored, days[index + 1]).start)
        return not before < target < after

    def local_day(self, stored: Stored, instant: datetime) -> date:
        """The day on the series' clocks."""
        return instant.astimezone(ZoneInfo(stored.zone)).date()

    def moved(self, stored: Stored, day: date, start: datetime, end: datetime) -> None:
        """Put one date elsewhere."""
        own = stored.own.setdefault(day, OwnEntry())
        own.start, own.end = start, end
        self.touch(stored)

    def removed(self, stored: Stored, kind: str = "cancel") -> None:
        """Take a whole event away."""
        self.touch(stored)
        del self.events[stored.id]
        self.mail(stored, kind, people_of(stored))

    def seen(self, stored: Stored) -> None:
        """Somebody looks at an event: a room that is late comes nearer."""
        if not stored.fields.get("isOnlineMeeting") or stored.join_url or stored.killed:
            return
        stored.looks += 1
        late = self.switches.room == "late" and stored.looks >= self.switches.room_looks
        if self.switches.room == "now" or late:
            number = f"{abs(hash(stored.id)) % 10**12:012d}"
            stored.join_url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number}"
            text = stored.fields.get("body", {}).get("content", "")
            html = f'<html><body><div>{text}</div>\n<div style="width:100%"><span>{KEPT_LINE}</span></div>'
            html += f'<div><a href="{stored.join_url}">Join the meeting now</a></div></body></html>'
            stored.fields["body"] = {"contentType": "html", "content": html}


def addresses(fields: Json) -> set[str]:
    """Whom an event invites."""
    return {each["emailAddress"]["address"] for each in fields.get("attendees", [])}


def people_of(stored: Stored) -> set[str]:
    """Whom an event invites on any of its dates."""
    found = addresses(stored.fields)
    for own in stored.own.values():
        found |= addresses(own.fields)
    return found


def copied(fields: Json) -> Json:
    """The fields, to be changed."""
    return deepcopy(fields)
