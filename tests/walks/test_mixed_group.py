"""A group over four providers, end to end by the command line: connect, refresh, plan, apply, and again."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.commands import Said
from tests.connectors.stage import CANARY
from tests.doubles.graph import CLIENT_SECRET
from tests.doubles.zoom import SECRET
from tests.servers import PASSWORD
from tests.walks.mixed import FEED, Mixed, mixed

CANARIES = (CANARY, PASSWORD, FEED, CLIENT_SECRET, SECRET)
HOSTS = {
    "meet": "https://meet.google.com/",
    "teams": "https://teams.microsoft.com/",
    "zoom": "https://us02web.zoom.us/",
    "jitsi": "https://meet.jit.si/",
}


@pytest.fixture
def world() -> Iterator[Mixed]:
    """Four providers and an empty folder."""
    with mixed() as opened:
        yield opened


def good(said: Said) -> Said:
    """A command that went well; what it said on stderr is shown where it did not."""
    said.ended()
    return said


def round_of(world: Mixed) -> Said:
    """Refresh, plan, apply; what apply said."""
    good(world.run("refresh", world.folder))
    good(world.run("plan", world.folder))
    return good(world.run("apply", world.folder, "--yes", "--json"))


def writes(world: Mixed) -> int:
    """Calls that change something at the providers, tokens apart."""
    reading = ("/token", "freeBusy", "getSchedule", "/oauth")
    return sum(
        call.method != "GET" and not call.path.endswith(reading) for double in world.doubles for call in double.calls
    )


@pytest.mark.parametrize(("organizer", "video"), [("ana", "meet"), ("ben", "teams"), ("cy", "zoom"), ("dee", "jitsi")])
def test_everybody_sees_one_series_right_on_every_date(world: Mixed, organizer: str, video: str) -> None:
    """With each provider's organiser and each kind of room; and a second apply writes nothing."""
    world.write(organizer, video)
    for said in world.connect():
        good(said)
    world.busy("ana", datetime.fromisoformat("2027-03-02T09:00:00+00:00"), 60)
    world.busy("ben", datetime.fromisoformat("2027-03-03T14:00:00+00:00"), 60)
    said = round_of(world)
    planned = world.starts()
    assert len(planned) == 8
    seen = {"ana": world.seen_at_google(), "ben": world.seen_at_outlook(), "cy": world.seen_on_caldav()}
    assert seen[organizer] == planned if organizer in seen else True
    for who in ("ana", "ben", "cy"):
        assert seen[who] == planned or (who in world.mailed() and not seen[who]), who
    assert all(link.startswith(HOSTS[video]) for link in world.links())
    assert (said.document["failed"], said.document["late"], said.document["differences"]) == ([], [], [])
    before = writes(world)
    again = round_of(world)
    assert again.document["written"] == 0
    assert writes(world) == before


def test_a_change_at_any_provider_moves_one_session(world: Mixed) -> None:
    """Of the one whose date is gone; everything else stays as it is, in every calendar."""
    world.write("ana", "meet")
    for said in world.connect():
        good(said)
    round_of(world)
    for number, who in enumerate(("ana", "ben", "cy", "dee"), start=3):
        before = world.starts()
        world.busy(who, before[number], 45)
        said = round_of(world)
        after = world.starts()
        assert len(set(before) - set(after)) == 1, who
        assert before[number] not in after
        assert said.document["counts"] == {"add": 0, "move": 1, "cancel": 0, "skip": 0}
        assert world.seen_at_google() == after
        assert world.seen_on_caldav() == after


def test_what_a_person_moved_by_hand_is_left_alone(world: Mixed) -> None:
    """It is said, the write stays owed, and the exit code tells."""
    world.write("ana", "jitsi")
    for said in world.connect():
        good(said)
    round_of(world)
    first = world.starts()[1]
    world.move_at_google(first, first + timedelta(hours=1))
    (world.folder / "programme.toml").write_text(
        (world.folder / "programme.toml").read_text() + '[groups.circle]\ntitle = "Another title"\n'
    )
    good(world.run("plan", world.folder))
    said = world.run("apply", world.folder, "--yes")
    assert said.code == 1
    assert "somebody changed it by hand" in said.err
    assert first + timedelta(hours=1) in world.seen_at_google()


def test_what_if_knows_connected_calendars(world: Mixed) -> None:
    """Another reading of the folder reads the same people's calendars."""
    world.write("ana", "none")
    for said in world.connect():
        good(said)
    for week in range(8):
        world.busy("ana", datetime.fromisoformat("2027-03-01T08:00:00+00:00") + timedelta(weeks=week), 10 * 60)
    good(world.run("plan", world.folder))
    said = good(world.run("what-if", world.folder, "--set", "groups.circle.minutes=30", "--json"))
    usual = re.findall(r'"usually": "([^"]+)"', said.out)
    assert len(usual) >= 2
    assert not any(time.startswith("Mon") for time in usual)


def test_disconnecting_revokes_and_erases(world: Mixed) -> None:
    """The token is of no use any more, and nothing that was read with it is left."""
    world.write("ana", "none")
    for said in world.connect():
        good(said)
    good(world.run("refresh", world.folder))
    good(world.run("disconnect", "google", world.folder, "--person", "ana"))
    assert world.google.count("POST", "/revoke") == 1
    with sqlite3.connect(world.folder / ".rondo" / "state.db") as state:
        assert state.execute("SELECT count(*) FROM account WHERE person = 'ana'").fetchone() == (0,)
        assert state.execute("SELECT count(*) FROM calendar_copy WHERE person = 'ana'").fetchone() == (0,)


def test_no_canary_is_in_anything_that_is_kept_or_said(world: Mixed) -> None:
    """Titles, places, guests, passwords, secret addresses and tokens: not in the state, the files, or any output."""
    world.write("ana", "meet")
    outputs = world.connect()
    for who in ("ana", "ben", "cy", "dee"):
        world.busy(who, datetime.fromisoformat("2027-03-09T14:00:00+00:00"), 60)
    for command in ("refresh", "plan", "status", "calendars", "check"):
        outputs += [world.run(command, world.folder), world.run(command, world.folder, "--json")]
    outputs += [world.run("apply", world.folder, "--yes"), world.run("why", world.folder, "circle")]
    tokens = {*world.google.oauth.access, *world.google.oauth.refresh, *world.graph.entra.passes, *world.zoom.tokens}
    said = "".join(each.out + each.err for each in outputs)
    kept = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    for canary in {*CANARIES, *tokens}:
        assert canary not in said
        assert canary.encode() not in kept
