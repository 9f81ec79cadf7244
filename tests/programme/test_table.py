"""Tables: what is refused in a CSV file as a whole, and that cells survive the way out and in."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.programme.complaints import Complaints
from scheduler.programme.table import Row, csv_safe, csv_text, read_table
from tests.programme.folders import PEOPLE, Folder


def table(path: Path, content: str) -> list[Row]:
    """The rows of a table with columns a and b, in which nothing may be wrong."""
    path.write_text(content, encoding="utf-8")
    complaints = Complaints()
    rows = read_table(path, ("a",), ("b",), complaints)
    complaints.end()
    return rows


@pytest.mark.parametrize(
    "content", ["a,b\n1,2\n", "b;a\n2;1\n", "a\tb\r\n1\t2\r\n", "\ufeffA, B \n1,2", "a,b,\n\n1,2,\n,,\n"]
)
def test_delimiters_marks_and_empty_rows_do_not_matter(tmp_path: Path, content: str) -> None:
    """Commas, semicolons or tabs; a byte order mark; CRLF; headings in any case and order; empty rows and columns."""
    (row,) = table(tmp_path / "t.csv", content)
    assert (row.raw("a").strip(), row.raw("b").strip()) == ("1", "2")


def test_a_row_knows_its_line_below_cells_of_many_lines(tmp_path: Path) -> None:
    """A quoted line break counts as a line, so that a place is the editor's place."""
    rows = table(tmp_path / "t.csv", 'a,b\n"1\n1",2\n3,4\n')
    assert [row.where("b") for row in rows] == ["t.csv:2:2", "t.csv:4:2"]


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ("", "people.csv:1: has no header. The columns are id, timezone, name,"),
        ("name,timezone\n", "people.csv:1: the column id is missing."),
        ("id,timezone,timezone\n", 'people.csv:1:3: the column "timezone" is there twice.'),
        ("id,timezone,emial\n", 'people.csv:1:3: unknown column "emial". Did you mean email?'),
        ("id,timezone,zzz\n", 'people.csv:1:3: unknown column "zzz". The columns are id, timezone,'),
        ("id,timezone\na,UTC,x\n", 'people.csv:2:3: "x" stands in no column. A cell with a comma in it needs quotes.'),
        ("id,timezone,\na,UTC,x\n", 'people.csv:2:3: "x" has no heading.'),
        ('id,timezone\n"a,UTC\n', "people.csv:2: is no proper CSV here: unexpected end of data."),
        ('id,timezone\na,"U"TC\n', "people.csv:2: is no proper CSV here: "),
        ("id,timezone\n" + "x" * 1_000_000 + ",UTC\n", "people.csv:2: is no proper CSV here: field larger than"),
        ("id,name,timezone\na," + "x" * 20_000 + ",UTC\n", "people.csv:2:2: a cell is longer than 10000 characters."),
        ("id,timezone" + ",x" * 1_000_000 + "\n", "people.csv:1: has 1000002 columns, and at most 100 are read."),
        ("id,timezone\na,UTC" + ",x" * 1_000_000 + "\n", 'people.csv:2:3: "x" stands in no column.'),
        (
            b"id,timezone\nzo\xeb,UTC\n",
            "people.csv:2: the byte 0xEB is no UTF-8. Save it as UTF-8; it may be in Latin-1.",
        ),
        ("id,timezone\na,UTC\n".encode("utf-16"), "people.csv: is in UTF-16. Save it as UTF-8."),
        ("id,timezone\na,UTC\n".encode("utf-16-le"), "people.csv:1: has a NUL byte."),
        (b"id,timezone\na\0,UTC\n", "people.csv:2: has a NUL byte."),
        (b" " * 20_000_001, "people.csv: is larger than 20 MB."),
    ],
)
def test_a_file_that_is_no_proper_table_is_told_once(folder: Folder, people: str | bytes, says: str) -> None:
    """One complaint with its place, and none that only follows from it."""
    (complaint, *others) = folder.write(people=people, groups="group,person\n").complaints()
    assert complaint.startswith(says)
    assert not others


def test_a_missing_file_and_a_folder_are_told(folder: Folder) -> None:
    """Files that are not there, or are none, are named, with a way to get an example."""
    (folder.path / "people.csv").unlink()
    (folder.path / "groups.csv").unlink()
    (folder.path / "groups.csv").mkdir()
    assert folder.complaints() == [
        "people.csv: there is no such file. `rondo demo DIR` writes an example.",
        "groups.csv: there is no such file. `rondo demo DIR` writes an example.",
    ]


@pytest.mark.parametrize("sign", ["\x07", "\x1b[31m", "a\nb", "\u2028", "\u202e", "\u2066"])
def test_signs_that_do_not_belong_on_a_line_are_refused(folder: Folder, sign: str) -> None:
    """Control characters, line breaks and bidi marks would spoil mail headers, calendars and terminals."""
    (complaint,) = folder.write(people=PEOPLE.replace("Amara N.", f'"Amara {sign} N."')).complaints()
    assert complaint.startswith("people.csv:2:2:")
    assert "has no place here" in complaint
    assert "\x1b" not in complaint


def test_letters_have_one_spelling(folder: Folder) -> None:
    """A name in NFD and its twin in NFC are the same name."""
    programme = folder.write(people=PEOPLE.replace("Amara N.", "Zoe\u0308")).load()
    assert programme.people[0].name == "Zo\u00eb"


@pytest.mark.parametrize("cell", ["=1+1", "+49 30", "-x", "@sum", "=cmd|' /C calc'!A0"])
def test_formulas_are_text_going_out_and_coming_in(tmp_path: Path, cell: str) -> None:
    """A spreadsheet gets an apostrophe before them, and it is gone when the file is read again."""
    assert csv_safe(cell) == "'" + cell
    (row,) = table(tmp_path / "t.csv", csv_text(("a", "b"), [(cell, "x")]))
    assert row.read("a", str, "") == cell


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20), min_size=2, max_size=2
    )
)
def test_no_cell_that_goes_out_begins_a_formula(cells: list[str]) -> None:
    """Whatever a cell holds, the spreadsheet sees text."""
    ((*_,), written) = csv.reader(io.StringIO(csv_text(("a", "b"), [cells])))
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in written)
    assert [cell.removeprefix("'") for cell in written] == [cell.removeprefix("'") for cell in cells]


def test_complaints_end_at_a_hundred(folder: Folder) -> None:
    """A file that is wrong in each of 200,000 rows is not told 200,000 times."""
    complaints = folder.write(people="id,timezone\n" + "x,Nowhere\n" * 200_000).complaints()
    assert len(complaints) == 101
    assert complaints[-1] == "there may be more: these were the first hundred."
