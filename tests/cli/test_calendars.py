"""`check`, `refresh`, `busy`, `free`: what is known of people's time, in their exact forms."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Rondo
from tests.desks import Desk, ics, once, weekly

WINDOW = ("--from", "2027-03-01T00:00:00Z", "--to", "2027-03-08T00:00:00Z")
LONDON = ("--zone", "Europe/London", *WINDOW)


# --- busy


def test_busy_is_merged_clipped_and_in_utc(rondo: Rondo, tmp_path: Path) -> None:
    """The form that others rely on: `busy` with pairs of instants, `warnings`, and nothing else."""
    (tmp_path / "a.ics").write_text(
        ics([once("2027-03-02T10:00", 60), once("2027-03-02T11:00", 30), once("2027-02-28T23:00", 120)], "a"),
        newline="",
    )
    (tmp_path / "b.ics").write_text(ics([once("2027-03-02T11:15", 60), once("2027-04-01T00:00", 60)], "b"), newline="")
    said = rondo("busy", "a.ics", "b.ics", *LONDON, "--json")
    assert (said.code, said.err) == (0, "")
    assert said.document == {
        "busy": [["2027-03-01T00:00:00Z", "2027-03-01T01:00:00Z"], ["2027-03-02T10:00:00Z", "2027-03-02T12:15:00Z"]],
        "warnings": [],
    }


def test_busy_in_words_has_a_line_for_each_stretch(rondo: Rondo, tmp_path: Path) -> None:
    """The same instants, for other programs and for eyes."""
    (tmp_path / "a.ics").write_text(ics([once("2027-03-02T10:00", 60)]), newline="")
    assert rondo("busy", "a.ics", *LONDON).out == "2027-03-02T10:00:00Z  2027-03-02T11:00:00Z\n"


def test_floating_times_and_all_day_events_are_in_the_zone(rondo: Rondo, tmp_path: Path) -> None:
    """The owner's: a day in Kolkata begins at 18:30 of the evening before."""
    text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART;VALUE=DATE:20270303\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    (tmp_path / "a.ics").write_text(text, newline="")
    said = rondo("busy", "a.ics", "--zone", "Asia/Kolkata", *WINDOW, "--json")
    assert said.document["busy"] == [["2027-03-02T18:30:00Z", "2027-03-03T18:30:00Z"]]


def test_what_can_not_be_read_beside_what_can_is_a_warning(rondo: Rondo, tmp_path: Path) -> None:
    """Something could be read, so the exit is 0; the event is named by its UID and line, and not by its title."""
    broken = ics([once("2027-03-02T10:00", 60)]).replace("DTSTART:20270302T100000Z", "DTSTART:yesterday")
    (tmp_path / "a.ics").write_text(broken, newline="")
    (tmp_path / "b.ics").write_text(ics([once("2027-03-02T10:00", 60)], "b"), newline="")
    said = rondo("busy", "a.ics", "gone.ics", "b.ics", *LONDON, "--json")
    assert said.code == 0
    assert said.document["busy"] == [["2027-03-02T10:00:00Z", "2027-03-02T11:00:00Z"]]
    assert len(said.document["warnings"]) == 2
    assert any("gone.ics" in warning for warning in said.document["warnings"])
    assert any("somebody-0@example.org" in warning for warning in said.document["warnings"])


