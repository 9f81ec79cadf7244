"""Calendars as files: `published/groups/GROUP.ics`, and `published/people/PERSON.ics` for everybody who attends."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from connectors._ics_out.calendar import events_by_uid, people_of, replaced
from connectors._ics_out.folder import Folder, folder
from connectors._ics_out.vevent import ROLES, vevents
from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Event

FOLDER = "published"
OF_PERSON = "Meetings"


class PublishedFiles:
    """Writes events into files below a folder; implements `scheduler.ports.CalendarWriter`.

    In a person's file the sessions at which they are absent are left out. An event that is taken back, or to which a
    person is no longer invited, stays there as CANCELLED, so that calendars which imported it drop it.
    """

    def __init__(self, root: Path, name: str = FOLDER) -> None:
        """`root` is there; the folder `name` in it is made."""
        self.root, self.name = root, name

    def put(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Bring the group's file and those of all attendees up to date; what is so already is not touched.

        The files are ours alone, so they themselves are what stands. Raises Unavailable; and ValueError for an event
        that is not stamped.
        """
        event = event if event.sessions else _without_sessions(event)
        invited = {attendee.id for attendee in event.attendees if attendee.role in ROLES}
        with folder(self.root, self.name, "groups") as groups, folder(self.root, self.name, "people") as people:
            for person in sorted(invited | _had(groups, event)):
                own = _own(event, person) if person in invited else replace(event, cancelled=True)
                _replace(people, person, own, OF_PERSON, reader=person)
            # the group's file comes last: it tells who had the event, if a crash cuts this short
            _replace(groups, event.group, event, event.title)
        return Receipt()

    def cancel(self, event: Event, *, standing: Delivery | None) -> Receipt:
        """Mark the event as cancelled in the group's file and in those of all who had it. Raises as `put`."""
        return self.put(replace(event, cancelled=True), standing=standing)


def feed(events: Iterable[Event], name: str, *, reader: str = "") -> bytes:
    """A calendar of these events as it stands in our files: that of a group or, for a `reader`, of who they are.

    Of an event that was taken back, or at which the reader never is, a CANCELLED one is left. Raises ValueError for an
    event that is not stamped.
    """
    content = replaced(b"", "", b"", name)
    for event in events:
        own = event if event.sessions else _without_sessions(event)
        own = _own(own, reader) if reader else own
        content = replaced(content, event.uid, vevents(own, reader), name)
    return content


def _own(event: Event, person: str) -> Event:
    """The event as a person has it; one at which they are always absent is none of theirs."""
    own = event.seen_by(person)
    return own if own.sessions else replace(event, cancelled=True)


def _without_sessions(event: Event) -> Event:
    """Cancelled, with the dates of its rule: calendars refuse a rule of which no date is left."""
    dates = tuple(replace(each, start=each.recurrence_id) for each in event.occurrences)
    return replace(event, cancelled=True, occurrences=dates)


def _had(groups: Folder, event: Event) -> frozenset[str]:
    """Who was invited when the event was last written."""
    return people_of(events_by_uid(groups.read(_file(event.group))).get(event.uid, b""))


def _replace(where: Folder, owner: str, event: Event, title: str, *, reader: str = "") -> None:
    old = where.read(_file(owner))
    new = replaced(old, event.uid, vevents(event, reader), title)
    if new != old:
        where.write(_file(owner), new)


def _file(owner: str) -> str:
    return f"{quote(owner, safe='')}.ics"
