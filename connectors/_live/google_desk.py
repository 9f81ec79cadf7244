"""Events of a check in a calendar at Google: raw calls, so that an answer can be seen as it is."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from googleapiclient.http import HttpRequest
from propcache.api import cached_property

from connectors._google.faults import Unsure, fault
from connectors._google.session import READ, WRITE, GoogleSession
from connectors._http.retry import Later, Pause, patiently
from connectors._live.answers import Json, Said
from connectors._live.points import NOTE, Desk
from scheduler.errors import CredentialsRejected, InputError, Unavailable

MARK = {"rondo": "live-check"}
CALENDAR = "primary"
REASON = re.compile(r"[A-Za-z]{1,40}")
GONE, UNAUTHORIZED = (404, 410), 401
MOST_PAGES = 20


class GoogleDesk(Desk):
    """The account's primary calendar. Every method raises CredentialsRejected, Unavailable.

    A write that may have happened is not repeated: what it answers the second time is no fact.
    """

    def __init__(self, session: GoogleSession) -> None:
        super().__init__()
        self._session = session
        self.pause: Pause = session.pause
        self.events: Any = session.calendar.events()

    @cached_property
    def writes(self) -> bool:
        """See Desk: tried by deleting what nobody ever made, so that it holds for service accounts as well."""
        try:
            return self.remove(self.new_id()).status in GONE
        except InputError:  # a service account that is delegated less
            return False

    def new_id(self) -> str:
        """An id that nobody has."""
        return uuid4().hex

    def made(self, body: Json) -> Json:
        """A new event."""
        return self.insert(body).needed("a new event")

    def insert(self, body: Json, *, id_: str = "", etag: str = "") -> Said:
        """Make an event by an id, at first a new one; nobody is invited."""
        id_ = id_ or self.new_id()
        words = {"id": id_, "summary": self.title, "description": NOTE, "extendedProperties": {"private": MARK}}
        self.left.add(id_)  # before the call, whose answer may be lost
        asked = {"calendarId": CALENDAR, "body": words | body, "conferenceDataVersion": 1, "sendUpdates": "none"}
        return self._call(self.events.insert(**asked), WRITE, etag=etag)

    def patch(self, id_: str, body: Json, *, etag: str = "") -> Said:
        """Change an event, or one date of it."""
        return self._call(
            self.events.patch(calendarId=CALENDAR, eventId=id_, body=body, sendUpdates="none"), WRITE, etag=etag
        )

    def remove(self, id_: str, *, etag: str = "") -> Said:
        """Delete an event, or one date of it."""
        return self._call(self.events.delete(calendarId=CALENDAR, eventId=id_, sendUpdates="none"), WRITE, etag=etag)

    def get(self, id_: str) -> Said:
        """An event as it stands."""
        return self.read(self.events.get(calendarId=CALENDAR, eventId=id_), WRITE)

    def instances(self, id_: str) -> list[Json]:
        """The dates of a series."""
        answer = self.read(self.events.instances(calendarId=CALENDAR, eventId=id_, timeZone="UTC"), WRITE)
        return list(answer.needed("the dates of a series").get("items", []))

    def busy(self, start: datetime, end: datetime) -> list[object]:
        """The blocks that freebusy tells between two instants."""
        body = {"timeMin": start.isoformat(), "timeMax": end.isoformat(), "items": [{"id": CALENDAR}]}
        said = self.read(self._session.calendar.freebusy().query(body=body), READ[:1]).needed("free/busy")
        for calendar in said.get("calendars", {}).values():  # of which there is one
            if isinstance(calendar.get("busy"), list):
                return list(calendar["busy"])
        raise Unavailable("Google does not tell the account's own free/busy.")

    def listed(self) -> set[str]:
        """See Desk."""
        found, page = set[str](), ""
        mark = next(f"{name}={value}" for name, value in MARK.items())
        for _ in range(MOST_PAGES):
            more = {"pageToken": page} if page else {}
            fields = "items(id,status),nextPageToken"
            asked = {"calendarId": CALENDAR, "privateExtendedProperty": mark, "fields": fields}
            said = self.read(self.events.list(**asked, **more), WRITE).needed("a list of events")
            # dates of a series go with it
            found |= {
                str(each["id"]).partition("_")[0] for each in said.get("items", ()) if each.get("status") != "cancelled"
            }
            page = said.get("nextPageToken", "")
            if not page:
                break
        return found

    def delete(self, id_: str) -> None:
        """See Desk."""
        said = self.remove(id_)
        if said.status not in GONE:
            said.needed("a deletion")

    def read(self, request: HttpRequest, scopes: Sequence[str]) -> Said:
        """What a request that changes nothing is answered; it is repeated where the answer is lost."""
        return self._call(request, scopes, again=True)

    def _call(self, request: HttpRequest, scopes: Sequence[str], *, etag: str = "", again: bool = False) -> Said:
        return patiently(lambda: self._once(request, tuple(scopes), etag, again=again), pause=self.pause)

    def _once(self, request: HttpRequest, scopes: tuple[str, ...], etag: str, *, again: bool) -> Said:
        headers = {name: str(value) for name, value in request.headers.items()} | ({"If-Match": etag} if etag else {})
        try:
            status, received, data = self._session.send(request.method, request.uri, request.body, headers, scopes)
            wrong = None if status < 300 else fault(status, received, data)
            if isinstance(wrong, Later) or (isinstance(wrong, CredentialsRejected) and status == UNAUTHORIZED):
                raise wrong
        except Unsure as unsure:
            if again:
                raise
            raise Unavailable(unsure.reason) from None
        return Said("Google", status, _reason(data) if wrong else "", {} if wrong else _body(data))


def timed(start: datetime, end: datetime) -> Json:
    """The times of an event, in UTC."""
    return {name: {"dateTime": at.isoformat(), "timeZone": "UTC"} for name, at in (("start", start), ("end", end))}


def _body(data: bytes) -> Json:
    try:
        found = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unavailable("What Google answered can't be read.")
    return found


def _reason(data: bytes) -> str:
    """The reason code of an error, which is all that is ever told of it; nothing where it has another form."""
    try:
        reason = json.loads(data)["error"]["errors"][0]["reason"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return ""
    return reason if isinstance(reason, str) and REASON.fullmatch(reason) else ""
