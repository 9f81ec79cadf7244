"""One event as one file in a calendar on a CalDAV server, brought to what it should say."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid5

from connectors._caldav.discovery import Directory
from connectors._caldav.guests import Copy, Guests
from connectors._caldav.query import refused, report
from connectors._caldav.resource import Resource
from connectors._caldav.session import CalDavSession, Reply, calendar_url, strong
from connectors._caldav.xml import CALDAV, DAV, multistatus, precondition, query_uid
from connectors._found.dates import (
    Date,
    adopted,
    deleted_copy,
    found_in_copy,
    found_of,
    left_to_owner,
    nothing_of,
    span_of,
)
from connectors._http.retry import Later, patiently
from connectors._ics_out.calendar import resource
from connectors._ics_out.vevent import address, vevents
from scheduler.core.delivery import Delivery, Receipt, Seen
from scheduler.core.event import Event, Span
from scheduler.core.found import Found
from scheduler.core.readback import check_unedited, read_back, settled
from scheduler.errors import ChangedElsewhere, RondoError, Unavailable

MOST_BYTES = 2_000_000
AT_ONCE = "0"  # seconds to wait
TAKEN = ("no-uid-conflict", "unique-scheduling-object-resource")
PLAIN_UID = re.compile(r"[A-Za-z0-9-]{1,200}")
OF_UIDS = UUID("5b0a4d0e-7c53-5d0f-9b46-0f6d7d1f9a2b")


class Taken(Later):
    """The UID stands already, at `href` if the server tells."""

    def __init__(self, href: str) -> None:
        super().__init__("The server has this event elsewhere, and does not say where.", AT_ONCE)
        self.href = href


class CalDavWriter:
    """Writes into one calendar, and looks at that: ports.CalendarWriter and SeriesReader. `calendar`: `caldav:URL`.

    `invited`: the ids of those whom the server invites, since they have an account there; everybody else is marked so
    that it does not. `copy`: the calendar is that of `person`, who is invited by nobody's server; the server then sends
    nothing, neither now nor when the event is taken back. Each write is conditional on the ETag where the server gives
    one, and is read back. What people answered and added stays.
    """

    def __init__(
        self,
        session: CalDavSession,
        calendar: str,
        *,
        invited: frozenset[str] = frozenset(),
        copy: bool = False,
        person: str = "",
    ) -> None:
        self._session, self._calendar = session, calendar_url(calendar)
        self._invited, self._copy, self._person = invited, copy, person
        self._directory = Directory(session)

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Create the series or make it say this. Raises as ports.CalendarWriter.

        In a copy, what its owner did to a session stays until we have another plan for it.
        """
        event, standing = self._seen(event), standing and self._seen(standing)
        if not event.sessions:  # an event without any date would be refused
            return self.cancel(event, standing=standing)
        return self._patiently(lambda where: self._converge(event, standing, where), standing)

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Delete it; the server tells those whom it invited. What was changed by hand goes too. Raises as `put`."""
        return self._patiently(lambda where: self._remove(event, where), standing)

    def look(self, event: Event, *, standing: Delivery) -> Found:
        """What stands of it: one call, unless the file was moved. Raises as ports.SeriesReader."""
        seen, then = self._seen(event), self._seen(standing)
        found = patiently(lambda: self._find(then.event.uid, then.receipt.id), pause=self._session.pause)
        try:
            told = (
                found_of(seen, then, found.dates(seen), found.answers(seen), found.etag) if found else nothing_of(then)
            )
        except ChangedElsewhere as unknown:
            raise Unavailable(str(unknown)) from None
        return found_in_copy(told, standing, self._person) if self._copy else told

    def _seen(self, what: Seen) -> Seen:
        """As the calendar's owner has it: a copy is without the sessions at which they are absent."""
        return what.seen_by(self._person) if self._copy else what

    def _patiently(self, attempt: Callable[[str], Receipt], standing: Delivery | None) -> Receipt:
        """An attempt begins by looking what stands, so that a write whose answer was lost is not made twice."""
        where = standing.receipt.id if standing else ""

        def once() -> Receipt:
            nonlocal where
            try:
                return attempt(where)
            except Taken as taken:
                where = taken.href
                raise

        return patiently(once, pause=self._session.pause)

    def _converge(self, event: Event, standing: Delivery | None, where: str) -> Receipt:
        found = self._find(event.uid, where)
        dates = found.dates(event) if found else ()
        if found and standing:
            standing = settled(standing, found_of(event, standing, dates, {}, ""))
        if self._copy and standing and standing.receipt.id:
            event = left_to_owner(event, standing, found_of(event, standing, dates, {}, ""))
            if found is None or not event.sessions:
                return deleted_copy(standing)
        else:
            _check(event, standing, frozenset(each.span for each in dates if each.span) if found else None)
        text = self._text(event, found)
        if found is None or not (found.says(text) or _is_agreed(event, standing, dates)):
            url = found.url if found else f"{self._calendar}{_name(event.uid)}.ics"
            self._write(url, text, found)
            found = self._find(event.uid, url)
        if found is None:
            raise Unavailable("The server took the event, and does not show it.")
        receipt = read_back(event, found.spans(event), Receipt(id=found.url, ical_uid=event.uid, version=found.etag))
        return replace(receipt, differences=(*receipt.differences, *self._uninvited(event, found)))

    def _remove(self, event: Event, where: str) -> Receipt:
        found = self._find(event.uid, where)
        if found is None:
            return Receipt()
        quiet = {"Schedule-Reply": "F"} if self._copy else {}  # RFC 6638, 8.1: nobody gets a decline
        _judge(self._session.request("DELETE", found.url, headers=_condition(found) | quiet), gone=True)
        return Receipt()

    def _text(self, event: Event, found: Resource | None) -> bytes:
        """A SEQUENCE is never lower than the one that stands: readers would take the older for the newer."""
        numbered = replace(event, sequence=max(event.sequence, found.sequence if found else 0), cancelled=False)
        if self._copy:
            return resource(vevents(numbered, self._person, Copy(found)))
        others = self._others(event)
        reader = "" if others else event.organizer  # those whom the server invites read the same words
        return resource(vevents(numbered, reader, Guests(found, others, self._mail(event))))

    def _others(self, event: Event) -> frozenset[str]:
        """Whom the server invites to this event: not the organiser, whose calendar it is."""
        return self._invited.intersection(each.id for each in event.attendees) - {event.organizer}

    def _mail(self, event: Event) -> str:
        """The organiser's address for a server that invites: it must be one that it knows as theirs."""
        if not self._others(event) or event.organized_by.email.lower() in self._directory.addresses:
            return ""
        return next(iter(self._directory.addresses), "")

    def _find(self, uid: str, where: str) -> Resource | None:
        """What stands under a UID: where it was last, else wherever in the calendar."""
        if where and (found := self._at(where, uid)):
            return found
        reply = report(self._session, self._calendar, query_uid(uid))
        if reply.status != 207:
            raise refused(reply)
        for part in multistatus(reply.body).parts:
            text = part.text(f"{CALDAV}calendar-data").encode()
            url = self._session.absolute(part.href, reply.url)
            if found := Resource.of(url, strong(part.text(f"{DAV}getetag")), text, uid):
                return found
        return None

    def _at(self, where: str, uid: str) -> Resource | None:
        try:
            url = self._session.absolute(where)
        except Unavailable:  # of a server that its owner has left
            return None
        reply = self._session.request("GET", url, most=MOST_BYTES)
        if reply.status in (404, 410):
            return None
        if not reply.good:
            raise refused(reply)
        return Resource.of(url, reply.etag, reply.body, uid)

    def _write(self, url: str, text: bytes, found: Resource | None) -> None:
        kind = {"Content-Type": "text/calendar; charset=utf-8"}
        _judge(self._session.request("PUT", url, text, headers=_condition(found) | kind))

    def _uninvited(self, event: Event, found: Resource) -> list[str]:
        """Whom the server could not invite though it should have."""
        statuses = found.uninvited()
        people = ((each.id, statuses.get(address(each).lower())) for each in event.attendees)
        return [
            f"{who}: the server could not invite them ({status})"
            for who, status in people
            if status and who in self._others(event)
        ]


