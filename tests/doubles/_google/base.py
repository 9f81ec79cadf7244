"""One request to the double, and what all methods have in common: whose calendar, which event, which form."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from tests.doubles._google.expand import Json, zone_of
from tests.doubles._google.oauth import Token
from tests.doubles._google.store import Person, Shown, Store, Stored, etag, stamp

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
    channel_life: timedelta = timedelta(days=7)  # at most, whatever is asked for
    foreign_doors: set[str] = field(default_factory=set)  # that are not known to be the caller's


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


class Base:
    """What reading and writing stand on."""

    def __init__(self, store: Store, switches: Switches) -> None:
        self.store, self.switches = store, switches
        self.mails: list[Mail] = []
        self.token_age = 0

    def _resource(self, shown: Shown, stored: Stored, person: Person, query: Query) -> Json:
        """An event as it is answered: its times on the clock that was asked for, or on the calendar's."""
        name = query.get("timeZone") or self.switches.zone_of_answers or person.zone
        zone = zone_of(name, self.store.zones)
        own_zone = stored.said["start"].get("timeZone", person.zone)

        def time(at: datetime) -> Json:
            return {"dateTime": shown_in(at, zone), "timeZone": own_zone}

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


def error_body(status: int, reason: str) -> str:
    """An error in Google's form, with a text that nobody must ever see."""
    text = f"CANARY-7f3d <script>alert(1)</script> {reason}"
    each = {"domain": "calendar", "reason": reason, "message": text}
    return json.dumps({"error": {"code": status, "message": text, "errors": [each]}})


def gone(stored: Stored) -> Json:
    """A deleted event: no more than its id is promised."""
    return {"kind": "calendar#event", "id": stored.id, "status": "cancelled", "etag": etag(stored.changed)}


def shown_in(at: datetime, zone: Any) -> str:
    """An instant on a zone's clock, with its offset."""
    return at.astimezone(zone).isoformat().replace("+00:00", "Z")
