"""Importing: a wrong row is told with its column and what may be meant, and nothing is saved until it is confirmed."""

import html
import re
import time
from collections.abc import Iterator

import httpx
import pytest

from scheduler.app.programmes.uploads import Uploads, mend, mend_all
from scheduler.errors import InputError
from scheduler.programme.sheets import brought
from scheduler.store import SqlProgrammes
from tests.site import SAMPLE, Stand, standing

HEADER = "Full name,E-mail,Time zone,Working hours,Land,Most a day,Team,Role"
ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Tokyo", "Australia/Lord_Howe")
WRONG = {
    3: (2, "EST", "Time zone", "America/New_York"),
    7: (2, "Londn", "Time zone", "Europe/London"),
    11: (2, "UTC+1", "Time zone", ""),
    15: (2, "", "Time zone", ""),
    19: (2, "Mars/Base", "Time zone", ""),
    23: (1, "bo (at) example.org", "E-mail", "bo@example.org"),
    27: (1, "mailto:ed@example.org", "E-mail", "ed@example.org"),
    31: (1, "no address", "E-mail", ""),
    35: (3, "Mon-Fri 9-25", "Working hours", ""),
    39: (3, "Mon-Fry 9-17", "Working hours", "Mon-fr 9-17"),
    43: (3, "Mon-Fri", "Working hours", ""),
    47: (4, "Norge", "Land", ""),
    51: (4, "Germany", "Land", "DE"),
    55: (4, "Atlantis", "Land", ""),
    59: (5, "two", "Most a day", ""),
    63: (5, "3x", "Most a day", "3"),
    67: (7, "chairman", "Role", "chair"),
    71: (7, "boss", "Role", ""),
    75: (1, "p1@example.org", "E-mail", ""),
    79: (0, "A\u202eB", "Full name", ""),
}
"""By row (from 0): the number of the cell, what stands there, its heading, and what is offered in its place."""


def table(people: int, wrong: dict[int, tuple[int, str, str, str]]) -> str:
    """So many people in pairs, with these cells."""
    lines = [HEADER]
    for row in range(people):
        cells = [f"Person {row}", f"p{row}@example.org", ZONES[row % 5], "Mon-Fri 9-17", "GB", "3", f"Pair {row // 2}"]
        cells.append("required")
        if row in wrong:
            place, text, *_ = wrong[row]
            cells[place] = text
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, as it came; each test imports what it needs."""
    with standing(tmp_path_factory.mktemp("importing") / "data", published=False) as stand:
        yield stand


@pytest.fixture(scope="module")
def client(stand: Stand) -> Iterator[httpx.Client]:
    """A coordinator's."""
    with stand.client(stand.coordinator()) as client:
        client.follow_redirects = True
        yield client


def form(page: str) -> dict[str, str]:
    """What the forms of a page carry."""
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return {"form_token": found[1]}


def brought_text(client: httpx.Client, text: str) -> httpx.Response:
    """The preview of a pasted table."""
    path = f"/p/{SAMPLE}/import"
    return client.post(path, data=form(client.get(path).text) | {"text": text})


def test_twenty_errors_are_all_told_with_row_column_and_hint(stand: Stand) -> None:
    """In one look, each once; what may be meant is offered."""
    tables = [brought(table(100, WRONG).encode(), "x.csv")]
    found = Uploads(stand.service).preview(SAMPLE, tables)
    assert {(fault.row, fault.heading, fault.meant) for fault in found.faults} == {
        (row, heading, meant) for row, (_, _, heading, meant) in WRONG.items()
    }
    assert all(fault.hint and fault.line == fault.row + 2 for fault in found.faults)


def test_the_corrected_file_comes_in_clean(stand: Stand) -> None:
    """What is offered, and what somebody writes instead; downloaded, and brought again."""
    tables = mend_all(Uploads(stand.service).preview(SAMPLE, [brought(table(100, WRONG).encode(), "x.csv")]))
    for row, (_, _, heading, meant) in WRONG.items():
        if not meant:
            column = tables[0].columns[tables[0].header.index(heading)]
            good = {"timezone": "Europe/Lisbon", "email": f"new{row}@example.org", "hours": "9-17", "name": "A B"}
            tables = mend(tables, 0, row, column, good.get(column, ""))
    again = brought(tables[0].csv().encode(), "corrected.csv")
    found = Uploads(stand.service).preview(SAMPLE, [again])
    assert found.is_clean, (found.faults, found.general)
    assert (found.new, found.new_groups) == (100, 50)


