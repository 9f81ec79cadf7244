"""Times of day as HH:MM."""

import re

from scheduler.core.interval import DAY_MINUTES
from scheduler.errors import InputError

MOST_TEXT = 60


def parse_clock(text: str, where: str) -> int:
    """HH:MM as minutes since midnight, 24:00 included; raises InputError."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", text):
        raise InputError(f"{text[:MOST_TEXT]!r} is no time of day.", where=where, hint="Write it like 09:30.")
    return int(text[:2]) * 60 + int(text[3:])


def show_clock(minute: int) -> str:
    """Minutes since midnight as HH:MM."""
    assert 0 <= minute <= DAY_MINUTES
    return f"{minute // 60:02d}:{minute % 60:02d}"
