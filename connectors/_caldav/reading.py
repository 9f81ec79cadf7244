"""Free/busy and changes of calendars on a CalDAV server."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import unquote, urlsplit

from connectors._caldav.query import Forbidden, refused, report, state_of, sync_token_of, texts_between
from connectors._caldav.session import CalDavSession, Reply, calendar_url
from connectors._caldav.xml import (
    CALDAV,
    TRUNCATED,
    MultiStatus,
    multistatus,
    precondition,
    query_busy,
    sync_since,
)
from connectors._http.retry import patiently
from connectors._ical.guard import read_guarded
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Interval, Intervals, as_intervals, complement, intersection, merged
from scheduler.errors import InputError, RondoError, Unavailable
from scheduler.ports import Answer, Asked, Changes

MOST_PAGES = 200
SOME_DAY = Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC))  # UIDs are told for any
USELESS = (400, 403, 409, 410, 412)  # answers to a token that has expired, as servers give them


class CalDavReader:
    """Reads calendars of one account (ports.CalendarReader, ports.ChangeFeed). `Asked.calendar` is `caldav:URL`.

    Events are read, and expanded by us; the server's own free/busy is asked for only where events are forbidden, since
    servers are an hour off there at clock changes. Titles, places and people are never made into objects.
    """

    def __init__(self, session: CalDavSession) -> None:
        self._session = session

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """An answer for each calendar, in their order; never raises RondoError."""
        return [self._answer(each, window) for each in asked]

    def changes(self, calendar: str, token: str) -> Changes:
        """Since a token; "" begins. An expired token is no error. Raises Unavailable, CredentialsRejected.

        Deleted events are told by the name of their resource, which is the UID for all that we write.
        """
        url = self._url(calendar)
        return patiently(lambda: self._changes(url, token), pause=self._session.pause)

    def _answer(self, asked: Asked, window: Interval) -> Answer:
        try:
            url = self._url(asked.calendar)
            return patiently(lambda: self._read(asked, url, window), pause=self._session.pause)
        except RondoError as fault:
            return Answer(error=fault, token=asked.token)

    def _url(self, calendar: str) -> str:
        try:
            return self._session.absolute(calendar_url(calendar))
        except Unavailable:
            raise InputError("It is not on the CalDAV server that its owner connected.") from None

    def _read(self, asked: Asked, url: str, window: Interval) -> Answer:
        state = state_of(self._session, url)  # before the events: what changes while they are read is seen next time
        token = _token(asked, window, state) if state else ""
        if token and token == asked.token:
            return Answer(token=token)
        try:
            texts = texts_between(self._session, url, window)
        except Forbidden:
            return Answer(free_busy=self._times_alone(asked, url, window))
        if not texts:
            return Answer(free_busy=FreeBusy(), token=token)
        reading = read_guarded(texts, zone=asked.zone, window=window)
        return Answer(free_busy=reading.free_busy(asked.own.uids.__contains__), token=token)

    def _times_alone(self, asked: Asked, url: str, window: Interval) -> FreeBusy:
        """What the server says of busy times, less those of our own sessions."""
        reply = report(self._session, url, query_busy(window))
        if not reply.good:
            raise refused(reply)
        reading = read_guarded([reply.body], zone=asked.zone, window=window)
        found = reading.free_busy(lambda uid: False)
        return FreeBusy(without(reading.busy, asked.own.sessions), found.unavailable, found.complete, found.warnings)

    def _changes(self, url: str, token: str) -> Changes:
        if not token:
            return self._everything(url)
        uids: set[str] = set()
        for _ in range(MOST_PAGES):
            reply = report(self._session, url, sync_since(token), depth="0")
            if reply.status in USELESS:
                _check_seen(reply)
                return self._everything(url)
            if reply.status != 207:
                raise refused(reply)
            found = multistatus(reply.body)
            uids |= self._uids(found, url)
            cut = any(part.status == TRUNCATED for part in found.parts)
            if not found.sync_token or (cut and found.sync_token == token):
                raise Unavailable("The server does not say how far its list of changes goes.")
            token = found.sync_token
            if not cut:
                return Changes(token=token, uids=frozenset(uids))
        raise Unavailable("The server's list of changes does not end.")

    def _everything(self, url: str) -> Changes:
        return Changes(token=sync_token_of(self._session, url), everything=True)

    def _uids(self, found: MultiStatus, url: str) -> set[str]:
        """The UIDs of what changed, and the names of what was deleted or comes without its text."""
        texts, names = [], set()
        for part in found.parts:
            path = urlsplit(self._session.absolute(part.href, url)).path
            text = part.text(f"{CALDAV}calendar-data")
            if text and part.status != 404:
                texts.append(text.encode())
            elif part.status != TRUNCATED and path.rstrip("/") != urlsplit(url).path.rstrip("/"):
                names.add(unquote(path.rpartition("/")[2]).removesuffix(".ics"))
        return names | (_uids_of(texts) if texts else set())


def without(busy: Intervals, sessions: Intervals) -> Intervals:
    """Busy times less our own sessions: the one block that is a session, else the stretch of it. Sorted, disjoint."""
    left = [tuple(row) for row in busy.tolist()]
    stretches = []
    for row in sessions.tolist():
        if tuple(row) in left:
            left.remove(tuple(row))
        else:
            stretches.append(row)
    kept = merged(as_intervals(left))
    if not stretches or not len(kept):
        return kept
    first, last = int(kept[0, 0]), int(kept[-1, 1])
    return intersection(kept, complement(merged(as_intervals(stretches)), first, last))


def _uids_of(texts: Sequence[bytes]) -> set[str]:
    return set(read_guarded(texts, zone="UTC", window=SOME_DAY).uids) - {""}


def _check_seen(reply: Reply) -> None:
    """A refusal that is none of the token's: the calendar itself may not be read."""
    if precondition(reply.body)[0] == "need-privileges":
        raise refused(reply)


def _token(asked: Asked, window: Interval, state: str) -> str:
    """The calendar's state, and whatever else an answer depends on."""
    parts = [asked.calendar, *window.seconds, asked.zone, version("tzdata"), *sorted(asked.own.uids)]
    whole = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    return json.dumps({"state": hashlib.sha256(state.encode()).hexdigest()[:32], "asked": whole})
