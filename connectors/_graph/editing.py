"""Single changes in one mailbox, each of which may be repeated without harm."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from connectors._graph.payload import Payload, said_in, with_meeting
from connectors._graph.session import GraphSession, Refusal
from connectors._graph.standing import NOT_FOUND, Entry, Series, find, read_entry
from connectors._http.retry import Later, patiently
from scheduler.errors import ChangedElsewhere, Unavailable

TRIES = 3
STALE = 412
CHANGED = {409, STALE}
BAD_REQUEST = 400
LINK_WAITS = (1.0, 2.0, 4.0)  # seconds; then the link is late
LINK_HOSTS = ("teams.microsoft.com", "teams.live.com", "teams.microsoft.us", "teams.cloud.microsoft")
GOVERNMENTS = ("gov.", "dod.", "")


class Editor:
    """Makes, changes and deletes events in the mailbox of a session."""

    def __init__(self, session: GraphSession) -> None:
        self.session = session
        self._events = f"{session.root()}/events"

    def create(self, uid: str, body: Payload, part: str) -> None:
        """Make an event, a `part` of a series. An answer that was lost may have been a yes: it is looked for first.

        Raises ChangedElsewhere where Graph goes on saying that it made it, and does not show it.
        """
        tried = made = False

        def attempt() -> None:
            nonlocal tried, made
            made = False
            if tried and part in _parts_of(find(self.session, uid)):
                return
            tried = True
            try:
                self.session.once("POST", self._events, body=body)
            except Refusal as refusal:
                if refusal.status not in CHANGED:
                    raise
                made = True
                raise Later("Outlook says that it was made before, and shows none.") from None

        try:
            patiently(attempt, pause=self.session.pause)
        except Unavailable:
            if not made:
                raise
            told = "Outlook says that it was made before, and shows none: somebody deleted it. It is not brought back."
            raise ChangedElsewhere(told) from None

    def change_series(self, entry: Entry, body: Payload) -> None:
        """Change a whole series, if nobody else did since it was read."""
        self.session.call("PATCH", f"{self._events}/{entry.id}", body=body, etag=entry.etag)

    def change(self, entry: Entry, body: Payload) -> None:
        """Change a date or a single event, if nobody else did."""
        self._conditional("PATCH", entry, body)

    def delete(self, entry: Entry | None) -> bool:
        """Delete what is there, if nobody else changed it; gone already is as good. Whether anything was."""
        if entry is None:
            return False
        with _gone_is_fine():
            self._conditional("DELETE", entry, None)
        return True

    def take_away(self, id_: str, *, tell: bool) -> None:
        """Cancel as organiser, so that the attendees hear of it, or just delete."""
        path = f"{self._events}/{id_}"
        with _gone_is_fine():
            if tell:
                try:
                    self.session.call("POST", f"{path}/cancel", body={"comment": ""})
                except Refusal as refusal:
                    if refusal.status != BAD_REQUEST:  # without attendees there is nothing to cancel
                        raise
                else:
                    return
            self.session.call("DELETE", path)

    def link(self, series: Series) -> str:
        """The link of the room that Teams makes, a little later than the event; nothing where it is late."""
        link = believed(series.join_url)
        for wait in () if link or not series.online else LINK_WAITS:
            self.session.pause(wait)
            told = self._part_of(series, "onlineMeeting", ("onlineMeeting", "joinUrl"))
            meeting = told.get("onlineMeeting") or {}
            if link := believed(str(meeting.get("joinUrl") or "")):
                break
        return link

    def body_with_meeting(self, series: Series, body: Payload) -> Payload | None:
        """New words for a series, with what Teams wrote below the old ones; None: they are best left alone."""
        told = self._part_of(series, "body", ("body", "content", "contentType"))
        return with_meeting(body, told.get("body"), series.join_url)

    def _part_of(self, series: Series, name: str, keep: tuple[str, ...]) -> dict[str, Any]:
        return self.session.call("GET", f"{self._events}/{series.master.id}", params={"$select": name}, keep=keep)

    def _conditional(self, method: str, entry: Entry, body: Mapping[str, Any] | None) -> None:
        """Dates of a series may share an etag, which our own writes change too: then it is looked at what stands."""
        etag = entry.etag
        for tries_left in reversed(range(TRIES)):
            try:
                self.session.call(method, f"{self._events}/{entry.id}", body=body, etag=etag)
                return
            except Refusal as refusal:
                now = read_entry(self.session, entry.id) if refusal.status == STALE and tries_left else None
                if now is None or (now.span, now.said) != (entry.span, entry.said):
                    raise
                etag = now.etag


def believed(url: str) -> str:
    """A link, if it leads to Teams; else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    hosts = {f"{government}{host}" for government in GOVERNMENTS for host in LINK_HOSTS}
    return url if parts.scheme == "https" and parts.netloc.casefold() in hosts else ""


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        if refusal.status not in NOT_FOUND:
            raise


def _parts_of(found: list[dict[str, Any]]) -> set[str]:
    return {part for each in found if (part := said_in(each.get("singleValueExtendedProperties")).get("part"))}
