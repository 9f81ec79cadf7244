"""Google Calendar's methods over the store: events, calendars, and free/busy; answers and errors in Google's form."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from tests.doubles._google.expand import Json, dates, instant, zone_of
from tests.doubles._google.oauth import Token
from tests.doubles._google.store import OwnDate, Person, Shown, Store, Stored, etag, merged_patch, stamp

ID = re.compile(r"[a-v0-9]{5,1024}")
MOST_DAYS = 92
NO_MIX = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
ROOM = "https://meet.google.com/"
Query = MultiDict[str, str]


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


@dataclass(slots=True)
class Switches:
    """What Google may do one way or the other, or only sometimes."""

    page_size: int = 2500
    empty_first_page: bool = False
    merges_busy: bool = True
    busy_errors: dict[str, str] = field(default_factory=dict)  # a reason by mailbox
    without_busy: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)  # mailboxes whose free/busy nobody else sees
    instances_ignore_if_match: bool = False
    room: str = "late"  # now, late, never, failure, elsewhere
    room_looks: int = 2  # before a late one is there
    zone_of_answers: str = ""  # where a request names none, instead of the calendar's


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to a guest: who, which event, and what it was about (request, update, cancel)."""

    address: str
    ical_uid: str
    kind: str


@dataclass(frozen=True, slots=True)
class Asking:
    """One request: whose token it carries, the values in its path, its query, its body, and its If-Match."""

    token: Token
    path: Mapping[str, str]
    query: Query
    body: Json
    if_match: str = ""


