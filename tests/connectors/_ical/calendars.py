"""Small calendars for tests, and what our reader makes of them in words that fit on a line."""

from collections.abc import Callable
from datetime import UTC, datetime

from connectors._ical.read import free_busy_of
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Interval, Intervals
from scheduler.core.walltime import parse_instant

YEAR = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")


def event(*lines: str, uid: str = "a", name: str = "VEVENT") -> str:
    """A component of these properties."""
    return "\r\n".join([f"BEGIN:{name}", f"UID:{uid}", *lines, f"END:{name}", ""])


def calendar(*parts: str) -> bytes:
    """A calendar of these parts: components, or lines of its own."""
    ended = (part if part.endswith("\n") else part + "\r\n" for part in parts)
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(ended) + "END:VCALENDAR\r\n").encode()


def meeting(start: str, *lines: str, uid: str = "a") -> bytes:
    """A calendar of one event of an hour; `start` is all of DTSTART behind its name."""
    return calendar(event(f"DTSTART{start}", "DURATION:PT1H", *lines, uid=uid))


def read(
    *texts: bytes,
    zone: str = "UTC",
    window: tuple[str, str] = YEAR,
    own: Callable[[str], bool] = lambda uid: False,
) -> FreeBusy:
    """What our reader says of texts that are one collection."""
    return free_busy_of(texts, zone=zone, window=interval(window), own=own)


def busy(*texts: bytes, zone: str = "UTC", window: tuple[str, str] = YEAR) -> list[str]:
    """The busy times in UTC as `MM-DD HH:MM-HH:MM`; reading must be complete and without a warning."""
    found = read(*texts, zone=zone, window=window)
    assert (found.warnings, found.complete) == ((), True)
    return spans(found.busy)


def complaints(found: FreeBusy) -> str:
    """All warnings, one a line."""
    return "\n".join(map(str, found.warnings))


def interval(window: tuple[str, str]) -> Interval:
    """Two RFC 3339 instants as an interval."""
    return Interval(*map(parse_instant, window))


def spans(rows: Intervals) -> list[str]:
    """Rows of seconds as `MM-DD HH:MM-HH:MM`, with the date of the end where it is another."""
    return [_span(*(datetime.fromtimestamp(second, UTC) for second in row)) for row in rows.tolist()]


def _span(start: datetime, end: datetime) -> str:
    return f"{start:%m-%d %H:%M}-" + (f"{end:%H:%M}" if start.date() == end.date() else f"{end:%m-%d %H:%M}")
