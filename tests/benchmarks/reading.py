"""How fast calendars are read: ours against icalendar with recurring-ical-events, on one calendar, in the same run.

    python -m tests.benchmarks.reading

Prints a table and ends with 1 where a ratio is below its target or the busy times differ.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import icalendar
import numpy as np
import recurring_ical_events

from connectors._ical.read import read_texts
from scheduler.core.freebusy import FreeBusy
from scheduler.core.interval import Interval, Intervals, as_intervals, clipped, merged

EVENTS, SERIES, WEEKS, SEED = 2_000, 200, 26, 7
ZONE = "Europe/Berlin"
WINDOW = Interval(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC) + timedelta(weeks=WEEKS))
WHOLE_TARGET, CHANGE_TARGET = 20, 400
OURS_RUNS, THEIRS_RUNS = 7, 2

ZONES = (ZONE, "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
USUAL = (
    "FREQ=DAILY",
    "FREQ=DAILY;COUNT=700",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;BYDAY=MO,WE",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
    "FREQ=WEEKLY;UNTIL=20261231T225959Z",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=YEARLY",
)
"""Rules as Google and Outlook write them; with them a series has about 40 dates in 26 weeks."""
ODD = ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=DAILY;BYHOUR=9,15")
Result = TypeVar("Result")


def calendar_text() -> bytes:
    """A busy person's calendar: single events and series, with alarms, attendees, excluded and moved dates."""
    chance = random.Random(SEED)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rondo//benchmark//EN"]
    for number in range(EVENTS):
        lines += _event(number, chance)
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _event(number: int, chance: random.Random) -> list[str]:
    zone = chance.choice(ZONES)
    start = datetime(2026, 1, 5) + timedelta(days=chance.randrange(330), minutes=15 * chance.randrange(32, 72))  # noqa: DTZ001 - a wall time, its zone is written beside it
    length = timedelta(minutes=chance.choice((15, 30, 45, 60, 90)))
    if number >= SERIES:
        return _component(number, zone, start, length, [], chance)
    start = start.replace(year=2025)
    rule = ODD[number % len(ODD)] if number % 20 == 0 else USUAL[number % len(USUAL)]
    dates = [start + timedelta(weeks=chance.randrange(80)) for _ in range(3)]
    excluded = [f"EXDATE;TZID={zone}:{day:%Y%m%dT%H%M%S}" for day in dates[:2]]
    lines = _component(number, zone, start, length, [f"RRULE:{rule}", *excluded], chance)
    if number % 3 or dates[2] in dates[:2]:
        return lines
    moved = [f"RECURRENCE-ID;TZID={zone}:{dates[2]:%Y%m%dT%H%M%S}"]
    return lines + _component(number, zone, dates[2] + timedelta(hours=2), length, moved, chance)


def _component(
    number: int, zone: str, start: datetime, length: timedelta, more: list[str], chance: random.Random
) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:event-{number}@example.org",
        "DTSTAMP:20260101T000000Z",
        f"SUMMARY:Meeting {number}",
        f"DESCRIPTION:{'Agenda and minutes are in the usual place. ' * 4}",
        f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone}:{start + length:%Y%m%dT%H%M%S}",
        f"TRANSP:{chance.choices(('OPAQUE', 'TRANSPARENT'), (9, 1))[0]}",
        *more,
        *(f"ATTENDEE;CN=Guest {guest};PARTSTAT=ACCEPTED:mailto:guest{guest}@example.org" for guest in range(3)),
        *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "DESCRIPTION:Soon", "END:VALARM", "END:VEVENT"),
    ]


def theirs(text: bytes) -> Intervals:
    """The busy seconds by icalendar and recurring-ical-events; a day more at each end, which it needs for its edges."""
    day = timedelta(days=1)
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(WINDOW.start - day, WINDOW.end + day)
    rows = [(_second(event.start), _second(event.end)) for event in found if event.get("TRANSP") != "TRANSPARENT"]
    return clipped(merged(as_intervals(rows)), *WINDOW.seconds)


def _second(moment: datetime) -> int:
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(ZONE))).timestamp())


def ours(text: bytes) -> FreeBusy:
    """The same from our reader."""
    return read_texts([text], zone=ZONE, window=WINDOW).free_busy(lambda uid: False)


def fastest(runs: int, work: Callable[[], Result]) -> tuple[float, Result]:
    """The shortest of several runs in milliseconds of processor time, which neighbours disturb less, and the result."""
    times = []
    for _ in range(runs):
        begun = time.process_time()
        result = work()
        times.append((time.process_time() - begun) * 1000)
    return min(times), result


def main() -> int:
    """Measure, print, and judge."""
    text = calendar_text()
    events = text.split(b"BEGIN:VEVENT")
    changed = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT" + events[EVENTS // 2] + b"END:VCALENDAR\r\n"
    known = read_texts([text], zone=ZONE, window=WINDOW)

    def change() -> FreeBusy:
        return known.updated(read_texts([changed], zone=ZONE, window=WINDOW)).free_busy(lambda uid: False)

    our_time, read = fastest(OURS_RUNS, lambda: ours(text))
    change_time, after_change = fastest(OURS_RUNS, change)
    # last, since what it leaves behind slows the collection of garbage for everybody after it
    their_time, busy = fastest(THEIRS_RUNS, lambda: theirs(text))
    print(
        f"{EVENTS:,} events, {SERIES} of them series, {len(text) / 1e6:.1f} MB, {WEEKS} weeks: {len(busy):,} busy times"
    )
    print(f"{'icalendar + recurring-ical-events':40}{their_time:10.1f} ms")
    for name, taken, target in (
        ("all of it", our_time, WHOLE_TARGET),
        ("one changed event", change_time, CHANGE_TARGET),
    ):
        print(f"{'Rondo, ' + name:40}{taken:10.1f} ms{their_time / taken:10.0f} x   (target {target} x)")
    equal = np.array_equal(busy, read.busy) and np.array_equal(busy, after_change.busy)
    print("busy times are equal" if equal else "BUSY TIMES DIFFER")
    fast = their_time / our_time >= WHOLE_TARGET and their_time / change_time >= CHANGE_TARGET
    return 0 if equal and fast else 1


if __name__ == "__main__":
    sys.exit(main())
