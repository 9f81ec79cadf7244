"""connectors/_caldav/resource.py: what a file says, in whatever form a server gives it back."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from connectors._caldav.resource import Resource
from connectors._ics_out.calendar import resource
from connectors._ics_out.vevent import vevents
from scheduler.core.event import Event, Span
from scheduler.core.readback import spans_of
from scheduler.errors import ChangedElsewhere
from tests.connectors._caldav.series import UID, moved, series, skipped

TEXT = resource(vevents(skipped(moved(series(title="One, two; three"), 2), 4)))


def _of(text: bytes) -> Resource:
    found = Resource.of("https://x/", "", text, UID)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (b"\r\n", b"\n", True),
        (b"\r\n ", b"", True),
        (
            b"RRULE:FREQ=WEEKLY;UNTIL=20270413T213000Z;INTERVAL=1;BYDAY=TU",
            b"RRULE:BYDAY=TU;FREQ=WEEKLY;UNTIL=20270413T213000Z",
            True,
        ),
        (b"DTSTAMP:2026", b"DTSTAMP:2027", True),
        (b"SEQUENCE:2", b"SEQUENCE:9", True),
        (b"SUMMARY", b"summary", True),
        (b";CN=Ana;", b';CN="Ana";', True),
        (b"END:VEVENT", b"X-COLOUR:red\r\nBEGIN:VALARM\r\nSUMMARY:x\r\nEND:VALARM\r\nEND:VEVENT", True),
        (b"DTSTART;TZID=Europe/London:", b"DTSTART;VALUE=DATE-TIME;TZID=Europe/London:", True),
        (b"BYDAY=TU", b"BYDAY=WE", False),
        (b"SUMMARY:One", b"SUMMARY:Two", False),
        (b"EXDATE;", b"X-EXDATE;", False),
        (b"DTSTART;TZID=Europe/London:", b"DTSTART;TZID=Europe/Paris:", False),
        (b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=DECLINED", False),
        (b"mailto:ben@", b"mailto:eve@", False),
        (b"TRANSP:OPAQUE", b"TRANSP:TRANSPARENT", False),
    ],
)
def test_the_same_in_another_form_is_the_same(old: bytes, new: bytes, same: bool) -> None:
    """Order, quotation, folds and what is counted do not matter; everything else does."""
    assert old in TEXT
    changed = TEXT.replace(old, new)
    assert changed != TEXT
    assert _of(changed).says(TEXT) is same


def test_dates_are_read_by_the_reader_of_strangers_files() -> None:
    """Those of this UID alone."""
    event = skipped(moved(series(), 2), 4)
    other = vevents(series(uid="another"))
    assert _of(resource(vevents(event) + other)).spans(event) == spans_of(event)


def test_dates_that_can_not_be_known_are_somebodys_change() -> None:
    """We write no such rule."""
    text = TEXT.replace(b"FREQ=WEEKLY", b"FREQ=SECONDLY;BYSETPOS=1")
    with pytest.raises(ChangedElsewhere, match="can't be known"):
        _of(text).spans(series())


@pytest.mark.parametrize(
    "sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x00", "\ud7ff", "\N{RIGHT-TO-LEFT OVERRIDE}"]
)
def test_signs_that_are_no_line_ends_end_no_line(sign: str) -> None:
    """What somebody added stays one line, and makes no property of ours."""
    line = f"X-NOTE:a{sign}ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org"
    found = _of(TEXT.replace(b"END:VEVENT", f"{line}\r\nEND:VEVENT".encode()))
    assert found.says(TEXT)
    assert b"".join(found.vevents[0].added()).replace(b"\r\n ", b"") == f"{line}\r\n".encode()
    assert "ACCEPTED" not in found.vevents[0].answers().values()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"BEGIN:VEVENT\r\n" * 1000,
        b"BEGIN:VEVENT\r\nBEGIN:VALARM\r\nEND:VEVENT\r\n" * 1000,
        b"END:VEVENT\r\n" * 1000,
        b"BEGIN:VEVENT\r\nATTENDEE" + b';X="' * 500_000,
        b"BEGIN:VEVENT\r\nATTENDEE" + b";X=a" * 500_000,
        b"BEGIN:VEVENT\r\nATTENDEE" + b';X="a"' * 300_000 + b'"',
        b"BEGIN:VEVENT\r\nSUMMARY:" + b"\\" * 2_000_000,
        b"BEGIN:VEVENT\r\n" + b"\r\n " * 600_000,
        b"\xff\xfe\x00" * 600_000,
    ],
)
def test_strange_texts_are_no_event_and_take_no_time(text: bytes) -> None:
    """As large as an answer may be."""
    before = time.process_time()
    assert Resource.of("", "", text, UID) is None
    assert time.process_time() - before < 2


@pytest.mark.parametrize(("told", "number"), [("7", 7), ("-1", 0), ("99999999999", 0), ("²", 0), ("x", 0)])
def test_a_sequence_is_a_small_number(told: str, number: int) -> None:
    """Whatever else a server says there is none."""
    assert _of(TEXT.replace(b"SEQUENCE:2", f"SEQUENCE:{told}".encode())).sequence == number


# --- which date each entry is


def _dates(event: Event, old: bytes = b"", new: bytes = b"", added: str = "") -> dict[datetime, Span | None]:
    text = resource(vevents(event))
    assert old in text
    entry = f"BEGIN:VEVENT\r\nUID:{UID}\r\nDTSTAMP:20261101T000000Z\r\n{added}END:VEVENT\r\n" if added else ""
    text = text.replace(old, new).replace(b"END:VCALENDAR", entry.encode() + b"END:VCALENDAR")
    return {each.original: each.span for each in _of(text).dates(event)}


AT = series().occurrences[2].recurrence_id
"""Tuesday 23 March, 10:30 in London and in UTC."""


@pytest.mark.parametrize(
    "named",
    [
        "RECURRENCE-ID;TZID=Europe/London:20270323T103000",
        "RECURRENCE-ID:20270323T103000Z",
        "RECURRENCE-ID;TZID=Europe/Paris:20270323T113000",
        "RECURRENCE-ID;TZID=GMT Standard Time:20270323T103000",
        "recurrence-id;value=date-time;tzid=Europe/London:20270323T103000",
        "RECURRENCE-ID:20270323T103000",
    ],
)
@pytest.mark.parametrize(
    "ends", ["DTEND:20270324T100000Z", "DURATION:PT60M", "DTEND;TZID=Europe/Paris:20270324T110000"]
)
def test_an_entry_is_of_the_date_that_it_names_in_whatever_form(named: str, ends: str) -> None:
    """And of its own length, wherever it is written in."""
    found = _dates(series(), added=f"{named}\r\nDTSTART:20270324T090000Z\r\n{ends}\r\nSUMMARY:secret\r\n")
    assert found[AT] == (datetime(2027, 3, 24, 9, tzinfo=UTC), 60)
    assert len(found) == 6


def test_an_entry_that_is_called_off_is_a_date_without_time() -> None:
    """Unlike one that only takes nobody's time, which its owner marked as free."""
    times = "RECURRENCE-ID:20270323T103000Z\r\nDTSTART:20270323T103000Z\r\nDURATION:PT50M\r\n"
    assert _dates(series(), added=f"{times}STATUS:CANCELLED\r\n")[AT] is None
    assert _dates(series(), added=f"{times}TRANSP:TRANSPARENT\r\n")[AT] == (AT, 50)
    assert _dates(series(), b"TRANSP:OPAQUE", b"TRANSP:TRANSPARENT") == _dates(series())


