"""Wall time and exact time against `zoneinfo`, in every zone and around every clock change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from scheduler.core.interval import Int64Array
from scheduler.core.walltime import (
    Wall,
    WallTime,
    WallWindow,
    clock_changes,
    days_as_wall,
    local,
    local_time,
    occurs_once,
    parse_instant,
    resolve,
    resolve_one,
    wall_clock,
)
from scheduler.core.zones import all_zones
from scheduler.errors import InputError

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock's own epoch has no zone
AROUND = (-86400, -5400, -3600, -1801, -1800, -1, 0, 1, 1799, 1800, 3599, 3600, 5400, 7200, 86400)
ZONES_A_SEED = 20


def by_zoneinfo(wall: int, zone: str) -> int:
    """The RFC 5545 reading of a wall time: fold 0 means the first of two, and in a gap the offset before it."""
    shown = (EPOCH + timedelta(seconds=wall)).replace(tzinfo=ZoneInfo(zone))
    return int(shown.timestamp())


def shown_by_zoneinfo(exact: int, zone: str) -> int:
    """What a zone's clock shows."""
    shown = datetime.fromtimestamp(exact, ZoneInfo(zone)).replace(tzinfo=None)
    return int((shown - EPOCH).total_seconds())


def around_changes(zone: str, first: int, last: int) -> Int64Array:
    """Exact seconds at and near the clock changes of some years, and in the middle of each year."""
    changes = [int(at.timestamp()) for at, _, _ in clock_changes(zone, first, last)]
    middles = [int(datetime(year, 6, 30, 12, tzinfo=UTC).timestamp()) for year in range(first, last + 1)]
    return np.array([at + offset for at in changes for offset in AROUND] + middles, dtype=np.int64)


@pytest.mark.campaign(30)
def test_every_zone_is_read_as_zoneinfo_reads_it(seed: int) -> None:
    """Around all clock changes of 1970 to 2045 wall times resolve, and instants show, as with zoneinfo."""
    zones = sorted(all_zones())
    for zone in zones[seed :: len(zones) // ZONES_A_SEED]:
        exact = around_changes(zone, 1970, 2045)
        shown = wall_clock(exact, zone)  # type: ignore[arg-type]  # plain numbers, made as exact seconds
        assert shown.tolist() == [shown_by_zoneinfo(second, zone) for second in exact.tolist()], zone
        for wall in (shown, shown + 3600):  # the second reaches into gaps, which no clock shows
            assert resolve(Wall(wall), zone).tolist() == [by_zoneinfo(second, zone) for second in wall.tolist()], zone


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Pacific/Apia", date(2011, 12, 30), 0),  # the day that never was
        ("Pacific/Apia", date(2011, 12, 29), 1440),
        ("Antarctica/Troll", date(2027, 3, 28), 1320),
        ("Antarctica/Troll", date(2027, 10, 31), 1560),
        ("Europe/London", date(2027, 3, 28), 1380),
        ("America/New_York", date(2026, 11, 1), 1500),
        ("Australia/Lord_Howe", date(2026, 10, 4), 1410),
        ("Australia/Lord_Howe", date(2027, 4, 4), 1470),
        ("Africa/Casablanca", date(2026, 9, 20), 1500),  # leaves its summer time for good, a rule of 2026
        ("Africa/Casablanca", date(2027, 2, 7), 1440),
        ("Asia/Kathmandu", date(2027, 3, 28), 1440),
        ("America/Vancouver", date(2026, 11, 1), 1440),  # stays on summer time from 2026 on
    ],
)
def test_a_day_lasts_as_long_as_its_clocks_say(zone: str, day: date, length: int) -> None:
    """From one midnight to the next there are 0 to 26 hours."""
    midnights = resolve(days_as_wall(np.array([day.toordinal(), day.toordinal() + 1])), zone)
    assert (midnights[1] - midnights[0]) // 60 == length


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        ("America/New_York", WallTime(date(2027, 3, 14), 150), "2027-03-14T07:30Z"),  # 02:30 is skipped: EST
        ("America/New_York", WallTime(date(2026, 11, 1), 90), "2026-11-01T05:30Z"),  # 01:30 occurs twice: EDT
        ("Europe/London", WallTime(date(2027, 3, 28), 60), "2027-03-28T01:00Z"),
        ("Australia/Lord_Howe", WallTime(date(2026, 10, 4), 135), "2026-10-03T15:45Z"),  # 02:15 of a half-hour gap
        ("Australia/Lord_Howe", WallTime(date(2027, 4, 4), 105), "2027-04-03T14:45Z"),  # 01:45, the first of two
        ("Pacific/Apia", WallTime(date(2011, 12, 30), 600), "2011-12-30T20:00Z"),
        ("Asia/Kathmandu", WallTime(date(2027, 1, 4), 0), "2027-01-03T18:15Z"),
        ("America/Vancouver", WallTime(date(2026, 11, 16), 540), "2026-11-16T16:00Z"),
        ("Europe/London", WallTime(date(2027, 1, 4), 1440), "2027-01-05T00:00Z"),  # 24:00
    ],
)
def test_skipped_and_repeated_times_mean_what_rfc_5545_says(zone: str, wall: WallTime, utc: str) -> None:
    """A skipped time has the offset before the gap; a repeated one is the first."""
    assert resolve_one(wall, zone) == datetime.fromisoformat(utc)


