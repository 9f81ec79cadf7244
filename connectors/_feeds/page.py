"""Whether what a server answers is a calendar, and if not, in words for its owner."""

import re

from connectors._http.guard import Fetched
from connectors._http.retry import Later
from connectors._ical.text import source_of
from scheduler.errors import CredentialsRejected, Unavailable

OK, UNCHANGED = 200, 304
REFUSED = (401, 403, 407)
GONE = (404, 410)
BUSY = (408, 425, 429)
FAULTS = range(500, 600)
BEGIN = re.compile(rb"^\s*BEGIN:VCALENDAR", re.MULTILINE | re.IGNORECASE)
END = re.compile(rb"^\s*END:VCALENDAR", re.MULTILINE | re.IGNORECASE)


def check_status(answer: Fetched) -> None:
    """Raise what an error means: Later, CredentialsRejected where a new address is needed, Unavailable."""
    status = answer.status
    if status in BUSY or status in FAULTS:
        raise Later(f"The server is busy or broken ({status}).", answer.headers.get("retry-after"))
    if status in REFUSED:
        hint = "Its owner has to give a new one: rondo connect ics DIR --person ID"
        raise CredentialsRejected(f"The server does not accept this address ({status}). {hint}")
    if status in GONE:
        raise Unavailable(f"There is no calendar at this address ({status}).")
    if status not in (OK, UNCHANGED):
        raise Unavailable(f"The server does not answer with a calendar ({status}).")


def check_calendar(body: bytes) -> None:
    """Raise Unavailable for what is no calendar, or not all of one."""
    text = source_of(body).folded
    if not text.strip():
        raise Unavailable("The answer is empty.")
    if not BEGIN.search(text):
        raise Unavailable("The answer is no calendar; it may be a page to sign in.")
    if not END.search(text):
        raise Unavailable("The calendar breaks off before its end.")
