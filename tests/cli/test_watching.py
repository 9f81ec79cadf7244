"""`watch`, `proposals`, `log`, `pause`, `resume`, `undo --decision`: words, documents, codes, and bad input."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.core.decision import Decision
from scheduler.core.event import Event
from tests.cli.conftest import Rondo
from tests.desks import NOW, ROOT, SETTINGS, Desk, at, once, weekly

OPENED = {"schema", "decision", "written", "channels", "failed", "late", "differences"}


@pytest.fixture
def watched(rondo: Rondo, desk: Desk) -> Desk:
    """A published programme that is asked before anything moves, and an appointment over the pair's third session."""
    desk.write(settings=SETTINGS + '[repair]\nmode = "suggest"\n')
    desk.publish()
    clash(desk)
    return desk


def clash(desk: Desk) -> None:
    """Chen has something else over the third session."""
    own = weekly("2027-03-03T14:00", 90), once("2027-03-24T12:00", 600)
    start = pair(desk).occurrences[2].recurrence_id
    desk.calendar("chen", *own, at(start, 30))


def pair(desk: Desk) -> Event:
    """The pair's event as it stands."""
    [event] = [each for each in desk.app.store.events() if each.group == "pair" and not each.cancelled]
    return event


def asked(rondo: Rondo) -> dict[str, Any]:
    """The one proposal that waits after a round."""
    rondo("watch", "spring", "--once")
    [proposal] = rondo("proposals", "spring", "--json").document["decisions"]
    return dict(proposal)


def trail(desk: Desk) -> tuple[Decision, ...]:
    """What was decided."""
    return desk.app.store.decisions()


def test_where_everything_holds_a_round_says_so(rondo: Rondo, desk: Desk) -> None:
    """And ends well."""
    desk.publish()
    said = rondo("watch", "spring", "--once")
    assert (said.code, said.out, said.err) == (0, "Everything holds.\n", "")
    assert rondo("proposals", "spring").out == "Nothing waits for anybody's word.\n"
    assert rondo("log", "spring").out == "Nothing was decided since the first apply.\n"


def test_a_round_before_the_first_apply_is_no_fault(rondo: Rondo, desk: Desk) -> None:
    """There is nothing to look after yet."""
    assert rondo("watch", "spring", "--once").code == 0


def test_a_proposal_waits_is_listed_and_accepted(rondo: Rondo, watched: Desk) -> None:
    """In a line that says who can't come; by the beginning of its name."""
    first = rondo("watch", "spring", "--once")
    assert first.code == 3
    assert "pair #3" in first.out
    assert "could move to" in first.out
    assert "Chen L.'s calendar is taken" in first.out
    listed = rondo("proposals", "spring").out
    name = listed.split()[0]
    assert listed in first.out
    accepted = rondo("proposals", "spring", "--accept", name)
    assert accepted.code == 0
    assert "moves to" in accepted.out
    assert "Events written" in accepted.out
    assert "accepted" in rondo("log", "spring").out
    assert rondo("watch", "spring", "--once").code == 0


def test_in_json_it_is_one_document_each(rondo: Rondo, watched: Desk) -> None:
    """With instants in UTC, and sessions counted from 1."""
    document = rondo("watch", "spring", "--once", "--json").document
    assert document["schema"] == "rondo/watch/1"
    [proposal] = document["proposals"]
    assert (proposal["session"], proposal["state"], proposal["action"]) == (3, "proposed", "move")
    assert proposal["causes"] == [{"person": "chen", "limit": "calendar"}]
    assert rondo("proposals", "spring", "--json").document == {"schema": "rondo/decisions/1", "decisions": [proposal]}
    to = proposal["options"][1]
    accepted = rondo("proposals", "spring", "--accept", proposal["id"], "--to", to, "--json").document
    assert accepted["schema"] == "rondo/decision/1"
    assert accepted.keys() >= OPENED
    assert (accepted["decision"]["after"], accepted["decision"]["state"]) == (to, "accepted")
    log = rondo("log", "spring", "--group", "pair", "--json").document["decisions"]
    assert [each["after"] for each in log] == [to]
    assert rondo("log", "spring", "--group", "circle", "--json").document["decisions"] == []


def test_what_is_refused_is_asked_no_more(rondo: Rondo, watched: Desk) -> None:
    """The session stays."""
    proposal = asked(rondo)
    refused = rondo("proposals", "spring", "--refuse", proposal["id"], "--json").document
    assert refused["decision"]["state"] == "refused"
    assert rondo("watch", "spring", "--once").code == 0
    assert len(trail(watched)) == 1


