"""Calendar files as a CalendarReader, and as a collection that somebody names."""

from pathlib import Path

import pytest

from connectors.ics import IcsFiles, read_collection
from scheduler.errors import InputError, Unavailable
from scheduler.ports import CalendarReader
from tests.connectors._ical.calendars import YEAR, calendar, event, interval, meeting, spans

WINDOW = interval(YEAR)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with two calendars."""
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "ana.ics").write_bytes(meeting(":20260302T090000", uid="ana"))
    (tmp_path / "calendars" / "ben.ics").write_bytes(meeting(":20260303T090000Z", uid="ben"))
    return tmp_path


def test_a_file_is_read_on_its_owners_clock(root: Path) -> None:
    """Through the port that the application knows."""
    reader: CalendarReader = IcsFiles(root)
    found = reader.free_busy("calendars/ana.ics", zone="Asia/Kolkata", window=WINDOW, own=lambda uid: False)
    assert spans(found.busy) == ["03-02 03:30-04:30"]
    assert found.complete


def test_our_own_events_are_left_out(root: Path) -> None:
    """By their UID."""
    found = IcsFiles(root).free_busy("calendars/ana.ics", zone="UTC", window=WINDOW, own=lambda uid: uid == "ana")
    assert len(found.busy) == 0


def test_a_calendar_outside_of_the_folder_is_no_calendar(root: Path) -> None:
    """An InputError, since somebody wrote it; a file that is missing is Unavailable."""
    reader = IcsFiles(root / "calendars")
    with pytest.raises(InputError):
        reader.free_busy("../calendars/ana.ics", zone="UTC", window=WINDOW, own=lambda uid: False)
    with pytest.raises(Unavailable, match="There is no such file"):
        reader.free_busy("cy.ics", zone="UTC", window=WINDOW, own=lambda uid: False)


def test_a_file_that_is_no_calendar_is_unavailable(root: Path) -> None:
    """Never known and free."""
    (root / "page.ics").write_bytes(b"<html>Sign in</html>")
    with pytest.raises(Unavailable, match="no iCalendar text"):
        IcsFiles(root).free_busy("page.ics", zone="UTC", window=WINDOW, own=lambda uid: False)


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
