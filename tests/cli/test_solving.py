"""`solve` and `verify`: the interchange formats, as files of anybody's making."""

import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.core.problem import problem_to_json
from tests.cli.conftest import Rondo
from tests.problems import random_problem


@pytest.fixture
def problem(tmp_path: Path) -> dict[str, Any]:
    """A small problem, in problem.json."""
    document = problem_to_json(random_problem(3, size="tiny")[0])
    (tmp_path / "problem.json").write_text(json.dumps(document))
    return document


def test_solve_writes_a_plan_that_verify_accepts(rondo: Rondo, problem: dict[str, Any], tmp_path: Path) -> None:
    """`rondo solve problem.json -o plan.json`, in the format, with the score of both the same."""
    said = rondo("solve", "problem.json", "-o", "plan.json", "--json")
    assert (said.code, said.document["violations"]) == (0, [])
    plan = json.loads((tmp_path / "plan.json").read_bytes())
    assert plan["format"] == "rondo-plan/1"
    assert {entry["id"] for entry in plan["series"]} == {series["id"] for series in problem["series"]}
    checked = rondo("verify", "problem.json", "plan.json", "--json")
    assert (checked.code, checked.document["score"]) == (0, said.document["score"])


def test_the_same_seed_gives_the_same_bytes(rondo: Rondo, problem: dict[str, Any], tmp_path: Path) -> None:
    """With another number of workers too, and with a limit of time that does not cut in."""
    for name, more in (("a", ()), ("b", ("--workers", 2)), ("c", ("--time-limit", 600))):
        assert rondo("solve", "problem.json", "-o", f"{name}.json", "--seed", 7, *more).code == 0
    assert len({(tmp_path / f"{name}.json").read_bytes() for name in "abc"}) == 1
    assert json.loads((tmp_path / "a.json").read_bytes())["meta"]["seed"] == 7


def test_the_stages_are_reported(rondo: Rondo, problem: dict[str, Any], tmp_path: Path) -> None:
    """`--report FILE`: where the time went, beside the best plan and the bound on the way; the plan has none of it."""
    assert rondo("solve", "problem.json", "-o", "plan.json", "--no-polish", "--report", "stages.json").code == 0
    report = json.loads((tmp_path / "stages.json").read_text())
    assert report["schema"] == "rondo/report/1"
    assert [entry["stage"] for entry in report["stages"]][:2] == ["read", "prepare"]
    assert report["seconds"] == pytest.approx(sum(entry["seconds"] for entry in report["stages"]), abs=0.01)
    assert "seconds" not in (tmp_path / "plan.json").read_text()


def test_a_previous_plan_is_repaired(rondo: Rondo, problem: dict[str, Any]) -> None:
    """`--previous old.json`: with nothing changed, nothing is."""
    rondo("solve", "problem.json", "-o", "old.json")
    said = rondo("solve", "problem.json", "-o", "new.json", "--previous", "old.json", "--json")
    score = said.document["score"]
    assert (score["changed"], score["keep"]) == (0, 3 * score["happen"])
    assert rondo("verify", "problem.json", "new.json", "--previous", "old.json").code == 0


def test_verify_names_each_broken_rule_and_exits_with_1(rondo: Rondo, problem: dict[str, Any], tmp_path: Path) -> None:
    """The score is told all the same."""
    rondo("solve", "problem.json", "-o", "plan.json")
    plan = json.loads((tmp_path / "plan.json").read_bytes())
    plan["series"] = plan["series"][:-1]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    said = rondo("verify", "problem.json", "plan.json")
    assert said.code == 1
    assert said.out.startswith(f"violation: {problem['series'][-1]['id']}: not there with its ")
    assert "1 violations" in said.out


@pytest.fixture
def crowded(tmp_path: Path) -> None:
    """A problem in which series are in each other's way, in problem.json."""
    (tmp_path / "problem.json").write_text(json.dumps(problem_to_json(random_problem(40, size="tiny")[0])))


