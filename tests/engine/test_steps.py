"""The recorded steps: what began before an upgrade has to end after it.

Where the first test fails, a step was added, removed or moved. A workflow that is under way then has other steps on
record, and would fail. So put the change behind `DBOS.patch`, as `newer` does below, and then change the lists here.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from dbos import DBOS, ScheduleInput

from scheduler.engine import Jobs, Pace, engine
from scheduler.engine.runs import Runs
from tests.engine.desk import EVENT, MARK, Desk, Provider, kept, put, running, until

BEGUN = json.loads((Path(__file__).parent / "begun.json").read_text())  # a round of the first version, in its midst
STEPS = {
    "look_after": ["read", "repair", "owed", "write", "write", "tell"],
    "write": ["write", "tell"],
    "work": ["work"],
    "renew": ["renew"],
    "digest": ["digest"],
    "tidy": ["tidy", "forget"],
}
pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def recorded(url: str) -> dict[str, list[str]]:
    """The longest list of steps of each workflow."""
    steps: dict[str, list[str]] = {}
    names = {row["workflow_uuid"]: row["name"] for row in kept(url, "workflow_status")}
    for row in sorted(kept(url, "operation_outputs"), key=lambda each: each["function_id"]):
        steps.setdefault(row["workflow_uuid"], []).append(row["function_name"])
    return {
        name: max((steps.get(each, []) for each in names if names[each] == name), key=len) for name in names.values()
    }


def test_the_steps_are_those_that_are_on_record(desk: Desk, url: str, there: Provider) -> None:
    """Names and order, of every workflow."""
    every = "* * * * * *"
    desk.begin(programmes=1, events=2)
    desk.ask("p0", "long")
    with running(desk, url, Pace(sweep=0.3, poll=0.05, renewals=every, digests=every, tidying=every)):
        until(lambda: desk.done() and recorded(url) == STEPS, seconds=20)


def upgraded(desk: Desk, url: str) -> dict[str, object]:
    """The row of the workflow that began under the first version, after this one took it up and ended it."""
    desk.begin(programmes=1, events=1)
    desk.set(MARK, synced=1, repaired=1)
    desk.set(EVENT, sequence=1)
    DBOS.migrate(url)
    put(url, BEGUN)
    with running(desk, url) as engine:
        until(lambda: kept(url, "workflow_status", workflow_uuid="begun")[0]["status"] in ("SUCCESS", "ERROR"))
        (row,) = kept(url, "workflow_status", workflow_uuid="begun")
        until(lambda: engine.counts()["waiting"] + engine.counts()["running"] == 0)
    return row


def test_a_round_that_began_before_an_upgrade_ends_after_it(desk: Desk, url: str, there: Provider) -> None:
    """It goes on where it was: nothing is read again, and what was owed by then is written."""
    assert upgraded(desk, url)["status"] == "SUCCESS"
    assert there.of("read") == {}
    assert there.of("write") == {"/write/p0-e0@rondo/1": 1}


def test_what_seems_to_run_and_does_not_is_taken_up_again(desk: Desk, url: str, there: Provider) -> None:
    """A row of this very process that no run stands behind, as after lost connections."""
    desk.begin(programmes=0, events=0)
    with running(desk, url):
        put(url, BEGUN)
        until(lambda: kept(url, "workflow_status", workflow_uuid="begun")[0]["status"] == "SUCCESS", seconds=20)
    assert there.of("read") == {}


def newer(patched: Callable[[], bool]) -> Callable[[Jobs, Runs, Pace], list[ScheduleInput]]:
    """Workflows of a version to come, with a step more, behind a patch or not."""

    def define(jobs: Jobs, runs: Runs, _: Pace) -> list[ScheduleInput]:
        @DBOS.workflow(name="look_after")
        def look_after(programme: str) -> None:
            with runs.run(programme=programme) as steps:
                if patched():
                    steps.do("renew", jobs.renew)
                steps.do("read", jobs.read, programme)
                steps.do("repair", jobs.repair, programme)
                steps.do("owed", lambda _: (), programme)
                steps.do("tell", jobs.tell, programme)

        return []

    return define


@pytest.mark.parametrize(
    ("patched", "state"),
    [(lambda: DBOS.patch("renew-first"), "SUCCESS"), (lambda: True, "ERROR")],
    ids=["patch", "none"],
)
def test_a_step_more_needs_a_patch(
    patched: Callable[[], bool], state: str, desk: Desk, url: str, there: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one, what is under way ends without that step; without one it fails, and so would the test above."""
    monkeypatch.setattr(engine, "define", newer(patched))
    assert upgraded(desk, url)["status"] == state
