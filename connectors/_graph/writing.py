"""A series brought up to date in one mailbox: read what stands, write the smallest difference, read it back.

A session that the series can't hold stands beside it as an event of its own, under its opaque name: one that would be
moved to or over the day of a neighbour, which Graph refuses (ErrorOccurrenceCrossingBoundary); one whose instance was
deleted, which Graph does not bring back; and dates before the first one on which the clocks are plain.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from connectors._graph.payload import Payload, Wanted, digest, marked, said_in, transaction, wanted, whole, with_meeting
from connectors._graph.session import GraphSession, Refusal
from connectors._graph.standing import (
    NOT_FOUND,
    Entry,
    Series,
    Standing,
    find,
    found_by_hand,
    read_entry,
    read_standing,
)
from connectors._graph.times import in_utc, zone_of
from connectors._http.retry import Later, patiently
from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Event, Occurrence
from scheduler.core.readback import check_unedited, read_back
from scheduler.core.walltime import local_time
from scheduler.errors import ChangedElsewhere, InputError, RondoError, Unavailable

ROUNDS = 3
STALE = 412
CHANGED = {409, STALE}
BAD_REQUEST = 400
CROSSING = "ErrorOccurrenceCrossingBoundary"
LINK_WAITS = (1.0, 2.0, 4.0)  # seconds; then the link is late
LINK_HOSTS = ("teams.microsoft.com", "teams.live.com", "teams.microsoft.us", "teams.cloud.microsoft")


class OutlookWriter:
    """Writes series into one mailbox; implements `scheduler.ports.CalendarWriter`.

    `invites`: it is the organiser's, and Outlook invites the attendees, but for those in `uninvited` (ids). Else it is
    the calendar of `person`, an attendee, who gets a copy without the sessions at which they are absent.
    """

    def __init__(
        self,
        session: GraphSession,
        *,
        invites: bool,
        person: str = "",
        uninvited: Collection[str] = (),
    ) -> None:
        self._session, self._invites, self._person = session, invites, person
        self._uninvited = frozenset(uninvited)

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """See CalendarWriter. InputError where Graph can't say the series exactly."""
        seen = self._seen(event)
        if seen.cancelled or not seen.sessions:
            return self.cancel(event, standing=standing)
        want = wanted(seen, invites=self._invites, reader="" if self._invites else self._person)
        before = replace(standing, event=self._seen(standing.event)) if standing else None
        for _ in range(ROUNDS):
            try:
                return self._converged(want, before)
            except Refusal as refusal:
                if refusal.status not in CHANGED:
                    raise _told(refusal, event) from None
        raise Unavailable(f"{event.title}: it keeps changing at Outlook while it is written.")

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """See CalendarWriter. What was changed by hand goes too."""
        try:
            for each in find(self._session, event.uid):
                if not each.get("isCancelled"):
                    self._take_away(str(each.get("id")))
        except Refusal as refusal:
            raise _told(refusal, event) from None
        return Receipt()

    def _seen(self, event: Event) -> Event:
        if not self._invites:
            return event.seen_by(self._person)
        if not self._uninvited:
            return event
        people = (replace(each, email="") if each.id in self._uninvited else each for each in event.attendees)
        return replace(event, attendees=tuple(people))

    def _converged(self, want: Wanted, standing: Delivery | None) -> Receipt:
        there = read_standing(self._session, want)
        if there.series is None:
            if standing and standing.receipt.id:
                raise ChangedElsewhere(f"{want.event.title}: somebody deleted it in Outlook. It is not brought back.")
            self._create(want, transaction(want.event) | whole(want, want.parts), "series")
            there = read_standing(self._session, want)
        else:
            check_unedited(found_by_hand(want, there, standing), want.event, standing)
            if self._series_updated(want, there.series, standing):
                there = read_standing(self._session, want)
        if there.series is None:
            raise Unavailable(f"{want.event.title}: Outlook does not show yet what was written.")
        link = self._link(want, there.series)
        if self._sessions_updated(want, there, there.series, link, standing):
            there = read_standing(self._session, want)
        return _receipt(want, there, link)

    def _series_updated(self, want: Wanted, series: Series, standing: Delivery | None) -> bool:
        said = series.master.said
        if len(said) < len(want.parts) and standing:  # Graph does not tell what we said: what stood was said
            was = wanted(standing.event, invites=self._invites, reader=want.reader)
            said = {name: digest(part) for name, part in was.parts.items()}
        parts = {name: dict(part) for name, part in want.parts.items() if said.get(name) != digest(part)}
        if not parts:
            return False
        if series.online and "words" in parts:
            parts["words"] |= {"body": self._body_with_meeting(want, series)}
        body = whole(want, parts)
        body = {name: value for name, value in body.items() if value is not None}
        path = f"{self._session.root()}/events/{series.master.id}"
        self._session.call("PATCH", path, body=body, etag=series.master.etag)
        return True

    def _body_with_meeting(self, want: Wanted, series: Series) -> Payload | None:
        path = f"{self._session.root()}/events/{series.master.id}"
        told = self._session.call("GET", path, params={"$select": "body"}, keep=("body", "content", "contentType"))
        return with_meeting(want.parts["words"]["body"], told.get("body"), series.join_url)

    def _sessions_updated(
        self, want: Wanted, there: Standing, series: Series, link: str, standing: Delivery | None
    ) -> bool:
        """Bring each session to its place; whether anything was written."""
        wrote = False
        for day, each in zip(want.days, want.event.occurrences, strict=True):
            instance, single = series.instances.get(day), there.singles.get(day)
            if each.start is None:
                wrote |= self._deleted(instance) | self._deleted(single)
                continue
            held = instance and self._held(want, series, day, each, instance, standing)
            brought = self._brought(want, day, each, instance, standing) if instance and held else None
            if brought is None:
                # beside the series first, so that nobody is without it if a crash cuts this short
                wrote |= self._beside(want, day, each, single, link) | self._deleted(instance)
            else:
                wrote |= brought | self._deleted(single)
        left = [single for day, single in there.singles.items() if day not in want.days]
        for entry in (*left, *there.doubles):
            wrote |= self._deleted(entry)
        return wrote

    def _held(
        self,
        want: Wanted,
        series: Series,
        day: date,
        each: Occurrence,
        instance: Entry,
        standing: Delivery | None,
    ) -> bool:
        """Whether the series can hold a session: each moved one stays between the days of its neighbours."""
        assert each.start is not None
        if _settled(want, each, instance, standing):
            return True
        index = want.days.index(day)
        target = local_time(each.start, want.event.rule.zone).day
        before = _days(want, series, index - 1) if index > 0 else set()
        after = _days(want, series, index + 1) if index + 1 < len(want.days) else set()
        return all(target > other for other in before) and all(target < other for other in after)

    def _brought(
        self, want: Wanted, day: date, each: Occurrence, instance: Entry, standing: Delivery | None
    ) -> bool | None:
        """An instance to its time, with words of its own where it is an exception; None: the series can't hold it."""
        assert each.start is not None
        own = want.own(each) if each in want.event.exceptions() else None
        settled = _settled(want, each, instance, standing)
        if settled and _is_said(want, each, own, instance, standing):
            return False
        body = dict(own or want.usual())
        if want.teams:
            del body["body"]  # that of the series holds what Teams wrote there
        try:
            self._patch(instance, {**in_utc(each.start, want.event.duration), **body, **marked(want, day, own)})
        except Refusal as refusal:
            if refusal.code != CROSSING:
                raise
            return None
        return True

    def _beside(self, want: Wanted, day: date, each: Occurrence, single: Entry | None, link: str) -> bool:
        """A session as an event beside the series."""
        assert each.start is not None
        own = want.own(each, link if want.teams else "")
        body = {**in_utc(each.start, want.event.duration), **own, **marked(want, day, own)}
        if single is None:
            self._create(want, transaction(want.event, day) | body, day.isoformat())
            return True
        if single.span == (each.start, want.event.duration) and single.said.get("own") == digest(own):
            return False
        self._patch(single, body)
        return True

    def _create(self, want: Wanted, body: Payload, part: str) -> None:
        """Make an event. An answer that was lost may have been a yes: it is looked for before it is made again."""
        tried = False

        def attempt() -> None:
            nonlocal tried
            if tried and part in _parts_of(find(self._session, want.event.uid)):
                return
            tried = True
            try:
                self._session.once("POST", f"{self._session.root()}/events", body=body)
            except Refusal as refusal:
                if refusal.status not in CHANGED:
                    raise
                raise Later(f"{want.event.title}: Outlook says that it was made before, and shows none.") from None

        patiently(attempt, pause=self._session.pause)

    def _patch(self, entry: Entry, body: Mapping[str, Any]) -> None:
        self._conditional("PATCH", entry, body)

    def _deleted(self, entry: Entry | None) -> bool:
        """Delete what is there; gone already is as good."""
        if entry is None:
            return False
        with _gone_is_fine():
            self._conditional("DELETE", entry, None)
        return True

    def _conditional(self, method: str, entry: Entry, body: Mapping[str, Any] | None) -> None:
        """Change an entry, if nobody else did; dates of a series share an etag, which our own writes change too."""
        path, etag = f"{self._session.root()}/events/{entry.id}", entry.etag
        for again in range(ROUNDS):
            try:
                self._session.call(method, path, body=body, etag=etag)
                return
            except Refusal as refusal:
                now = read_entry(self._session, entry.id) if refusal.status == STALE and again < ROUNDS - 1 else None
                if now is None or (now.span, now.said) != (entry.span, entry.said):
                    raise
                etag = now.etag

    def _take_away(self, id_: str) -> None:
        """Cancel as organiser, so that the attendees hear of it; a copy is just deleted."""
        path = f"{self._session.root()}/events/{id_}"
        with _gone_is_fine():
            if self._invites:
                try:
                    self._session.call("POST", f"{path}/cancel", body={"comment": ""})
                except Refusal as refusal:
                    if refusal.status != BAD_REQUEST:  # without attendees there is nothing to cancel
                        raise
                else:
                    return
            self._session.call("DELETE", path)

    def _link(self, want: Wanted, series: Series) -> str:
        """The link of the room that Teams makes; it comes a little later than the event."""
        link = _believed(series.join_url)
        if not want.teams or not series.online:
            return link
        path = f"{self._session.root()}/events/{series.master.id}"
        for wait in () if link else LINK_WAITS:
            self._session.pause(wait)
            keep = ("onlineMeeting", "joinUrl")
            told = self._session.call("GET", path, params={"$select": "onlineMeeting"}, keep=keep)
            if link := _believed(str((told.get("onlineMeeting") or {}).get("joinUrl") or "")):
                break
        return link


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        if refusal.status not in NOT_FOUND:
            raise


