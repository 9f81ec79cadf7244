"""Calendars full of what is nobody else's business, so that it is known where it comes out.

What appointments are about says CANARY. Appointments begin and end at minutes at which nothing else does, in whichever
zone they are told: whoever finds such a minute found when somebody is busy.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tests.site import SAMPLE, Stand

CANARY = "CANARY-7c1f"
AFTER_START, AFTER_END = timedelta(minutes=13), timedelta(minutes=41)
SPARED = "amara"
"""Whose own pages are looked at: what she is told of her own calendars is hers to know."""
SESSIONS = range(4, 10)
ABOUT = (
    f"LOCATION:{CANARY} clinic, room 4",
    f"DESCRIPTION:{CANARY} bring the letter of Dr Sand",
    f"COMMENT:{CANARY} not a word to anybody",
    f"CATEGORIES:{CANARY}",
    f"ORGANIZER;CN={CANARY} host:mailto:{CANARY}-host@example.org",
    f"ATTENDEE;CN={CANARY} guest;PARTSTAT=ACCEPTED:mailto:{CANARY}-guest@example.org",
    f"CONTACT:{CANARY} desk",
    f"URL:https://{CANARY}.example.org/",
    f"X-ALT-DESC:{CANARY}",
)
TIMES = re.compile(r"(?<!\d)\d{1,2}:(\d\d)(?!\d)|T\d\d(\d\d)\d\d")


def plant(stand: Stand) -> None:
    """Canaries in every appointment of every calendar of the sample, and appointments at many meetings."""
    calendars = stand.data / "programmes" / SAMPLE
    people = {who.id: who for who in stand.app().programme.people}
    busy: dict[str, set[datetime]] = {who: set() for who in people}
    for event in stand.app().store.events():
        starts = {each.start for each in event.sessions[SESSIONS.start : SESSIONS.stop] if each.start}
        for attendee in event.attendees:
            busy[attendee.id] |= starts if attendee.id != SPARED else set()
    for who in people.values():
        for number, name in enumerate(who.calendars):
            text = (calendars / name).read_bytes().decode()
            (calendars / name).write_bytes(full(text, sorted(busy[who.id]) if number == 0 else ()).encode())


def full(calendar: str, at: Sequence[datetime] = ()) -> str:
    """The same calendar with canaries wherever an appointment says anything, and with an odd one at each of these."""
    lines = "\r\n".join(line for start in at for line in _odd(start))
    more = calendar.replace("END:VCALENDAR", f"{lines}\r\nEND:VCALENDAR" if at else "END:VCALENDAR")
    return re.sub(r"^SUMMARY:", "\r\n".join((*ABOUT, f"SUMMARY:{CANARY} ")), more, flags=re.MULTILINE)


def odd_times(text: str) -> list[str]:
    """Clock times in a text that nothing but a planted appointment has."""
    return [found[0] for found in TIMES.finditer(text) if int(found[1] or found[2]) % 5]


def _odd(start: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:odd-{start:%Y%m%dT%H%M}@example.org"
    yield "DTSTAMP:20270101T000000Z"
    yield f"DTSTART:{start + AFTER_START:%Y%m%dT%H%M%SZ}"
    yield f"DTEND:{start + AFTER_END:%Y%m%dT%H%M%SZ}"
    yield "SUMMARY:odd"
    yield "END:VEVENT"
