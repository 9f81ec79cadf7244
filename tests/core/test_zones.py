"""Time zones by name."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.core.zones import all_zones, is_zone, windows_zone, zone_named
from scheduler.errors import InputError


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Lisbon", "Europe/Lisbon"),
        ("europe/lisbon", "Europe/Lisbon"),
        (" Europe/Lisbon ", "Europe/Lisbon"),
        ("Lisbon", "Europe/Lisbon"),
        ("new york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("Saigon", "Asia/Ho_Chi_Minh"),
        ("US/Pacific", "America/Los_Angeles"),
        ("GB", "Europe/London"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("UTC", "UTC"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("india standard time", "Asia/Kolkata"),
    ],
)
def test_a_zone_is_found_by_the_names_people_use(text: str, zone: str) -> None:
    """IANA names in any case, old names, cities and Windows names lead to one name of today."""
    assert zone_named(text) == zone


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("EST", 'timezone "EST" is ambiguous. Did you mean America/New_York?'),
        ("mst", 'timezone "mst" is ambiguous. Did you mean America/Denver?'),
        ("EST5EDT", "Did you mean America/New_York?"),
        ("CET", "Did you mean Europe/Berlin?"),
        ("Europe/Londn", 'timezone "Europe/Londn" is unknown. Did you mean Europe/London?'),
        ("Calcuta", "Did you mean Asia/Kolkata?"),
        ("GMT+1", "fixed offset"),
        ("+05:30", "fixed offset"),
        ("UTC-5", "fixed offset"),
        ("posixrules", "is unknown"),
        ("localtime", "is unknown"),
        ("Factory", "is unknown"),
        ("", "is unknown"),
        ("../../etc/passwd", "is unknown"),
        ("/usr/share/zoneinfo/UTC", "is unknown"),
        ("Europe/Paris\0", "is unknown"),
        ("x" * 5000, "is unknown"),
    ],
)
def test_what_is_no_zone_is_refused_with_a_suggestion(text: str, says: str) -> None:
    """Abbreviations, fixed offsets, paths and slips are named, short, with what was probably meant."""
    with pytest.raises(InputError) as error:
        zone_named(text)
    assert says in str(error.value)
    assert len(str(error.value)) < 200


def test_every_zone_of_a_place_leads_to_one() -> None:
    """Each IANA name of a place gives a zone with the same clock in 2027, under its name of today."""
    for name in (zone for zone in all_zones() if "/" in zone):
        found = zone_named(name)
        assert is_zone(found)
        assert offsets(found) == offsets(name)


def offsets(zone: str) -> list[timedelta | None]:
    """What a zone is ahead of UTC at each month's beginning."""
    return [datetime(2027, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in range(1, 13)]


def test_windows_names_give_zones() -> None:
    """CLDR's table, whatever the case; a name that is none gives None."""
    assert windows_zone("Mountain Standard Time (Mexico)") == "America/Mazatlan"
    assert windows_zone("FLE standard time") == "Europe/Kyiv"
    assert windows_zone("Customized Time Zone") is None