class Api:
    """The methods by name; see `METHODS`."""

    def __init__(self, store: Store, switches: Switches) -> None:
        self.store, self.switches = store, switches
        self.mails: list[Mail] = []
        self.channels: list[Json] = []
        self.token_age = 0

    def events_insert(self, asking: Asking) -> Json:
        """Make an event."""
        person, body = self._own(asking), dict(asking.body)
        id_ = body.get("id") or f"made{self.store.version + 1:08d}"
        if not ID.fullmatch(id_) or ("id" in body and "iCalUID" in body):
            raise ApiError(400, "invalid")
        if id_ in person.events or id_ in person.left:
            raise ApiError(409, "duplicate")
        if body.get("attendees") and asking.token.service == asking.token.email:
            raise ApiError(403, "forbiddenForServiceAccounts")
        version = self.store.touch()
        said = {
            "status": "confirmed",
            **body,
            "id": id_,
            "iCalUID": body.get("iCalUID", f"{id_}@google.com"),
            "organizer": {"email": person.email, "self": True},
            "sequence": 0,
            "created": stamp(version),
        }
        stored = Stored(person.email, self._checked(said, {}, asking), version)
        person.events[id_] = stored
        self.store.spread(stored)
        self._tell(stored, asking, "request")
        return self._resource(self.store.master(stored), stored, person, asking.query)

    def events_get(self, asking: Asking) -> Json:
        """One event, or one date; of a deleted one no more than its id is promised."""
        person = self._seen(asking)
        stored, date = self._find(person, asking.path["eventId"])
        if date is None and stored.deleted:
            return _gone(stored)
        if "conferenceData" in stored.said:
            self._look_at_room(stored)
        return self._resource(date or self.store.master(stored), stored, person, asking.query)

    def events_patch(self, asking: Asking) -> Json:
        """Change an event or one date."""
        return self._change(asking, lambda there: merged_patch(there, asking.body))

    def events_update(self, asking: Asking) -> Json:
        """Put another in the place of an event or one date."""
        kept = ("id", "iCalUID", "organizer", "sequence", "created")
        return self._change(
            asking, lambda there: {**asking.body, **{name: there[name] for name in kept if name in there}}
        )

    def events_delete(self, asking: Asking) -> Json:
        """Delete an event or one date."""
        person = self._own(asking)
        stored, date = self._find(person, asking.path["eventId"])
        if stored.deleted or (date and not date.live):
            raise ApiError(410, "deleted")
        self._match(asking, date or self.store.master(stored), date is not None)
        if person.email != stored.owner:
            self._decline(stored, date, person.email, asking)
            self.store.spread(stored)
        elif date is None:
            self._tell(stored, asking, "cancel")
            stored.changed, stored.deleted = self.store.touch(), True
            self.store.spread(stored)
        else:
            self._own_words(stored, date, {"status": "cancelled"}, asking)
            self._tell(stored, asking, "cancel")
        return {}

    def events_instances(self, asking: Asking) -> Json:
        """The dates of a series."""
        person, query = self._seen(asking), asking.query
        stored, date = self._find(person, asking.path["eventId"])
        if stored.deleted or date or "recurrence" not in stored.said:
            raise ApiError(404, "notFound")
        found = [
            (each, stored)
            for each in self.store.shown(stored, person.email, deleted=query.get("showDeleted") == "true")
            if self._inside(each, query)
            and ("originalStart" not in query or each.original == datetime.fromisoformat(query["originalStart"]))
        ]
        return self._page([self._resource(each, of, person, query) for each, of in found], query, person, sync=False)

    def events_list(self, asking: Asking) -> Json:
        """A calendar's events, or what of them changed since a token."""
        person, query = self._seen(asking), asking.query
        if "syncToken" in query and "pageToken" not in query:
            if any(name in query for name in NO_MIX) or query.get("showDeleted") == "false":
                raise ApiError(400, "invalid")
            since = self._since(query["syncToken"], person)
        elif "syncToken" in query:
            since = self._since(query["syncToken"], person)
        else:
            since = -1
        items = [item for stored in list(person.events.values()) for item in self._items(stored, person, query, since)]
        items += [{"id": id_, "status": "cancelled"} for id_, at in person.left.items() if -1 < since < at]
        if "orderBy" in query and query.get("singleEvents") != "true" and query["orderBy"] == "startTime":
            raise ApiError(400, "invalid")
        if query.get("orderBy") == "startTime":
            items.sort(key=lambda item: str(item["start"]))
        return self._page(items, query, person, sync=True)

    def events_watch(self, asking: Asking) -> Json:
        """A channel, as it is noted; nothing is sent."""
        self._seen(asking)
        channel = {"kind": "api#channel", "resourceId": f"r{len(self.channels)}", "expiration": "1"} | asking.body
        self.channels.append(channel)
        return channel

    def channels_stop(self, asking: Asking) -> Json:
        """No more of a channel."""
        before = len(self.channels)
        self.channels = [each for each in self.channels if each["id"] != asking.body.get("id")]
        if len(self.channels) == before:
            raise ApiError(404, "notFound")
        return {}

    def calendars_get(self, asking: Asking) -> Json:
        """A calendar itself."""
        person = self._seen(asking)
        return {"kind": "calendar#calendar", "id": person.email, "summary": person.email, "timeZone": person.zone}

    def calendar_list_get(self, asking: Asking) -> Json:
        """A calendar as its owner lists it."""
        return self._listed(self._own(asking))

    def calendar_list_list(self, asking: Asking) -> Json:
        """The one calendar that everybody has, and a shared one of holidays."""
        holidays = {"id": "en.uk#holiday@group.v.calendar.google.com", "summary": "Holidays", "accessRole": "reader"}
        return {"kind": "calendar#calendarList", "items": [holidays, self._listed(self._person(asking.token.email))]}

    def freebusy_query(self, asking: Asking) -> Json:
        """When calendars are busy; each that can't be read says so for itself."""
        body = asking.body
        start, end = (datetime.fromisoformat(body[name]).astimezone(UTC) for name in ("timeMin", "timeMax"))
        if end - start > timedelta(days=MOST_DAYS):
            raise ApiError(400, "timeRangeTooLong")
        if end <= start:
            raise ApiError(400, "timeRangeEmpty")
        ids = [each["id"] for each in body.get("items", [])]
        too_many = len(ids) > min(50, body.get("calendarExpansionMax", 50))
        said = {
            id_: _errors("tooManyCalendarsRequested") if too_many else self._busy(id_, asking, start, end)
            for id_ in ids
        }
        return {"kind": "calendar#freeBusy", "timeMin": body["timeMin"], "timeMax": body["timeMax"], "calendars": said}

    def _busy(self, id_: str, asking: Asking, start: datetime, end: datetime) -> Json:
        person = self.store.people.get(asking.token.email if id_ == "primary" else id_.lower())
        if id_ in self.switches.busy_errors:
            return _errors(self.switches.busy_errors[id_])
        if person is None or (person.email in self.switches.private and person.email != asking.token.email):
            return _errors("notFound")
        if id_ in self.switches.without_busy:
            return {}
        spans = sorted(
            (max(each.start, start), min(each.end, end))
            for stored in person.events.values()
            for each in self.store.shown(stored, person.email)
            if each.live and each.said.get("transparency") != "transparent" and each.start < end and each.end > start
        )
        zone = zone_of(asking.body.get("timeZone", "UTC"), {})
        told = _merged(spans) if self.switches.merges_busy else spans
        return {"busy": [{"start": _shown(one, zone), "end": _shown(other, zone)} for one, other in told]}

    def _change(self, asking: Asking, changed: Callable[[Json], Json]) -> Json:
        person = self._own(asking)
        stored, date = self._find(person, asking.path["eventId"])
        if stored.deleted:
            raise ApiError(403, "forbidden")
        if asking.body.get("attendees") and asking.token.service == asking.token.email:
            raise ApiError(403, "forbiddenForServiceAccounts")
        if person.email != stored.owner and asking.body.keys() - {"attendees"}:
            raise ApiError(403, "forbiddenForNonOrganizer")
        self._match(asking, date or self.store.master(stored), date is not None)
        if date is None:
            said = self._checked(changed(stored.said), stored.said, asking)
            if said != stored.said:
                was = stored.said
                stored.said = said | {"sequence": said["sequence"] + 1}
                stored.changed = self.store.touch()
                self._tell(stored, asking, "update", also=was)
            shown = self.store.master(stored)
        else:
            own = stored.exceptions[date.id].said if date.id in stored.exceptions else {}
            before = {name: date.said[name] for name in ("status",) if name in date.said} | own
            after = changed(before)
            if after != before:
                self._own_words(stored, date, after, asking)
                self._tell(stored, asking, "update")
            shown = self.store.find_date(stored, date.id) or date
        self.store.spread(stored)
        return self._resource(shown, stored, person, asking.query)

    def _decline(self, stored: Stored, date: Shown | None, email: str, asking: Asking) -> None:
        """A guest takes an event, or one date, out of their own calendar: the organiser keeps it, and sees why."""
        said = (date.said if date else stored.said).get("attendees", [])
        answers = [each | ({"responseStatus": "declined"} if each["email"].lower() == email else {}) for each in said]
        if date is None:
            stored.said = stored.said | {"attendees": answers}
            stored.changed = self.store.touch()
        else:
            own = stored.exceptions[date.id].said if date.id in stored.exceptions else {}
            self._own_words(stored, date, own | {"attendees": answers}, asking)

    def _own_words(self, stored: Stored, date: Shown, said: Json, asking: Asking) -> None:
        assert date.original is not None
        for name in ("start", "end"):
            if name in said:
                instant(said[name], self.store.zones)
        if (
            "start" in said
            and "end" in said
            and instant(said["end"], self.store.zones) <= instant(said["start"], self.store.zones)
        ):
            raise ApiError(400, "timeRangeEmpty")
        stored.exceptions[date.id] = OwnDate(date.original, said, self.store.touch())

    def _checked(self, said: Json, was: Json, asking: Asking) -> Json:
        """An event as it may be stored. Raises ApiError or Unclear for one that Google would refuse."""
        if instant(said["end"], self.store.zones) <= instant(said["start"], self.store.zones):
            raise ApiError(400, "timeRangeEmpty")
        if "recurrence" in said:
            if "timeZone" not in said["start"] or "timeZone" not in said["end"]:
                raise ApiError(400, "required")
            dates(said["start"], said["recurrence"], self.store.zones)
        if any("@" not in guest.get("email", "") for guest in said.get("attendees", ())):
            raise ApiError(400, "required")
        if asking.query.get("conferenceDataVersion") != "1":
            kept = {name: was[name] for name in ("conferenceData", "hangoutLink") if name in was}
            return {name: value for name, value in said.items() if name != "conferenceData"} | kept
        return self._with_room(said, was)

    def _with_room(self, said: Json, was: Json) -> Json:
        data = said.get("conferenceData")
        if not data:
            return {name: value for name, value in said.items() if name not in ("conferenceData", "hangoutLink")}
        before = (was.get("conferenceData") or {}).get("createRequest", {})
        asked = data.get("createRequest", {})
        if not asked or asked.get("requestId") == before.get("requestId"):
            return said | ({"conferenceData": was["conferenceData"]} if asked and before else {})
        kind = asked.get("conferenceSolutionKey", {}).get("type")
        if not asked.get("requestId") or kind != "hangoutsMeet":
            raise ApiError(400, "invalid")
        bare = {name: value for name, value in said.items() if name not in ("conferenceData", "hangoutLink")}
        status = {"now": "success", "elsewhere": "success", "failure": "failure"}.get(self.switches.room, "pending")
        made = bare | {"conferenceData": {"createRequest": asked | {"status": {"statusCode": status}}}}
        return self._opened(made) if status == "success" else made

    def _look_at_room(self, stored: Stored) -> None:
        request = stored.said["conferenceData"].get("createRequest", {})
        if request.get("status", {}).get("statusCode") != "pending" or self.switches.room == "never":
            return
        stored.looks += 1
        if stored.looks >= self.switches.room_looks:
            done = request | {"status": {"statusCode": "success"}}
            stored.said = self._opened(stored.said | {"conferenceData": {"createRequest": done}})
            stored.changed = self.store.touch()

    def _opened(self, said: Json) -> Json:
        where = "https://meet.google.com.evil.example/" if self.switches.room == "elsewhere" else ROOM
        link = f"{where}{said['id'][:3]}-{said['id'][3:7]}-{said['id'][-3:]}"
        points = [{"entryPointType": "video", "uri": link}, {"entryPointType": "phone", "uri": "tel:+1-555-0100"}]
        data = said["conferenceData"] | {"conferenceId": link.rsplit("/", 1)[-1], "entryPoints": points}
        return said | {"conferenceData": data, "hangoutLink": link}

    def _items(self, stored: Stored, person: Person, query: Query, since: int) -> Iterable[Json]:
        """What one event adds to a list."""
        if stored.last_change <= since:
            return
        if stored.deleted:
            if since >= 0 or query.get("showDeleted") == "true":
                yield _gone(stored)
            return
        if not _has_properties(stored, query):
            return
        deleted = since >= 0 or query.get("showDeleted") == "true"
        if query.get("singleEvents") == "true":
            shown = self.store.shown(stored, person.email, deleted=deleted)
            yield from (self._resource(each, stored, person, query) for each in shown if self._inside(each, query))
            return
        if stored.changed > since:
            yield self._resource(self.store.master(stored), stored, person, query)
        for id_, own in stored.exceptions.items():
            if own.changed > since and (date := self.store.find_date(stored, id_)):
                yield self._resource(date, stored, person, query)

    def _resource(self, shown: Shown, stored: Stored, person: Person, query: Query) -> Json:
        """An event as it is answered: its times on the clock that was asked for, or on the calendar's."""
        name = query.get("timeZone") or self.switches.zone_of_answers or person.zone
        zone = zone_of(name, self.store.zones)
        own_zone = stored.said["start"].get("timeZone", person.zone)

        def time(at: datetime) -> Json:
            return {"dateTime": _shown(at, zone), "timeZone": own_zone}

        said = {"kind": "calendar#event", **shown.said, "id": shown.id, "etag": shown.etag}
        said["updated"] = stamp(stored.last_change)
        if shown.original is not None:
            said |= {"recurringEventId": stored.id, "originalStartTime": time(shown.original)}
            if not shown.live:
                names = ("kind", "id", "etag", "status", "recurringEventId", "originalStartTime")
                return {each: said[each] for each in names}
        if "date" not in stored.said["start"]:
            said |= {"start": time(shown.start), "end": time(shown.end)}
        if person.email != stored.owner and "extendedProperties" in said:
            said["extendedProperties"] = {
                key: value for key, value in said["extendedProperties"].items() if key != "private"
            }
        return said

    def _page(self, items: list[Json], query: Query, person: Person, *, sync: bool) -> Json:
        size = min(int(query.get("maxResults", "250")), self.switches.page_size)
        first = -1 if self.switches.empty_first_page else 0
        if "pageToken" in query:
            first = int(urlsafe_b64decode(query["pageToken"]).decode().removeprefix("page "))
        some = items[first : first + size] if first >= 0 else []
        beyond = max(first, 0) + len(some)
        answer: Json = {"kind": "calendar#events", "summary": person.email, "timeZone": person.zone, "items": some}
        if beyond < len(items) or first < 0:
            answer["nextPageToken"] = urlsafe_b64encode(f"page {beyond}".encode()).decode()
        elif sync:
            answer["nextSyncToken"] = f"sync-{self.token_age}-{person.email}-{self.store.version}"
        return answer

    def _since(self, token: str, person: Person) -> int:
        kind, _, rest = token.partition("-")
        age, _, rest = rest.partition("-")
        email, _, version = rest.rpartition("-")
        if kind != "sync" or age != str(self.token_age) or email != person.email:
            raise ApiError(410, "fullSyncRequired")
        return int(version)

    def _inside(self, shown: Shown, query: Query) -> bool:
        low, high = (datetime.fromisoformat(query[name]) if name in query else None for name in ("timeMin", "timeMax"))
        return (low is None or shown.end > low) and (high is None or shown.start < high)

    def _find(self, person: Person, id_: str) -> tuple[Stored, Shown | None]:
        if id_ in person.events:
            return person.events[id_], None
        stored = person.events.get(id_.partition("_")[0])
        if stored is None or stored.deleted:
            raise ApiError(404, "notFound")
        date = self.store.find_date(stored, id_)
        if date is None:
            raise ApiError(404, "notFound")
        return stored, date

    def _match(self, asking: Asking, shown: Shown, is_date: bool) -> None:
        ignored = is_date and self.switches.instances_ignore_if_match
        if asking.if_match and not ignored and asking.if_match not in (shown.etag, "*"):
            raise ApiError(412, "conditionNotMet")

    def _tell(self, stored: Stored, asking: Asking, kind: str, also: Json | None = None) -> None:
        wanted = asking.query.get("sendUpdates", "none")
        guests = {guest["email"].lower() for said in (stored.said, also or {}) for guest in said.get("attendees", ())}
        for guest in sorted(guests - {stored.owner}):
            outside = guest not in self.store.people
            if wanted == "all" or (wanted == "externalOnly" and outside):
                self.mails.append(Mail(guest, stored.said["iCalUID"], kind))

    def _person(self, email: str) -> Person:
        found = self.store.people.get(email)
        if found is None:
            raise ApiError(404, "notFound")
        return found

    def _seen(self, asking: Asking) -> Person:
        """Whose calendar it is, if it may be seen."""
        id_ = asking.path["calendarId"].lower()
        person = self._person(asking.token.email if id_ == "primary" else id_)
        if person.email in self.switches.private and person.email != asking.token.email:
            raise ApiError(404, "notFound")
        return person

    def _own(self, asking: Asking) -> Person:
        """Whose calendar it is, if it may be written."""
        person = self._seen(asking)
        if person.email != asking.token.email:
            raise ApiError(403, "requiredAccessLevel")
        return person

    def _listed(self, person: Person) -> Json:
        names = {"id": person.email, "summary": person.email, "primary": True, "accessRole": "owner"}
        return {"kind": "calendar#calendarListEntry", **names, "timeZone": person.zone}


