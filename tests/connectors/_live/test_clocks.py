"""The special dates that a check asks about, and what it says of a provider that has them otherwise."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from connectors._live.clocks import FAR, clock_cases, compared, nights

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("now", [NOW, datetime(2027, 6, 30, 23, tzinfo=UTC), datetime(2028, 3, 26, tzinfo=UTC)])
def test_every_case_is_what_it_says_it_is(now: datetime) -> None:
    """Far off, weekly; one time of the special series is skipped or comes twice, as zoneinfo has it."""
    for case in clock_cases(now):
        zone = ZoneInfo(case.zone)
        assert case.first.date() > now.date() + FAR - timedelta(weeks=1)
        assert case.walls[1] - case.walls[0] == timedelta(weeks=1)
        number = 0 if "first" in case.why else 1
        wall = case.walls[number].replace(tzinfo=zone)
        special = wall.utcoffset() != wall.replace(fold=1).utcoffset()
        assert special is ("law" not in case.why), case
        if special:
            there_and_back = wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
            assert (there_and_back != case.walls[number]) is ("skipped" in case.why)


def test_old_zone_data_would_show() -> None:
    """Before the laws of 2026, Vancouver had another offset than this in winter, and Casablanca in summer."""
    law = {case.zone: case for case in clock_cases(NOW) if "law" in case.why}
    before = {"America/Vancouver": timedelta(hours=-8), "Africa/Casablanca": timedelta(hours=1)}
    for zone, case in law.items():
        assert case.first.replace(tzinfo=UTC) - case.expected[0] != before[zone]


def test_nights_are_far_off_sundays() -> None:
    """At two, one after the other."""
    for one, other in zip(islice(nights(NOW), 3), islice(nights(NOW), 1, 4), strict=True):
        assert (one.weekday(), one.hour, one.tzinfo) == (6, 2, UTC)
        assert one > NOW + FAR - timedelta(days=1)
        assert other - one == timedelta(weeks=1)


def test_a_provider_with_our_clocks_agrees() -> None:
    """It is told with the version of our own data, and every instant."""
    told = compared({case: case.expected for case in clock_cases(NOW)})
    assert told.words == f"All as Rondo has it (tzdata {version('tzdata')})."
    assert told.facts["America/Vancouver 2028-01-09T09:00 (law of 2026)"] == [
        "2028-01-09T16:00:00Z",
        "2028-01-16T16:00:00Z",
    ]


def test_differences_are_told_by_date() -> None:
    """By how many minutes; a series that was refused, or that lacks a date, as well."""
    vancouver, casablanca, gap, *_ = clock_cases(NOW)
    told = compared(
        {
            vancouver: [vancouver.expected[0] + 60 * MINUTE, vancouver.expected[1]],
            casablanca: 400,
            gap: gap.expected[1:],
        }
    )
    assert "America/Vancouver 2028-01-09T09:00 (law of 2026) by +60 minutes" in told.words
    assert "2028-01-16" not in told.words
    assert "Africa/Casablanca 2028-07-02T09:00 (law of 2026) is refused with 400" in told.words
    assert "has 1 of 2 dates" in told.words
