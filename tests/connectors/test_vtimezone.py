"""connectors/_ics_out/vtimezone.py: a zone's clock changes as others read them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from connectors._ics_out.vtimezone import FIRST_YEAR, vtimezone
from scheduler.core.interval import Exact
from scheduler.core.walltime import clock_changes, wall_clock
from scheduler.core.zones import all_zones
from tests.readers import IcalJs, running_icaljs

HARD = (
    *("America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Gaza", "Africa/Casablanca"),
    *("America/Santiago", "America/Havana", "Asia/Jerusalem", "America/Nuuk", "America/Vancouver", "Pacific/Apia"),
    *("Antarctica/Troll", "Asia/Kathmandu", "Pacific/Chatham", "Etc/GMT+5", "Etc/UTC"),
)
ZONES = sorted(all_zones() - {"UTC"})  # an event in UTC is written without a zone


@pytest.fixture(scope="module")
def other(icaljs: Path) -> Iterator[IcalJs]:
    """ical.js, started once for all."""
    with running_icaljs(icaljs) as reader:
        yield reader


def _telling_instants(zone: str, year: int) -> list[datetime]:
    """Noon of each day of a year, and the last and the first minute around each change that the clocks show once."""
    noon = datetime(year, 1, 1, 12, tzinfo=UTC)
    instants = [noon + timedelta(days=day) for day in range(365)]
    for at, before, after in clock_changes(zone, year, year):
        repeated = timedelta(minutes=max(0, before - after))
        instants += [at - repeated - timedelta(minutes=1), at + repeated]
    return sorted(instant for instant in instants if _shown(instant, zone).year >= year)


def _shown(instant: datetime, zone: str) -> datetime:
    wall = wall_clock(Exact(np.array([int(instant.timestamp())])), zone)[0]
    return datetime.fromtimestamp(int(wall), UTC)


def _calendar(zone: str, year: int, instants: list[datetime]) -> bytes:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID={zone}:{_shown(instant, zone):%Y%m%dT%H%M%S}\r\n"
        "DURATION:PT0M\r\nEND:VEVENT\r\n"
        for number, instant in enumerate(instants)
    )
    return b"BEGIN:VCALENDAR\r\n" + vtimezone(zone, year) + events.encode() + b"END:VCALENDAR\r\n"


def _agrees(other: IcalJs, zone: str, year: int) -> bool:
    instants = _telling_instants(zone, year)
    return [start for start, _ in other.expanded(_calendar(zone, year, instants))] == instants


@pytest.mark.parametrize("zone", HARD)
@pytest.mark.parametrize("year", [2021, 2026, FIRST_YEAR, 2032, 2050])
def test_a_reader_of_the_text_has_our_clocks(other: IcalJs, zone: str, year: int) -> None:
    """ical.js, which knows no zone but by this text, reads every day and both sides of every change as we do."""
    assert _agrees(other, zone, year)


@pytest.mark.campaign(len(ZONES))
def test_every_zone_is_read_right(other: IcalJs, seed: int) -> None:
    """All names that a person may have as their zone, in the first year that the text holds."""
    assert _agrees(other, ZONES[seed], FIRST_YEAR)


def test_changes_that_follow_a_rule_are_written_as_rules() -> None:
    """What Outlook on the desktop is reported to need: one STANDARD and one DAYLIGHT, each with its RRULE."""
    lines = vtimezone("Europe/London").decode().split("\r\n")
    assert [line for line in lines if line.startswith(("RRULE", "TZOFFSETTO", "RDATE"))] == [
        "TZOFFSETTO:+0100",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETTO:+0000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    ]


def test_a_rule_begins_before_the_first_session() -> None:
    """January of the first year lies after the autumn change of the year before, which the rule has to hold."""
    assert "DTSTART:20261025T020000" in vtimezone("Europe/London").decode()


def test_changes_without_a_rule_are_written_one_a_line() -> None:
    """Some readers keep only the first value of a list."""
    text = vtimezone("Asia/Gaza").decode()
    assert "RRULE" not in text
    assert text.count("RDATE") > 60
    assert "," not in text


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Kolkata", "+0530"), ("America/Vancouver", "-0700")])
def test_a_zone_that_changes_no_more_is_one_standard(zone: str, offset: str) -> None:
    """No daylight time, and the offset that holds from the first year on."""
    text = vtimezone(zone).decode()
    assert text.count("BEGIN:") == 2
    assert f"BEGIN:STANDARD\r\nDTSTART:{FIRST_YEAR}0101T000000\r\nTZOFFSETFROM:{offset}\r\n" in text


def test_a_zone_has_one_text_unless_dates_are_older() -> None:
    """Calendars that hold several of our files need one definition; only dates before it make another."""
    assert vtimezone("America/Vancouver", 2031) == vtimezone("America/Vancouver")
    assert vtimezone("America/Vancouver", 2026) != vtimezone("America/Vancouver")
