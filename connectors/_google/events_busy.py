"""Busy times from a calendar's events, each by itself: so an appointment inside one of our own sessions is seen.

Free/busy may be merged, and then shows no more than that somebody is busy while we meet them. Of an event only its
times are asked for, and whether it counts: no title, and nobody's address.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np

from connectors._google.busy import without
from connectors._google.session import READ, GoogleSession, Json
from scheduler.core.interval import Interval, Intervals, as_intervals, clipped, merged
from scheduler.core.walltime import WallTime, resolve_one
from scheduler.errors import Unavailable
from scheduler.ports import Asked

FIELDS = "items(iCalUID,status,transparency,eventType,start,end,attendees(self,responseStatus)),nextPageToken"
MOST_PAGES = 100
NOT_BUSY = {"workingLocation", "birthday"}
OF_GOOGLE = "@google.com"


def busy_by_events(session: GoogleSession, mailbox: str, asked: Asked, window: Interval) -> Intervals:
    """The stretches in which a calendar's owner is busy, less what is our own; sorted and disjoint.

    What is ours is known by its UID; where a calendar shows none, by its times.

    Raises Refused or CredentialsRejected where the account sees no events there, ValueError where what it sees has no
    times, Unavailable.
    """
    own = asked.own.uids | {uid.replace("-", "") + OF_GOOGLE for uid in asked.own.uids}
    named, nameless = list[tuple[int, int]](), list[tuple[int, int]]()
    for each in _events(session, mailbox, window):
        if _counts(each) and each.get("iCalUID") not in own:
            (named if each.get("iCalUID") else nameless).append(_span(each, asked.zone))
    unnamed = clipped(as_intervals(nameless), *window.seconds)
    return clipped(
        merged(np.concatenate([as_intervals(named), without(unnamed, asked.own.sessions, window)])), *window.seconds
    )


def _events(session: GoogleSession, mailbox: str, window: Interval) -> Iterator[Json]:
    page = ""
    for _ in range(MOST_PAGES):
        request = session.calendar.events().list(
            calendarId=mailbox,
            singleEvents=True,
            timeMin=window.start.isoformat(),
            timeMax=window.end.isoformat(),
            maxResults=2500,
            maxAttendees=1,  # beyond it only the calendar's owner is listed
            fields=FIELDS,
            **({"pageToken": page} if page else {}),
        )
        answer = session.read(request, READ[1:])
        yield from answer.get("items", [])
        page = answer.get("nextPageToken", "")
        if not page:
            return
    raise Unavailable("The Google calendar has more events than are read.")


def _counts(event: Json) -> bool:
    if event.get("status") == "cancelled" or event.get("transparency") == "transparent":
        return False
    declined = any(
        each.get("self") and each.get("responseStatus") == "declined" for each in event.get("attendees") or ()
    )
    return not declined and event.get("eventType") not in NOT_BUSY


def _span(event: Json, zone: str) -> tuple[int, int]:
    try:
        start, end = _second(event["start"], zone), _second(event["end"], zone)
    except (KeyError, TypeError, AttributeError, OverflowError):
        raise ValueError("an event without times") from None
    if end < start:
        raise ValueError("an event ends before it starts")
    return start, end


def _second(said: Json, zone: str) -> int:
    """An instant; a whole day begins at midnight on its owner's clock."""
    if "dateTime" in said:
        instant = datetime.fromisoformat(said["dateTime"])
        if instant.tzinfo is None:
            raise ValueError("a time without an offset")
        return int(instant.astimezone(UTC).timestamp())
    return int(resolve_one(WallTime(date.fromisoformat(said["date"]), 0), zone).timestamp())
