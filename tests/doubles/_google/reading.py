"""Google's methods that read: events and what changed of them, calendars, and free/busy."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tests.doubles._google.base import ApiError, Asking, Base, Query, gone, shown_in
from tests.doubles._google.expand import Json, zone_of
from tests.doubles._google.rooms import look_at_room
from tests.doubles._google.store import Person, Shown, Stored

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


class Reading(Base):
    """They change nothing, but for looking at a room that is being made."""

    def events_get(self, asking: Asking) -> Json:
        """One event, or one date; of a deleted one no more than its id is promised."""
        person = self._seen(asking)
        stored, date = self._find(person, asking.path["eventId"])
        if date is None and stored.deleted:
            return gone(stored)
        if "conferenceData" in stored.said:
            look_at_room(stored, self.store, self.switches.room, self.switches.room_looks)
        return self._resource(date or self.store.master(stored), stored, person, asking.query)

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
        return {"busy": [{"start": shown_in(one, zone), "end": shown_in(other, zone)} for one, other in told]}

    def _items(self, stored: Stored, person: Person, query: Query, since: int) -> Iterable[Json]:
        """What one event adds to a list."""
        if stored.last_change <= since:
            return
        if stored.deleted:
            if since >= 0 or query.get("showDeleted") == "true":
                yield gone(stored)
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

    def _inside(self, shown: Shown, query: Query) -> bool:
        low, high = (datetime.fromisoformat(query[name]) if name in query else None for name in ("timeMin", "timeMax"))
        return (low is None or shown.end > low) and (high is None or shown.start < high)

    def _listed(self, person: Person) -> Json:
        names = {"id": person.email, "summary": person.email, "primary": True, "accessRole": "owner"}
        return {"kind": "calendar#calendarListEntry", **names, "timeZone": person.zone}


def _errors(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}]}


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
