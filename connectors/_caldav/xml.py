"""The XML of WebDAV and CalDAV: what is asked, and answers of several parts (RFC 4918, 13).

Answers are strangers' work: no document type, no entity and nothing outside of them is ever resolved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError  # types and an error alone; defusedxml does the parsing
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from scheduler.core.interval import Interval
from scheduler.errors import Unavailable

DAV, CALDAV, CALENDARSERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
HEAD = '<?xml version="1.0" encoding="utf-8"?>'
EVENTS = (
    '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{}</C:comp-filter></C:comp-filter>'
    "</C:filter>"
)
UID_ALONE = (
    '<C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="UID"/></C:comp></C:comp>'
    "</C:calendar-data>"
)
TRUNCATED = 507


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One resource of an answer: its address, its own status (0: it has none), and the properties that it has."""

    href: str
    status: int
    found: dict[str, Element]

    def text(self, name: str) -> str:
        """The text of a property, "" where it has none."""
        element = self.found.get(name)
        return (element.text or "").strip() if element is not None else ""

    def hrefs(self, name: str) -> list[str]:
        """The addresses in a property."""
        element = self.found.get(name)
        return [] if element is None else [text for each in element.iter(f"{DAV}href") if (text := _text(each))]

    def has(self, name: str, *inner: str) -> bool:
        """Whether a property has any of these elements in it."""
        element = self.found.get(name)
        return element is not None and any(element.find(f".//{each}") is not None for each in inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiStatus:
    """A 207: its parts, and the token that a sync-collection ends with (RFC 6578)."""

    parts: tuple[Part, ...]
    sync_token: str = ""


def multistatus(body: bytes) -> MultiStatus:
    """A 207's body. Raises Unavailable for anything else, such as a page that asks somebody to sign in."""
    root = parsed(body)
    if root is None or root.tag != f"{DAV}multistatus":
        raise Unavailable("The server's answer is not one of CalDAV.")
    parts = tuple(_part(each) for each in root.findall(f"{DAV}response"))
    return MultiStatus(parts=parts, sync_token=_text(root.find(f"{DAV}sync-token")))


def parsed(body: bytes) -> Element | None:
    """The root of a document; None where it is no XML, or more than plain XML."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    return root


def precondition(body: bytes) -> tuple[str, str]:
    """The condition that a refusal names (RFC 4918, 16), and the address in it; "" where it names none."""
    root = parsed(body)
    if root is None or root.tag != f"{DAV}error" or not len(root):
        return "", ""
    return root[0].tag.rpartition("}")[2], _text(root[0].find(f".//{DAV}href"))


def propfind(*names: str) -> bytes:
    """Asks for properties, named with a prefix: D, C or CS."""
    return _document("D:propfind", f"<D:prop>{''.join(f'<{name}/>' for name in names)}</D:prop>")


def query_between(window: Interval) -> bytes:
    """Asks for the events that touch a window, each with its whole series (RFC 4791, 7.8)."""
    return _query("<C:calendar-data/>", _range(window))


def query_uid(uid: str) -> bytes:
    """Asks which resources have a UID; servers match as they like, so that the answer has to be looked at."""
    match = f'<C:prop-filter name="UID"><C:text-match collation="i;octet">{escape(uid)}</C:text-match></C:prop-filter>'
    return _query("<D:getetag/><C:calendar-data/>", match)


def query_busy(window: Interval) -> bytes:
    """Asks for times alone (RFC 4791, 7.10)."""
    return _document("C:free-busy-query", _range(window))


def sync_since(token: str) -> bytes:
    """Asks what changed since a token (RFC 6578)."""
    asked = f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
    return _document("D:sync-collection", f"{asked}<D:prop><D:getetag/>{UID_ALONE}</D:prop>")


def _query(wanted: str, inner: str) -> bytes:
    return _document("C:calendar-query", f"<D:prop>{wanted}</D:prop>{EVENTS.format(inner)}")


def _range(window: Interval) -> str:
    return f'<C:time-range start="{_utc(window.start)}" end="{_utc(window.end)}"/>'


def _utc(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


def _document(name: str, inner: str) -> bytes:
    return f"{HEAD}<{name} {SPACES}>{inner}</{name}>".encode()


def _part(response: Element) -> Part:
    found: dict[str, Element] = {}
    for propstat in response.findall(f"{DAV}propstat"):
        status = _status(propstat.find(f"{DAV}status"))
        if 200 <= status < 300:
            found |= {each.tag: each for each in _properties(propstat)}
    status = _status(response.find(f"{DAV}status"))
    return Part(href=_text(response.find(f"{DAV}href")), status=status, found=found)


def _properties(propstat: Element) -> Iterator[Element]:
    for prop in propstat.findall(f"{DAV}prop"):
        yield from prop


def _status(element: Element | None) -> int:
    """The number in `HTTP/1.1 200 OK`."""
    words = _text(element).split()
    return int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() else 0


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
