"""The documents say what is so: names exist, commands and settings are all told, dependencies earn their place."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from scheduler.cli.rondo import application
from scheduler.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
NAME = re.compile(r"`((?:scheduler|connectors)(?:\.\w+)+)`")


def names_of_the_walk() -> list[str]:
    """Every dotted name that docs/walk.md mentions."""
    return NAME.findall((DOCS / "walk.md").read_text(encoding="utf-8"))


def find(dotted: str) -> object:
    """The module, class, function or method of a dotted name."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise AssertionError(f"no module of {dotted}")


@pytest.mark.parametrize("dotted", names_of_the_walk())
def test_each_name_of_the_walk_exists(dotted: str) -> None:
    """A reader who follows the walk finds every function under the name that it has there."""
    assert find(dotted) is not None


def test_the_walk_goes_through_all_layers() -> None:
    """The walk is a whole one: from a connector through core, programme, solver and flow back to a connector."""
    parts = {".".join(name.split(".")[:2]) for name in names_of_the_walk()}
    assert {"connectors.ics", "scheduler.core", "scheduler.programme", "scheduler.solve", "scheduler.flow"} <= parts


def test_every_command_is_told_in_the_reference() -> None:
    """docs/reference-cli.md has a row for each command."""
    told = (DOCS / "reference-cli.md").read_text(encoding="utf-8")
    for command in application().registered_commands:
        assert f"| `{command.name} " in told, command.name


def test_every_setting_is_told_with_its_default() -> None:
    """docs/reference-cli.md has a row for each setting, and config/rondo.toml its key."""
    told = (DOCS / "reference-cli.md").read_text(encoding="utf-8")
    listed = tomllib.loads((ROOT / "config" / "rondo.toml").read_text(encoding="utf-8"))
    for section, field in Settings.model_fields.items():
        values = field.default
        assert isinstance(values, BaseModel)
        for key, value in values.model_dump(mode="json").items():
            assert f"| `{section}.{key}` | {value if value != '' else '(empty)'} |" in told
            assert listed[section][key] == value


def test_every_dependency_earns_its_place() -> None:
    """docs/why.md has a line for each dependency, and a word for each tool."""
    told = (DOCS / "why.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for wanted in [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]:
        name = re.split(r"[<>=\[ ]", wanted)[0]
        assert re.search(rf"\b{name}\b", told), name


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link of README and docs names a file that exists."""
    for page in [ROOT / "README.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
