"""Several events of one UID: moved, cancelled and changed dates, and mistakes."""

import pytest

from tests.connectors._ical.calendars import busy, calendar, complaints, event, read, spans

BERLIN = ";TZID=Europe/Berlin:"
SERIES = event(f"DTSTART{BERLIN}20260302T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
DATES = ["03-02 08:00-09:00", "03-09 08:00-09:00", "03-16 08:00-09:00", "03-23 08:00-09:00"]


def override(recurrence_id: str, *lines: str, start: str = f"{BERLIN}20260310T140000") -> str:
    """An event of the same UID, by default moved to Tuesday 14:00 Berlin for two hours."""
    return event(f"RECURRENCE-ID{recurrence_id}", f"DTSTART{start}", "DURATION:PT2H", *lines)


@pytest.mark.parametrize(
    "recurrence_id",
    [
        f"{BERLIN}20260309T090000",
        ":20260309T080000Z",
        ":20260309T090000",
        ";VALUE=DATE:20260309",
        ";TZID=America/New_York:20260309T040000",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_moved_date_leaves_its_place_in_every_form(recurrence_id: str, first: bool) -> None:
    """Whichever of the two events comes first in the file."""
    parts = [SERIES, override(recurrence_id)]
    found = busy(calendar(*(parts if first else parts[::-1])))
    assert found == [DATES[0], "03-10 13:00-15:00", *DATES[2:]]


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_a_cancelled_or_free_date_takes_no_time(line: str) -> None:
    """And its original time is free as well."""
    assert busy(calendar(SERIES, override(f"{BERLIN}20260309T090000", line))) == [DATES[0], *DATES[2:]]


def test_a_single_busy_date_of_a_free_series_takes_time() -> None:
    """What is busy is said by each date."""
    free = SERIES.replace("RRULE", "TRANSP:TRANSPARENT\r\nRRULE")
    assert busy(calendar(free, override(f"{BERLIN}20260309T090000"))) == ["03-10 13:00-15:00"]


def test_a_date_moved_into_the_window_from_outside_is_seen() -> None:
    """And one that was moved out of it is not."""
    moves = [
        override(f"{BERLIN}20260309T090000"),
        override(f"{BERLIN}20260302T090000", start=f"{BERLIN}20260401T090000"),
    ]
    window = ("2026-03-10T00:00:00Z", "2026-03-11T00:00:00Z")
    assert busy(calendar(SERIES, *moves), window=window) == ["03-10 13:00-15:00"]
    assert busy(calendar(SERIES, *moves), window=("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")) == []


def test_a_moved_date_stays_where_its_original_is_excluded_too() -> None:
    """Somebody wrote it down, and unknown is never free."""
    excluding = SERIES.replace("RRULE", f"EXDATE{BERLIN}20260309T090000\r\nRRULE")
    found = busy(calendar(excluding, override(f"{BERLIN}20260309T090000")))
    assert found == [DATES[0], "03-10 13:00-15:00", *DATES[2:]]


def test_a_date_without_its_series_stands_alone() -> None:
    """An invitation to one date of somebody else's series; it does not repeat, whatever it says."""
    text = override(f";RANGE=THISANDFUTURE{BERLIN}20260309T090000", "RRULE:FREQ=DAILY")
    assert busy(calendar(text)) == ["03-10 13:00-15:00"]


def test_a_moved_whole_day_leaves_its_day() -> None:
    """Exchange writes its RECURRENCE-ID with a time."""
    series = event("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("RECURRENCE-ID;TZID=Asia/Tokyo:20260303T000000", "DTSTART;VALUE=DATE:20260310")
    assert busy(calendar(series, moved)) == [
        "03-02 00:00-03-03 00:00",
        "03-04 00:00-03-05 00:00",
        "03-10 00:00-03-11 00:00",
    ]


def test_this_and_future_moves_and_stretches_all_later_dates() -> None:
    """By wall time: a day and five hours later, two hours long; a single later change still holds."""
    later = override(f";RANGE=THISANDFUTURE{BERLIN}20260309T090000")
    found = busy(calendar(SERIES, later))
    assert found == [DATES[0], "03-10 13:00-15:00", "03-17 13:00-15:00", "03-24 13:00-15:00"]
    single = override(f"{BERLIN}20260316T090000", start=f"{BERLIN}20260318T090000")
    assert busy(calendar(SERIES, later, single))[2] == "03-18 08:00-10:00"


def test_this_and_future_may_cancel_or_come_twice() -> None:
    """The last of them that begins before a date holds for it."""
    later = override(f";RANGE=THISANDFUTURE{BERLIN}20260309T090000")
    gone = override(f";RANGE=THISANDFUTURE{BERLIN}20260323T090000", "STATUS:CANCELLED")
    for parts in ((later, gone), (gone, later)):
        assert busy(calendar(SERIES, *parts)) == [DATES[0], "03-10 13:00-15:00", "03-17 13:00-15:00"]


def test_this_and_future_reaches_dates_that_it_moves_into_the_window() -> None:
    """Three weeks later, long after the last original date, and three weeks earlier, long before the first of them."""
    later = override(f";RANGE=THISANDFUTURE{BERLIN}20260309T090000", start=f"{BERLIN}20260330T090000")
    window = ("2026-04-12T00:00:00Z", "2026-04-20T00:00:00Z")
    assert busy(calendar(SERIES, later), window=window) == ["04-13 07:00-09:00"]
    earlier = override(f";RANGE=THISANDFUTURE{BERLIN}20260309T090000", start=f"{BERLIN}20260216T090000")
    window = ("2026-02-22T00:00:00Z", "2026-02-25T00:00:00Z")
    assert busy(calendar(SERIES, earlier), window=window) == ["02-23 08:00-10:00"]


def test_the_highest_sequence_wins_among_events_of_one_uid() -> None:
    """For a series and for one date; numbers beyond reason count as none."""
    newer = SERIES.replace("DURATION:PT1H", "DURATION:PT30M\r\nSEQUENCE:2").replace("COUNT=4", "COUNT=2")
    assert busy(calendar(newer, SERIES)) == ["03-02 08:00-08:30", "03-09 08:00-08:30"]
    moves = [
        override(f"{BERLIN}20260309T090000", f"SEQUENCE:{2**63}"),
        override(f"{BERLIN}20260309T090000", "SEQUENCE:1", start=":20260311T090000Z"),
        override(f"{BERLIN}20260309T090000", "SEQUENCE:-9", start=":20260312T090000Z"),
    ]
    assert busy(calendar(SERIES, *moves)) == [DATES[0], "03-10 13:00-15:00", *DATES[2:]]


def test_two_events_that_share_a_uid_by_mistake_are_both_kept() -> None:
    """With a warning: to lose one would call its time free."""
    found = read(calendar(SERIES, event("DTSTART:20260305T090000Z", "DURATION:PT1H")))
    assert spans(found.busy) == [DATES[0], "03-05 09:00-10:00", *DATES[1:]]
    assert "Another event has the same UID" in complaints(found)


def test_events_without_a_uid_are_events_of_their_own() -> None:
    """Two of them, and neither replaces the other."""
    parts = [event(f"DTSTART:2026030{day}T090000Z", "DURATION:PT1H").replace("UID:a\r\n", "") for day in (2, 3)]
    assert busy(calendar(*parts)) == ["03-02 09:00-10:00", "03-03 09:00-10:00"]


def test_a_date_that_replaces_nothing_readable_is_kept_beside_the_series() -> None:
    """With a warning."""
    found = read(calendar(SERIES, override(":whenever")))
    assert spans(found.busy) == [*DATES[:2], "03-10 13:00-15:00", *DATES[2:]]
    assert "Which date it replaces can't be read" in complaints(found)


def test_an_event_without_an_end_mark_is_read_with_a_warning() -> None:
    """So is the one that follows it."""
    cut = event("DTSTART:20260305T090000Z", "DURATION:PT1H", uid="cut").removesuffix("END:VEVENT\r\n")
    found = read(calendar(cut, event("DTSTART:20260306T090000Z", "DURATION:PT1H", uid="next")))
    assert spans(found.busy) == ["03-05 09:00-10:00", "03-06 09:00-10:00"]
    assert complaints(found) == "line 3, event cut: It has no END: what follows is read as the next one."


def test_one_broken_event_leaves_the_rest_of_its_series_and_calendar() -> None:
    """Each in its own try."""
    broken = event("RECURRENCE-ID:20260309T080000Z", "DTSTART:never")
    found = read(calendar(SERIES, broken, event("DTSTART:20260305", uid="b")))
    assert spans(found.busy) == [DATES[0], "03-05 00:00-03-06 00:00", *DATES[1:]]
    assert complaints(found).startswith("line 9, event a: It is left out:")
