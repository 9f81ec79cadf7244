"""What the scanner takes from a file, and what it never looks at."""

import pytest

from connectors._ical.scan import DEEPEST, MOST_COMPONENTS, scan, split, text_value
from connectors._ical.text import source_of
from scheduler.errors import Unavailable
from tests.connectors._ical.calendars import calendar, event


def scanned(text: bytes) -> list[str]:
    """The components of a text, nested, by name."""
    return [_described(component) for component in scan(source_of(text)).components]


def _described(component: object) -> str:
    name, children = component.name.decode(), component.children  # type: ignore[attr-defined]  # a Component
    return f"{name}({' '.join(map(_described, children))})" if children else name


def test_titles_places_notes_and_people_are_not_taken() -> None:
    """The canary is nowhere in what was scanned."""
    private = (
        "SUMMARY:canary",
        "LOCATION:canary",
        "DESCRIPTION:canary",
        "ATTENDEE;CN=canary:mailto:canary@example.org",
    )
    (found,) = scan(source_of(calendar(event("DTSTART:20260302T090000Z", *private, "COMMENT:canary")))).components
    assert found.children[0].properties == {b"UID": [b":a"], b"DTSTART": [b":20260302T090000Z"]}


def test_components_stay_inside_each_other() -> None:
    """What an alarm says is not what its event says."""
    alarm = event("DURATION:PT15M", uid="alarm", name="VALARM")
    (found,) = scan(source_of(calendar(event(alarm + "DTSTART:20260302"), event(uid="b")))).components
    assert [child.text(b"UID") for child in found.children] == ["a", "b"]
    assert found.children[0].first(b"DURATION") is None
    assert found.children[0].first(b"DTSTART") == b":20260302"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", ["VCALENDAR(VEVENT VEVENT)"]),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM\nEND:VEVENT\nEND:VCALENDAR", ["VCALENDAR(VEVENT(VALARM))"]),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", ["VCALENDAR(VEVENT)"]),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VCALENDAR\nEND:VCALENDAR", ["VCALENDAR(VEVENT)", "VCALENDAR"]),
        (b"begin:vevent\nX\n:\n;=\nend:vevent\n", ["VEVENT"]),
        (b"nothing at all", []),
    ],
)
def test_missing_and_stray_ends_are_repaired(text: bytes, expected: list[str]) -> None:
    """An END that is missing ends where the next of its kind begins; bare components are read."""
    assert scanned(text) == expected


def test_a_text_that_breaks_off_is_known_as_such() -> None:
    """Cut in the middle of an event, or between two."""
    whole = calendar(event("DTSTART:20260302"))
    assert scan(source_of(whole)).whole
    assert not scan(source_of(whole[:60])).whole
    assert not scan(source_of(whole.removesuffix(b"END:VCALENDAR\r\n"))).whole


@pytest.mark.parametrize(
    "text", [b"BEGIN:VEVENT\nEND:VEVENT\n" * (MOST_COMPONENTS + 1), b"BEGIN:VALARM\n" * (DEEPEST + 1)]
)
def test_too_many_components_and_too_deep_ones_are_refused(text: bytes) -> None:
    """The limits on number and depth."""
    with pytest.raises(Unavailable, match="20,000 components, or nests them more than 4 deep"):
        scan(source_of(text))


def test_parameters_are_read_with_and_without_quotes() -> None:
    """A colon or a semicolon in quotes belongs to the parameter; so does a colon that should have been quoted."""
    assert split(b';tzid="A: B; C";VALUE=DATE:20260302') == ({"TZID": "A: B; C", "VALUE": "DATE"}, "20260302")
    assert split(b";TZID=(UTC+01:00) Berlin:20260302") == ({"TZID": "(UTC+01:00) Berlin"}, "20260302")


def test_a_text_value_keeps_its_colons() -> None:
    """As in UIDs that are addresses."""
    assert text_value(b":urn:uuid:1") == "urn:uuid:1"
    assert text_value(b';X="a:b":c:d') == "c:d"
    assert text_value(b";X=1") == ""
