"""The sample through decisions by hand, with the command line alone: plan, apply, move, apply, undo, apply."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from tests import commands
from tests.desks import ROOT, outside
from tests.readers import expanded_in_python

NOW = "2027-01-04T09:00:00Z"
PAIR = "pair-amara-chen"


def rondo(where: Path, *arguments: object, code: int = 0) -> str:
    """A command that ends as it should; its stdout."""
    return commands.rondo(*arguments, cwd=where, environment=outside(RONDO_NOW=NOW)).ended(code)


def met(where: Path) -> dict[str, list[datetime]]:
    """When each group meets, as another reader understands the published files."""
    files = sorted((where / "spring" / "published" / "groups").glob("*.ics"))
    return {file.stem: [start for start, _ in expanded_in_python(file.read_bytes())] for file in files}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sample is published."""
    where = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "config" / "example", where / "spring")
    rondo(where, "plan", "spring")
    rondo(where, "apply", "spring", "--yes")
    return where


def test_a_session_is_moved_by_hand_and_the_apply_is_taken_back(published: Path) -> None:
    """The best alternative is taken: it alone changes in the calendars, and all is as before once it is undone."""
    before = met(published)
    offered = json.loads(rondo(published, "move", "spring", PAIR, 4, "--json"))
    was, best = (datetime.fromisoformat(text) for text in (offered["start"], offered["alternatives"][0]["start"]))
    assert len(offered["alternatives"]) == 3
    rondo(published, "move", "spring", PAIR, 4, "--to", f"{best:%Y-%m-%dT%H:%MZ}")
    assert met(published) == before
    rondo(published, "apply", "spring", "--yes")
    after = met(published)
    assert set(after[PAIR]) - set(before[PAIR]) == {best}
    assert set(before[PAIR]) - set(after[PAIR]) == {was}
    assert {group: after[group] for group in after if group != PAIR} == {
        group: before[group] for group in before if group != PAIR
    }

    rondo(published, "undo", "spring", "--yes")
    assert met(published) == before
    rondo(published, "plan", "spring", "--exit-code")
    rondo(published, "apply", "spring", "--yes")
    assert met(published) == before
    rondo(published, "undo", "spring", "--yes")
    assert met(published) == after
    rondo(published, "plan", "spring", "--exit-code")


def test_a_skipped_session_is_gone_until_it_is_taken_back(published: Path) -> None:
    """And nothing else changes; it comes back at what is the best time of its week then."""
    before = met(published)
    group = "circle-mentors"
    gone = before[group][2]
    rondo(published, "skip", "spring", group, 3)
    rondo(published, "apply", "spring", "--yes")
    assert met(published) == before | {group: [start for start in before[group] if start != gone]}
    rondo(published, "skip", "spring", group, 3, "--back")
    rondo(published, "apply", "spring", "--yes")
    after = met(published)
    assert after | {group: before[group]} == before
    assert len(after[group]) == len(before[group])
    assert set(before[group]) - set(after[group]) <= {gone}
