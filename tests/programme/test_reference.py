"""docs/reference-programme.md tells all that a folder may hold, and what it tells is so."""

import re
from pathlib import Path

import pytest

from scheduler.core.hours import parse_hours
from scheduler.core.hours_words import MEANINGS, Kind
from scheduler.programme import people
from scheduler.programme.settings import TABLES, Settings
from tests.programme.folders import Folder

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference-programme.md").read_text(encoding="utf-8")
HOURS = REFERENCE.partition("## Hours")[2]


@pytest.mark.parametrize("column", [*people.REQUIRED, *people.OPTIONAL, "group", "person", "role"])
def test_every_column_is_told(column: str) -> None:
    """Each has a row of its own."""
    assert f"\n| `{column}` |" in REFERENCE


@pytest.mark.parametrize("table", [Settings, *TABLES.values()])
def test_every_key_is_told(table: type[Settings]) -> None:
    """Tables have a heading, keys stand in code."""
    for name, field in table.model_fields.items():
        assert f"`{field.alias or name}`" in REFERENCE or f"`[{name}" in REFERENCE


def test_the_example_of_programme_toml_is_right(folder: Folder) -> None:
    """It is read with people and a group of these names."""
    example = REFERENCE.partition("```toml\n")[2].partition("```")[0]
    groups = "group,person,role\ncircle-7,amara,\ncircle-7,chen,optional\ncircle-7,dev,optional\n"
    (group,) = folder.write(settings=example, groups=groups).load().groups
    assert (group.title, group.quorum, group.cadence.monthly) == ("Circle seven", 2, True)


def test_every_example_of_hours_is_right() -> None:
    """Each phrase of the table can be read."""
    rows = [line.split("|")[1] for line in HOURS.splitlines() if line.startswith("| `")]
    phrases = [phrase for row in rows for phrase in re.findall(r"`([^`]+)`", row)]
    assert len(phrases) > 12
    for phrase in phrases:
        assert parse_hours(phrase) or phrase == "off"


def test_every_word_of_hours_is_told() -> None:
    """The grammar names all words that the parser knows, but for days and another spelling of dash and ß."""
    told = {word.lower() for word in re.findall(r'"([^"]+)"', HOURS)}
    known = {word for kind, words in MEANINGS if kind is not Kind.TIME for word in words}
    assert known - told == {"−", "ausser"}
