"""connectors/_caldav/resource.py: what a file says, in whatever form a server gives it back."""

import time

import pytest

from connectors._caldav.resource import Resource
from connectors._ics_out.calendar import resource
from connectors._ics_out.vevent import vevents
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
            b"RRULE:FREQ=WEEKLY;UNTIL=20270413T093000Z;INTERVAL=1;BYDAY=TU",
            b"RRULE:BYDAY=TU;FREQ=WEEKLY;UNTIL=20270413T093000Z",
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
