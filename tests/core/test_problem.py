"""Problems in their JSON form: there and back, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.core.problem import problem_from_json, problem_to_json
from scheduler.errors import InputError
from tests.problems import SIZES, random_problem

Document = dict[str, Any]


def document() -> Document:
    """A problem with every key in it."""
    return {
        "format": "rondo-problem/1",
        "name": "two people",
        "first_monday": "2027-01-04",
        "weeks": 26,
        "grid_minutes": 15,
        "freeze_until": None,
        "slack": 1,
        "people": [
            {
                "id": "amara",
                "zone": "Europe/London",
                "hours": {"MO": [["09:00", "12:30"], ["13:30", "24:00"]]},
                "preferred": {"MO": [["10:00", "16:00"]]},
                "days_off": ["2027-04-02"],
                "overrides": {"2027-03-09": [["12:00", "15:00"]], "2027-03-16": []},
                "travel": [{"from": "2027-05-03", "to": "2027-05-17", "zone": "America/Bogota"}],
                "busy": [-30, 60, 2041, 2130],
                "buffer": 10,
                "max_per_day": 2,
                "max_per_week": 6,
            },
            {"id": "chen", "zone": "Asia/Shanghai", "hours": {}},
        ],
        "series": [
            {
                "id": "pair",
                "required": ["amara"],
                "optional": ["chen"],
                "quorum": 1,
                "duration": 45,
                "sessions": 6,
                "every_weeks": 2,
                "monthly": False,
                "anchor_zone": "Europe/London",
                "rotation": 2,
                "movable": False,
                "pinned": [{"session": 1, "start": None}, {"session": 4, "start": 90001}],
            }
        ],
    }


def read(changed: Document) -> Document:
    """Read a document, and write what was read."""
    return problem_to_json(problem_from_json(json.dumps(changed)))


@pytest.mark.campaign(100)
@pytest.mark.parametrize("size", sorted(SIZES))
def test_random_problems_come_back_as_they_went(seed: int, size: str) -> None:
    """Writing a problem and reading it gives the same problem."""
    problem, _ = random_problem(seed, size=size)
    written = problem_to_json(problem)
    assert read(written) == written


def test_every_key_is_read() -> None:
    """A document that says everything comes back whole, and what it leaves out is the default of the format."""
    written = read(document())
    chen = written["people"][1]
    assert written | {"people": [written["people"][0], {}]} == document() | {"people": [document()["people"][0], {}]}
    assert (chen["busy"], chen["buffer"], chen["max_per_day"], chen["preferred"]) == ([], 0, None, {})


def test_defaults_are_those_of_the_format() -> None:
    """Grid 15, slack 1, no freeze, weekly, no rotation, movable."""
    short = {"format": "rondo-problem/1", "first_monday": "2027-01-04", "weeks": 1, "people": [], "series": []}
    problem = problem_from_json(json.dumps(short))
    assert (problem.grid_minutes, problem.slack, problem.freeze_until) == (15, 1, None)
    person = {"id": "a", "zone": "UTC", "hours": {}}
    pair = {"id": "s", "required": ["a"], "duration": 30, "sessions": 1, "anchor_zone": "UTC"}
    series = problem_from_json(json.dumps(short | {"people": [person], "series": [pair]})).series[0]
    assert (series.cadence.every_weeks, series.cadence.rotation, series.cadence.monthly) == (1, 1, False)
    assert (series.movable, series.quorum, dict(series.pinned)) == (True, 0, {})


def test_unknown_keys_are_ignored_so_that_a_file_may_say_more() -> None:
    """Keys of later versions and notes do no harm, at the top and inside."""
    more = document() | {"note": {"of": "somebody"}}
    more["people"][0]["nickname"] = "Am"
    assert read(more) == read(document())


def test_busy_times_are_sorted_and_merged() -> None:
    """Whatever their order and overlap, busy times become sorted and disjoint; one without length takes no time."""
    changed = document()
    changed["people"][0]["busy"] = [500, 600, 100, 200, 200, 250, 550, 700, 900, 900]
    assert read(changed)["people"][0]["busy"] == [100, 250, 500, 700]


def on(*path: str | int, value: object) -> Callable[[Document], None]:
    """Put a value at a place of the document."""

    def change(changed: Document) -> None:
        inner: Any = changed
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return change


PERSON, SERIES = ("people", 0), ("series", 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (on("format", value="rondo-problem/2"), "format: "),
        (on("first_monday", value="2027-01-05"), "no Monday"),
        (on("first_monday", value="2027-02-30"), "no date"),
        (on("first_monday", value="0001-01-01"), "no Monday of our times"),
        (on("first_monday", value="9999-12-27"), "no Monday of our times"),
        (on("weeks", value=0), "weeks: "),
        (on("weeks", value=10**18), "weeks: "),
        (on("weeks", value=True), "weeks: "),
        (on("grid_minutes", value=7), "a grid divides the day"),
        (on("grid_minutes", value=0), "grid_minutes: "),
        (on("slack", value=-1), "slack: "),
        (on("freeze_until", value=10**18), "freeze_until: "),
        (on("people", value={}), "people: "),
        (on("people", 1, "id", value="amara"), "a person's id stands twice"),
        (on(*PERSON, "id", value="x" * 1_000_000), "id: "),
        (on(*PERSON, "zone", value="Europe/Lundon"), "person amara: 'Europe/Lundon' is no time zone"),
        (on(*PERSON, "zone", value="../../etc/passwd"), "is no time zone"),
        (on(*PERSON, "zone", value="Z" * 5000), "is no time zone"),
        (on(*PERSON, "travel", 0, "zone", value="localtime"), "is no time zone"),
        (on(*PERSON, "travel", 0, "to", value="2027-05-02"), "ends before it begins"),
        (on(*PERSON, "hours", "XX", value=[]), "hours.XX"),
        (on(*PERSON, "hours", "MO", value=[["09:00"]]), "hours.MO.0"),
        (on(*PERSON, "hours", "MO", value=[["09:00", "25:00"]]), "person amara: '25:00' is no time of day"),
        (on(*PERSON, "overrides", "2027-02-29", value=[]), "no date"),
        (on(*PERSON, "days_off", value=["tomorrow"]), "no date"),
        (on(*PERSON, "busy", value=[1, 2, 3]), "busy: a start without an end"),
        (on(*PERSON, "busy", value=[60, 30]), "busy: a start without an end"),
        (on(*PERSON, "busy", value=[0, 10**18]), "busy.1"),
        (on(*PERSON, "busy", value=[0, 1.5]), "busy.1"),
        (on(*PERSON, "buffer", value=-1), "buffer: "),
        (on(*PERSON, "max_per_day", value=-1), "max_per_day: "),
        (on(*SERIES, "required", value=["nobody"]), "series pair: nobody has the id 'nobody'"),
        (on(*SERIES, "required", value=["amara", "amara"]), "somebody stands twice"),
        (on(*SERIES, "required", value=["amara", "chen"]), "somebody stands twice"),
        (on(*SERIES, "quorum", value=2), "a quorum of 2 among 1 optional people"),
        (on(*SERIES, "duration", value=0), "duration: "),
        (on(*SERIES, "duration", value=1441), "duration: "),
        (on(*SERIES, "sessions", value=-1), "sessions: "),
        (on(*SERIES, "sessions", value=10**6), "sessions: "),
        (on(*SERIES, "every_weeks", value=13), "every_weeks: "),
        (on(*SERIES, "every_weeks", value=7), "every_weeks x rotation is at most 12"),
        (on(*SERIES, "anchor_zone", value="Mars/Base"), "is no time zone"),
        (on(*SERIES, "pinned", 0, "session", value=6), "a pinned session that it does not have"),
        (on(*SERIES, "pinned", 0, "session", value=4), "a session is pinned twice"),
        (on(*SERIES, "pinned", 1, "start", value="noon"), "pinned.1.start: "),
        (on("series", value=[document()["series"][0]] * 2), "a series' id stands twice"),
    ],
)
def test_what_contradicts_the_format_is_refused_with_its_place(change: Callable[[Document], None], words: str) -> None:
    """A message names the person, series or key, and stays short however long the input is."""
    changed = document()
    change(changed)
    with pytest.raises(InputError) as caught:
        problem_from_json(json.dumps(changed), "p.json")
    assert words in str(caught.value)
    assert str(caught.value).startswith("p.json: ")
    assert len(str(caught.value)) < 300


def test_a_series_of_nobody_is_refused() -> None:
    """A series needs somebody, required or optional."""
    changed = document()
    changed["series"][0] |= {"required": [], "optional": [], "quorum": 0}
    with pytest.raises(InputError, match="nobody is in it"):
        problem_from_json(json.dumps(changed))