def _receipt(want: Wanted, there: Standing, link: str) -> Receipt:
    series = there.series
    if series is None:
        raise ChangedElsewhere(f"{want.event.title}: somebody deleted it in Outlook while it was written.")
    receipt = Receipt(
        id=series.master.id,
        ical_uid=series.ical_uid,
        version=series.master.etag,
        conference=link if want.teams else "",
        late=want.teams and series.online and not link,
    )
    receipt = read_back(want.event, [each.span for each in there.entries], receipt)
    kept = zone_of(series.zone)
    if receipt.differences and kept and kept != want.event.rule.zone:
        told = f"Outlook keeps it by the clocks of {kept}, not of {want.event.rule.zone}"
        return replace(receipt, differences=(*receipt.differences, told))
    return receipt


def _settled(want: Wanted, each: Occurrence, instance: Entry, standing: Delivery | None) -> bool:
    """Whether an instance is where it should be, or where the provider alone puts it, which is never fought."""
    if each.start is None:
        return False
    if instance.span == (each.start, want.event.duration):
        return True
    if not instance.changed and each not in want.event.exceptions():
        return True
    stood = standing.receipt.stood if standing else ()
    return instance.span in stood and each in (standing.event.occurrences if standing else ())


def _is_said(want: Wanted, each: Occurrence, own: Payload | None, instance: Entry, standing: Delivery | None) -> bool:
    if instance.said:
        return instance.said.get("own", "") == (digest(own) if own else "")
    if standing is None or each not in standing.event.occurrences:
        return own is None and not instance.changed
    was = standing.event  # Graph does not tell what we said: what stood was said
    return (was.title, was.attendees, was.conference) == (
        *(want.event.title, want.event.attendees),
        want.event.conference,
    )


def _days(want: Wanted, series: Series, index: int) -> set[date]:
    """The days on which a neighbour is by the rule, as it stands, and as it will."""
    day, zone = want.days[index], want.event.rule.zone
    instance = series.instances.get(day)
    at: list[datetime | None] = [want.event.occurrences[index].start, instance.start if instance else None]
    return {day, *(local_time(start, zone).day for start in at if start)}


def _parts_of(found: list[dict[str, Any]]) -> set[str]:
    return {part for each in found if (part := said_in(each.get("singleValueExtendedProperties")).get("part"))}


def _believed(url: str) -> str:
    """A link, if it leads to Teams."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.casefold()
    return (
        url
        if parts.scheme == "https" and any(host in (each, f"gov.{each}", f"dod.{each}") for each in LINK_HOSTS)
        else ""
    )


def _told(refusal: Refusal, event: Event) -> RondoError:
    if refusal.status == BAD_REQUEST:
        return InputError(f"{event.title}: {refusal.words}")
    return Unavailable(f"{event.title}: {refusal.words}")
