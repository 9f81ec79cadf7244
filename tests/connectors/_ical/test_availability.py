"""Stored free/busy and published hours."""

import pytest

from scheduler.core.freebusy import FreeBusy
from tests.connectors._ical.calendars import YEAR, busy, calendar, complaints, event, interval, read, spans

WEEK = ("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z")
OFFICE = event(
    "DTSTART;TZID=Europe/Berlin:20260101T090000",
    "DTEND;TZID=Europe/Berlin:20260101T170000",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE",
    name="AVAILABLE",
)


def hours(*lines: str, uid: str = "h") -> str:
    """A VAVAILABILITY."""
    return event(*(line.rstrip("\r\n") for line in lines), uid=uid, name="VAVAILABILITY")


def closed(*parts: str) -> list[str]:
    """The unavailable hours of the week."""
    found = read(calendar(*parts), window=WEEK)
    assert (found.complete, len(found.busy), complaints(found)) == (True, 0, "")
    return spans(found.unavailable)


def test_stored_busy_periods_count_and_free_ones_do_not() -> None:
    """Ends and durations, lists, every FBTYPE but FREE."""
    stored = event(
        "FREEBUSY:20260302T090000Z/20260302T100000Z,20260302T120000Z/PT30M",
        "FREEBUSY;FBTYPE=FREE:20260302T140000Z/PT1H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260302T160000Z/PT1H",
        name="VFREEBUSY",
    )
    assert busy(calendar(stored)) == ["03-02 09:00-10:00", "03-02 12:00-12:30", "03-02 16:00-17:00"]


@pytest.mark.parametrize("broken", ["20260303/soon", "20260303T090000Z", "20260303T090000Z/20260302T090000Z"])
def test_a_stored_period_that_can_not_be_read_makes_the_owner_unknown(broken: str) -> None:
    """The others of its line stay."""
    stored = event(f"FREEBUSY:20260302T090000Z/PT1H,{broken}", name="VFREEBUSY")
    found = read(calendar(stored))
    assert spans(found.busy) == ["03-02 09:00-10:00"]
    assert not found.complete


def test_outside_of_published_hours_is_unavailable_not_busy() -> None:
    """It stands apart, since hours that are listed elsewhere replace it."""
    found = closed(hours(OFFICE))
    assert found == [
        "03-02 00:00-08:00",
        "03-02 16:00-03-03 08:00",
        "03-03 16:00-03-04 08:00",
        "03-04 16:00-03-05 00:00",
    ]


def test_hours_hold_within_their_own_span() -> None:
    """Before DTSTART and after DTEND or DURATION nothing is said."""
    assert closed(hours("DTSTART:20260302T120000Z", "DTEND:20260303T000000Z", OFFICE)) == ["03-02 16:00-03-03 00:00"]
    assert closed(hours("DTSTART:20260302T120000Z", "DURATION:P1D")) == ["03-02 12:00-03-03 12:00"]
    assert closed(hours("DTSTART:20200101T000000Z", "DTEND:20210101T000000Z")) == []


@pytest.mark.parametrize(("vacation", "office"), [("1", "2"), ("9", "0"), ("2", "")])
def test_a_higher_priority_replaces_all_that_a_lower_one_says(vacation: str, office: str) -> None:
    """1 is the highest; 0 and none at all are the lowest."""
    away = hours("DTSTART:20260302T000000Z", "DTEND:20260304T000000Z", f"PRIORITY:{vacation}", uid="v")
    usual = hours(*([f"PRIORITY:{office}"] if office else []), OFFICE)
    assert closed(away, usual) == ["03-02 00:00-03-04 08:00", "03-04 16:00-03-05 00:00"]
    assert closed(usual, away) == closed(away, usual)


def test_hours_of_a_higher_priority_reopen_what_a_lower_one_closed() -> None:
    """A vacation of a lower priority than the office hours is no vacation."""
    away = hours("DTSTART:20260302T000000Z", "DTEND:20260304T000000Z", "PRIORITY:5", uid="v")
    assert closed(away, hours("PRIORITY:1", OFFICE)) == closed(hours(OFFICE))


def test_around_the_span_of_a_higher_priority_the_lower_one_holds() -> None:
    """An open day in a closed week."""
    week = hours("PRIORITY:5", uid="w")
    day = event("DTSTART:20260303T000000Z", "DTEND:20260304T000000Z", name="AVAILABLE")
    found = closed(week, hours("PRIORITY:1", "DTSTART:20260303T000000Z", "DTEND:20260304T000000Z", day))
    assert found == ["03-02 00:00-03-03 00:00", "03-04 00:00-03-05 00:00"]


def test_an_opening_that_can_not_be_read_opens_nothing() -> None:
    """That errs on the safe side, with a warning."""
    broken = OFFICE.replace("FREQ=WEEKLY", "FREQ=SECONDLY")
    found = read(calendar(hours(broken)), window=WEEK)
    assert spans(found.unavailable) == ["03-02 00:00-03-05 00:00"]
    assert found.complete
    assert "every second" in complaints(found)


def test_a_span_that_can_not_be_read_makes_the_owner_unknown() -> None:
    """Nobody knows when the hours hold."""
    found = read(calendar(hours("DTSTART:soon", OFFICE)), window=WEEK)
    assert not found.complete
    assert "Its hours can't be read" in complaints(found)


def test_busy_and_unavailable_together_are_all_that_is_not_free() -> None:
    """As the reader's callers see it."""
    meeting = event("DTSTART:20260302T150000Z", "DURATION:PT3H", uid="m")
    found: FreeBusy = read(calendar(hours(OFFICE), meeting), window=YEAR)
    assert spans(found.all_busy(interval(WEEK)))[:2] == ["03-02 00:00-08:00", "03-02 15:00-03-03 08:00"]
