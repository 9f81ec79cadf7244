"""Where a person's calendar is: a file of the folder, an address of the web, or a calendar at a provider."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from scheduler.core.suggest import quoted
from scheduler.errors import InputError

LONGEST = 2000
LABEL = re.compile(r"(?:caldav:)?[a-z]+://[^/]*/…[0-9a-f]{8}")
URL = re.compile(r"((?:caldav:)?[a-z]+://)(?:[^/?#@]*@)?([^/?#:]*)", re.IGNORECASE)
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
MAILBOX = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,189}")
HINT = (
    "Write a path such as calendars/ana.ics, an https or webcal address, caldav:URL, google:MAILBOX or outlook:MAILBOX."
)


class Kind(StrEnum):
    """Which connector reads a calendar; of accounts, whose it is."""

    FILE = "file"
    ICS = "ics"
    CALDAV = "caldav"
    GOOGLE = "google"
    OUTLOOK = "outlook"


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """`rest` is a path, an http(s) URL, or the address of a mailbox or calendar."""

    kind: Kind
    rest: str

    def __str__(self) -> str:
        return self.rest if self.kind in (Kind.FILE, Kind.ICS) else f"{self.kind}:{self.rest}"


def parse_address(text: str) -> CalendarAddress:
    """An address as people write it; webcal becomes https. Only the form is checked. Raises InputError."""
    if len(text) > LONGEST or any(letter <= " " or letter == "\x7f" for letter in text):
        raise InputError(f"calendar {quoted(text)} is no address.", hint=HINT)
    found = SCHEME.fullmatch(text)
    if not found:
        return CalendarAddress(Kind.FILE, _path(text))
    scheme, rest = found[1].lower(), found[2]
    if scheme in ("http", "https", "webcal", "webcals"):
        return CalendarAddress(Kind.ICS, _url(f"{'https' if scheme != 'http' else scheme}:{rest}", text))
    if scheme == Kind.CALDAV:
        return CalendarAddress(Kind.CALDAV, _url(rest, text))
    if scheme in (Kind.GOOGLE, Kind.OUTLOOK):
        if not MAILBOX.fullmatch(rest):
            raise InputError(
                f"calendar {quoted(text)} names no mailbox.", hint=f"Write it like {scheme}:ana@example.org."
            )
        return CalendarAddress(Kind(scheme), rest)
    raise InputError(f"calendar {quoted(text)} is of no kind that is read.", hint=HINT)


def label(address: str) -> str:
    """A calendar's name for stores, messages and logs: of a URL only the host, since its path may be a secret."""
    found = URL.match(address)
    if not found or LABEL.fullmatch(address):
        return address
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    return f"{found[1]}{found[2]}/…{digest}"


def _path(path: str) -> str:
    parts = path.split("/")
    if "\\" in path or len(path) > 255 or any(part in ("", ".", "..") for part in parts):
        hint = "Write it like calendars/amara.ics, with / and without .. in it."
        raise InputError(f"calendar {quoted(path)} is no path below the folder.", hint=hint)
    return path


def _url(url: str, text: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise InputError(f"calendar {quoted(label(text))} is no address.", hint=HINT)
    return url
