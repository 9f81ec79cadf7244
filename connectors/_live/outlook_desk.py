"""Events of a check in a calendar at Outlook: raw calls, so that an answer can be seen as it is."""

import json
import re
import weakref
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx

from connectors._graph.session import BUSY, PREFER, TIMEOUT, GraphSession
from connectors._graph.times import stated
from connectors._http.retry import Later, Pause, patiently
from connectors._live.answers import Json, Said
from connectors._live.points import NOTE, Desk
from scheduler.errors import CredentialsRejected, Unavailable

WRITE, EVERYTHING = "Calendars.ReadWrite", ".default"
MARK = {"id": "String {5f6c0b9e-1d39-4f0c-8f1e-6a2b7d94c3a8} Name rondo-live", "value": "live-check"}
MARKED = f"singleValueExtendedProperties/any(ep: ep/id eq '{MARK['id']}' and ep/value eq '{MARK['value']}')"
CODE = re.compile(r"[A-Za-z0-9]{1,60}")
GONE, UNAUTHORIZED, TOO_MANY = (404, 410), 401, 429
MOST_PAGES = 20
RECONNECT = "Connect it again: rondo connect outlook DIR --person ID"


class OutlookDesk(Desk):
    """The account's own calendar. Every method raises CredentialsRejected, Unavailable.

    A write that may have happened is not repeated: what it answers the second time is no fact. Calls come one by one,
    far from any limit. `endpoint` is Graph's; without a path, of version 1.0.
    """

    def __init__(self, session: GraphSession, *, endpoint: str) -> None:
        super().__init__()
        parts = urlsplit(endpoint)
        self._root = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1.0'}{session.root()}"
        self._session = session
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=parts.scheme == "https")
        weakref.finalize(self, self._client.close)
        self.pause: Pause = session.pause
        self.scopes = (
            {EVERYTHING} if session.everybody else {scope.rpartition("/")[2] for scope in session.tokens.scopes}
        )

    @property
    def writes(self) -> bool:
        """See Desk."""
        return bool(self.scopes & {WRITE, EVERYTHING})

    def made(self, start: datetime, length: timedelta, *, zone: str = "UTC", **more: object) -> Json:
        """A new event."""
        return self.create(start, length, zone=zone, **more).needed("a new event")

    def create(self, start: datetime, length: timedelta, *, zone: str = "UTC", **more: object) -> Said:
        """Make an event, by `start` on the clock of its zone; nobody is invited."""
        body: Json = {
            "subject": self.title,
            "body": {"contentType": "text", "content": NOTE},
            "start": stated(start, zone),
            "end": stated(start + length, zone),
            "transactionId": str(uuid4()),
            "singleValueExtendedProperties": [MARK],
        }
        said = self.call("POST", "/events", body=body | more)
        if said.ok:
            self.left.add(str(said.body.get("id")))
        return said

    def patch(self, id_: str, body: Json, *, etag: str = "") -> Said:
        """Change an event, or one date of it."""
        return self.call("PATCH", _event(id_), body=body, etag=etag)

    def remove(self, id_: str, *, etag: str = "") -> Said:
        """Delete an event, or one date of it."""
        return self.call("DELETE", _event(id_), etag=etag)

    def get(self, id_: str, fields: str) -> Said:
        """Some fields of an event as it stands."""
        return self.read(_event(id_), {"$select": fields})

    def instances(self, id_: str, first: datetime, last: datetime) -> list[Json]:
        """The dates of a series between two instants, in their order."""
        params = {"$select": "id,start", "$top": "50"} | span(first, last)
        answer = self.read(f"{_event(id_)}/instances", params).needed("the dates of a series")
        return sorted(answer.get("value", []), key=lambda each: str(each["start"]["dateTime"]))

    def listed(self) -> set[str]:
        """See Desk."""
        found = set[str]()
        params = {"$filter": MARKED, "$select": "id", "$top": "100"}
        for page in range(MOST_PAGES):
            said = self.read("/events", params | ({"$skip": str(page * 100)} if page else {})).needed(
                "a list of events"
            )
            some = {str(each["id"]) for each in said.get("value", [])}
            if some <= found:
                break
            found |= some
        return found

    def delete(self, id_: str) -> None:
        """See Desk."""
        said = self.remove(id_)
        if said.status not in GONE:
            said.needed("a deletion")

    def read(self, path: str, params: Mapping[str, str]) -> Said:
        """What a request that changes nothing is answered; it is repeated where the answer is lost."""
        return self.call("GET", path, params=params)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        etag: str = "",
        reads: bool = False,
    ) -> Said:
        """One call below the mailbox; `reads`: it changes nothing, though it is no GET."""
        again = reads or method == "GET"
        headers = {"Prefer": PREFER.format("UTC")} | ({"If-Match": etag} if etag else {})
        request = self._client.build_request(method, self._root + path, params=params, json=body, headers=headers)
        return patiently(lambda: self._once(request, again=again), pause=self.pause)

    def _once(self, request: httpx.Request, *, again: bool) -> Said:
        for fresh in (False, True):
            request.headers["Authorization"] = f"Bearer {self._session.tokens.token(fresh=fresh)}"
            try:
                answer = self._client.send(request)
            except httpx.HTTPError:
                silent = "Outlook can't be reached, or does not answer."
                raise (Later(silent) if again else Unavailable(silent)) from None
            if answer.status_code != UNAUTHORIZED:
                return _settled(answer, again=again)
        raise CredentialsRejected(f"Outlook takes this sign-in no more. {RECONNECT}")


def span(first: datetime, last: datetime) -> dict[str, str]:
    """The query options for a range of time."""
    return {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in (("startDateTime", first), ("endDateTime", last))}


def _event(id_: str) -> str:
    return f"/events/{quote(id_, safe='=')}"


def _settled(answer: httpx.Response, *, again: bool) -> Said:
    """The answer, unless it is one that another time may be better."""
    if answer.status_code == TOO_MANY or (answer.status_code in BUSY and again):
        raise Later(f"Outlook is busy, or out of order ({answer.status_code}).", answer.headers.get("Retry-After"))
    if answer.status_code in BUSY:
        raise Unavailable(f"Outlook is out of order ({answer.status_code}).")
    return _said(answer)


def _said(answer: httpx.Response) -> Said:
    try:
        body = json.loads(answer.content) if answer.content else {}
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        if answer.is_success:
            raise Unavailable("What Outlook answered can't be read.")
        body = {}
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else ""
    known = code if isinstance(code, str) and CODE.fullmatch(code) else ""
    return Said("Outlook", answer.status_code, known, body if answer.is_success else {})
