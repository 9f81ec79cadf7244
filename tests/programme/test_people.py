"""people.csv: what each column gives, and what is refused in it."""

import pytest

from scheduler.core.hours import parse_hours
from scheduler.core.people import Boundary
from scheduler.programme.people import ALWAYS
from tests.programme.folders import Folder


def with_cell(folder: Folder, column: str, cell: str) -> Folder:
    """A folder whose third person has something in one column more."""
    row = {"id": "eve", "timezone": "Europe/Oslo", column: f'"{cell}"'}
    header = ",".join(row)
    lines = [header, "amara,Europe/London,", "chen,Europe/Paris,", ",".join(row.values()), "dev,UTC,"]
    return folder.write(people="\n".join(lines))


def test_all_columns_make_a_person(folder: Folder) -> None:
    """Each column arrives where it belongs, the zone by its present name."""
    amara = folder.load().people[0]
    assert (amara.id, amara.name, amara.email) == ("amara", "Amara N.", "amara@example.org")
    assert (amara.locale, amara.country, amara.notice) == ("en-GB", "GB-ENG", 1440)
    assert amara.calendars == ("c/a.ics",)
    assert amara.has_hours
    boundary = amara.boundary
    assert boundary.zone == "Europe/London"
    assert boundary.hours == parse_hours("Mon-Fri 9-12, 13-17")
    assert boundary.preferred == parse_hours("10-16")
    assert (boundary.max_per_day, boundary.max_per_week, boundary.buffer) == (2, 4, 10)


def test_empty_columns_mean_no_limit(folder: Folder) -> None:
    """Without hours a person holds none back, and is marked, since the calendar's own hours may say more."""
    dev = folder.load().people[2]
    assert (dev.name, dev.email, dev.locale, dev.country, dev.notice, dev.calendars) == ("dev", "", "en", "", 0, ())
    assert not dev.has_hours
    assert dev.boundary == Boundary(zone="Asia/Kolkata", hours=ALWAYS, days_off=dev.boundary.days_off)


def test_an_ambiguous_zone_is_told_with_its_place(folder: Folder) -> None:
    """The complaint names file, line and column, and what was probably meant."""
    people = "id,name,email,timezone\n" + "".join(f"p{i},,,UTC\n" for i in range(39)) + "p40,,,EST\n"
    assert folder.write(people=people, groups="group,person\n").complaints() == [
        'people.csv:41:4: timezone "EST" is ambiguous. Did you mean America/New_York?'
    ]


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("hours", "Mon-Fri 9-", "column 11: a time was expected"),
        ("preferred", "9-5", "20 hours"),
        ("name", "x" * 201, "longer than 200 characters"),
        ("email", "eve", "is no mail address"),
        ("email", "a@b@c", "is no mail address"),
        ("email", "Eve <eve@example.org>", "is no mail address"),
        ("locale", "english please", "is no language tag"),
        ("country", "UKR-", "is unknown"),
        ("days_off", "2027-02-30", "is no date"),
        ("max_per_day", "0", "is no count"),
        ("max_per_week", "-3", "is no count"),
        ("gap", "-5", "is no length of time"),
        ("notice", "24", "Did you mean 24h?"),
        ("calendar", "/etc/passwd", "is no path below the folder"),
        ("calendar", "../../etc/passwd", "is no path below the folder"),
        ("calendar", "calendars/../../x.ics", "is no path below the folder"),
        ("calendar", "./x.ics", "is no path below the folder"),
        ("calendar", "calendars//x.ics", "is no path below the folder"),
        ("calendar", "calendars\\x.ics", "is no path below the folder"),
        ("calendar", "x" * 300, "is no path below the folder"),
        ("calendar", "C:\\x.ics", "is no path below the folder"),
        ("calendar", "ok.ics ftp://example.org/x.ics", "is of no kind that is read"),
        ("calendar", "https://user:secret@example.org/x.ics", "is no address"),
        ("calendar", "caldav:eve", "is no address"),
        ("calendar", "google:eve", "names no mailbox"),
        ("calendar", "outlook:eve", "names no mailbox"),
        ("calendar", "file:///etc/passwd", "is of no kind that is read"),
    ],
)
def test_a_cell_that_can_not_be_read_is_told(folder: Folder, column: str, cell: str, says: str) -> None:
    """Once, at its line and column."""
    (complaint,) = with_cell(folder, column, cell).complaints()
    assert complaint.startswith("people.csv:4:3: ")
    assert says in complaint


def test_several_calendars_stand_apart_by_spaces(folder: Folder) -> None:
    """The same path twice is one calendar."""
    programme = with_cell(folder, "calendar", "a.ics  b/c.ics a.ics").load()
    assert programme.people[2].calendars == ("a.ics", "b/c.ics")


@pytest.mark.parametrize(
    "id_",
    ["-x", ".hidden", "a/b", "..", "a b", "x" * 65, "zoë", "a.", "con\u200d", "=1+1", "x;rm", "{0.__class__}", "%s"],
)
def test_an_id_is_fit_to_name_a_file(folder: Folder, id_: str) -> None:
    """Ids end up in file names and addresses; others are refused with what is allowed."""
    (complaint,) = folder.write(people=f"id,timezone\n{id_},UTC\n", groups="group,person\n").complaints()
    assert complaint.startswith("people.csv:2:1: ")
    assert "is no id. Use letters a-z" in complaint


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("amara,UTC,\namara,UTC,\n", 'people.csv:3:1: id "amara" is in line 2 already.'),
        ("amara,UTC,\nAmara,UTC,\n", 'people.csv:3:1: id "Amara" is in line 2 already.'),
        ("a,UTC,x@y.org\nb,UTC,X@Y.ORG\n", 'people.csv:3:3: email "X@Y.ORG" is in line 2 already.'),
        ("a,UTC,x@y.org\nb,UTC,x+2@y.org\n", 'people.csv:3:3: email "x+2@y.org" is in line 2 already.'),
        (",UTC,\n", "people.csv:2:1: id is missing."),
        ("a,,\n", "people.csv:2:2: timezone is missing."),
        ("a\n", "people.csv:2:2: timezone is missing."),
    ],
)
def test_people_are_told_apart(folder: Folder, rows: str, says: str) -> None:
    """Ids that differ in case alone, and addresses of one box, are twins; an id and a zone must be there."""
    assert folder.write(people="id,timezone,email\n" + rows, groups="group,person\n").complaints() == [says]


def test_calendars_may_be_addresses(folder: Folder) -> None:
    """Of the web and at providers; webcal is https."""
    cell = "webcal://example.org/x.ics caldav:https://dav.example.org/eve/ google:eve@example.org outlook:e@example.org"
    assert with_cell(folder, "calendar", cell).load().people[2].calendars == (
        "https://example.org/x.ics",
        "caldav:https://dav.example.org/eve/",
        "google:eve@example.org",
        "outlook:e@example.org",
    )