METHODS: dict[str, Callable[[Api, Asking], Json]] = {
    "events.insert": Api.events_insert,
    "events.get": Api.events_get,
    "events.list": Api.events_list,
    "events.patch": Api.events_patch,
    "events.update": Api.events_update,
    "events.delete": Api.events_delete,
    "events.instances": Api.events_instances,
    "events.watch": Api.events_watch,
    "channels.stop": Api.channels_stop,
    "calendars.get": Api.calendars_get,
    "calendarList.get": Api.calendar_list_get,
    "calendarList.list": Api.calendar_list_list,
    "freebusy.query": Api.freebusy_query,
}


def error_body(status: int, reason: str) -> str:
    """An error in Google's form, with a text that nobody must ever see."""
    text = f"CANARY-7f3d <script>alert(1)</script> {reason}"
    each = {"domain": "calendar", "reason": reason, "message": text}
    return json.dumps({"error": {"code": status, "message": text, "errors": [each]}})


def _errors(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}]}


def _gone(stored: Stored) -> Json:
    return {"kind": "calendar#event", "id": stored.id, "status": "cancelled", "etag": etag(stored.changed)}


def _has_properties(stored: Stored, query: Query) -> bool:
    private = stored.said.get("extendedProperties", {}).get("private", {})
    wanted = [each.partition("=")[::2] for each in query.getlist("privateExtendedProperty")]
    by_uid = query.get("iCalUID") in (None, stored.said["iCalUID"])
    return by_uid and all(private.get(name) == value for name, value in wanted)


def _merged(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    told: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if told and start <= told[-1][1]:
            told[-1] = (told[-1][0], max(end, told[-1][1]))
        else:
            told.append((start, end))
    return told


def _shown(at: datetime, zone: Any) -> str:
    return at.astimezone(zone).isoformat().replace("+00:00", "Z")
