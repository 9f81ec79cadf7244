"""Adding a group to a programme folder: what stands stays to the letter, also where the group can't be."""

import stat

import pytest

from scheduler.core.series import Cadence
from scheduler.errors import InputError
from scheduler.programme import Programme
from scheduler.programme.edit import add_group
from tests.programme.folders import SETTINGS, Folder


def added(folder: Folder, group: str = "chen-dev", people: tuple[str, ...] = ("chen", "dev")) -> Programme:
    """The folder with a group more."""
    return add_group(folder.path, group, list(people), minutes=30, every=2, sessions=9, anchor="Asia/Kolkata")


def texts(folder: Folder) -> dict[str, bytes]:
    """Every file of the folder."""
    return {path.name: path.read_bytes() for path in folder.path.iterdir()}


def test_the_new_group_is_the_last_and_has_its_own_rules(folder: Folder) -> None:
    """Whatever the programme says: one slot, as often and as long as asked, free to move a date."""
    folder.write(settings=SETTINGS + "rotation = 2\nquorum = 1\nminutes = 90\n[moves]\nallowed = false\n")
    group = added(folder).groups[-1]
    assert (group.id, group.required, group.optional, group.chair) == ("chen-dev", ("chen", "dev"), (), None)
    assert (group.minutes, group.cadence, group.sessions) == (30, Cadence(every_weeks=2), 9)
    assert (group.anchor, group.movable, group.quorum) == ("Asia/Kolkata", True, 0)


def test_every_week_is_written_as_people_write_it(folder: Folder) -> None:
    """`every = "week"`."""
    add_group(folder.path, "x", ["chen", "dev"], minutes=45, every=1, sessions=26, anchor="UTC")
    assert 'every = "week"\n' in (folder.path / "programme.toml").read_text()


def test_what_stood_stands_to_the_letter(folder: Folder) -> None:
    """Comments, order and spaces too; what is new comes at the end of two files."""
    folder.write(settings="# my notes\n" + SETTINGS + "\n\n  [video]  # none yet\n")
    before = texts(folder)
    added(folder)
    after = texts(folder)
    assert {name for name in after if after[name] != before[name]} == {"groups.csv", "programme.toml"}
    assert all(after[name].startswith(before[name]) for name in before)


@pytest.mark.parametrize(
    ("groups", "rows"),
    [
        ("group,person,role\npair,amara,\npair,chen,", b"\nchen-dev,chen,required\nchen-dev,dev,required\n"),
        ("role;person;group\r\n;amara;pair\r\n;chen;pair\r\n", b"required;chen;chen-dev\nrequired;dev;chen-dev\n"),
        ("\ufeffperson,group\namara,pair\nchen,pair\n", b"chen,chen-dev\ndev,chen-dev\n"),
    ],
    ids=["no end of line", "semicolons, other order", "byte order mark, no roles"],
)
def test_rows_follow_the_columns_of_the_file(folder: Folder, groups: str, rows: bytes) -> None:
    """Whatever their order and sign between them; the last line is ended first."""
    folder.write(groups=groups)
    assert added(folder).groups[-1].members == ("chen", "dev")
    assert texts(folder)["groups.csv"].endswith(rows)


@pytest.mark.parametrize(
    ("group", "people", "says"),
    [
        ("pair", ("chen", "dev"), "groups.csv"),
        ("PAIR", ("chen", "dev"), "is spelled pair elsewhere"),
        ("x", ("chen", "nobody"), '"nobody" is nobody in people.csv'),
        ("x", ("chen", "chen"), "is in this group twice"),
        ("x", ("chen",), "a meeting takes two"),
        ("../x", ("chen", "dev"), "../x"),
        ("a b", ("chen", "dev"), "a b"),
        ('x"]\n[people.amara', ("chen", "dev"), ""),
        ("x" * 65, ("chen", "dev"), ""),
    ],
)
def test_a_group_that_can_not_be_is_refused_and_the_files_stay(
    folder: Folder, group: str, people: tuple[str, ...], says: str
) -> None:
    """The folder is as it was, to the byte."""
    before = texts(folder)
    with pytest.raises(InputError) as error:
        added(folder, group, people)
    assert says in str(error.value)
    assert texts(folder) == before


@pytest.mark.parametrize("file", ["groups.csv", "programme.toml"])
def test_a_file_that_can_not_be_written_is_told_and_the_other_stays(folder: Folder, file: str) -> None:
    """In one line, without a word of Python."""
    (folder.path / f".{file}.new").mkdir()
    groups = (folder.path / "groups.csv").read_bytes()
    with pytest.raises(InputError, match=f"{file}: can't be written: Is a directory"):
        added(folder)
    assert (folder.path / "groups.csv").read_bytes() == groups


def test_the_rights_of_a_file_stay(folder: Folder) -> None:
    """It is replaced whole, and yet no more people may read it than before."""
    path = folder.path / "groups.csv"
    path.chmod(0o600)
    added(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_without_its_files_is_told(folder: Folder) -> None:
    """There is nothing to add to."""
    (folder.path / "groups.csv").unlink()
    with pytest.raises(InputError, match=r"groups\.csv"):
        added(folder)