def test_a_time_occurs_once_unless_a_change_skips_or_repeats_it() -> None:
    """On the day of a change only the hour of the change itself is not shown exactly once."""
    hours = np.arange(6) * 60
    spring, autumn = date(2027, 3, 14).toordinal(), date(2026, 11, 1).toordinal()
    once = [occurs_once(days_as_wall(np.full(6, day), hours), "America/New_York").tolist() for day in (spring, autumn)]
    assert once == [[True, True, False, True, True, True], [True, False, True, True, True, True]]


def test_every_shape_of_array_is_resolved() -> None:
    """A table of wall times gives a table of instants, and an empty array an empty one."""
    days = np.arange(date(2026, 10, 1).toordinal(), date(2026, 10, 7).toordinal())
    table = days_as_wall(days[:, None], np.array([[0, 540, 1020]]))
    one_by_one = [[int(resolve(Wall(np.array([wall])), "Europe/Paris")[0]) for wall in row] for row in table.tolist()]
    assert resolve(table, "Europe/Paris").tolist() == one_by_one
    assert resolve(Wall(np.empty((0, 3), dtype=np.int64)), "Europe/Paris").shape == (0, 3)


def test_an_instant_is_shown_on_a_zones_clock() -> None:
    """Date and minute of an instant are those of the zone, on the far side of midnight too."""
    instant = datetime(2027, 1, 4, 20, 30, tzinfo=UTC)
    assert local(instant, "Asia/Kathmandu").isoformat() == "2027-01-05T02:15:00+05:45"
    assert local_time(instant, "Asia/Kathmandu") == WallTime(date(2027, 1, 5), 135)
    assert local_time(instant, "Asia/Kathmandu").text == "02:15"


def test_clock_changes_are_told_with_the_offsets_on_both_sides() -> None:
    """Lord Howe moves by half an hour, to the minute of its change."""
    changes = clock_changes("Australia/Lord_Howe", 2027, 2027)
    assert changes == [
        (datetime(2027, 4, 3, 15, tzinfo=UTC), 660, 630),
        (datetime(2027, 10, 2, 15, 30, tzinfo=UTC), 630, 660),
    ]
    assert clock_changes("Asia/Kathmandu", 2027, 2027) == []


def test_a_window_lies_inside_a_day() -> None:
    """A window that is empty, inverted or beyond its day is refused."""
    assert WallWindow(0, 1440).end == 1440
    for start, end in [(60, 60), (61, 60), (-1, 60), (60, 1441)]:
        with pytest.raises(ValueError, match="window"):
            WallWindow(start, end)


@pytest.mark.parametrize(
    "text", ["2027-01-04T09:00:00Z", "2027-01-04T10:00+01:00", "2027-01-04T09:00:00.999Z", "2027-01-03T19:00:00-14:00"]
)
def test_an_instant_is_read_in_any_offset(text: str) -> None:
    """RFC 3339 with an offset names an instant; parts of a second are dropped."""
    assert parse_instant(text) == datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2027-01-04",
        "2027-01-04T09:00:00",
        "2027-02-30T09:00Z",
        "2027-01-04T24:01Z",
        "0001-01-01T00:00+14:00",
    ],
)
def test_what_names_no_instant_is_refused(text: str) -> None:
    """A time without an offset, a date that doesn't exist and words are no instants."""
    with pytest.raises(InputError, match="no instant"):
        parse_instant(text)
