"""From the address of a server to its account's calendars (RFC 6764, RFC 5397, RFC 4791), and whether it invites
people by itself (RFC 6638)."""

from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from propcache.api import cached_property

from connectors._caldav.session import CalDavSession, Reply, calendar_url
from connectors._caldav.xml import CALDAV, DAV, Part, multistatus, propfind
from scheduler.errors import InputError, Unavailable

WELL_KNOWN = "/.well-known/caldav"
MOST_HOMES = 10
MOST_CALENDARS = 500
HERE = propfind("D:resourcetype", "D:current-user-principal", "C:calendar-home-set")
PRINCIPAL = propfind(
    "C:calendar-home-set", "C:calendar-user-address-set", "C:schedule-outbox-URL", "C:schedule-inbox-URL"
)
CALENDARS = propfind(
    "D:resourcetype", "D:displayname", "C:supported-calendar-component-set", "D:current-user-privilege-set"
)
DEFAULT = propfind("C:schedule-default-calendar-URL")
WRITES = tuple(f"{DAV}{name}" for name in ("write", "write-content", "bind", "all"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DavCalendar:
    """One calendar for events; `name` is its owner's, and is kept nowhere."""

    url: str
    name: str
    writable: bool


class Directory:
    """What a server says of an account. Each part is asked once, when it is needed.

    Everything raises Later, CredentialsRejected, Unavailable; InputError where there is no CalDAV at the address.
    """

    def __init__(self, session: CalDavSession) -> None:
        self._session = session

    @cached_property
    def principal(self) -> str:
        """The URL of the account's principal; "" where the server tells none."""
        hrefs = self._start.hrefs(f"{DAV}current-user-principal")
        return self._session.led(hrefs[0]) if hrefs else ""

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The account's mail addresses as the server knows it by, in small letters."""
        said = self._person.hrefs(f"{CALDAV}calendar-user-address-set")
        mails = (each[len("mailto:") :] for each in said if each.lower().startswith("mailto:"))
        return tuple(dict.fromkeys(unquote(each).lower() for each in mails))

    @cached_property
    def schedules(self) -> bool:
        """Whether the server invites those who have an account there when an event with attendees is written."""
        if not (self._person.hrefs(f"{CALDAV}schedule-outbox-URL") and self.addresses):
            return False
        reply = self._session.request("OPTIONS", (self.homes or [self._session.url])[0])
        return "calendar-auto-schedule" in reply.headers.get("dav", "").lower()

    @cached_property
    def homes(self) -> list[str]:
        """The collections in which the account's calendars are."""
        said = [*self._person.hrefs(f"{CALDAV}calendar-home-set"), *self._start.hrefs(f"{CALDAV}calendar-home-set")]
        return [self._session.led(each) for each in dict.fromkeys(said)][:MOST_HOMES]

    @cached_property
    def calendars(self) -> tuple[DavCalendar, ...]:
        """The account's calendars for events; if its address is that of a calendar, this one first."""
        found: dict[str, DavCalendar] = {}
        if _is_calendar(self._start):
            found |= self._calendars_at(self._session.url, "0")
        for home in self.homes:
            found |= {url: each for url, each in self._calendars_at(home, "1").items() if url not in found}
        return tuple(found.values())[:MOST_CALENDARS]

    @cached_property
    def default(self) -> str:
        """The URL of the calendar that counts where nobody says otherwise; "" where there is none."""
        writable = [each.url for each in self.calendars if each.writable]
        urls = writable or [each.url for each in self.calendars]
        if _is_calendar(self._start) or not urls:
            return urls[0] if urls else ""
        return next((each for each in self._default_said() if each in urls), urls[0])

    def _default_said(self) -> list[str]:
        """Where the server puts invitations (RFC 6638, 9.2)."""
        said = []
        for inbox in self._person.hrefs(f"{CALDAV}schedule-inbox-URL")[:1]:
            reply = self._asked(self._session.absolute(inbox), DEFAULT, "0")
            for part in multistatus(reply.body).parts if reply.status == 207 else ():
                said += part.hrefs(f"{CALDAV}schedule-default-calendar-URL")
        return [calendar_url(self._session.absolute(each)) for each in said]

    @cached_property
    def _start(self) -> Part:
        """The first place on the server that knows whose account this is, or is a calendar itself."""
        root = urljoin(self._session.url, "/")
        typed = [] if urlsplit(self._session.url).path in ("", "/") else [self._session.url]
        for url in (*typed, urljoin(root, WELL_KNOWN), root):
            reply = self._asked(url, HERE, "0")
            if reply.status != 207:
                continue
            for part in multistatus(reply.body).parts[:1]:
                if _is_calendar(part) or part.hrefs(f"{DAV}current-user-principal"):
                    return part
        raise InputError(
            "There is no CalDAV server at the address.", hint="Its provider's help names the address for CalDAV."
        )

    @cached_property
    def _person(self) -> Part:
        if self.principal:
            reply = self._asked(self.principal, PRINCIPAL, "0")
            parts = multistatus(reply.body).parts if reply.status == 207 else ()
            if parts:
                return parts[0]
        return Part(href="", status=0, found={})

    def _calendars_at(self, url: str, depth: str) -> dict[str, DavCalendar]:
        reply = self._asked(url, CALENDARS, depth)
        if reply.status != 207:
            raise Unavailable("The server does not list the calendars of the account.")
        parts = [part for part in multistatus(reply.body).parts if _is_calendar(part) and _holds_events(part)]
        calendars = (_calendar(self._session.absolute(part.href, reply.url), part) for part in parts)
        return {each.url: each for each in calendars}

    def _asked(self, url: str, body: bytes, depth: str) -> Reply:
        return self._session.xml("PROPFIND", url, body, depth)


def _is_calendar(part: Part) -> bool:
    return part.has(f"{DAV}resourcetype", f"{CALDAV}calendar")


def _holds_events(part: Part) -> bool:
    """Whether it is not one for other things alone, such as tasks."""
    kinds = part.found.get(f"{CALDAV}supported-calendar-component-set")
    return kinds is None or "VEVENT" in {each.get("name", "").upper() for each in kinds}


def _calendar(url: str, part: Part) -> DavCalendar:
    # a server that tells no privileges is tried
    told = f"{DAV}current-user-privilege-set" in part.found
    writable = part.has(f"{DAV}current-user-privilege-set", *WRITES) if told else True
    return DavCalendar(url=calendar_url(url), name=part.text(f"{DAV}displayname"), writable=writable)
