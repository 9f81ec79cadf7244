"""Zoom: one recurring meeting for each series, whose link its events bear; implements CalendarWriter.

The meeting is a recurring one without fixed times (type 3). A meeting with times would have to follow each moved and
skipped session: Zoom's rules know no exceptions, end after 50 dates and repeat at most every third month, its zones are
not ours, and it takes a hundred changes a day. The calendars tell when people meet; a room without times can say no
wrong one, and is written once.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from connectors._http.retry import Later, Pause, patiently
from connectors._http.secret import Held
from connectors._zoom.answers import DailyLimit, Gone, Json
from connectors._zoom.session import ZoomSession
from scheduler.core.account import Grant
from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Event
from scheduler.core.words import one_line
from scheduler.errors import Unavailable

__all__ = ["ZoomRooms", "ZoomSession", "grant_of"]

T = TypeVar("T")

OWN = "/users/me/meetings"
PAGE, MOST_PAGES = 300, 100
WITHOUT_TIMES = 3
LONGEST_TOPIC = 200
HOST = re.compile(r"(?:[a-z0-9-]+\.)?zoom\.us")
LINK = re.compile(r"[!-~]{1,2000}")
ID = re.compile(r"\d{1,20}")
SETTINGS = {
    "use_pmi": False,  # one's own room would be the same for all groups
    "join_before_host": True,  # whose account it is need not be there
    "waiting_room": False,  # and nobody would let people in
    "auto_recording": "none",
}
RENAMED = "Zoom still shows its former title: at most 100 meetings a day can be changed"


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A meeting as Zoom has it."""

    id: str
    topic: str
    agenda: str
    link: str


class ZoomRooms:
    """Makes, renames and deletes meetings of one Zoom user (ports.CalendarWriter).

    A receipt has the meeting's number as `id` and its link as `conference`. Zoom has no key against doubles: a meeting
    bears a mark of its event, and is looked for by that before one is made. Where the limit of a day is met, `put`
    raises Unavailable, and is to be tried again the next day.
    """

    def __init__(self, session: ZoomSession) -> None:
        self._session = session

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """The series' meeting; one that somebody deleted at Zoom is made anew, since people are to meet there."""
        topic = one_line(event.title)[:LONGEST_TOPIC]
        if standing and standing.receipt.conference and standing.event.title == event.title:
            try:
                meeting = self._read(standing.receipt.id)
            except (Later, Unavailable):
                return standing.receipt  # a Zoom that can't answer takes no link out of calendars
            if meeting:
                return Receipt(id=meeting.id, conference=meeting.link)  # with the title that it has there
        meeting = self._patiently(lambda: self._standing(standing) or self._made(event, topic))
        told = self._renamed(meeting, topic) if meeting.topic != topic else ()
        return Receipt(id=meeting.id, conference=meeting.link, differences=told)

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Delete the meeting."""
        known = standing.receipt.id if standing else ""
        self._patiently(lambda: self._deleted(known or self._sought(_mark(event))))
        return Receipt()

    def _patiently(self, call: Callable[[], T]) -> T:
        return patiently(call, pause=self._session.pause)

    def _standing(self, standing: Delivery | None) -> _Meeting | None:
        return self._read(standing.receipt.id) if standing and standing.receipt.id else None

    def _read(self, number: str) -> _Meeting | None:
        try:
            return _meeting(self._session.ask("GET", f"/meetings/{number}"))
        except Gone:
            return None

    def _made(self, event: Event, topic: str) -> _Meeting:
        """The meeting of an event, found, else made: tried again, it finds what was made."""
        mark = _mark(event)
        number = self._sought(mark)
        if number and (found := self._read(number)):
            return found
        body = {"topic": topic, "type": WITHOUT_TIMES, "agenda": mark, "settings": SETTINGS}
        return _meeting(self._session.ask("POST", OWN, body=body))

    def _renamed(self, meeting: _Meeting, topic: str) -> tuple[str, ...]:
        """Give a meeting another title; what could not be done, since a title is no reason to withhold a link."""
        try:
            self._patiently(lambda: self._session.ask("PATCH", f"/meetings/{meeting.id}", body={"topic": topic}))
        except DailyLimit:
            return (RENAMED,)
        return ()

    def _deleted(self, number: str) -> None:
        if number:
            with suppress(Gone):
                self._session.ask("DELETE", f"/meetings/{number}")

    def _sought(self, mark: str) -> str:
        """The number of the meeting with a mark; of several the least; empty: there is none."""
        found = [number for number, agenda in self._listed() if mark in agenda]
        return min(found, key=int, default="")

    def _listed(self) -> Iterator[tuple[str, str]]:
        """Number and agenda of every meeting without times; not each list of Zoom's tells the agenda."""
        for item in self._items():
            number = str(item.get("id"))
            if item.get("type") != WITHOUT_TIMES or not ID.fullmatch(number):
                continue
            if "agenda" in item:
                yield number, str(item["agenda"])
                continue
            if number not in self._session.agendas:
                meeting = self._read(number)
                self._session.agendas[number] = meeting.agenda if meeting else ""
            yield number, self._session.agendas[number]

    def _items(self) -> Iterator[Json]:
        query = {"type": "scheduled", "page_size": str(PAGE)}
        for _ in range(MOST_PAGES):
            page = self._session.ask("GET", OWN, query=query)
            if not isinstance(page.get("meetings"), list):
                raise Later("Zoom lists meetings, and none can be read.")
            yield from (item for item in page["meetings"] if isinstance(item, dict))
            if not page.get("next_page_token"):
                return
            query["next_page_token"] = str(page["next_page_token"])
        raise Unavailable("Zoom lists more meetings than anybody has.")


def grant_of(
    account_id: str,
    client_id: str,
    client_secret: str,
    *,
    api_endpoint: str,
    token_uri: str,
    pause: Pause = time.sleep,
) -> Grant:
    """What an app's credentials open, tried by a call that changes nothing.

    Raises CredentialsRejected, Unavailable, InputError.
    """
    secret = Held(json.dumps({"account_id": account_id, "client_id": client_id, "client_secret": client_secret}))
    session = ZoomSession(secret, api_endpoint=api_endpoint, token_uri=token_uri, pause=pause)
    patiently(lambda: session.ask("GET", OWN, query={"type": "scheduled", "page_size": "1"}), pause=pause)
    return Grant(identity=f"zoom:{account_id}", address=account_id, secret=secret.read(), scopes=session.scopes)


def _mark(event: Event) -> str:
    """What tells the meeting of an event, and nothing of the event."""
    return f"rondo:{hashlib.sha256(event.uid.encode()).hexdigest()[:32]}"


def _meeting(said: Json) -> _Meeting:
    number, link = str(said.get("id")), said.get("join_url")
    if not ID.fullmatch(number):
        raise Unavailable("Zoom gives a meeting without a number.")
    if not isinstance(link, str) or not _is_zooms(link):
        raise Unavailable("Zoom gives a link that does not lead to zoom.us, so it is not used.")
    return _Meeting(number, str(said.get("topic", "")), str(said.get("agenda", "")), link)


def _is_zooms(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(HOST.fullmatch(parts.netloc)) and bool(LINK.fullmatch(link))
