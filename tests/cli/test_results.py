"""`export`: what stands in the calendars, as files, as a table that is safe to open, and as JSON."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Rondo
from tests.desks import Desk, at, settings
from tests.readers import expanded_in_python


@pytest.fixture
def published(desk: Desk) -> Desk:
    """A published programme in which one session was moved since."""
    desk.publish()
    (pair,) = (event for event in desk.app.store.events() if event.group == "pair")
    third = pair.sessions[2].start
    assert third is not None
    desk.calendar("amara", at(third, 45))
    desk.publish()
    return desk


def test_calendar_files_hold_every_session(rondo: Rondo, published: Desk, tmp_path: Path) -> None:
    """The same files as those that were published, in a folder that is made."""
    said = rondo("export", "ics", "spring", "-o", "out/ics")
    assert (said.code, said.out) == (1, "")
    assert rondo("export", "ics", "spring", "-o", "out").out == "Events written to out: 2.\n"
    assert {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.ics")} == set(
        published.published()
    )
    pair = (tmp_path / "out" / "groups" / "pair.ics").read_bytes()
    (event,) = (event for event in published.app.store.events() if event.group == "pair")
    assert [start for start, _ in expanded_in_python(pair)] == sorted(
        each.start for each in event.sessions if each.start
    )


def test_a_table_has_a_row_for_each_session(rondo: Rondo, published: Desk) -> None:
    """In the order of time, with the instant, the local time and what became of it."""
    said = rondo("export", "csv", "spring")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert len(rows) == 16
    assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)
    assert [row["session"] for row in rows if row["status"] == "moved"] == ["3"]
    first = next(row for row in rows if row["group"] == "pair")
    assert (first["zone"], first["minutes"], first["link"][:20]) == ("Europe/London", "45", "https://meet.jit.si/")


def test_json_says_the_same(rondo: Rondo, published: Desk, tmp_path: Path) -> None:
    """By form, by option, and into a file."""
    document = rondo("export", "json", "spring").document
    assert document["schema"] == "rondo/sessions/1"
    assert rondo("export", "csv", "spring", "--json").document == document
    rows = list(csv.DictReader(io.StringIO(rondo("export", "csv", "spring").out)))
    assert [{key: str(value) for key, value in row.items()} for row in document["sessions"]] == rows
    assert rondo("export", "csv", "spring", "-o", "sessions.csv").code == 0
    assert (tmp_path / "sessions.csv").read_text().count("\n") == 17


def test_a_table_runs_no_formula(rondo: Rondo, desk: Desk) -> None:
    """A title that a spreadsheet would take for one is escaped."""
    desk.write(settings=settings() + "[groups.pair]\ntitle = \"=cmd|' /C calc'!A0\"\n")
    desk.publish()
    titles = {row["title"] for row in csv.DictReader(io.StringIO(rondo("export", "csv", "spring").out))}
    assert "'=cmd|' /C calc'!A0" in titles


def test_nothing_published_is_an_empty_table(rondo: Rondo, desk: Desk) -> None:
    """The heading alone."""
    assert rondo("export", "csv", "spring").out.count("\n") == 1
    assert rondo("export", "json", "spring").document["sessions"] == []


@pytest.mark.parametrize("form", ["ics", "csv", "json"])
def test_a_place_that_can_not_be_written_is_one_line(rondo: Rondo, published: Desk, tmp_path: Path, form: str) -> None:
    """A file stands where a folder should be made, or the other way round."""
    target = tmp_path / "target"
    if form == "ics":
        target.touch()
    else:
        target.mkdir()
    said = rondo("export", form, "spring", "-o", "target")
    assert (said.code, said.complaint[:7]) == (1, "rondo: ")
