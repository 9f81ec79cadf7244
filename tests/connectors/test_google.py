"""connectors/google.py: the scopes that are asked for are the least that Google knows for each step."""

import pytest

from connectors.google import IDENTITY, LIST, READ, READING, WRITE, WRITING
from tests.doubles._google.discovery import document

NEEDS = {
    "freebusy.query": READ,
    "events.list": READ,
    "events.get": WRITE,
    "events.instances": WRITE,
    "events.insert": WRITE,
    "events.patch": WRITE,
    "events.delete": WRITE,
    "calendarList.list": LIST,
    "calendarList.get": LIST,
}


@pytest.mark.parametrize(("method", "scopes"), NEEDS.items())
def test_each_method_is_allowed_by_its_step(method: str, scopes: tuple[str, ...]) -> None:
    """By Google's own description of it."""
    resource, name = method.split(".")
    allowed = document()["resources"][resource]["methods"][name]["scopes"]
    assert set(scopes) & set(allowed)


def test_no_scope_reaches_further_than_its_step() -> None:
    """Reading sees times alone, and only the organiser's step may write, in calendars of their own."""
    known = document()["auth"]["oauth2"]["scopes"]
    assert set(WRITING) - set(IDENTITY) <= known.keys()
    names = {scope.rsplit("/", 1)[-1] for scope in WRITING}
    assert not names & {"calendar", "calendar.events", "calendar.readonly", "calendar.events.readonly"}
    assert all("availability" in known[scope]["description"] for scope in READ)
    assert not set(WRITE) & set(READING)
