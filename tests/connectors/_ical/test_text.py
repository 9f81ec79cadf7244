"""Bytes as exports have them, and the numbers of their lines."""

import pytest

from connectors._ical.text import decoded, source_of

PLAIN = "BEGIN:VCALENDAR\r\nX:é\r\nEND:VCALENDAR\r\n"
LINES = PLAIN.replace("\r", "").encode()


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.replace("\r\n", "\n").encode(),
        PLAIN.replace("\r\n", "\r").encode(),
        PLAIN.replace("é", "\0é\0").encode(),
    ],
)
def test_character_sets_and_line_ends_are_repaired(raw: bytes) -> None:
    """UTF-8 and UTF-16 with and without a mark, three line ends, NULs between."""
    assert source_of(raw).lines == LINES


def test_folds_are_joined_within_a_character_and_over_doubled_line_ends() -> None:
    """Also a fold by a tab, and folds in a row."""
    euro = "€".encode()
    raw = b"A:1" + euro[:1] + b"\r\n " + euro[1:] + b"\r\n\r\n 2\n\t3\nB:4"
    assert source_of(raw).lines == b"A:1" + euro + b"23\nB:4"


def test_a_line_has_its_number_in_the_file() -> None:
    """Folds and doubled line ends before it are counted."""
    source = source_of(b"A:1\r\nB:2\r\n x\r\n\ty\r\nC:3\r\n\r\n  z\r\nD:4\r\nE:5")
    assert [source.line_at(source.lines.index(name)) for name in (b"A", b"B", b"C", b"D", b"E")] == [1, 2, 5, 8, 9]


def test_bytes_that_are_no_text_stay_apart_from_each_other() -> None:
    """Two UIDs in Latin-1 must not become the same one."""
    assert decoded("é".encode()) == "é"
    assert decoded("é".encode("latin-1")) != decoded("è".encode("latin-1"))
