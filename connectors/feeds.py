"""Calendars at addresses of the web (https, webcal), which often hold a secret: read, and never written.

They are fetched through the one guard, and only where they changed. A text that has lost most of what it held may be a
fault of its server: the first time it is an error, so that the last good copy stays; the next time it is believed.
"""

import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from urllib.parse import urlsplit

import httpx

from connectors._feeds.page import UNCHANGED, check_calendar, check_status
from connectors._feeds.seen import question, seen_in, seen_of
from connectors._http.guard import Fetched, fetch
from connectors._http.retry import Pause, patiently
from connectors._ical.guard import read_guarded
from scheduler.core.account import Grant
from scheduler.core.address import label
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Interval
from scheduler.errors import RondoError, Unavailable
from scheduler.ports import Answer, Asked, Changes

TRIES = 3
AT_ONCE = 8
WEBCAL = re.compile(r"\Awebcals?:", re.IGNORECASE)
ACCEPT = {"Accept": "text/calendar"}  # Xandikos shows a page to whoever would take one as well
# a text has a second and a half to be read, however many are fetched
_reading = threading.BoundedSemaphore(min(4, os.cpu_count() or 1))


class IcsFeeds:
    """Reads feeds (a CalendarReader) and tells whether they changed (a ChangeFeed); a calendar is named by its URL.

    `client` is a `guarded_client`, and `pause` waits so many seconds.
    """

    def __init__(self, client: httpx.Client, *, pause: Pause = time.sleep) -> None:
        self._client, self._pause = client, pause

    def free_busy(self, asked: Sequence[Asked], *, window: Interval) -> Sequence[Answer]:
        """What each feed says. An answer with neither free/busy nor an error: as it was when its token was made."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda each: self._answer(each, window), asked))

    def changes(self, calendar: str, token: str) -> Changes:
        """Whether a feed's text changed, but not where. Raises Unavailable, CredentialsRejected, InputError."""
        last = seen_in(token)
        answer = _get(self._client, _url(calendar), last.conditions, self._pause)
        if answer is None:
            return Changes(token=token)
        new = seen_of(answer.body, answer.headers)
        return Changes(token=new.token, everything=new.digest != last.digest)

    def _answer(self, asked: Asked, window: Interval) -> Answer:
        try:
            return self._read(asked, window)
        except RondoError as fault:
            return Answer(error=fault, token=asked.token)

    def _read(self, asked: Asked, window: Interval) -> Answer:
        last, fits = seen_in(asked.token), question(asked, window)
        answered = last.fits == fits
        answer = _get(self._client, _url(asked.calendar), last.conditions if answered else {}, self._pause)
        if answer is None:
            return Answer(token=replace(last, doubted="").token)
        new = replace(seen_of(answer.body, answer.headers), fits=fits)
        if answered and new.digest == last.digest:
            return Answer(token=new.token)
        free_busy = _read_text(answer.body, asked, window)
        if last.doubts(new):
            fault = Unavailable(
                "It suddenly holds much less than before; if it stays so, the next reading believes it."
            )
            return Answer(error=fault, token=replace(last, doubted=new.digest).token)
        return Answer(free_busy=free_busy, token=new.token)


def grant_of(url: str, *, client: httpx.Client, pause: Pause = time.sleep) -> Grant:
    """The feed at an address, as an account of its one calendar; the secret is the address, the rest hides it.

    Raises InputError for what is no address of a feed, and Unavailable or CredentialsRejected where it can't be read.
    """
    address = _url(url)
    _get(client, address, {}, pause)
    shown = label(address)
    identity = f"{urlsplit(address).hostname}/{sha256(address.encode()).hexdigest()[:32]}"
    return Grant(identity=identity, address=shown, secret=address, calendars=(shown,))


def _url(calendar: str) -> str:
    """Calendar programs write webcal where they mean an address of the web; the guard says what is none."""
    return WEBCAL.sub("https:", calendar)


def _get(client: httpx.Client, url: str, conditions: Mapping[str, str], pause: Pause) -> Fetched | None:
    """An answer that is a calendar; None: it did not change."""

    def call() -> Fetched:
        answer = fetch(client, url, headers={**ACCEPT, **conditions})
        check_status(answer)
        return answer

    answer = patiently(call, pause=pause, tries=TRIES)
    if answer.status == UNCHANGED:
        if not conditions:
            raise Unavailable("The server says that nothing changed to whom it never told anything.")
        return None
    check_calendar(answer.body)
    return answer


def _read_text(text: bytes, asked: Asked, window: Interval) -> FreeBusy:
    with _reading:
        reading = read_guarded([text], zone=asked.zone, window=window)
    return reading.free_busy(asked.own.uids.__contains__)
