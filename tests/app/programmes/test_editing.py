"""Changing a programme's files and making new ones: checked whole, by whoever is first, and looked after."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.app.programmes.editing import change, new_programme
from scheduler.errors import ChangedElsewhere, InputError, Unavailable
from scheduler.programme import ProgrammeErrors
from scheduler.programme.edit import with_person_cells, with_values
from scheduler.store import SqlMarks, SqlProgrammes
from tests.site import SAMPLE, Stand, standing

PAIR = {
    "people.csv": b"id,timezone\nana,Europe/Lisbon\nbo,Europe/Rome\n",
    "groups.csv": b"group,person\npair,ana\npair,bo\n",
    "programme.toml": b'[programme]\nname = "Ana and Bo"\nfrom = 2027-01-11\nuntil = 2027-07-09\n',
}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, not published."""
    with standing(tmp_path_factory.mktemp("editing") / "data", published=False) as stand:
        yield stand


def hours(files: Mapping[str, bytes], text: str, person: str = "amara") -> dict[str, bytes]:
    """The files with other hours of somebody."""
    return {**files, "people.csv": with_person_cells(files["people.csv"], person, {"hours": text})}


def test_a_change_is_what_the_programme_is_from_then_on(stand: Stand) -> None:
    """In the database and beside it; a change that changes nothing leaves the revision."""
    first = change(stand.service, SAMPLE, lambda files: hours(files, "Mon-Thu 8-12"))
    assert change(stand.service, SAMPLE, lambda files: hours(files, "Mon-Thu 8-12")) == first
    amara = stand.app().person("amara")
    assert (amara.boundary.hours[3][0].start, amara.boundary.hours.get(4)) == (8 * 60, None)
    assert SqlProgrammes(stand.service.database).files(SAMPLE)["people.csv"].count(b"Mon-Thu 8-12") == 1


def test_what_can_not_be_read_is_refused_with_its_place_and_nothing_changes(stand: Stand) -> None:
    """File, line and column, as at the terminal."""
    before = SqlProgrammes(stand.service.database).files(SAMPLE)
    with pytest.raises(ProgrammeErrors, match=r"people\.csv:2:\d+: .*Mon-Thu 17-9"):
        change(stand.service, SAMPLE, lambda files: hours(files, "Mon-Thu 17-9 or so"))
    assert SqlProgrammes(stand.service.database).files(SAMPLE) == before


def test_of_two_who_change_at_once_neither_loses_what_the_other_said(stand: Stand) -> None:
    """The slower one's edit is made again, on top of the faster one's."""
    tries = list[int]()

    def slower(files: Mapping[str, bytes]) -> dict[str, bytes]:
        tries.append(1)
        if len(tries) == 1:
            change(stand.service, SAMPLE, lambda theirs: hours(theirs, "9-12", "chen"))
        return hours(files, "9-13")

    change(stand.service, SAMPLE, slower)
    ends = [stand.app().person(name).boundary.hours[0][0].end for name in ("chen", "amara")]
    assert (len(tries), ends) == (2, [12 * 60, 13 * 60])


def test_whoever_is_too_slow_each_time_is_told(stand: Stand) -> None:
    """It does not go on for ever."""
    days = list[int]()

    def unlucky(files: Mapping[str, bytes]) -> dict[str, bytes]:
        days.append(1)
        change(stand.service, SAMPLE, lambda theirs: hours(theirs, f"9-{10 + len(days)}", "chen"))
        return hours(files, "7-8")

    with pytest.raises(ChangedElsewhere):
        change(stand.service, SAMPLE, unlucky)
    assert len(days) == 3


def test_only_calendars_of_those_whom_it_concerns_are_read_again(stand: Stand) -> None:
    """Of thousands of people, one changes hours; what a programme says of all concerns everybody."""
    marks = SqlMarks(stand.service.database)

    def settle() -> None:
        marks.synced(SAMPLE, marks.of(SAMPLE, stand.clock.now()), stand.clock.now() + timedelta(hours=1))

    settle()
    change(stand.service, SAMPLE, lambda files: hours(files, "9-14"))
    assert {mark.person for mark in marks.of(SAMPLE, stand.clock.now())} == {"amara"}
    settle()
    change(
        stand.service,
        SAMPLE,
        lambda files: {**files, "programme.toml": with_values(files["programme.toml"], {("programme", "slack"): 2})},
    )
    assert len(marks.of(SAMPLE, stand.clock.now())) > 5


def test_there_is_nothing_to_change_of_what_is_not_there(stand: Stand) -> None:
    """It was deleted meanwhile."""
    with pytest.raises(Unavailable, match="no programme gone"):
        change(stand.service, "gone", dict)


def test_a_new_programme_is_one_like_any_other(stand: Stand) -> None:
    """With a key of its own; two people without a calendar are looked after as well."""
    known = new_programme(stand.service, "ana-and-bo", PAIR, kind="pair")
    held = SqlProgrammes(stand.service.database).get("ana-and-bo")
    assert known.name == "Ana and Bo"
    assert held
    assert (held.kind, held.revision) == ("pair", 1)
    assert len(stand.service.app("ana-and-bo").home.key) == 32
    assert "ana-and-bo" in stand.service.due()
    stand.service.read("ana-and-bo")
    stand.service.repair("ana-and-bo")
    assert "ana-and-bo" not in stand.service.due()


@pytest.mark.parametrize("id_", [SAMPLE, "../x", "", "Ana"])
def test_an_id_that_is_taken_or_none_is_refused(stand: Stand, id_: str) -> None:
    """Before anything is written."""
    with pytest.raises(InputError):
        new_programme(stand.service, id_, PAIR)


def test_calendar_files_come_along_where_somebody_lists_them(stand: Stand, tmp_path: Path) -> None:
    """And no other file: a name leads nowhere else."""
    files = {**PAIR, "people.csv": b"id,timezone,calendar\nana,Europe/Lisbon,c/ana.ics\nbo,Europe/Rome,\n"}
    new_programme(stand.service, "with-files", files, calendars={"c/ana.ics": b"x", "../../other": b"y"})
    folder = stand.service.app("with-files").folder
    assert (folder / "c/ana.ics").read_bytes() == b"x"
    assert not (folder / "../../other").exists()