def test_by_its_own_word_a_round_moves_at_once_and_that_can_be_undone(rondo: Rondo, watched: Desk) -> None:
    """One decision, by the beginning of its name."""
    document = rondo("watch", "spring", "--once", "--mode", "auto", "--json").document
    [moved] = document["decisions"]
    assert (moved["state"], document["written"]) == ("done", 1)
    undone = rondo("undo", "spring", "--decision", moved["id"][:8], "--yes", "--json").document
    assert (undone["decision"]["action"], undone["decision"]["after"]) == ("undo", moved["before"])
    assert [each["state"] for each in rondo("log", "spring", "--json").document["decisions"]] == ["undone", "done"]
    again = rondo("undo", "spring", "--decision", moved["id"], "--yes")
    assert again.code == 1
    assert "no move or skip" in again.err


def test_a_series_rests_and_goes_on(rondo: Rondo, desk: Desk) -> None:
    """Until a day, or for good."""
    desk.publish()
    paused = rondo("pause", "spring", "pair", "--until", "2027-03-16", "--json").document
    assert (paused["decision"]["action"], paused["written"]) == ("pause", 1)
    assert [each.start is None for each in pair(desk).occurrences[:4]] == [True, True, True, False]
    assert "The series goes on" in rondo("resume", "spring", "pair").out
    assert all(each.start for each in pair(desk).occurrences)


def test_bad_input_is_told_in_a_line(rondo: Rondo, desk: Desk) -> None:
    """And nothing is decided."""
    desk.publish()
    for words, *arguments in (
        ("no proposal that waits", "proposals", "spring", "--accept", "zz"),
        ("no proposal that waits", "proposals", "spring", "--refuse", "zz"),
        ("accepted or refused", "proposals", "spring", "--accept", "a", "--refuse", "a"),
        ("no move or skip", "undo", "spring", "--decision", "zz", "--yes"),
        ("pair", "pause", "spring", "pare"),
        ("no instant", "pause", "spring", "pair", "--until", "tomorrow"),
        ("no session ahead", "pause", "spring", "pair", "--until", "2020-01-01"),
        ("does not rest", "resume", "spring", "pair"),
        ("nobody", "resume", "spring", "nobody"),
        ("no such file", "watch", "nowhere", "--once"),
        ("no such file", "watch", "nowhere"),
        ("no such file", "proposals", "nowhere"),
        ("no such file", "log", "nowhere"),
    ):
        said = rondo(*arguments)
        assert said.code == 1, arguments
        assert words in said.err
        assert "Traceback" not in said.err
    assert trail(desk) == ()


def test_a_time_that_will_not_do_is_told_in_a_line(rondo: Rondo, watched: Desk) -> None:
    """Past, beyond the programme, at night, of no zone, or none at all; the proposal goes on to wait."""
    proposal = asked(rondo)
    for to in ("2020-01-01T10:00Z", "2099-01-01T10:00Z", "2027-03-16T02:00Z", "2027-03-16T10:00", "x"):
        said = rondo("proposals", "spring", "--accept", proposal["id"], "--to", to)
        assert said.code != 0
        assert said.complaint.startswith("rondo: ")
        assert "fault of Rondo" not in said.err
    assert [str(each.state) for each in trail(watched)] == ["proposed"]


def test_a_beginning_of_several_names_is_told(rondo: Rondo, watched: Desk) -> None:
    """Nobody guesses."""
    asked(rondo)
    app = watched.app
    [one] = trail(watched)
    app.store.note([Decision(id=f"{one.id[:4]}0000", at=NOW, action=one.action, state=one.state, group="pair")])
    said = rondo("proposals", "spring", "--accept", one.id[:4])
    assert (said.code, "more than one" in said.err) == (1, True)


@pytest.fixture
def running(watched: Desk, tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """`rondo watch` in a process of its own, without an end."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("RONDO_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduler.cli", "watch", "spring", "--json"],
        cwd=tmp_path,
        env=known | {"PYTHONPATH": str(ROOT), "RONDO_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    guard = threading.Timer(60, process.kill)
    guard.start()
    yield process
    guard.cancel()
    process.kill()
    process.communicate()


def test_without_once_it_goes_on_until_it_is_told_to_end(running: "subprocess.Popen[str]") -> None:
    """And ends between two rounds, with what it said whole."""
    assert running.stdout
    lines = [running.stdout.readline()]
    while lines[-1] != "}\n":
        lines.append(running.stdout.readline())
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate()
    assert (running.returncode, out, err) == (0, "", "Ended.\n")
    assert json.loads("".join(lines))["schema"] == "rondo/watch/1"
