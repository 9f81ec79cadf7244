"""When a single event takes time, and how much."""

import pytest

from tests.connectors._ical.calendars import busy, calendar, complaints, event, meeting, read, spans

NEW_YORK = ";TZID=America/New_York:"


def one(*lines: str) -> bytes:
    """A calendar of one event."""
    return calendar(event(*lines))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART:20260302T090000Z", "DTEND:20260302T093000Z"), ["03-02 09:00-09:30"]),
        (("DTSTART:20260302T090000Z", "DURATION:PT90M"), ["03-02 09:00-10:30"]),
        (("DTSTART:20260302T090000Z",), []),
        (("DTSTART:20260302T090000Z", "DTEND:20260302T090000Z"), []),
        (("DTSTART;VALUE=DATE:20260302",), ["03-02 00:00-03-03 00:00"]),
        (("DTSTART;VALUE=DATE:20260302T000000",), ["03-02 00:00-03-03 00:00"]),
        (("DTSTART:20260302", "DTEND:20260304"), ["03-02 00:00-03-04 00:00"]),
        (("DTSTART:20260302", "DURATION:P2D"), ["03-02 00:00-03-04 00:00"]),
        (("DTSTART:20260302", "DTEND:20260302"), ["03-02 00:00-03-03 00:00"]),
        (("DTSTART:20260302T090000Z", "DTEND:20260303"), ["03-02 09:00-03-03 00:00"]),
        (("DTSTART:20260302", "DTEND:20260302T120000"), ["03-02 00:00-12:00"]),
        (("DTSTART:20260302T090000Z", "DURATION:PT1H", "STATUS:TENTATIVE"), ["03-02 09:00-10:00"]),
        (("DTSTART:20260302T090000Z", "DURATION:PT1H", "TRANSP:opaque"), ["03-02 09:00-10:00"]),
        (("DTSTART:20260302T090000Z", "DURATION:PT1H", "STATUS:Cancelled"), []),
        (("DTSTART:20260302T090000Z", "DURATION:PT1H", "TRANSP;X=1:TRANSPARENT"), []),
    ],
)
def test_start_end_and_status_make_the_busy_time(lines: tuple[str, ...], expected: list[str]) -> None:
    """Ends and durations, none of them, whole days, mixed forms, and what takes no time."""
    assert busy(one(*lines)) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("20260307T120000", "DURATION:P1D"), ["03-07 17:00-03-08 16:00"]),
        (("20260307T120000", "DURATION:PT24H"), ["03-07 17:00-03-08 17:00"]),
        (("20260302T000000", "DURATION:P1W"), ["03-02 05:00-03-09 04:00"]),
        (("20260307T220000", f"DTEND{NEW_YORK}20260308T060000"), ["03-08 03:00-10:00"]),
        (("20260308T013000", "DURATION:PT1H"), ["03-08 06:30-07:30"]),
        (("20260308T023000", "DURATION:PT30M"), ["03-08 07:30-08:00"]),
        (("20260308T023000", f"DTEND{NEW_YORK}20260308T030000"), ["03-08 07:30-08:00"]),
        (("20260308T020000", f"DTEND{NEW_YORK}20260308T030000"), ["03-08 07:00-08:00"]),
        (("20261101T003000", "DURATION:PT2H"), ["11-01 04:30-06:30"]),
        (("20261101T013000", f"DTEND{NEW_YORK}20261101T023000"), ["11-01 05:30-07:30"]),
        (("20260307T023000", "DURATION:P1DT1H"), ["03-07 07:30-03-08 08:30"]),
        (("20260302T120000", "DTEND;TZID=Europe/Berlin:20260302T200000"), ["03-02 17:00-19:00"]),
    ],
)
def test_days_pass_on_the_wall_clock_and_hours_in_exact_time(lines: tuple[str, ...], expected: list[str]) -> None:
    """Over clock changes, inside gap and fold, and between two zones; no end comes before its start."""
    assert busy(one(f"DTSTART{NEW_YORK}{lines[0]}", *lines[1:])) == expected


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/New_York", "20260308", ["03-08 05:00-03-09 04:00"]),
        ("Australia/Lord_Howe", "20260405", ["04-04 13:00-04-05 13:30"]),
        ("Antarctica/Troll", "20260329", ["03-29 00:00-22:00"]),
    ],
)
def test_a_whole_day_is_as_long_as_the_owners_day(zone: str, day: str, expected: list[str]) -> None:
    """23, 24.5 and 22 hours."""
    assert busy(one(f"DTSTART;VALUE=DATE:{day}"), zone=zone) == expected


def test_a_day_that_a_zone_left_out_takes_no_time() -> None:
    """Samoa had no 30 December 2011."""
    window = ("2011-12-01T00:00:00Z", "2012-02-01T00:00:00Z")
    assert busy(one("DTSTART:20111230"), zone="Pacific/Apia", window=window) == []
    assert busy(one("DTSTART:20111231"), zone="Pacific/Apia", window=window) == ["12-30 10:00-12-31 10:00"]


