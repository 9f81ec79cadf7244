"""Graph's methods over the store; answers and errors in Graph's form."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tests.doubles._graph.expand import WEEKDAYS, iana, windows
from tests.doubles._graph.store import OwnEntry, Shown, Store, Stored, addresses, copied, people_of

Json = dict[str, Any]
FILTER = re.compile(r"singleValueExtendedProperties/any\(ep: ep/id eq '([^']+)' and ep/value eq '([^']*)'\)")
EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']+)'(?: or id eq '([^']+)')*\)")
NAMES = re.compile(r"id eq '([^']+)'")
DAY = re.compile(r"(.+)\.(\d{4}-\d\d-\d\d)")
MOST_SCHEDULES, LONGEST_SCHEDULE = 20, timedelta(days=62)
GRID = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4", "unknown": "2"}


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Asking:
    """One request in one mailbox."""

    mailbox: str
    path: str
    query: Mapping[str, str]
    body: Json
    if_match: str
    base: str  # of links: the endpoint with the mailbox's path
    zone: str = "UTC"  # on whose clocks an event begins and ends


@dataclass(frozen=True, slots=True)
class Link:
    """Where a nextLink or deltaLink goes on."""

    mailbox: str
    since: int
    start: str
    end: str
    left: tuple[Json, ...] = ()
    to: int = 0


class Api:
    """The methods; `called` finds the right one."""

    def __init__(self, store: Store, personal: set[str]) -> None:
        self.store, self.personal = store, personal
        self.links: dict[str, Link] = {}

    def called(self, method: str, asking: Asking) -> tuple[int, Json | None]:
        """The status and the body of an answer. Raises ApiError."""
        routes: dict[str, Callable[[Asking], tuple[int, Json | None]]] = {
            "GET /calendar": self.calendar,
            "GET /calendars": self.calendars,
            "GET /calendarView": self.view,
            "GET /calendarView/delta": self.delta,
            "GET /events": self.events,
            "POST /events": self.create,
            "POST /calendar/getSchedule": self.schedule,
        }
        if route := routes.get(f"{method} {asking.path}"):
            return route(asking)
        found = re.fullmatch(r"/events/([^/]+)(/instances|/cancel)?", asking.path)
        if not found:
            raise ApiError(404, "ResourceNotFound")
        stored, day = self._found(asking, found[1])
        if found[2] == "/instances":
            return 200, self._paged(asking, self._within(asking, self.store.instances(stored)))
        if found[2] == "/cancel":
            return self.cancel(asking, stored)
        if method == "GET":
            self.store.seen(stored)
            return 200, self._selected(asking, self._event(asking, stored, day))
        if self.store.switches.if_match and asking.if_match not in ("", etag(stored, day)):
            raise ApiError(412, "ErrorIrresolvableConflict")
        return self.patch(asking, stored, day) if method == "PATCH" else self.delete(asking, stored, day)

    def calendar(self, asking: Asking) -> tuple[int, Json]:
        """The mailbox's own calendar."""
        return 200, self._selected(asking, self._calendar(asking.mailbox))

    def calendars(self, asking: Asking) -> tuple[int, Json]:
        """That one, and a further one."""
        other = {**self._calendar(asking.mailbox), "id": "AAother=", "name": "Hikes", "isDefaultCalendar": False}
        return 200, {"value": [self._selected(asking, each) for each in (self._calendar(asking.mailbox), other)]}

    def events(self, asking: Asking) -> tuple[int, Json]:
        """Series and single events, by one of their properties or all."""
        found = self.store.of(asking.mailbox)
        if "$filter" in asking.query:
            wanted = FILTER.fullmatch(asking.query["$filter"])
            if not wanted:
                raise ApiError(400, "ErrorInvalidRequest")
            own = [each for each in found if each.owner == asking.mailbox]  # others' copies don't have them
            found = [each for each in own if each.properties.get(wanted[1]) == wanted[2]]
        for each in found:
            self.store.seen(each)
        return 200, self._paged(asking, [self._event(asking, each, None) for each in found])

    def view(self, asking: Asking) -> tuple[int, Json]:
        """What is in a calendar in a range of time."""
        return 200, self._paged(asking, self._within(asking, self.store.shown(asking.mailbox)))

    def create(self, asking: Asking) -> tuple[int, Json]:
        """A new event, unless its transactionId was seen before."""
        key = (asking.mailbox, asking.body.get("transactionId", token_hex(8)))
        if before := self.store.transactions.get(key):
            if self.store.switches.repeated_transaction == "conflict":
                raise ApiError(409, "ErrorDuplicateTransactionId")
            if before in self.store.events:
                return 201, self._event(asking, self.store.events[before], None)
        fields = copied(asking.body)
        start, zone, length = self._times(fields)
        stored = Stored(
            id=self.store.new_id(),
            owner=asking.mailbox,
            ical_uid=f"040000008200E00074C5B7101A82E008{token_hex(24).upper()}",
            born=self.store.version,
            start=start,
            zone=zone,
            length=length,
            recurrence=_rule(fields.pop("recurrence", None), start),
            properties={each["id"]: each["value"] for each in fields.pop("singleValueExtendedProperties", [])},
            fields=fields,
        )
        if self.store.switches.room == "refused":
            fields.pop("isOnlineMeeting", None)
        self.store.events[stored.id] = stored
        self.store.transactions[key] = stored.id
        self.store.touch(stored)
        self.store.mail(stored, "request", addresses(fields))
        return 201, self._event(asking, stored, None)

    def patch(self, asking: Asking, stored: Stored, day: date | None) -> tuple[int, Json]:
        """Change a series, or one of its dates."""
        fields = copied(asking.body)
        properties = {each["id"]: each["value"] for each in fields.pop("singleValueExtendedProperties", [])}
        before = people_of(stored)
        if day:
            self._patch_date(stored, day, fields, properties)
        else:
            self._patch_whole(stored, fields, properties)
        self.store.touch(stored, *before)
        if asking.body.keys() - {"singleValueExtendedProperties"}:
            now = addresses(fields) if "attendees" in fields else people_of(stored)
            self.store.mail(stored, "update", now)
            if not day:
                self.store.mail(stored, "cancel", before - people_of(stored))
        return 200, self._event(asking, stored, day)

    def delete(self, asking: Asking, stored: Stored, day: date | None) -> tuple[int, None]:
        """Delete a series or one of its dates; the organiser's guests are told."""
        if stored.owner != asking.mailbox:
            stored.fields["attendees"] = [
                each for each in stored.fields["attendees"] if each["emailAddress"]["address"] != asking.mailbox
            ]
            self.store.touch(stored, asking.mailbox)
        elif day is None:
            self.store.removed(stored)
        else:
            stored.deleted.add(day)
            stored.own.pop(day, None)
            self.store.touch(stored)
            self.store.mail(stored, "cancel", people_of(stored))
        return 204, None

    def cancel(self, asking: Asking, stored: Stored) -> tuple[int, None]:
        """The organiser calls a meeting off."""
        alone = not people_of(stored) and not self.store.switches.cancels_alone
        if alone or stored.owner != asking.mailbox:
            raise ApiError(400, "ErrorInvalidRequest")
        self.store.removed(stored)
        return 202, None

    def schedule(self, asking: Asking) -> tuple[int, Json]:
        """Free/busy of up to 20 mailboxes in less than 62 days."""
        start, end = (_utc(asking.body[name]) for name in ("startTime", "endTime"))
        if asking.mailbox in self.personal:
            raise ApiError(400, "ErrorInvalidRequest")
        if len(asking.body["schedules"]) > MOST_SCHEDULES or not timedelta() < end - start < LONGEST_SCHEDULE:
            raise ApiError(400, "ErrorInvalidRequest")
        return 200, {"value": [self._schedule(who, start, end) for who in asking.body["schedules"]]}

    def delta(self, asking: Asking) -> tuple[int, Json]:
        """A page of what is in a range, or of what changed there."""
        token = asking.query.get("$skiptoken") or asking.query.get("$deltatoken")
        if token:
            link = self.links.get(token)
            if link is None or link.mailbox != asking.mailbox:
                raise ApiError(410, "syncStateNotFound")
        else:
            link = Link(asking.mailbox, 0, asking.query["startDateTime"], asking.query["endDateTime"])
        if not link.left and "$skiptoken" not in asking.query:
            left = tuple(self._changed(asking, link))
            # what changed may be told twice in a round
            link = Link(link.mailbox, link.since, link.start, link.end, (*left, *left[:1]), self.store.version)
        size = self.store.switches.delta_page
        page, left = link.left[:size], link.left[size:]
        name = "skiptoken" if left else "deltatoken"
        key = token_hex(12)
        since = link.since if left else link.to
        self.links[key] = Link(link.mailbox, since, link.start, link.end, left, link.to)
        kind = "nextLink" if left else "deltaLink"
        return 200, {"value": list(page), f"@odata.{kind}": f"{asking.base}/calendarView/delta?${name}={key}"}

    def _found(self, asking: Asking, id_: str) -> tuple[Stored, date | None]:
        instance = DAY.fullmatch(id_)
        stored = self.store.events.get(instance[1] if instance else id_)
        if stored is None or stored not in self.store.of(asking.mailbox):
            raise ApiError(404, "ErrorItemNotFound")
        day = date.fromisoformat(instance[2]) if instance else None
        if day and day not in [each.day for each in self.store.instances(stored)]:
            raise ApiError(404, "ErrorItemNotFound")
        return stored, day

    def _patch_date(self, stored: Stored, day: date, fields: Json, properties: dict[str, str]) -> None:
        own = OwnEntry() if day not in stored.own else stored.own[day]
        if "recurrence" in fields or "isOnlineMeeting" in fields:
            raise ApiError(400, "ErrorInvalidRequest")
        if "start" in fields:
            start, end = _utc(fields.pop("start")), _utc(fields.pop("end"))
            if self.store.crosses(stored, day, start):
                raise ApiError(400, "ErrorOccurrenceCrossingBoundary")
            own.start, own.end = start, end
        own.fields |= fields
        own.properties |= properties
        stored.own[day] = own

    def _patch_whole(self, stored: Stored, fields: Json, properties: dict[str, str]) -> None:
        was = (stored.recurrence, stored.start, stored.zone, stored.length)
        if "start" in fields:
            stored.start, stored.zone, stored.length = self._times(fields)
        if "recurrence" in fields:
            stored.recurrence = _rule(fields.pop("recurrence"), stored.start)
        if (stored.recurrence, stored.start, stored.zone, stored.length) != was and self.store.switches.rule_resets:
            stored.own.clear()
            stored.deleted.clear()
        if "body" in fields and stored.join_url and stored.join_url not in fields["body"]["content"]:
            stored.join_url, stored.killed = "", True
        stored.fields |= fields
        stored.properties |= properties

    def _times(self, fields: Json) -> tuple[datetime, str, timedelta]:
        start, end = fields.pop("start"), fields.pop("end")
        try:
            zone = iana(start["timeZone"])
        except ValueError:
            raise ApiError(400, "ErrorInvalidTimeZone") from None
        begin, until = (datetime.fromisoformat(each["dateTime"]) for each in (start, end))
        if until < begin:
            raise ApiError(400, "ErrorInvalidRequest")
        return begin, zone, until - begin

    def _schedule(self, who: str, start: datetime, end: datetime) -> Json:
        switches = self.store.switches
        mailbox = who.casefold()
        error = switches.schedule_errors.get(mailbox) or (
            "" if mailbox in self.store.mailboxes else "ErrorMailRecipientNotFound"
        )
        if error:
            return {"scheduleId": who, "error": {"message": f"CANARY-7f3d {who}", "responseCode": error}}
        shown = [each for each in self.store.shown(mailbox) if each.start < end and each.end > start]
        if len(shown) > switches.most_entries:
            return {"scheduleId": who, "error": {"message": "too many", "responseCode": "5006"}}
        items = [
            {
                "status": each.of.show_as,
                "isPrivate": False,
                "subject": each.fields.get("subject", ""),
                "location": each.fields.get("location", {}).get("displayName", ""),
                "start": _shown(each.start),
                "end": _shown(each.end),
            }
            for each in shown
        ]
        grid = max((GRID[each.of.show_as] for each in shown), default="0")
        told = {"scheduleId": who, "availabilityView": grid, "workingHours": {}}
        if mailbox in switches.without_items:
            return told
        return {**told, "scheduleItems": [] if mailbox in switches.grid_only else items}

    def _changed(self, asking: Asking, link: Link) -> Iterable[Json]:
        start, end = (datetime.fromisoformat(each) for each in (link.start, link.end))
        ids = {id_ for version, who, id_ in self.store.touched if version > link.since and who == link.mailbox}
        if link.since == 0:
            ids &= self.store.events.keys()
        for id_ in sorted(ids):
            stored = self.store.events.get(id_)
            there = [
                each
                for each in (self.store.instances(stored) if stored else ())
                if each.attends(link.mailbox) and each.start < end and each.end > start
            ]
            yield from (self._shown_date(asking, each) for each in there)
            if not there and link.since:
                yield {"@odata.type": "#microsoft.graph.event", "id": id_, "@removed": {"reason": "deleted"}}

    def _within(self, asking: Asking, shown: Iterable[Shown]) -> list[Json]:
        start, end = (datetime.fromisoformat(asking.query[name]) for name in ("startDateTime", "endDateTime"))
        return [
            self._shown_date(asking, each)
            for each in sorted(shown, key=lambda each: each.start)
            if each.start < end and each.end > start
        ]

    def _paged(self, asking: Asking, found: list[Json]) -> Json:
        size = min(self.store.switches.page_size, int(asking.query.get("$top", "10")))
        skip = int(asking.query.get("$skip", "0"))
        answer: Json = {"value": [self._selected(asking, each) for each in found[skip : skip + size]]}
        if len(found) > skip + size:
            query = urlencode({**asking.query, "$skip": skip + size})
            answer["@odata.nextLink"] = f"{asking.base}{asking.path}?{query}"
        return answer

    def _event(self, asking: Asking, stored: Stored, day: date | None) -> Json:
        if day:
            return self._shown_date(asking, self.store.instance(stored, day))
        start = self.store.clock(stored, stored.start)
        end = self.store.clock(stored, stored.start + stored.length)
        shown = Shown(stored, None, start, end, start, stored.fields, stored.properties, changed=False)
        kind = "seriesMaster" if stored.recurrence else "singleInstance"
        return {**self._common(asking, shown), "type": kind, "recurrence": stored.recurrence}

    def _shown_date(self, asking: Asking, shown: Shown) -> Json:
        if shown.day is None:
            return self._event(asking, shown.of, None)
        kind = "exception" if shown.changed else "occurrence"
        told = self._common(asking, shown)
        if not self.store.switches.properties_of_instances:
            told.pop("singleValueExtendedProperties", None)
        original = f"{shown.original:%Y-%m-%dT%H:%M:%SZ}"
        return {**told, "type": kind, "seriesMasterId": shown.of.id, "originalStart": original}

    def _common(self, asking: Asking, shown: Shown) -> Json:
        stored = shown.of
        fields = {name: value for name, value in shown.fields.items() if name not in ("start", "end")}
        zone = windows(stored.zone) if self.store.switches.windows_names else stored.zone
        told: Json = {
            "@odata.etag": etag(stored, shown.day),
            "changeKey": str(stored.version),
            "id": shown.id,
            "iCalUId": stored.ical_uid,
            "showAs": stored.show_as,
            "isAllDay": stored.all_day,
            "isCancelled": False,
            "originalStartTimeZone": zone,
            "originalEndTimeZone": zone,
            "isOrganizer": stored.owner == asking.mailbox,
            "organizer": {"emailAddress": {"address": stored.owner, "name": stored.owner}},
            "isOnlineMeeting": False,
            "onlineMeeting": {"joinUrl": stored.join_url} if stored.join_url else None,
            **fields,
            "start": self._shown(asking, shown, shown.start),
            "end": self._shown(asking, shown, shown.end),
        }
        if stored.all_day:
            told["start"], told["end"] = _shown(stored.start), _shown(stored.start + stored.length)
        wanted = NAMES.findall(asking.query.get("$expand", ""))
        kept = {name: value for name, value in shown.properties.items() if name in wanted}
        if kept and stored.owner == asking.mailbox:
            told["singleValueExtendedProperties"] = [{"id": name, "value": value} for name, value in kept.items()]
        return told

    def _shown(self, asking: Asking, shown: Shown, at: datetime) -> Json:
        """By the double's zone data in the zone of the event itself, and by ours in any other."""
        stored = shown.of
        if asking.zone == "UTC":
            return _shown(at)
        own = asking.zone == stored.zone and shown.day is None
        wall = stored.start + (at - shown.start) if own else at.astimezone(ZoneInfo(asking.zone))
        return {**_shown(wall), "timeZone": asking.zone}

    def _selected(self, asking: Asking, told: Json) -> Json:
        if "$select" not in asking.query:
            return told
        names = set(asking.query["$select"].split(","))
        expanded = {"singleValueExtendedProperties"} if "$expand" in asking.query else set()
        return {
            name: value
            for name, value in told.items()
            if name in names | expanded or name.startswith("@") or name == "id"
        }

    def _calendar(self, mailbox: str) -> Json:
        owner = {"address": mailbox, "name": self.store.mailboxes[mailbox]}
        return {"id": "AAdefault=", "name": "Calendar", "isDefaultCalendar": True, "canEdit": True, "owner": owner}


