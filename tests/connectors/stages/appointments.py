"""Calendar files with appointments of people's own, full of CANARY."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tests.connectors.stage import CANARY

HEAD = (
    *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{CANARY}//EN", f"X-WR-CALNAME:{CANARY}", "BEGIN:VTIMEZONE"),
    *("TZID:Europe/London", "BEGIN:STANDARD", "DTSTART:19961027T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000"),
    *("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:19810329T010000"),
    *("TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT"),
    "END:VTIMEZONE",
)
WORDS = ("SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "CATEGORIES", "CONTACT", "X-NOTE")


def appointment(uid: str, start: datetime, minutes: int) -> str:
    """A VEVENT that says more than anybody should know."""
    begin = start.astimezone(UTC)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART:{begin:%Y%m%dT%H%M%SZ}",
        f"DTEND:{begin + timedelta(minutes=minutes):%Y%m%dT%H%M%SZ}",
        *(f"{name}:{CANARY}" for name in WORDS),
        f"ORGANIZER;CN={CANARY}:mailto:{CANARY}@example.org",
        f"ATTENDEE;CN={CANARY}:mailto:{CANARY}@example.org",
        f"ATTACH:https://example.org/{CANARY}",
        "END:VEVENT",
    ]
    return "\r\n".join(lines)


def calendar(appointments: Iterable[str]) -> bytes:
    """A file of these."""
    return "\r\n".join([*HEAD, *appointments, "END:VCALENDAR", ""]).encode()
