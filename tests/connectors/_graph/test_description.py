"""What the double holds our requests to, held in its turn to Microsoft's own description."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.doubles._graph.description import PATHS, TYPES, UNDESCRIBED, UNLISTED, faults_of, template_of

Json = dict[str, Any]
START = {"dateTime": "2027-03-09T10:30:00", "timeZone": "Europe/London"}


@pytest.fixture(scope="module")
def theirs(shared: Path) -> dict[str, Json]:
    """Microsoft's types by name."""
    schema = json.loads((shared / "contracts" / "graph-calendar.schema.json").read_text())
    return {name.removeprefix("microsoft.graph."): each for name, each in schema["$defs"].items()}


@pytest.fixture(scope="module")
def paths(shared: Path) -> dict[str, Json]:
    """Microsoft's paths."""
    found: dict[str, Json] = json.loads((shared / "contracts" / "graph-calendar.openapi.json").read_text())["paths"]
    return found


@pytest.mark.parametrize("name", sorted(TYPES.keys() - UNDESCRIBED))
def test_every_type_property_and_value_of_ours_is_theirs(name: str, theirs: dict[str, Json]) -> None:
    """The names to the letter, and the type of what is below them."""
    ours, their = TYPES[name], theirs[name]
    assert set(ours.get("enum", ())) <= set(their.get("enum", ()))
    assert ours.get("properties", {}).keys() <= their.get("properties", {}).keys()
    for property_, mine in ours.get("properties", {}).items():
        assert _referred(mine) - {f"#/$defs/{each}" for each in UNDESCRIBED} <= _referred(
            their["properties"][property_]
        )


def _referred(schema: Json) -> set[str]:
    """The types that a schema names, under our names."""
    text = json.dumps(schema).replace("microsoft.graph.", "")
    return {part.split('"')[0] for part in text.split('"$ref": "')[1:]}


@pytest.mark.parametrize(("method", "path"), sorted(PATHS))
def test_every_path_and_option_of_ours_is_theirs(method: str, path: str, paths: dict[str, Json]) -> None:
    """Below /me, and for an app below /users/..., with the options that the contract still names."""
    options, _, _ = PATHS[method, path]
    for root in ("",) if path.startswith("/subscriptions") else ("/me", "/users/{user-id}"):
        described = paths[root + path][method.lower()]
        names = {each["name"] for each in described.get("parameters", ())}
        assert set(options) - UNLISTED <= names


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", "/events", {}, {"subjet": "misspelt"}),
        ("POST", "/events", {}, {"start": {**START, "dateTime": "2027-03-09T10:30:00Z"}}),
        ("POST", "/events", {}, {"attendees": [{"emailAddress": {"address": "a@b.c"}, "type": "chair"}]}),
        (
            "POST",
            "/events",
            {},
            {"recurrence": {"pattern": {"type": "weekly", "interval": "1", "daysOfWeek": ["monday"]}}},
        ),
        ("POST", "/calendar/getSchedule", {}, {"schedules": ["a@b.c"], "startTime": START}),
        ("GET", "/calendarView", {"startDateTime": "2027-03-09T10:30:00Z"}, None),
        ("GET", "/calendarView/delta", {"$select": "id"}, None),
        ("GET", "/events", {"$orderby": "id"}, None),
        ("DELETE", "/events/AA=", {}, {}),
        ("GET", "/messages", {}, None),
    ],
)
def test_what_is_wrong_is_told(method: str, path: str, query: dict[str, str], body: Json | None) -> None:
    """Misspelt names, wrong values, what is missing, and what nobody calls."""
    assert list(faults_of(method, path, query, body))


def test_ids_are_no_part_of_a_path() -> None:
    """Whatever is in them."""
    assert template_of("/events/AA=.2027-03-09/instances") == "/events/{event-id}/instances"
