"""Cells in place of those of the files: the same values, and the same errors at the words that set them."""

import pytest

from scheduler.errors import InputError
from scheduler.programme import Overlay, Programme, ProgrammeErrors, load, parse_overlay
from tests.programme.folders import Folder


def changed(folder: Folder, *cells: str) -> Programme:
    """The folder with some cells set."""
    return load(folder.path, parse_overlay(cells))


def complaints(folder: Folder, *cells: str) -> list[str]:
    """What is wrong with these cells."""
    with pytest.raises(ProgrammeErrors) as error:
        changed(folder, *cells)
    return [str(one) for one in error.value.errors]


@pytest.mark.parametrize(
    ("cells", "files"),
    [
        (["people.chen.hours=Mon-Fri 8-18"], {"people": ("9-17,,", "Mon-Fri 8-18,,")}),
        (["people.chen.days_off=2027-W12"], {"people": ("US,9-17,,,", "US,9-17,,2027-W12,")}),
        (["people.dev.gap=5m"], {"people": ("dev,,,Asia/Kolkata,,,,,,,,,,", "dev,,,Asia/Kolkata,,,,,,,,5m,,")}),
        (["groups.circle.amara.role=required"], {"groups": ("circle,amara,optional", "circle,amara,required")}),
        (
            ["programme.slack=3", "programme.name='Other'"],
            {"settings": ('name = "Spring 2027"', 'name = "Other"\nslack = 3')},
        ),
        (["groups.pair.every=2"], {"settings": ("2027-07-09", '2027-07-09\n[groups.pair]\nevery = "2 weeks"')}),
        (["groups.pair.every=month"], {"settings": ("2027-07-09", '2027-07-09\n[groups.pair]\nevery = "month"')}),
        (["groups.pair.movable=false"], {"settings": ("2027-07-09", "2027-07-09\n[groups.pair]\nmovable = false")}),
        (["programme.until=2027-08-01"], {"settings": ("2027-07-09", "2027-08-01")}),
        (["holidays.off=true"], {"settings": ("2027-07-09", "2027-07-09\n[holidays]\noff = true")}),
        (
            ['people.dev.overrides={2027-03-09 = "12-15"}'],
            {"settings": ("2027-07-09", '2027-07-09\n[people.dev]\noverrides = {2027-03-09 = "12-15"}')},
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip  # a cell beside the edit that it stands for
def test_a_cell_says_what_the_same_edit_of_the_file_says(
    folder: Folder, cells: list[str], files: dict[str, tuple[str, str]]
) -> None:
    """Every kind of cell, against the folder edited by hand."""
    overlaid = changed(folder, *cells)
    for name, (old, new) in files.items():
        path = folder.path / {"people": "people.csv", "groups": "groups.csv", "settings": "programme.toml"}[name]
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
    assert overlaid == folder.load()


def test_no_cell_changes_nothing(folder: Folder) -> None:
    """The folder as it is."""
    assert load(folder.path, Overlay()) == folder.load()


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        ("people.chen.hours=7-33", '--set people.chen.hours: hours "7-33", column 3: "33" is no time of the day.'),
        ("people.chen.hors=9-17", '--set people.chen.hors: unknown column "hors". Did you mean hours?'),
        ("people.chn.hours=9-17", '--set people.chn.hours: "chn" is nobody there. Did you mean chen?'),
        ("groups.pair.minutes=0", "--set groups.pair.minutes: minutes: "),
        ("groups.pair.minuts=30", '--set groups.pair.minuts: unknown key "minuts". Did you mean minutes?'),
        ("groups.pear.minutes=30", '--set groups.pear.minutes: "pear" is not in groups.csv. Did you mean pair?'),
        ("groups.pair.chen.role=boss", '--set groups.pair.chen.role: unknown role "boss". '),
        ("groups.pair.dev.role=chair", '--set groups.pair.dev.role: "pair.dev" is nobody there.'),
        ("programme.grid=7", "--set programme.grid: grid: 7 minutes don't divide an hour."),
        ("programme.from=later", "--set programme.from: from: "),
    ],
)
def test_a_wrong_cell_is_told_as_in_the_file(folder: Folder, cell: str, complaint: str) -> None:
    """With the words that set it as its place."""
    (said,) = complaints(folder, cell)
    assert said.startswith(complaint)


def test_all_wrong_cells_are_told_at_once(folder: Folder) -> None:
    """As those of the files are."""
    assert len(complaints(folder, "people.chen.gap=x", "groups.circle.quorum=9", "people.amara.timezone=Mars")) == 3


@pytest.mark.parametrize(
    "text", ["", "hours", "people.chen=9-17", "=9", "chen.hours=9-17", "programme.x.y=1", "x" * 2000, "people..hours=1"]
)
def test_what_names_no_cell_is_refused(text: str) -> None:
    """In one line that shows how cells are written."""
    with pytest.raises(InputError) as error:
        parse_overlay([text])
    assert "--set" in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("value", ["[" * 900, "{a=" * 300, "1" * 900])
def test_a_monstrous_value_is_only_a_wrong_one(folder: Folder, value: str) -> None:
    """Whatever it is, it ends in a complaint."""
    assert complaints(folder, f"programme.slack={value}")


def test_ids_may_hold_dots(folder: Folder) -> None:
    """Then the last part is the column all the same."""
    (cell,) = parse_overlay(["people.a.b.c.hours=x=y"]).cells
    assert (cell.id, cell.column, cell.text) == ("a.b.c", "hours", "x=y")