def _check(event: Event, standing: Delivery | None, found: frozenset[Span] | None) -> None:
    """Raise ChangedElsewhere where somebody moved or deleted what was written."""
    if found is not None:
        check_unedited(found, event, standing)
    elif standing and standing.receipt.id and standing.event.sessions and not standing.event.cancelled:
        raise ChangedElsewhere(f"{event.title}: somebody deleted it by hand. It is not brought back.")


def _is_agreed(event: Event, standing: Delivery | None, dates: tuple[Date, ...]) -> bool:
    """Whether the only news is what somebody did by hand: then they said it, and it is not said again."""
    if standing is None or standing.event.same_as(event):
        return False
    found = found_of(event, standing, dates, {}, "")
    agreed = adopted(event, standing, found).event.same_as(event)
    return agreed and all(found.sessions[each.session] == span_of(each, event) for each in event.occurrences)


def _name(uid: str) -> str:
    """A file's name: ours are their UIDs, and some of other providers have signs that servers refuse in names."""
    return uid if PLAIN_UID.fullmatch(uid) else str(uuid5(OF_UIDS, uid))


def _condition(found: Resource | None) -> dict[str, str]:
    """That what stands is still what was compared; a server without ETags can't promise it."""
    if found is None:
        return {"If-None-Match": "*"}
    return {"If-Match": found.etag} if found.etag else {}


def _judge(reply: Reply, *, gone: bool = False) -> None:
    """Raise what a refused write means; `gone`: that nothing is there is as good."""
    if reply.good or (gone and reply.status in (404, 410)):
        return
    condition, href = precondition(reply.body)
    if reply.status == 409 or condition in TAKEN:
        raise Taken(href)
    if reply.status == 412:
        raise Later("It is changed by somebody else all the time.", AT_ONCE)
    raise _refused_write(413 if condition == "max-resource-size" else reply.status)


def _refused_write(status: int) -> RondoError:
    if status in (403, 405):
        return Unavailable("The account may not write in this calendar.")
    if status in (404, 410):
        return Unavailable("There is no such calendar on the server.")
    if status in (413, 507):
        return Unavailable("The server has no room for the event.")
    return Unavailable(f"The server does not take the event ({status}).")
