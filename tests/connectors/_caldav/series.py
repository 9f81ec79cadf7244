"""A series for tests: six Tuesdays of spring 2027, over the days on which clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime

UID = "7f1d2c3b-4a59-5867-8a9b-0c1d2e3f4a5b"
ANA = Attendee(id="ana", name="Ana", email="ana@example.org", zone="Europe/London", role="chair")
BEN = Attendee(id="ben", name="Ben", email="ben@example.org", zone="America/New_York")
CY = Attendee(id="cy", name="Cy", email="cy@outside.example", zone="Asia/Kolkata", role="optional")


def series(**changes: object) -> Event:
    """9 March to 13 April, 10:30 in London for 50 minutes."""
    rule = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 3, 9), 630))
    ids = rule.instants(6)
    event = Event(
        uid=UID,
        group="circle-7",
        slot=0,
        generation=0,
        rule=rule,
        duration=50,
        occurrences=tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids)),
        title="Circle 7",
        organizer="ana",
        attendees=(ANA, BEN, CY),
        stamped=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # names and values of tests


def changed(event: Event, session: int, **changes: object) -> Event:
    """The event with one session changed, and a SEQUENCE more."""
    occurrences = list(event.occurrences)
    occurrences[session] = replace(occurrences[session], **changes)  # type: ignore[arg-type]  # as in `series`
    return replace(event, occurrences=tuple(occurrences), sequence=event.sequence + 1)


def moved(event: Event, session: int, hours: int = 24) -> Event:
    """One session so many hours later."""
    return changed(event, session, start=event.occurrences[session].recurrence_id + timedelta(hours=hours))


def skipped(event: Event, session: int) -> Event:
    """Without one session."""
    return changed(event, session, start=None)
