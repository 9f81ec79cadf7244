"""The shared reference corpus: other projects' files, rules and clock changes, with answers that many engines agree on.

The expected values stay where they are; without RONDO_SHARED these tests skip.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.errors import InputError
from tests.corpus.adapter import answer

Case = dict[str, Any]
EVERY_TIME = ["2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z"]


def cases(shared: Path, name: str) -> list[Case]:
    """The cases of one file of the corpus; there is at least one."""
    found: list[Case] = json.loads((shared / "corpus" / name).read_text(encoding="utf-8"))["cases"]
    assert found
    return found


def test_calendar_files_give_the_busy_times_that_other_engines_agree_on(shared: Path) -> None:
    """All files of the corpus: those of the standards' authors, and broken ones, which must be answered too."""
    wrong = []
    for case in cases(shared, "ics/cases.json"):
        files = [str(shared / "corpus" / "ics" / name) for name in case["files"]]
        window = case.get("window", EVERY_TIME)
        busy = answer({"kind": "ics", "files": files, "zone": case["zone"], "window": window})["busy"]
        if case["tier"] != "robust" and busy != case["expect"]:
            wrong.append(case["id"])
    assert wrong == []


def test_rules_give_the_published_dates_or_are_refused_for_their_frequency(shared: Path) -> None:
    """All rules of the corpus; what is refused comes back within the hour, which no meeting does."""
    wrong = []
    for case in cases(shared, "ics/rrule.json"):
        expected = [text.rstrip("Z") for text in case["instances"]]
        ends = "COUNT" in case["rrule"] or "UNTIL" in case["rrule"]
        question = {"kind": "rrule", "dtstart": case["dtstart"], "rrule": case["rrule"]}
        try:
            found = answer(question | {"limit": len(expected) + (2 if ends else 0)})["instances"]
        except InputError:
            if not case["rrule"].startswith(("FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY;INTERVAL=3")):
                wrong.append(case["id"])
            continue
        if found != expected:
            wrong.append(case["id"])
    assert wrong == []


@pytest.mark.parametrize("kind", ["series", "points", "days", "durations", "pairs", "drift"])
def test_wall_time_crosses_to_utc_as_the_standard_says(shared: Path, kind: str) -> None:
    """Series over clock changes, gaps and folds, days of 0 to 26 hours, durations, pairs of zones, new zone data."""
    wrong = []
    for case in cases(shared, f"dst/{kind}.json"):
        found = answer(case | {"kind": kind})
        if any(found.get(key) != value for key, value in case.items() if key.startswith("expect")):
            wrong.append(case["id"])
    assert wrong == []


def test_hours_less_busy_times_are_the_bookable_ranges(shared: Path) -> None:
    """The cases of ranges; those of start times are another product's policy."""
    ranges = [case for case in cases(shared, "slots/calcom.json") if case["level"] == "ranges"]
    assert ranges
    wrong = [case["id"] for case in ranges if answer(case | {"kind": "slots"})["ranges"] != case["expect"]["ranges"]]
    assert wrong == []
