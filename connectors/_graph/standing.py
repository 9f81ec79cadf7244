"""What stands of a series in a mailbox: the series, its instances, and the events of its own that belong to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

from connectors._found.dates import by_session
from connectors._graph.payload import SAID, SERIES, Wanted, opid_of, said_in
from connectors._graph.session import GraphSession
from connectors._graph.times import instant, parsed, zone_of
from scheduler.core.delivery import Delivery
from scheduler.core.event import Span
from scheduler.errors import Unavailable

MASTER = (
    "id",
    "iCalUId",
    "type",
    "isCancelled",
    "start",
    "end",
    "originalStartTimeZone",
    "isOnlineMeeting",
    "onlineMeeting",
    "attendees",
)
INSTANCE = ("id", "type", "isCancelled", "start", "end", "originalStart", "attendees")
READ = {
    *("value", "@odata.nextLink", "@odata.etag", "dateTime", "timeZone", "joinUrl"),
    *("singleValueExtendedProperties", *MASTER, *INSTANCE),
    *("emailAddress", "address", "status", "response"),
}
NO = "declined"
ANSWERS = {NO, "accepted", "tentativelyAccepted"}
EXPAND = f"singleValueExtendedProperties($filter=id eq '{SERIES}' or id eq '{SAID}')"
AROUND = timedelta(days=366)
NEAR = timedelta(hours=26)  # an instance's date is its session's, whatever zone data the provider has
NO_DATE = datetime.min.replace(tzinfo=UTC)
NOT_FOUND = {404, 410}
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event or instance. `said`: what we remembered there; `changed`: it has an entry of its own in the series.

    `original`: where the rule has an instance, or NO_DATE. `answers`: by mail address, whether they said no; only of
    those who answered.
    """

    id: str
    etag: str
    start: datetime
    end: datetime
    said: Mapping[str, str]
    changed: bool = True
    original: datetime = NO_DATE
    answers: Mapping[str, bool] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        """When it is, and its minutes."""
        return self.start, round((self.end - self.start).total_seconds() / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series as it stands. `instances` and `singles` by the date of their session; `beyond`: instances of none.

    `as_ruled`: its rule begins when ours does, on the clock of its zone.
    """

    master: Entry
    ical_uid: str
    zone: str
    online: bool
    join_url: str
    as_ruled: bool
    instances: Mapping[date, Entry]
    beyond: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that stands: the series, and sessions that it can't hold. A repeated write may have left `doubles`."""

    series: Series | None
    singles: Mapping[date, Entry]
    doubles: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Whatever takes place."""
        instances = (*self.series.instances.values(), *self.series.beyond) if self.series else ()
        return (*instances, *self.singles.values())


def read_standing(session: GraphSession, want: Wanted) -> Standing:
    """What stands of an event. Raises Unavailable, CredentialsRejected and Refusal."""
    try:
        found = [each for each in find(session, want.event.uid) if not each.get("isCancelled")]
        masters = [each for each in found if each.get("type") == "seriesMaster"]
        singles: dict[date, Entry] = {}
        doubles = [_entry(each) for each in masters[1:]]
        for each in (_entry(each) for each in found if each.get("type") == "singleInstance"):
            day = date.fromisoformat(each.said["part"])
            if day in singles:
                doubles.append(each)
            singles.setdefault(day, each)
        series = _series(session, want, masters[0]) if masters else None
    except UNREADABLE:
        raise Unavailable("Outlook's answer about the series can't be read.") from None
    return Standing(series=series, singles=singles, doubles=tuple(doubles))


def read_entry(session: GraphSession, id_: str) -> Entry:
    """One event or instance. Raises as `read_standing`."""
    params = {"$select": ",".join(INSTANCE), "$expand": EXPAND}
    try:
        return _entry(session.call("GET", f"{session.root()}/events/{id_}", params=params, keep=READ))
    except UNREADABLE:
        raise Unavailable("Outlook's answer about the series can't be read.") from None


def find(session: GraphSession, uid: str) -> list[dict[str, Any]]:
    """The events that belong to a series of ours, the oldest first."""
    params = {
        "$filter": f"singleValueExtendedProperties/any(ep: ep/id eq '{SERIES}' and ep/value eq '{opid_of(uid)}')",
        "$select": ",".join(MASTER),
        "$expand": EXPAND,
        "$top": "100",
    }
    pages = session.pages(f"{session.root()}/events", params, READ)
    return list(chain.from_iterable(page["value"] for page in pages))


def found_by_hand(want: Wanted, there: Standing, standing: Delivery | None) -> set[Span]:
    """The spans to be looked at for changes by hand.

    What the provider alone decides is left out: an instance that is no exception, where it puts a wall time that a
    clock change skips or repeats, or any by other zone data than ours; and at its date in the rule, to which changing a
    rule may have brought it back.
    """
    if there.series is None:
        return {each.span for each in there.entries}
    plain = dict(zip(want.days, want.plain, strict=True))
    was = {each.recurrence_id: each.start for each in standing.event.occurrences} if standing else {}
    minutes = (standing.event if standing else want.event).duration
    spans = {each.span for each in (*there.series.beyond, *there.singles.values())}
    for day, each in there.series.instances.items():
        rule = want.occurrence(day).recurrence_id
        if not is_by_rule(there.series, want, day):
            spans.add(each.span)
        elif start := was.get(rule, rule):
            spans.add((start, each.span[1] if plain[day] else minutes))
    return spans


def is_by_rule(series: Series, want: Wanted, day: date) -> bool:
    """Whether an instance is where the provider alone puts it, by the rule that we gave it.

    Of a rule that begins where ours does, each date is, whatever zone data the provider has.
    """
    entry, each = series.instances[day], want.occurrence(day)
    if entry.changed:
        return False
    return entry.start == each.recurrence_id or series.as_ruled or not want.plain[want.days.index(day)]


def _series(session: GraphSession, want: Wanted, master: Mapping[str, Any]) -> Series:
    dates = [each.recurrence_id for each in want.event.occurrences]
    params = {
        "startDateTime": f"{min(dates) - AROUND:%Y-%m-%dT%H:%M:%SZ}",
        "endDateTime": f"{max(dates) + AROUND:%Y-%m-%dT%H:%M:%SZ}",
        "$select": ",".join(INSTANCE),
        "$expand": EXPAND,
        "$top": "500",
    }
    pages = session.pages(f"{session.root()}/events/{master['id']}/instances", params, READ)
    entries = [_entry(each) for page in pages for each in page["value"] if not each.get("isCancelled")]
    there, beyond = by_session(entries, want.event, NEAR)
    sessions = zip(want.days, want.event.occurrences, strict=True)
    instances = {day: there[each.session] for day, each in sessions if each.session in there}
    meeting = master.get("onlineMeeting") or {}
    return Series(
        master=_entry(master),
        ical_uid=str(master.get("iCalUId") or ""),
        zone=str(master.get("originalStartTimeZone") or ""),
        online=bool(master.get("isOnlineMeeting")),
        join_url=str(meeting.get("joinUrl") or ""),
        as_ruled=_is_as_ruled(session, want, master),
        instances=instances,
        beyond=tuple(beyond),
    )


def _is_as_ruled(session: GraphSession, want: Wanted, master: Mapping[str, Any]) -> bool:
    """At another instant than by our zone data, the provider is asked what the clock shows by its own."""
    ours = want.parts["times"]["start"]
    if instant(master["start"]) == instant(ours):
        return True
    path, params = f"{session.root()}/events/{master['id']}", {"$select": "start"}
    told = session.call("GET", path, params=params, zone=ours["timeZone"], keep=READ)["start"]
    return zone_of(told["timeZone"]) == zone_of(ours["timeZone"]) and parsed(told["dateTime"]) == parsed(
        ours["dateTime"]
    )


def _entry(told: Mapping[str, Any]) -> Entry:
    return Entry(
        id=str(told["id"]),
        etag=str(told.get("@odata.etag") or ""),
        start=instant(told["start"]),
        end=instant(told["end"]),
        said=said_in(told.get("singleValueExtendedProperties")),
        changed=told.get("type") != "occurrence",
        original=parsed(told["originalStart"]).astimezone(UTC) if told.get("originalStart") else NO_DATE,
        answers=dict(_answers(told.get("attendees") or ())),
    )


def _answers(attendees: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, bool]]:
    for each in attendees:
        answer = (each.get("status") or {}).get("response")
        if answer in ANSWERS:
            yield str((each.get("emailAddress") or {}).get("address", "")).lower(), answer == NO
