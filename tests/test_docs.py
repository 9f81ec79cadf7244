"""The documents say what is so: names exist, commands and settings are all told, dependencies earn their place."""

import importlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from starlette.routing import BaseRoute

from scheduler.app.access.signing_in import NAMES
from scheduler.cli.rondo import PARTS, application
from scheduler.core.account import Provider
from scheduler.core.token import Scope
from scheduler.core.webhook import HookEvent
from scheduler.programme import settings as of_programmes
from scheduler.settings import Settings
from scheduler.web.api import made
from scheduler.web.pages import PAGES as ROUTERS
from tests.sights import api_routes

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("**/*.md"))]
NAME = re.compile(r"`((?:scheduler|connectors)(?:\.\w+)+)`")
SCHEMA = re.compile(r"rondo/[a-z-]+/1")
TYPED = re.compile(r"^ *(?:python3 dev\.py run|rondo) +((?:[a-z]|#|--).*)$", re.MULTILINE)
LOGGED = re.compile(r"\blog\.(?:info|warning|error)\(([^,)]*)")
SAID_BY_ALL = {"--json", "--help"}


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


def test_the_walk_of_a_change_goes_from_the_door_to_the_notice() -> None:
    """The second one goes through the service, the engine, the repair and the notices."""
    parts = {".".join(name.split(".")[:3]) for name in names_of_the_walk()}
    wanted = {"web.doors", "app.service", "store.marks", "engine.workflows", "app.repair", "solve.nearest", "telling"}
    assert {f"scheduler.{part}" for part in wanted} <= {part.removesuffix(".tell_owed") for part in parts}


def test_the_walk_of_a_click_goes_from_the_guard_to_the_engine() -> None:
    """The third one comes in by a page, and ends where the second one wrote."""
    parts = {".".join(name.split(".")[:3]) for name in names_of_the_walk()}
    assert {f"scheduler.{part}" for part in ("web.guards", "web.pages", "app.access", "core.tongue")} <= parts


@cache
def commands() -> dict[str, Any]:
    """Every command by its name."""
    known: Any = typer.main.get_command(application())
    return dict(known.commands)


def options_of(command: Any) -> Iterator[tuple[str, ...]]:
    """The options of a command, and of those below it, each with all of its names."""
    for below in [command, *getattr(command, "commands", {}).values()]:
        for each in below.params:
            names = (*each.opts, *each.secondary_opts)
            if names[0].startswith("-") and not SAID_BY_ALL & {*names}:
                yield names


@pytest.mark.parametrize("name", [name for names in PARTS.values() for name in names])
def test_every_command_is_told_with_its_options_in_the_reference(name: str) -> None:
    """docs/reference-cli.md has a row for each command, or several, which name each of its options."""
    lines = (DOCS / "reference-cli.md").read_text(encoding="utf-8").splitlines()
    told = "".join(line for line in lines if line.startswith(f"| `{name} "))
    assert told
    for names in options_of(commands()[name]):
        assert any(re.search(rf"(?<![\w-]){option}(?![\w-])", told) for option in names), names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_documents_show_are_there(page: Path) -> None:
    """Whatever a reader pastes names a command that exists, and none but its options."""
    for line in TYPED.findall(page.read_text(encoding="utf-8")):
        if line.startswith("--"):
            continue
        name, *words = shlex.split(line, comments=True)
        known = {each for names in options_of(commands()[name]) for each in names} | SAID_BY_ALL
        assert {word.split("=")[0] for word in words if word.startswith("-")} <= known, line


def test_every_event_of_the_logs_is_told() -> None:
    """docs/how-to/run-the-service.md says what each event means that our own code logs."""
    told = (DOCS / "how-to" / "run-the-service.md").read_text(encoding="utf-8")
    codes = [path.read_text(encoding="utf-8") for path in (ROOT / "scheduler").glob("**/*.py")]
    events = {event for code in codes for call in LOGGED.findall(code) for event in re.findall('"([a-z_]+)"', call)}
    assert "looked_after" in events
    assert [event for event in sorted(events) if f"`{event}`" not in told] == []


