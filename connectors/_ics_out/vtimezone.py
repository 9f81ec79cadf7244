"""VTIMEZONE: a zone's clock changes written out, for readers that take the file's word for them.

The `icalendar` library makes them too, but with spring onsets an hour late and with comma lists that some readers cut
after the first value. So the text is our own, from the zone data that everything else is computed with. Where each
change follows a rule for good it is written as a rule, since Outlook is reported to want that; else as dates, one a
line. A zone has the same text in every file, unless the file holds dates before FIRST_YEAR.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from connectors._ics_out.lines import EOL
from scheduler.core.interval import MINUTE, Exact
from scheduler.core.people import WEEKDAYS
from scheduler.core.series import NTHS, Slot, nth_weekday
from scheduler.core.walltime import clock_changes, wall_clock

FIRST_YEAR = 2027
LAST_YEAR = 2060  # far beyond the last session of any horizon

Offsets = tuple[int, int]  # minutes ahead of UTC before and after a change


@lru_cache(maxsize=256)
def vtimezone(zone: str, first_year: int = FIRST_YEAR) -> bytes:
    """The VTIMEZONE of a zone from the beginning of a year on, or of FIRST_YEAR where that is earlier."""
    first = min(first_year, FIRST_YEAR)
    onsets = _onsets(zone, first)
    rules = {offsets: _rule(times, first) for offsets, times in onsets.items()}
    if onsets and all(rules.values()):
        parts = [line for offsets, rule in rules.items() for line in _observance(offsets, *(rule or ()))]
    else:
        parts = _by_dates(zone, first, onsets)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *parts, "END:VTIMEZONE"]
    return b"".join(line.encode() + EOL for line in lines)


def _onsets(zone: str, first: int) -> dict[Offsets, list[datetime]]:
    """When the clocks change, as they show it before they do, for each pair of offsets."""
    onsets: dict[Offsets, list[datetime]] = {}
    for instant, before, after in clock_changes(zone, first, LAST_YEAR):
        onsets.setdefault((before, after), []).append(instant + timedelta(minutes=before))
    return onsets


def _by_dates(zone: str, first: int, onsets: dict[Offsets, list[datetime]]) -> list[str]:
    beginning = datetime(first, 1, 1, tzinfo=UTC)
    seconds = np.array([int(beginning.timestamp())])
    offset = int(wall_clock(Exact(seconds), zone)[0] - seconds[0]) // MINUTE
    lines = _observance((offset, offset), beginning)
    for offsets, times in onsets.items():
        # the first onset too, though DTSTART says it: beside an RDATE, ical.js passes over DTSTART
        lines += _observance(offsets, times[0], *(f"RDATE:{_shown(time)}" for time in times))
    return lines


def _rule(times: Sequence[datetime], first: int) -> tuple[datetime, str] | None:
    """The nth weekday of a month on which all of these fall, one a year: a beginning a year before, and the RRULE."""
    one = times[0]
    if [time.year for time in times] != list(range(first, LAST_YEAR + 1)):
        return None
    for nth in NTHS:
        slot = Slot(one.weekday(), one.hour * 60 + one.minute, nth)
        days = [nth_weekday(one, 12 * later, slot) for later in range(-1, len(times))]
        if days[1:] == [time.toordinal() for time in times] and {time.time() for time in times} == {one.time()}:
            beginning = one + timedelta(days=days[0] - one.toordinal())
            return beginning, f"RRULE:FREQ=YEARLY;BYMONTH={one.month};BYDAY={nth}{WEEKDAYS[one.weekday()]}"
    return None


def _observance(offsets: Offsets, beginning: datetime, *recurrence: str) -> list[str]:
    kind = "DAYLIGHT" if offsets[1] > offsets[0] else "STANDARD"
    before, after = map(_signed, offsets)
    lines = [f"DTSTART:{_shown(beginning)}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", *recurrence]
    return [f"BEGIN:{kind}", *lines, f"END:{kind}"]


def _signed(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _shown(time: datetime) -> str:
    return f"{time:%Y%m%dT%H%M%S}"
