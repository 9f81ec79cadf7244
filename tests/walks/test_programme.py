"""The whole round by the command line alone: from a folder to calendars, and through changes."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests import commands
from tests.desks import Desk, at, outside, spawn
from tests.readers import expanded_in_python

ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The programme folder `spring`."""
    return Desk(tmp_path / "spring")


def rondo(desk: Desk, *arguments: object, code: int = 0) -> str:
    """A command that ends as it should; its stdout."""
    now = f"{desk.clock.instant:%Y-%m-%dT%H:%M:%SZ}"
    return commands.rondo(*arguments, cwd=desk.path.parent, environment=outside(RONDO_NOW=now)).ended(code)


def exported(desk: Desk) -> dict[str, list[datetime]]:
    """When each group meets, as the table says."""
    rows = csv.DictReader(io.StringIO(rondo(desk, "export", "csv", "spring")))
    met: dict[str, list[datetime]] = {}
    for row in rows:
        if row["status"] != "skipped":
            met.setdefault(row["group"], []).append(datetime.fromisoformat(row["start"]))
    return met


def published(desk: Desk) -> dict[str, list[datetime]]:
    """When each group meets, as another reader of the published files understands them."""
    groups = (desk.path / "published" / "groups").glob("*.ics")
    return {path.stem: [start for start, _ in expanded_in_python(path.read_bytes())] for path in groups}


def test_from_a_folder_to_calendars_and_through_a_change(desk: Desk) -> None:
    """Check, refresh, plan, apply; nothing to do; a calendar changes, one session moves; nothing to do again."""
    rondo(desk, "check", "spring")
    rondo(desk, "refresh", "spring")
    rondo(desk, "plan", "spring", "--exit-code", code=3)
    rondo(desk, "apply", "spring", code=2)
    assert not (desk.path / "published").exists()
    rondo(desk, "apply", "spring", "--yes")
    before, files = exported(desk), desk.published()
    assert published(desk) == before
    assert {group: len(starts) for group, starts in before.items()} == {"pair": 8, "circle": 8}

    rondo(desk, "plan", "spring", "--exit-code")
    rondo(desk, "apply", "spring", "--yes")
    assert desk.published() == files

    desk.later(days=10)
    third = before["pair"][2]
    desk.calendar("amara", at(third, 45))
    rondo(desk, "plan", "spring", "-o", "plan.json", "--exit-code", code=3)
    rondo(desk, "apply", "spring", "plan.json", "--yes")
    after = exported(desk)
    assert published(desk) == after
    assert after["circle"] == before["circle"]
    (moved,) = set(after["pair"]) - set(before["pair"])
    assert set(before["pair"]) - set(after["pair"]) == {third}
    assert moved.isocalendar()[:2] == third.isocalendar()[:2]
    rondo(desk, "plan", "spring", "--exit-code")


def test_a_plan_that_waits_too_long_is_stale(desk: Desk) -> None:
    """The calendars have changed since it was saved: exit 6, and nothing is written."""
    rondo(desk, "plan", "spring", "-o", "plan.json")
    first = json.loads((desk.path.parent / "plan.json").read_text())["series"][0]["sessions"][0]["start"]
    desk.calendar("chen", at(datetime(2027, 3, 1, tzinfo=UTC) + timedelta(minutes=first), 30))
    rondo(desk, "apply", "spring", "plan.json", "--yes", code=6)
    assert not (desk.path / "published").exists()
    rondo(desk, "plan", "spring", "-o", "plan.json")
    rondo(desk, "apply", "spring", "plan.json", "--yes")


def test_a_pair_books_a_slot_beside_all_that_stands(desk: Desk) -> None:
    """Slots, book, apply: a third group, and the others where they were."""
    rondo(desk, "plan", "spring")
    rondo(desk, "apply", "spring", "--yes")
    before = exported(desk)
    rondo(desk, "slots", "spring", "chen", "ela", "--weeks", 8, "--minutes", 30, "--every", 2, "--top", 5, "--book", 2)
    rondo(desk, "apply", "spring", "--yes")
    after = exported(desk)
    assert {group: after[group] for group in before} == before
    assert len(after["chen-ela"]) == 4
    assert published(desk) == after
    rondo(desk, "plan", "spring", "--exit-code")


def test_no_two_sessions_of_anybody_ever_meet(desk: Desk) -> None:
    """In everybody's own file, sessions are apart; and apart from what their calendar says."""
    rondo(desk, "plan", "spring")
    rondo(desk, "apply", "spring", "--yes")
    for path in (desk.path / "published" / "people").glob("*.ics"):
        spans = expanded_in_python(path.read_bytes())
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        calendar = desk.path / "calendars" / path.name
        busy = expanded_in_python(calendar.read_bytes()) if calendar.exists() else []
        assert [(one, other) for one in spans for other in busy if one[0] < other[1] and other[0] < one[1]] == []


def test_the_demo_shows_what_it_promises(tmp_path: Path) -> None:
    """Twelve people, five groups with their times and weeks, clocks, the worst burden, and what to do next."""
    said = spawn("demo", "--no-pages", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert said.returncode == 0
    assert "Traceback" not in said.stderr
    assert "12 people in " in said.stdout
    assert "5 groups" in said.stdout
    for words in ("26 from 11 Jan 2027", "When clocks change", "sessions take place", "Furthest from preferred hours"):
        assert words in said.stdout
    assert "Next, with this folder (nothing leaves this machine):" in said.stdout
    (published,) = tmp_path.glob("*/data/programmes/spring/published")
    assert len(list((published / "people").iterdir())) == 12
    assert len(list((published / "groups").iterdir())) == 5


def test_the_demo_ends_with_its_pages_open(tmp_path: Path) -> None:
    """It says which link to follow as whom, and each opens something; Ctrl-C ends it."""
    command = [sys.executable, "-m", "scheduler.cli", "demo"]
    known = os.environ | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=known, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = ""
        while "as participant" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        links = re.findall(r"http://\S+/in/\S+", said)
        try:
            assert len(links) == 4
            assert [httpx.get(link, trust_env=False).status_code for link in links] == [200] * 4
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
