"""Calendar files as a CalendarReader, and as a collection that somebody names."""

from pathlib import Path

import pytest

from connectors.collection import read_collection
from connectors.ics import IcsFiles
from scheduler.errors import InputError, Unavailable
from scheduler.ports import Answer, Asked, CalendarReader, Own
from tests.connectors._ical.calendars import YEAR, calendar, event, interval, meeting, spans

WINDOW = interval(YEAR)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with two calendars."""
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "ana.ics").write_bytes(meeting(":20260302T090000", uid="ana"))
    (tmp_path / "calendars" / "ben.ics").write_bytes(meeting(":20260303T090000Z", uid="ben"))
    return tmp_path


def _answer(root: Path, calendar: str, *, zone: str = "UTC", uids: frozenset[str] = frozenset()) -> Answer:
    """Through the port that the application knows."""
    reader: CalendarReader = IcsFiles(root)
    [answer] = reader.free_busy([Asked(calendar=calendar, zone=zone, own=Own(uids=uids))], window=WINDOW)
    return answer


def _spans(answer: Answer) -> list[str]:
    assert answer.free_busy is not None
    assert answer.free_busy.complete
    return spans(answer.free_busy.busy)


def test_a_file_is_read_on_its_owners_clock(root: Path) -> None:
    """Its floating times are those of the owner's zone."""
    assert _spans(_answer(root, "calendars/ana.ics", zone="Asia/Kolkata")) == ["03-02 03:30-04:30"]


def test_our_own_events_are_left_out(root: Path) -> None:
    """By their UID."""
    assert _spans(_answer(root, "calendars/ana.ics", uids=frozenset({"ana"}))) == []


def test_a_calendar_outside_of_the_folder_is_no_calendar(root: Path) -> None:
    """An InputError, since somebody wrote it; a file that is missing is Unavailable."""
    assert isinstance(_answer(root / "calendars", "../calendars/ana.ics").error, InputError)
    missing = _answer(root / "calendars", "cy.ics").error
    assert isinstance(missing, Unavailable)
    assert str(missing) == "There is no such file."


def test_a_file_that_is_no_calendar_is_unavailable(root: Path) -> None:
    """Never known and free."""
    (root / "page.ics").write_bytes(b"<html>Sign in</html>")
    answer = _answer(root, "page.ics")
    assert isinstance(answer.error, Unavailable)
    assert "no iCalendar text" in str(answer.error)
    assert answer.free_busy is None


def test_many_files_have_an_answer_each_in_their_order(root: Path) -> None:
    """However many are read at once, and whatever is wrong with one of them."""
    names = [f"calendars/{name}.ics" for name in ("ana", "none", "ben")] * 5
    answers = IcsFiles(root).free_busy([Asked(calendar=name) for name in names], window=WINDOW)
    assert [_spans(answer) if answer.free_busy else str(answer.error) for answer in answers] == [
        ["03-02 09:00-10:00"],
        "There is no such file.",
        ["03-03 09:00-10:00"],
    ] * 5


def test_nothing_asked_is_nothing_answered(root: Path) -> None:
    """An empty programme is no special case."""
    assert IcsFiles(root).free_busy([], window=WINDOW) == []


def test_several_files_are_one_collection(root: Path) -> None:
    """They share UIDs: a moved date in another file leaves its series."""
    moved = event("RECURRENCE-ID:20260303T090000Z", "DTSTART:20260304T090000Z", "DURATION:PT1H", uid="ben")
    (root / "moved.ics").write_bytes(calendar(moved))
    paths = [root / "calendars" / "ana.ics", root / "calendars" / "ben.ics", root / "moved.ics"]
    found = read_collection(paths, zone="UTC", window=WINDOW)
    assert spans(found.busy) == ["03-02 09:00-10:00", "03-04 09:00-10:00"]


def test_a_file_that_can_not_be_opened_leaves_the_collection_incomplete(root: Path) -> None:
    """What can be read is busy, and a warning tells of the other."""
    found = read_collection([root / "none.ics", root / "calendars" / "ben.ics"], zone="UTC", window=WINDOW)
    assert spans(found.busy) == ["03-03 09:00-10:00"]
    assert not found.complete
    assert str(found.warnings[0]) == "'none.ics': There is no such file."


@pytest.mark.parametrize("names", [[], ["none.ics"], ["none.ics", "calendars"]])
def test_nothing_that_can_be_opened_is_an_error_of_one_line(root: Path, names: list[str]) -> None:
    """With every reason."""
    with pytest.raises(Unavailable) as caught:
        read_collection([root / name for name in names], zone="UTC", window=WINDOW)
    assert len(str(caught.value).splitlines()) == 1
