"""One person at one time, asked date by date: may they be met, are they busy, how far from what they prefer.

The same questions that `core.availability` answers for all times at once are answered here for one, in the plainest
way there is and by `zoneinfo` alone. `core.verify` rests on it, and has to be right where bitmaps may be wrong.
Minutes count from the horizon's epoch.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler.core.interval import Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.walltime import WallWindow

MOST_PAIN = 240
MARGIN_DAYS = 3  # nobody's hours are known further outside the horizon, and unknown is never free


def inside_hours(horizon: Horizon, limits: Boundary, start: int, end: int) -> bool:
    """Whether one can walk from the start to the end through windows that overlap or touch: any that holds a minute
    leads on to its end, since whatever reaches further holds that end, too."""
    reached = start
    while reached < end:
        around = _windows_around(horizon, limits, reached)
        further = next((closes for opens, closes in around if opens <= reached < closes), None)
        if further is None:
            return False
        reached = further
    return True


def is_busy(person: Participant, start: int, end: int) -> bool:
    """Whether a busy time of the person, or the buffer around it, touches [start, end)."""
    buffer = person.boundary.buffer
    return bool(((person.busy[:, 0] - buffer < end) & (person.busy[:, 1] + buffer > start)).any())


def pain(horizon: Horizon, limits: Boundary, start: int, duration: int) -> int:
    """Minutes to the nearest preferred window that is long enough, on the clock of that date; at most MOST_PAIN."""
    if not limits.preferred:
        return 0
    shown = local(horizon, limits.zone_on(local(horizon, limits.zone, start).date()), start)
    minute = shown.hour * 60 + shown.minute
    windows = limits.preferred.get(shown.weekday(), ())
    long_enough = [window for window in windows if window.end - window.start >= duration]
    return min([MOST_PAIN, *(max(0, wish.start - minute, minute + duration - wish.end) for wish in long_enough)])


@lru_cache(maxsize=100_000)
def instant(horizon: Horizon, zone: str, day: date, minute: int) -> int:
    """The minute at which a zone's clock shows a time of a day (RFC 5545: offset before a gap, first of two).

    Thousands of people open and close at the same few times.
    """
    shown = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(minutes=minute)
    return horizon.minute(shown.astimezone(UTC))


def local(horizon: Horizon, zone: str, minute: int) -> datetime:
    """What a zone's clock shows at a minute."""
    return horizon.instant(minute).astimezone(ZoneInfo(zone))


def _windows_around(horizon: Horizon, limits: Boundary, minute: int) -> Iterator[tuple[int, int]]:
    """The windows of all local dates that can hold a minute: no zone is a whole day away from UTC."""
    today = horizon.instant(minute).date()
    for day in (today + timedelta(days=offset) for offset in (0, -1, 1)):  # nearly all are held by the first
        if -MARGIN_DAYS <= (day - horizon.first_monday).days < horizon.weeks * 7 + MARGIN_DAYS:
            zone = limits.zone_on(day)
            for window in _windows_on(limits, day):
                yield instant(horizon, zone, day, window.start), instant(horizon, zone, day, window.end)


def _windows_on(limits: Boundary, day: date) -> Sequence[WallWindow]:
    if day in limits.days_off:
        return ()
    return limits.overrides[day] if day in limits.overrides else limits.hours.get(day.weekday(), ())
