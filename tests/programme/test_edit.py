"""Adding a group to a programme folder: what stands stays to the letter, also where the group can't be."""

import stat
import tomllib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.series import Cadence
from scheduler.errors import InputError
from scheduler.programme import Programme
from scheduler.programme.edit import (
    Stay,
    add_group,
    with_group,
    with_people,
    with_person_cells,
    with_travel,
    with_values,
)
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
        ("role;person;group\r\n;amara;pair\r\n;chen;pair\r\n", b"required;chen;chen-dev\r\nrequired;dev;chen-dev\r\n"),
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


PEOPLE = b'\xef\xbb\xbfid;name;timezone\r\namara; Amara ;London\r\n\r\nchen;"Chen\r\nLi";New York'


def test_cells_of_one_person_change_and_all_else_stays_to_the_byte() -> None:
    """Byte order mark, line ends, quotes, empty lines and spaces; a new column is the last one."""
    assert (
        with_person_cells(PEOPLE, "chen", {"hours": "9-17; not 12-13"})
        == PEOPLE.replace(b"timezone\r", b"timezone;hours\r") + b';"9-17; not 12-13"\r\n'
    )
    assert with_person_cells(PEOPLE, "amara", {"timezone": "Rome"}) == PEOPLE.replace(
        b" Amara ;London", b" Amara ;Rome"
    )


def test_a_cell_that_a_spreadsheet_would_run_is_made_safe() -> None:
    """OWASP ASVS 1.2.10."""
    assert with_person_cells(b"id,name\na,b\n", "a", {"name": "=1+1"}) == b"id,name\na,'=1+1\n"


def test_people_are_added_at_the_end() -> None:
    """Whoever is there already is changed."""
    changed = with_people(b"id,timezone\na,UTC", {"b": {"timezone": "Rome"}, "a": {"timezone": "Lisbon"}})
    assert changed == b"id,timezone\na,Lisbon\nb,Rome\n"


def test_nobody_is_added_by_mistake() -> None:
    """Where somebody is to be changed, they must be there."""
    with pytest.raises(InputError, match='nobody has the id "b"'):
        with_person_cells(b"id,timezone\na,UTC\n", "b", {"timezone": "Rome"})


def test_a_group_comes_with_its_table() -> None:
    """An optional person makes the column of roles."""
    files = {"groups.csv": b"group,person\ng,a\ng,b\n", "programme.toml": b"x = 1 # one\n[groups.g]\nminutes = 30\n"}
    more = with_group(files, "h.1", [("a", "required"), ("b", "optional")], {"minutes": 60})
    assert more["groups.csv"] == b"group,person,role\ng,a\ng,b\nh.1,a,required\nh.1,b,optional\n"
    values = {"x": 1, "groups": {"g": {"minutes": 30}, "h.1": {"minutes": 60}}}
    assert tomllib.loads(more["programme.toml"].decode()) == values


def test_trips_replace_those_that_were_there() -> None:
    """With the dates of TOML; none takes the key away, and comments stay."""
    before = b'# ours\n[people.ana]\ntravel = [{ zone = "Rome", from = 2027-01-01, to = 2027-01-02 }]\n'
    stay = Stay(zone="Lisbon", first=date(2027, 5, 3), last=date(2027, 5, 17))
    after = with_travel(before, "ana", [stay])
    trip = {"zone": "Lisbon", "from": date(2027, 5, 3), "to": date(2027, 5, 17)}
    assert tomllib.loads(after.decode()) == {"people": {"ana": {"travel": [trip]}}}
    assert tomllib.loads(with_travel(after, "ana", []).decode()) == {"people": {"ana": {}}}
    assert with_travel(after, "bo", []) == after
    assert after.startswith(b"# ours\n")


KEYS = st.sampled_from(["a", "b.c", "d e", "f"])


@settings(deadline=None)  # tomlkit takes its time, and more on a busy machine
@given(st.lists(st.tuples(st.tuples(st.sampled_from(["groups", "people"]), KEYS, KEYS), st.none() | st.integers())))
def test_whatever_is_set_the_file_says_it_and_nothing_else_changes(
    values: list[tuple[tuple[str, str, str], int | None]],
) -> None:
    """Against plain dictionaries, with tables that stand in no order."""
    text = b'[groups.a]\nf = 1 # one\n[people."b.c"]\na = 2\n\n[groups."d e"]\n[people.f]\n[video]\nx = "y" # z\n'
    expected = tomllib.loads(text.decode())
    for keys, value in values:
        text = with_values(text, {keys: value})
        if value is not None:
            expected[keys[0]].setdefault(keys[1], {})[keys[2]] = value
        elif keys[1] in expected[keys[0]]:
            expected[keys[0]][keys[1]].pop(keys[2], None)
        assert tomllib.loads(text.decode()) == expected
    assert b'x = "y" # z' in text