def test_documents_of_json_are_those_that_are_printed() -> None:
    """A schema that is described is one that some command prints."""
    told = SCHEMA.findall((DOCS / "reference-formats.md").read_text(encoding="utf-8"))
    printed = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scheduler").glob("**/*.py"))
    assert told
    assert {*told} <= {*SCHEMA.findall(printed)}


def test_every_key_of_a_programme_is_told() -> None:
    """docs/reference-programme.md has a row that names each key of programme.toml."""
    lines = (DOCS / "reference-programme.md").read_text(encoding="utf-8").splitlines()
    told = "".join(line.split("|")[1] for line in lines if line.startswith("| `"))
    tables = [each for each in vars(of_programmes).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    keys = {field.alias or key for each in tables for key, field in each.model_fields.items()}
    inner = {*of_programmes.Settings.model_fields, *of_programmes.TripTable.model_fields, "to"}
    assert {"most_a_month", "slack", "overrides"} <= keys
    assert [key for key in sorted(keys - inner) if f"`{key}`" not in told] == []


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


def addresses(routes: list[BaseRoute]) -> set[str]:
    """The paths of routes, those of the API as they are below a programme."""
    return {each.path.removeprefix("/v1/programmes/{programme}") for each in api_routes(routes)}


def test_every_address_of_the_api_is_told_with_its_scope() -> None:
    """docs/reference-api.md has a row for each, those of webhooks together, and for each scope."""
    told = (DOCS / "reference-api.md").read_text(encoding="utf-8")
    there = {path for path in addresses(made().routes) if not path.startswith("/webhooks/")} - {""}
    assert "/plans/{plan}/diff" in there
    assert [path for path in sorted(there) if not re.search(rf"`(?:\w+ )?{re.escape(path)}[` ]", told)] == []
    assert [scope for scope in Scope if f"| `{scope}` |" not in told] == []


def test_every_kind_of_message_to_a_webhook_is_told() -> None:
    """docs/how-to/webhooks.md has a row for each but that of the test button."""
    told = (DOCS / "how-to" / "webhooks.md").read_text(encoding="utf-8")
    assert [kind for kind in HookEvent if kind is not HookEvent.TEST and f"| `{kind}` |" not in told] == []


def test_the_addresses_to_register_at_providers_are_there() -> None:
    """Those of docs/how-to/sign-in.md are routes of the pages, for each provider that has such."""
    told = (DOCS / "how-to" / "sign-in.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"^ +https://rondo\.example\.org(/\S+)$", told, re.MULTILINE))
    there = addresses([route for pages in ROUTERS for route in pages.routes])
    assert {"/sign-in/{provider}/back", "/connected/{provider}"} <= there
    assert asked == {
        *(f"/sign-in/{provider}/back" for provider in NAMES),
        *(f"/connected/{provider}" for provider in (Provider.GOOGLE, Provider.OUTLOOK)),
    }


def test_every_dependency_earns_its_place() -> None:
    """docs/why.md has a line for each dependency, and a word for each tool."""
    told = (DOCS / "why.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for wanted in [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]:
        name = re.split(r"[<>=\[ ]", wanted)[0]
        assert re.search(rf"\b{name}\b", told), name


def anchors(page: Path) -> set[str]:
    """What a link may name of a page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that exists, and a heading that stands in it."""
    for target in re.findall(r"\]\(([^):]+)\)", page.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not heading or heading in anchors(there), target


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    """The plan in README.md is the one that a newcomer gets."""
    shown = re.search(r"^```\n(Spring 2027.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    assert shown
    known = os.environ | {"RONDO_NOW": "2027-01-04T09:00:00Z", "TMPDIR": str(tmp_path), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "scheduler.cli", "demo", "--no-pages"]
    said = subprocess.run(command, env=known, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown[1].splitlines() == [line.rstrip() for line in said.partition("\n\nPublished:")[0].splitlines()]