def test_five_thousand_rows_are_looked_at_in_two_seconds(stand: Stand) -> None:
    """Of this process's own time: the machine may be busy."""
    tables = [brought(table(5_000, WRONG).encode(), "x.csv")]
    began = time.process_time()
    found = Uploads(stand.service).preview(SAMPLE, tables)
    assert time.process_time() - began < 2
    assert (found.new, len(found.faults)) == (4_999, len(WRONG))  # one has the address of another


def test_nothing_is_saved_until_it_is_confirmed(stand: Stand, client: httpx.Client) -> None:
    """Preview, mend a cell, save: and only then people are there."""
    before = SqlProgrammes(stand.service.database).files(SAMPLE)
    answer = brought_text(client, table(4, {1: (2, "EST", "", "")}))
    assert "4 new, 0 changed, 1 error" in answer.text
    assert "Nothing saved yet." in answer.text
    assert 'value="America/New_York"' in answer.text
    path = str(answer.url)
    assert SqlProgrammes(stand.service.database).files(SAMPLE) == before
    refused = client.post(f"{path}/save", data=form(answer.text))
    assert "1 error" in refused.text
    assert SqlProgrammes(stand.service.database).files(SAMPLE) == before
    cell = {"table": "0", "row": "1", "column": "timezone", "value": "America/New_York"}
    answer = client.post(f"{path}/cell", data=form(answer.text) | cell)
    assert "4 new, 0 changed, 0 errors" in answer.text
    answer = client.post(f"{path}/save", data=form(answer.text))
    assert answer.url.path == f"/p/{SAMPLE}/plan"
    people = {who.id: who for who in stand.app().programme.people}
    assert people["p1"].boundary.zone == "America/New_York"
    assert [group.members for group in stand.app().programme.groups if group.id == "pair-0"] == [("p0", "p1")]
    answer = brought_text(client, table(4, {0: (3, "Mon-Thu 9-17", "", "")}))
    assert "0 new, 1 changed" in answer.text or "3 the same" in answer.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "is a spreadsheet"),
        (b"%PDF-1.7", "is a PDF"),
        ("name,timezone\nA,Lisbon\n".encode("utf-16"), "UTF-16"),
        (b"name,timezone\nA\0,Lisbon\n", "NUL"),
        (b"name,timezone\n\xe4,Lisbon\n", "UTF-8"),
        (b"name,timezone\n", "no rows"),
        (b"colour,size\nred,4\n", "no column"),
        (b"," * 1_000_000 + b"\nx\n", "columns"),
        (b"name,timezone\n" + b'"' * 3 + b"x\n", "no proper CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str, client: httpx.Client) -> None:
    """On the same page, at the field, with what to do."""
    path = f"/p/{SAMPLE}/import"
    answer = client.post(path, data=form(client.get(path).text), files={"files": ("people.csv", content)})
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert 'aria-invalid="true"' in answer.text


def test_semicolons_formulas_and_other_names_of_columns_are_read() -> None:
    """And what goes out begins like no formula."""
    found = brought("Vorname;Nachname;Zeitzone;Gruppe\n=cmd;Müller;Berlin;A\nBo;=1+1;Berlin;A\n".encode(), "x.csv")
    assert found.columns == ("first_name", "last_name", "timezone", "group")
    assert all(not cell.startswith("=") for line in found.csv().splitlines() for cell in line.split(","))


def test_whoever_is_in_several_groups_has_several_rows(stand: Stand) -> None:
    """The same name and address: the same person."""
    text = "name,email,timezone,group\nA,a@example.org,Rome,X\nB,b@example.org,Rome,X\nA,a@example.org,Rome,Y\n"
    found = Uploads(stand.service).preview(SAMPLE, [brought(f"{text}C,c@example.org,Rome,Y\n".encode(), "x.csv")])
    assert found.is_clean, found.faults
    assert found.groups == {"X": (("a", ""), ("b", "")), "Y": (("a", ""), ("c", ""))}


def test_a_file_that_is_too_large_is_refused() -> None:
    """Before it is read as a table."""
    with pytest.raises(InputError, match="larger than 20 MB"):
        brought(b"name,timezone\n" + b"x" * 20_000_001, "x.csv")