@pytest.mark.parametrize("name", ["gone.ics", "folder.ics", "pipe.ics", "html.ics"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_nothing_to_read_is_exit_1_with_one_line(
    rondo: Rondo, tmp_path: Path, name: str, form: tuple[str, ...]
) -> None:
    """A file that is not there, a folder, a FIFO that nobody writes to, a page that says `sign in`."""
    (tmp_path / "folder.ics").mkdir()
    os.mkfifo(tmp_path / "pipe.ics")
    (tmp_path / "html.ics").write_text("<!doctype html><title>Sign in</title>")
    said = rondo("busy", name, *LONDON, *form)
    assert said.code == 1
    assert said.complaint.startswith("rondo: ")


@pytest.mark.parametrize(
    "window",
    [
        ("2027-03-01T00:00:00", "2027-03-08T00:00:00Z"),
        ("2027-03-01", "2027-03-08"),
        ("now", "2027-03-08T00:00:00Z"),
        ("2027-03-08T00:00:00Z", "2027-03-01T00:00:00Z"),
        ("2027-03-01T00:00:00Z", "2027-03-01T00:00:00Z"),
        ("2027-03-01T00:00:00Z", "2127-03-01T00:00:00Z"),
        ("1800-03-01T00:00:00Z", "1800-03-08T00:00:00Z"),
        ("2027-03-01T00:00:00+24:01", "2027-03-08T00:00:00Z"),
        ("2027-03-01T23:59:60Z", "2027-03-08T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", "2027-03-08T00:00:00Z"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00"),
        ("9999-12-30T00:00:00Z", "9999-12-31T23:59:59Z"),
        ("\u0661\u0662", "2027-03-08T00:00:00Z"),
        ("2027-03-01T00:00:00.5.5Z", "2027-03-08T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("command", ["busy", "free"])
def test_windows_that_are_none_are_told(rondo: Rondo, desk: Desk, command: str, window: tuple[str, str]) -> None:
    """No offset, a date alone, the wrong way round, a hundred years, a leap second, the ends of the calendar."""
    what = ("spring/calendars/chen.ics", "--zone", "UTC") if command == "busy" else ("spring", "amara", "chen")
    said = rondo(command, *what, "--from", window[0], "--to", window[1])
    assert (said.code, said.complaint[:7]) == (1, "rondo: ")


@pytest.mark.parametrize(
    ("zone", "says"),
    [("EST", "ambiguous"), ("Mars/Olympus", "Mars/Olympus"), ("", ""), ("../../etc/passwd", ""), ("x" * 5000, "")],
)
def test_a_zone_that_is_none_is_told(rondo: Rondo, desk: Desk, zone: str, says: str) -> None:
    """With a suggestion where there is one, and not at the length of what was typed."""
    said = rondo("busy", "spring/calendars/chen.ics", "--zone", zone, *WINDOW)
    assert said.code == 1
    assert says in said.complaint
    assert len(said.complaint) < 300


# --- free


def test_free_is_what_all_have_in_common(rondo: Rondo, desk: Desk) -> None:
    """Hours of London and New York overlap from 13 to 17; Amara's and Chen's calendars take their part of it."""
    window = ("--from", "2027-03-02T00:00:00Z", "--to", "2027-03-04T00:00:00Z")
    said = rondo("free", "spring", "amara", "chen", *window, "--minutes", 45, "--json")
    assert (said.code, said.err) == (0, "")
    assert said.document == {
        "free": [
            ["2027-03-02T13:00:00Z", "2027-03-02T17:00:00Z"],
            ["2027-03-03T13:00:00Z", "2027-03-03T14:00:00Z"],
            ["2027-03-03T15:30:00Z", "2027-03-03T17:00:00Z"],
        ]
    }
    longer = rondo("free", "spring", "amara", "chen", *window, "--minutes", 61, "--json")
    assert [row[0][8:13] for row in longer.document["free"]] == ["02T13", "03T15"]
    assert rondo("free", "spring", "amara", "chen", *window, "--minutes", 240).out == (
        "2027-03-02T13:00:00Z  2027-03-02T17:00:00Z\n"
    )


def test_published_sessions_are_not_free(rondo: Rondo, desk: Desk) -> None:
    """Whatever has been agreed is taken."""
    desk.publish()
    free = rondo("free", "spring", "ela", *WINDOW, "--minutes", 1, "--json").document["free"]
    assert len(free) == 6  # five days of work, one of them with the circle in it


def test_whoever_can_not_be_read_is_not_free(rondo: Rondo, desk: Desk) -> None:
    """Unknown is never free: one line, exit 1."""
    (desk.path / "calendars" / "chen.ics").unlink()
    said = rondo("free", "spring", "amara", "chen", *WINDOW)
    assert said.code == 1
    assert "Chen L. is unknown" in said.complaint


def test_a_wrong_id_gets_the_nearest_one(rondo: Rondo, desk: Desk) -> None:
    """As everywhere."""
    assert "Did you mean amara?" in rondo("free", "spring", "amra", *WINDOW).complaint


# --- refresh and check


def test_refresh_says_per_person_what_was_read_and_when(rondo: Rondo, desk: Desk) -> None:
    """And what went wrong, and what follows from it."""
    desk.calendar("amara", weekly("2027-03-02T09:00", 120))
    (desk.path / "calendars" / "chen.ics").unlink()
    said = rondo("refresh", "spring")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[:2] == [
        "Amara N. (amara): known",
        "  calendars/amara.ics: 8 busy times, read 2027-02-20 12:00 UTC",
    ]
    assert "Chen L. (chen): unknown" in lines
    assert any(line.startswith("  calendars/chen.ics: ") and "no such file" in line for line in lines)
    assert "Ela B. (ela): known, by hours alone" in lines
    assert lines[-1].startswith("Unknown: Chen L.")


def test_refresh_as_a_document(rondo: Rondo, desk: Desk) -> None:
    """The same, per person and calendar."""
    document = rondo("refresh", "spring", "--json").document
    assert document["schema"] == "rondo/refresh/1"
    people = {person["person"]: person for person in document["people"]}
    assert [people[who]["is"] for who in ("amara", "chen", "dev", "ela")] == ["known"] * 4
    (amara,) = people["amara"]["calendars"]
    assert (amara["calendar"], amara["read_at"], amara["error"]) == (
        "calendars/amara.ics",
        "2027-02-20T12:00:00Z",
        "",
    )


def test_a_failed_refresh_keeps_what_was_good(rondo: Rondo, desk: Desk) -> None:
    """Chen is stale, and both the old reading and the fault are said."""
    rondo("refresh", "spring")
    (desk.path / "calendars" / "chen.ics").unlink()
    said = rondo("refresh", "spring", "--json")
    (chen,) = (person for person in said.document["people"] if person["person"] == "chen")
    assert chen["is"] == "stale"
    assert chen["calendars"][0]["read_at"] == "2027-02-20T12:00:00Z"
    assert "no such file" in chen["calendars"][0]["error"]


def test_check_reads_all_and_keeps_nothing(rondo: Rondo, desk: Desk) -> None:
    """Exit 1 where a calendar can't be read, and nothing is remembered of the others."""
    said = rondo("check", "spring")
    assert (said.code, said.err) == (0, "")
    assert said.out == ("Spring: 4 people, 2 groups, 2027-03-01 to 2027-04-25\n3 of 3 calendars can be read.\n")
    (desk.path / "calendars" / "chen.ics").unlink()
    said = rondo("check", "spring", "--json")
    assert said.code == 1
    assert [bool(each["error"]) for each in said.document["calendars"]] == [False, True, False]
    assert desk.app.store.copies() == {}


def test_check_tells_all_faults_of_a_folder_by_file_line_and_column(rondo: Rondo, desk: Desk) -> None:
    """Everything at once, a line each."""
    desk.write(people="id,timezone,hours\namara,EST,9-17\nchen,UTC,25-26\n", groups="group,person\npair,amara\n")
    said = rondo("check", "spring")
    assert (said.code, said.out) == (1, "")
    places = [line.removeprefix("rondo: ").split(" ")[0] for line in said.err.splitlines()]
    assert places == ["people.csv:2:2:", "people.csv:3:3:", "groups.csv:2:1:"]


def test_json_is_one_document_that_ends_its_line(rondo: Rondo, desk: Desk) -> None:
    """For programs that read lines."""
    said = rondo("check", "spring", "--json")
    assert said.out.endswith("}\n")
    json.loads(said.out)