def test_a_floating_time_is_on_the_owners_clock_and_a_utc_time_is_not() -> None:
    """The same wall time for two owners."""
    assert busy(meeting(":20260702T090000"), zone="Europe/Berlin") == ["07-02 07:00-08:00"]
    assert busy(meeting(":20260702T090000"), zone="America/New_York") == ["07-02 13:00-14:00"]
    assert busy(meeting(":20260702T090000Z"), zone="America/New_York") == ["07-02 09:00-10:00"]


def test_the_calendars_zone_is_for_floating_times_only() -> None:
    """X-WR-TIMEZONE moves no UTC time, no series in UTC over its clock changes, and no whole day."""
    head = "X-WR-TIMEZONE:America/New_York"
    assert busy(calendar(head, event("DTSTART:20260702T090000", "DURATION:PT1H"))) == ["07-02 13:00-14:00"]
    assert busy(calendar(head, event("DTSTART:20260302"))) == ["03-02 00:00-03-03 00:00"]
    series = event("DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert busy(calendar(head, series)) == ["03-02 09:00-10:00", "03-09 09:00-10:00"]


def test_a_calendars_zone_that_is_none_leaves_the_owners() -> None:
    """It was only a hint."""
    assert busy(calendar("X-WR-TIMEZONE:Nowhere", event("DTSTART:20260702T090000", "DURATION:PT1H"))) == [
        "07-02 09:00-10:00"
    ]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "It has no start."),
        (("DTSTART:tomorrow",), "'tomorrow' is no date or time."),
        (("DTSTART:20260230",), "There is no day 20260230."),
        (("DTSTART:00000101T000000Z",), "There is no day 00000101."),
        (("DTSTART:20260302T090000Z", "DTEND:20260302T080000Z"), "It ends before it starts."),
        (("DTSTART:20260302T090000Z", "DURATION:-PT2H"), "It ends before it starts."),
        ((f"DTSTART{NEW_YORK}20260302T090000", "DTEND:20260302T080000Z"), "It ends before it starts."),
        (("RDATE:20260302T090000Z",), "It has no start."),
    ],
)
def test_an_event_without_a_start_or_that_runs_backwards_is_left_out(lines: tuple[str, ...], why: str) -> None:
    """With a warning that names its UID and line; the others stay, and nobody becomes unknown."""
    found = read(calendar(event(*lines, uid="broken"), event("DTSTART:20260303", uid="sound")))
    assert spans(found.busy) == ["03-03 00:00-03-04 00:00"]
    assert complaints(found) == f"line 3, event broken: It is left out: {why}"
    assert found.complete


@pytest.mark.parametrize(
    "line",
    [
        "DTEND:None",
        "DURATION:P99999999W",
        "DURATION:1 hour",
        "DURATION:PT-2H",
        "DTEND;TZID=Europe/Berlin:20260302T990000",
    ],
)
def test_an_end_that_can_not_be_read_makes_the_owner_unknown(line: str) -> None:
    """The start is known, so the event takes place; for how long, nobody knows."""
    found = read(one("DTSTART:20260302T090000Z", line))
    assert not found.complete
    assert "Its end can't be read" in complaints(found)


def test_a_second_start_is_a_warning() -> None:
    """The first is taken."""
    found = read(one("DTSTART:20260302T090000Z", "DTSTART:20260303T090000Z", "DURATION:PT1H"))
    assert spans(found.busy) == ["03-02 09:00-10:00"]
    assert "more than one start" in complaints(found)


def test_an_event_that_spans_the_window_is_clipped_to_it() -> None:
    """From long before to for ever, without looking up the clock changes of centuries."""
    window = ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
    text = one(f"DTSTART{NEW_YORK}19000101T000000", f"DTEND{NEW_YORK}99991231T000000")
    assert busy(text, window=window) == ["03-01 00:00-03-02 00:00"]


def test_what_touches_the_window_only_at_its_edge_is_outside() -> None:
    """Intervals are half-open, at both ends."""
    window = ("2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z")
    hours = [event(f"DTSTART:20260302T{hour:02d}0000Z", "DURATION:PT1H", uid=str(hour)) for hour in (9, 12)]
    assert busy(calendar(*hours), window=window) == []
    assert busy(meeting(":20260302T093000Z"), window=window) == ["03-02 10:00-10:30"]


def test_touching_and_overlapping_events_are_one_busy_time() -> None:
    """To the second."""
    rows = [("090000", "093000"), ("093000", "100000"), ("094500", "101500"), ("101501", "103000")]
    parts = [event(f"DTSTART:20260302T{a}Z", f"DTEND:20260302T{b}Z", uid=a) for a, b in rows]
    found = read(calendar(*parts)).busy
    assert (found - found[0, 0]).tolist() == [[0, 4500], [4501, 5400]]