@pytest.mark.usefixtures("crowded")
def test_verify_finds_the_bound_anew(rondo: Rondo, tmp_path: Path) -> None:
    """`--bound`: with its origin and the gap in words, and the same whatever the plan says of it."""
    solved = rondo("solve", "problem.json", "-o", "plan.json", "--json").document
    happen = solved["score"]["happen"]
    plan = json.loads((tmp_path / "plan.json").read_bytes())
    for claim in ({}, {"bound": happen + 1000, "bound_by": "free"}):
        (tmp_path / "plan.json").write_text(json.dumps(plan | {"meta": claim}))
        said = rondo("verify", "problem.json", "plan.json", "--bound", "--json")
        assert (said.code, said.document["bound"]["happen"]) == (0, happen)
    told = rondo("verify", "problem.json", "plan.json", "--bound").out.splitlines()[-1]
    assert told.startswith("Found anew, by search of all that people share: ")
    assert told.endswith(f"no plan has more than {happen} sessions. No plan holds more.")
    (tmp_path / "plan.json").write_text(json.dumps(without_sessions(plan)))
    said = rondo("verify", "problem.json", "plan.json", "--bound")
    assert said.out.splitlines()[-1].endswith(f"At most {happen} more sessions are possible for anyone.")


def without_sessions(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan in which nothing takes place."""
    skipped = [
        entry | {"slots": [], "sessions": [one | {"status": "skipped", "absent": []} for one in entry["sessions"]]}
        for entry in plan["series"]
    ]
    return plan | {"series": skipped, "meta": {}}


@pytest.mark.usefixtures("crowded")
def test_a_plan_with_more_sessions_than_it_calls_possible_is_at_fault(rondo: Rondo, tmp_path: Path) -> None:
    """Whoever wrote the plan, one of its two figures is wrong."""
    happen = rondo("solve", "problem.json", "-o", "plan.json", "--json").document["score"]["happen"]
    plan = json.loads((tmp_path / "plan.json").read_bytes())
    (tmp_path / "plan.json").write_text(json.dumps(plan | {"meta": {"bound": happen - 1}}))
    said = rondo("verify", "problem.json", "plan.json")
    assert said.code == 1
    assert said.out.startswith(f"violation: meta: its bound is {happen - 1}, and {happen} sessions take place")


BAD = {
    "nothing": b"",
    "no JSON": b"problem",
    "another format": b'{"format": "rondo-plan/2"}',
    "NaN": b'{"format": "rondo-problem/1", "weeks": NaN}',
    "huge": b'{"format": "rondo-problem/1", "weeks": ' + b"9" * 5000 + b"}",
    "1e400": b'{"format": "rondo-problem/1", "weeks": 1e400}',
    "deep": b"[" * 100_000,
    "binary": b"\x00\xff\xfe",
    "UTF-16": '{"format": "rondo-problem/1"}'.encode("utf-16"),
    "a list": b"[1]",
    "true for a number": b'{"format": "rondo-problem/1", "first_monday": "2027-01-04", "weeks": true}',
}


@pytest.mark.parametrize("content", BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("command", ["solve", "verify"])
def test_a_file_that_is_none_is_one_line(rondo: Rondo, tmp_path: Path, command: str, content: bytes) -> None:
    """With its name and the place in it, and no plan is written."""
    (tmp_path / "bad.json").write_bytes(content)
    said = rondo(command, "bad.json", *(("bad.json",) if command == "verify" else ("-o", "plan.json")))
    assert said.code == 1
    assert said.complaint.startswith("rondo: bad.json")
    assert len(said.complaint) < 300
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize("name", ["gone.json", ".", "/dev/null"])
def test_a_problem_that_is_not_there_is_one_line(rondo: Rondo, name: str) -> None:
    """A name without a file, a folder, nothing at all."""
    said = rondo("solve", name, "-o", "plan.json")
    assert (said.code, said.complaint[:7]) == (1, "rondo: ")


def test_a_plan_file_is_replaced_whole(rondo: Rondo, problem: dict[str, Any], tmp_path: Path) -> None:
    """What stood there stays where the new one can't be written; nothing is left beside it."""
    (tmp_path / "plan.json").write_text("old")
    (tmp_path / ".plan.json.part").mkdir()
    assert rondo("solve", "problem.json", "-o", "plan.json").code == 1
    assert (tmp_path / "plan.json").read_text() == "old"
    (tmp_path / ".plan.json.part").rmdir()
    assert rondo("solve", "problem.json", "-o", "plan.json").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"plan.json", "problem.json"}
