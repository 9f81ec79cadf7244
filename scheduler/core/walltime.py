"""Wall time: what a clock on somebody's wall shows, and the one crossing to exact time.

`resolve` goes from wall to exact time, by RFC 5545 section 3.3.5: a time that is skipped by a clock change is
read with the offset before the change, one that occurs twice means the first. `wall_clock` goes back and is
always unambiguous. Both work on arrays, through a table of the zone's clock changes, because a series of
200 dates is one look-up there and 200 slow ones with datetime objects.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo

import numpy as np
import pendulum
from numpy.typing import NDArray

from scheduler.core.interval import DAY_MINUTES, MINUTE, Exact, Int64Array
from scheduler.errors import InputError

Wall = NewType("Wall", Int64Array)
"""Seconds since 1970-01-01T00:00 as a wall clock counts them: no zone, no clock changes."""

DAY_SECONDS = DAY_MINUTES * MINUTE
FIRST_YEAR, LAST_YEAR = 1900, 2200  # beyond these the nearest offset holds
EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, order=True)
class WallTime:
    """A date and a minute of that day (0 to 1440) on a clock that is not named here."""

    day: date
    minute: int

    @property
    def text(self) -> str:
        """HH:MM."""
        return f"{self.minute // 60:02d}:{self.minute % 60:02d}"


@dataclass(frozen=True, slots=True, order=True)
class WallWindow:
    """[start, end) in minutes since local midnight; a window over midnight is two of them."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY_MINUTES:
            raise ValueError(f"no window of a day: {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class ClockChanges:
    """A zone's changes in a span of years; `offsets[i]` (seconds) holds before `at[i]`, the last one after all."""

    at: Int64Array
    offsets: Int64Array
    skipped_or_first: Int64Array  # the wall second from which the offset after the change is meant

    @classmethod
    def of(cls, at: Int64Array, offsets: Int64Array) -> "ClockChanges":
        """The table of sorted changes and of the offsets before, between and after them."""
        return cls(at, offsets, at + np.maximum(offsets[:-1], offsets[1:]))

    def resolve(self, wall: Wall) -> Exact:
        """As the function of this name, for these clock changes."""
        return Exact(wall - self.offsets[np.searchsorted(self.skipped_or_first, wall, side="right")])

    def wall_clock(self, exact: Exact) -> Wall:
        """As the function of this name, for these clock changes."""
        return Wall(exact + self.offsets[np.searchsorted(self.at, exact, side="right")])


def resolve(wall: Wall, zone: str) -> Exact:
    """The instants at which a zone's clocks show these times (RFC 5545, 3.3.5). Any shape; seconds in and out."""
    return _changes_around(zone, wall).resolve(wall)


def wall_clock(exact: Exact, zone: str) -> Wall:
    """What a zone's clocks show at these instants. Any shape; seconds in and out."""
    return _changes_around(zone, exact).wall_clock(exact)


def occurs_once(wall: Wall, zone: str) -> NDArray[np.bool_]:
    """Whether a zone's clocks show these times exactly once: not skipped by a clock change, nor repeated."""
    changes = _changes_around(zone, wall)
    begins = changes.at + np.minimum(changes.offsets[:-1], changes.offsets[1:])
    unsettled = np.append(begins, np.iinfo(np.int64).max)
    return np.asarray(wall < unsettled[np.searchsorted(changes.skipped_or_first, wall, side="right")])


def days_as_wall(days: Int64Array, minutes: Int64Array | int = 0) -> Wall:
    """Ordinal days (`date.toordinal`) and minutes of the day as wall seconds."""
    return Wall((days - EPOCH_DAY) * DAY_SECONDS + np.asarray(minutes, dtype=np.int64) * MINUTE)


def resolve_one(time: WallTime, zone: str) -> datetime:
    """`resolve` for a single wall time."""
    wall = days_as_wall(np.array([time.day.toordinal()]), time.minute)
    return datetime.fromtimestamp(int(resolve(wall, zone)[0]), UTC)


def local(instant: datetime, zone: str) -> pendulum.DateTime:
    """An instant on a zone's clock, for words and comparisons of a single one."""
    return pendulum.instance(instant).in_timezone(_clock(zone))


def local_time(instant: datetime, zone: str) -> WallTime:
    """The date and minute that a zone's clock shows at an instant."""
    shown = local(instant, zone)
    return WallTime(date(shown.year, shown.month, shown.day), shown.hour * 60 + shown.minute)


def clock_changes(zone: str, first: int, last: int) -> list[tuple[datetime, int, int]]:
    """A zone's changes in the years from `first` to `last`: instant, minutes ahead of UTC before and after."""
    table = _changes(zone, first, last)
    before, after = table.offsets[:-1] // MINUTE, table.offsets[1:] // MINUTE
    at = (datetime.fromtimestamp(int(second), UTC) for second in table.at)
    return [(instant, int(old), int(new)) for instant, old, new in zip(at, before, after, strict=True)]


def parse_instant(text: str) -> datetime:
    """An RFC 3339 instant; raises InputError without an offset, since a bare time names no instant."""
    try:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is not None:
            return parsed.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        pass
    raise InputError(f"{text!r} is no instant.", hint="Write it like 2027-01-04T09:00:00Z.")


@lru_cache(maxsize=1024)
def _clock(zone: str) -> pendulum.Timezone:
    return pendulum.timezone(zone)  # held here, since pendulum would read the zone's file again at every call


def _changes_around(zone: str, seconds: Int64Array) -> ClockChanges:
    if not seconds.size:
        return _changes(zone, FIRST_YEAR, FIRST_YEAR)
    years = (np.array([seconds.min(), seconds.max()]) // DAY_SECONDS).astype("datetime64[D]").astype("datetime64[Y]")
    first, last = np.clip(years.astype(np.int64) + 1970 + [-1, 1], FIRST_YEAR, LAST_YEAR)
    return _changes(zone, int(first), int(last))


@lru_cache(maxsize=512)
def _changes(zone: str, first: int, last: int) -> ClockChanges:
    found = [_changes_of_year(zone, year) for year in range(first, last + 1)]
    at = np.concatenate([found_at for found_at, _ in found])
    after = np.concatenate([found_after for _, found_after in found])
    start = _offset(zone, int(datetime(first, 1, 1, tzinfo=UTC).timestamp()))
    offsets = np.concatenate([[start], after]).astype(np.int64)
    return ClockChanges.of(at, offsets)


@lru_cache(maxsize=4096)
def _changes_of_year(zone: str, year: int) -> tuple[Int64Array, Int64Array]:
    """Instants of one year's changes and the offsets after them, found by looking at each day's ends."""
    start, end = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    at, after = [], []
    known = _offset(zone, start)
    for day in range(start, end, DAY_SECONDS):
        if (offset := _offset(zone, day + DAY_SECONDS)) != known:
            at.append(_bisect(zone, day, day + DAY_SECONDS))
            after.append(offset)
            known = offset
    return np.array(at, dtype=np.int64), np.array(after, dtype=np.int64)


def _bisect(zone: str, low: int, high: int) -> int:
    """The first second of (low, high] whose offset is that of `high`."""
    wanted = _offset(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(zone, middle) == wanted else (middle, high)
    return high


def _offset(zone: str, second: int) -> int:
    # zoneinfo and not pendulum's zone here: the same data, fifty times faster, and this is asked once a day for years
    offset = datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
