"""Appointments that come into the sample's calendars after it was published, so that a plan has something to change."""

from datetime import timedelta

from scheduler.core.event import Event
from tests.site import SAMPLE, Stand

CANARY = "CANARY-7c1f surgery"


def disturb(stand: Stand, groups: int = 2) -> list[tuple[str, int]]:
    """Make somebody of some groups busy at a meeting some weeks ahead; the groups, and which of their sessions."""
    found = []
    for event in _apart(stand)[:groups]:
        session = event.sessions[6]
        assert session.start is not None
        busy(stand, event, session.session)
        found.append((event.group, session.session))
    return found


def busy(stand: Stand, event: Event, number: int) -> None:
    """An appointment of somebody of an event, at one of its sessions."""
    people = {who.id: who for who in stand.app().programme.people}
    who = next(people[each.id] for each in event.attendees if people[each.id].calendars and each.role != "optional")
    start = next(each.start for each in event.sessions if each.session == number)
    assert start is not None
    file = stand.data / "programmes" / SAMPLE / who.calendars[0]
    lines = (
        "BEGIN:VEVENT",
        f"UID:{who.id}-{start:%Y%m%d}@example.org",
        "DTSTAMP:20270101T000000Z",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(minutes=event.duration):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{CANARY}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    text = file.read_bytes().decode().replace("END:VCALENDAR", "\r\n".join(lines))
    file.write_bytes(text.encode())


def _apart(stand: Stand) -> list[Event]:
    return [event for event in stand.app().store.events() if not event.cancelled and len(event.sessions) > 8]
