"""The events of one calendar that touch a window, as the texts in which the server keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from connectors._caldav.session import CalDavSession, Reply
from connectors._caldav.xml import (
    CALDAV,
    CALENDARSERVER,
    DAV,
    TRUNCATED,
    Part,
    multistatus,
    precondition,
    propfind,
    query_between,
)
from scheduler.core.interval import Interval
from scheduler.errors import Unavailable

PAD = timedelta(days=2)
"""Servers put floating times and whole days on clocks of their own; what they find too much is cut off later."""
SHORTEST = timedelta(days=1)
MOST_TEXTS = 10_000
MOST_TOTAL = 20_000_000
STATE = propfind("D:sync-token", "CS:getctag")


class Forbidden(Exception):
    """The account may not see events; perhaps it may see when their owner is busy."""


@dataclass(slots=True)
class Events:
    """Texts by the path of their resource, since parts of a window may name the same."""

    texts: dict[str, bytes]
    size: int = 0

    def add(self, href: str, text: bytes) -> None:
        """Raises Unavailable where a calendar is larger than is read."""
        if href not in self.texts:
            self.texts[href] = text
            self.size += len(text)
        if len(self.texts) > MOST_TEXTS or self.size > MOST_TOTAL:
            most = f"{MOST_TEXTS:,} events, or {MOST_TOTAL // 1_000_000} MB of them"
            raise Unavailable(f"It has more than {most} in the weeks to read.")


def report(session: CalDavSession, url: str, body: bytes, depth: str = "1") -> Reply:
    """A REPORT (RFC 3253, 3.6)."""
    return session.xml("REPORT", url, body, depth)


def state_of(session: CalDavSession, url: str) -> str:
    """What changes whenever anything in a calendar does: its sync-token, else its CTag; "" where it has neither."""
    state = _state(session, url)
    return state.text(f"{DAV}sync-token") or state.text(f"{CALENDARSERVER}getctag")


def sync_token_of(session: CalDavSession, url: str) -> str:
    """The token from which changes can be asked for; "" where the server keeps none."""
    return _state(session, url).text(f"{DAV}sync-token")


def _state(session: CalDavSession, url: str) -> Part:
    reply = session.xml("PROPFIND", url, STATE, "0")
    if reply.status != 207:
        raise refused(reply)
    parts = multistatus(reply.body).parts
    if not parts:
        raise Unavailable("The server says nothing of the calendar.")
    return parts[0]


def texts_between(session: CalDavSession, url: str, window: Interval) -> list[bytes]:
    """The iCalendar text of every event that may touch a window. Raises Forbidden, Unavailable."""
    found = Events({})
    _collect(session, url, Interval(window.start - PAD, window.end + PAD), found)
    return list(found.texts.values())


def _collect(session: CalDavSession, url: str, window: Interval, into: Events) -> None:
    """All of a window; where the server cuts its list short, each half of the window by itself."""
    reply = report(session, url, query_between(window))
    condition, _ = precondition(reply.body) if reply.status == 403 else ("", "")
    parts = multistatus(reply.body).parts if reply.status == 207 else ()
    if (
        reply.status == TRUNCATED
        or condition == "number-of-matches-within-limits"
        or any(part.status == TRUNCATED for part in parts)
    ):
        for half in _halves(window):
            _collect(session, url, half, into)
        return
    if reply.status == 403:
        raise Forbidden
    if reply.status != 207:
        raise refused(reply)
    for part in parts:
        if part.status != 404:  # it went away while the server was answering
            into.add(session.absolute(part.href, reply.url), _text(part))


def _text(part: Part) -> bytes:
    text = part.text(f"{CALDAV}calendar-data")
    if not text:
        raise Unavailable("One of its events can't be read.")
    return text.encode()


def _halves(window: Interval) -> Iterator[Interval]:
    middle = window.start + (window.end - window.start) / 2
    if middle - window.start < SHORTEST:
        raise Unavailable("It has more events in a day than the server lists.")
    yield Interval(window.start, middle)
    yield Interval(middle, window.end)


def refused(reply: Reply) -> Unavailable:
    """Why a calendar can't be read, in our own words."""
    if reply.status in (404, 410):
        return Unavailable("There is no such calendar on the server.")
    if reply.status == 403:
        return Unavailable("The account may not read this calendar.")
    return Unavailable(f"The server does not list the calendar ({reply.status}).")