def etag(stored: Stored, day: date | None) -> str:
    """The version of an event."""
    return f'W/"{stored.version:08d}"'


def answer_of(fault: ApiError) -> str:
    """An error in Graph's form, with words that are nobody's business."""
    return json.dumps({"error": {"code": fault.code, "message": f"CANARY-7f3d <script>{fault.code}</script>"}})


def _rule(recurrence: Json | None, start: datetime) -> Json | None:
    """A recurrence, if it begins where its event does, as Exchange demands."""
    if recurrence is None:
        return None
    begins = date.fromisoformat(recurrence["range"]["startDate"])
    weekday = recurrence["pattern"]["daysOfWeek"][0]
    if begins != start.date() or WEEKDAYS[begins.weekday()] != weekday:
        raise ApiError(400, "ErrorInvalidRequest")
    if recurrence["pattern"]["type"] == "relativeMonthly" and "index" not in recurrence["pattern"]:
        raise ApiError(400, "ErrorInvalidRequest")
    return recurrence


def _utc(told: Json) -> datetime:
    if told["timeZone"] != "UTC":
        raise ApiError(400, "ErrorInvalidTimeZone")
    return datetime.fromisoformat(told["dateTime"]).replace(tzinfo=UTC)


def _shown(at: datetime) -> Json:
    return {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}
