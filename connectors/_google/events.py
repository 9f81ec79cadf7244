"""The calls that a writer makes: one calendar's events, always with the version that conferences need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from googleapiclient.http import HttpRequest

from connectors._google.faults import Refused
from connectors._google.session import WRITE, GoogleSession, Json
from connectors._google.stood import SERIES, SESSIONS, Instance
from scheduler.errors import Unavailable

GONE, CONFLICT, STALE = (404, 410), 409, 412
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Fields:
    """What is asked for of a series, and of its dates; Google sends no more than that."""

    series: str
    dates: str


WHOLE = Fields(SERIES, SESSIONS)
LOOK = Fields(
    "id,etag,status,start,extendedProperties/private,attendees(email,responseStatus)",
    "items(id,etag,status,originalStartTime,start,end,attendees(email,responseStatus)),nextPageToken",
)
"""Times and answers, and no words."""


class Stale(Exception):
    """What stands changed since we looked."""


class Events:
    """The events of one calendar. Every method raises what GoogleSession.read and write do; writes raise Stale."""

    def __init__(self, session: GoogleSession, calendar: str) -> None:
        self._session, self._calendar = session, calendar

    def get(self, id_: str, zone: str, asked: Fields = WHOLE) -> Json | None:
        """The event with its times on a zone's clock, also a deleted one; None: there never was any."""
        call = self._method("get", {"eventId": id_, "timeZone": zone, "fields": asked.series})
        try:
            return self._session.read(call, WRITE)
        except Refused as refused:
            if refused.status in GONE:
                return None
            raise

    def instances(self, id_: str, zone: str, asked: Fields = WHOLE) -> tuple[Instance, ...]:
        """The dates of a series, also those that were deleted one by one; none of one that is no series any more."""
        found, page = list[Instance](), ""
        query = {"eventId": id_, "timeZone": zone, "showDeleted": True, "maxResults": 2500, "fields": asked.dates}
        for _ in range(MOST_PAGES):
            try:
                call = self._method("instances", query | ({"pageToken": page} if page else {}))
                answer = self._session.read(call, WRITE)
            except Refused as refused:
                if refused.status in GONE:
                    return ()
                raise
            found += [Instance.of(item) for item in answer.get("items", [])]
            page = answer.get("nextPageToken", "")
            if not page:
                return tuple(found)
        raise Unavailable("Google Calendar's list of a series has no end.")

    def insert(self, body: Json, mails: str) -> Json:
        """The event as it was made. Stale: its id is taken."""
        return self._write("insert", {"body": body, "sendUpdates": mails, "fields": SERIES}, etag="")

    def patch(self, said: Json, body: Json, mails: str) -> Json:
        """The event, or one date of it, as it is now; only if it still is as it was `said` to be."""
        asked = {"eventId": said["id"], "body": body, "sendUpdates": mails, "fields": SERIES}
        return self._write("patch", asked, etag=said.get("etag", ""))

    def delete(self, said: Json, mails: str) -> None:
        """Delete the event, or one date of it; what is gone already is no error."""
        try:
            self._write("delete", {"eventId": said["id"], "sendUpdates": mails}, etag=said.get("etag", ""))
        except Refused as refused:
            if refused.status not in GONE:
                raise

    def _write(self, name: str, asked: Mapping[str, Any], etag: str) -> Json:
        # without this version, Google leaves out what a write says of conferences, and tells nobody
        call = self._method(name, asked if name == "delete" else {**asked, "conferenceDataVersion": 1})
        if etag:
            call.headers["If-Match"] = etag
        try:
            return self._session.write(call)
        except Refused as refused:
            if refused.status in (CONFLICT, STALE):
                raise Stale from None
            raise

    def _method(self, name: str, asked: Mapping[str, Any]) -> HttpRequest:
        return getattr(self._session.calendar.events(), name)(calendarId=self._calendar, **asked)