def test_the_newest_entry_of_a_date_holds() -> None:
    """Some clients leave the older ones there."""
    at = AT + timedelta(hours=1)
    older = f"RECURRENCE-ID:20270323T103000Z\r\nDTSTART:{at + timedelta(hours=3):%Y%m%dT%H%M%SZ}\r\nDURATION:PT50M\r\n"
    newer = f"RECURRENCE-ID:20270323T103000Z\r\nSEQUENCE:9\r\nDTSTART:{at:%Y%m%dT%H%M%SZ}\r\nDURATION:PT50M\r\n"
    both = f"{newer}END:VEVENT\r\nBEGIN:VEVENT\r\nUID:{UID}\r\nDTSTAMP:20261101T000000Z\r\n{older}"
    assert _dates(series(), added=both)[AT] == (at, 50)


def test_all_later_dates_may_move_at_once() -> None:
    """RANGE=THISANDFUTURE: they are dates of the rule, elsewhere."""
    times = "RECURRENCE-ID;RANGE=THISANDFUTURE:20270323T103000Z\r\nDTSTART:20270323T123000Z\r\nDURATION:PT50M\r\n"
    found = sorted(span for span in _dates(series(), added=times).values() if span)
    starts = [each.recurrence_id for each in series().occurrences]
    assert found == [(at if at < AT else at + timedelta(hours=2), 50) for at in starts]


def test_answers_are_told_by_id() -> None:
    """Of the whole and of one date; who was only asked has not answered."""
    event = moved(series(), 2)
    text = resource(vevents(event)).replace(b"\r\n ", b"")
    first, second = text.split(b"RECURRENCE-ID")
    asked, no = b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=declined"
    whole = _of(first.replace(asked, b"PARTSTAT=ACCEPTED") + b"RECURRENCE-ID" + second.replace(asked, no))
    assert whole.answers(event) == {"ana": False, "ben": False, "cy": False}
    [own] = [each for each in whole.dates(event) if each.answers]
    assert (own.original, own.answers) == (AT, {"ana": True, "ben": True, "cy": True})
    assert _of(text).answers(event) == {}
