"""A programme that was published by last year's zone data, looked after by today's: wall times stay.

It runs over 14 March 2027. By the laws of 2025 the clocks of five Canadian zones and of Cuba would have been an hour
behind until then, and those of Morocco an hour ahead from then on. What is published at each provider is written by a
process of its own, which has tzdata 2025.2 for its zone data.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scheduler.app.repair.round import Round, look_after
from scheduler.app.wiring.programme import App, open_app
from scheduler.core.account import Grant, Provider
from scheduler.core.decision import Action, Decision
from scheduler.core.event import Event
from scheduler.core.walltime import local
from tests.desks import At
from tests.doubles.graph import CLIENT, CLIENT_SECRET
from tests.readers import expanded_in_python
from tests.servers import PASSWORD
from tests.simulation.calendars import AtGoogle, AtOutlook, Calendar, OnServer, own_event
from tests.simulation.servers import Servers, servers

ROOT = Path(__file__).parents[2]
PUBLISHED = datetime(2027, 2, 15, 12, tzinfo=UTC)
UNTIL = datetime(2027, 3, 14, 12, tzinfo=UTC)
"""The day on which everybody's clocks are as they would have been, but for Morocco's."""
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
NORTH = {
    "van": "America/Vancouver",
    "edm": "America/Edmonton",
    "win": "America/Winnipeg",
    "inu": "America/Inuvik",
    "rai": "America/Rainy_River",
    "hav": "America/Havana",
}
MOROCCO = {"cas": "Africa/Casablanca", "aai": "Africa/El_Aaiun"}
ZONES = NORTH | MOROCCO
AS_BEFORE = {
    **dict.fromkeys(("America/Edmonton", "America/Inuvik"), "America/Denver"),
    **dict.fromkeys(("America/Winnipeg", "America/Rainy_River"), "America/Chicago"),
    "America/Vancouver": "America/Los_Angeles",
    "America/Havana": "America/New_York",
}
"""Whose clocks are today what these would have been; there is none for Morocco."""
KINDS = ("google", "outlook", "caldav", "files")


@pytest.fixture(scope="module")
def started() -> Iterator[Servers]:
    """All providers."""
    with servers() as started:
        yield started


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, old_tzdata: Path) -> Path:
    """A folder in which everything is planned by the old zone data, and nothing is applied."""
    folder = tmp_path_factory.mktemp("walk") / "spring"
    (folder / "calendars").mkdir(parents=True)
    people = [f"{who},{who.title()},{who}@example.org,{zone},Mon-Fri 8-18,\n" for who, zone in ZONES.items()]
    people.append("ber,Ber,ber@example.org,Europe/Berlin,Mon-Fri 6-23,calendars/ber.ics\n")
    (folder / "people.csv").write_text("id,name,email,timezone,hours,calendar\n" + "".join(people))
    rows = [f"{who}-pair,{member},required\n" for who in ZONES for member in (who, "ber")]
    (folder / "groups.csv").write_text("group,person,role\n" + "".join(rows))
    groups = "".join(f'[groups.{who}-pair]\norganizer = "{who}"\nanchor = "{zone}"\n' for who, zone in ZONES.items())
    (folder / "programme.toml").write_text(
        '[programme]\nname = "Clocks"\nfrom = 2027-02-22\nuntil = 2027-04-02\nminutes = 45\n'
        f"[repair]\nmost_a_month = 10\n[holidays]\noff = true\n{groups}"
    )
    write_busy(folder)
    run(folder, old_tzdata, {}, "plan", "-o", str(folder / "plan.json"))
    return folder


@pytest.fixture
def walk(
    kind: str,
    tmp_path: Path,
    planned: Path,
    old_tzdata: Path,
    started: Servers,
    monkeypatch: pytest.MonkeyPatch,
) -> "Walk":
    """The programme, published at one kind of provider by the old zone data, which the doubles have then, too."""
    started.empty()
    walk = Walk(kind, tmp_path / "spring", started)
    shutil.copytree(planned, walk.folder)
    for name, value in walk.environment.items():
        monkeypatch.setenv(name, value)
    walk.connect()
    for zone in ZONES.values():
        with (old_tzdata / zone).open("rb") as file:
            started.google.store.old_zones[zone] = ZoneInfo.from_file(file, key=zone)
    started.graph.switches.old_zones |= AS_BEFORE
    run(walk.folder, old_tzdata, walk.environment, "apply", str(walk.folder / "plan.json"), "--yes")
    return walk


class Walk:
    """A published programme at one kind of provider."""

    def __init__(self, kind: str, folder: Path, started: Servers) -> None:
        self.kind, self.folder, self.servers = kind, folder, started
        self.clock = At(PUBLISHED + timedelta(days=1))

    @property
    def environment(self) -> dict[str, str]:
        """Settings that lead to the servers."""
        return {
            "RONDO_GOOGLE__API_ENDPOINT": self.servers.google.endpoint,
            "RONDO_GOOGLE__TOKEN_URI": self.servers.google.token_uri,
            "RONDO_MICROSOFT__AUTHORITY": self.servers.graph.authority,
            "RONDO_MICROSOFT__GRAPH_ENDPOINT": self.servers.graph.endpoint,
            "RONDO_MICROSOFT__CLIENT_ID": CLIENT,
            "RONDO_MICROSOFT__CLIENT_SECRET": CLIENT_SECRET,
        }

    @property
    def app(self) -> App:
        """The programme as a new process opens it."""
        return open_app(self.folder, self.clock)

    def connect(self) -> None:
        """Everybody whose clocks change has an account of this kind."""
        for person, zone in ZONES.items():
            mail = f"{person}@example.org"
            match self.kind:
                case "google":
                    self.servers.google.add_person(mail, zone)
                    grant = Grant(
                        identity=f"https://accounts.google.com {mail}",
                        address=mail,
                        secret=self.servers.google.user_json(mail),
                        calendars=(f"google:{mail}",),
                    )
                case "outlook":
                    self.servers.graph.add_person(mail)
                    secret = self.servers.graph.secret(mail)
                    grant = Grant(identity=mail, address=mail, secret=secret, calendars=(f"outlook:{mail}",))
                case "caldav":
                    url = f"{self.servers.dav.url}{self.servers.caldav.calendars['ana']}"
                    secret = json.dumps({"url": url, "user": "ana", "password": PASSWORD})
                    grant = Grant(identity=f"{url} {person}", address=url, secret=secret, calendars=(f"caldav:{url}",))
                case _:
                    continue
            self.app.accounts.connect(person, Provider(self.kind), grant, self.clock)

    def of(self, person: str) -> Calendar:
        """Somebody's calendar."""
        mail = f"{person}@example.org"
        match self.kind:
            case "google":
                return AtGoogle(self.servers.google, mail)
            case "outlook":
                return AtOutlook(self.servers.graph, mail)
        return OnServer(self.servers.caldav, "ana")

    def provider_learns(self) -> None:
        """The doubles have today's zone data."""
        self.servers.google.store.old_zones.clear()
        self.servers.graph.switches.old_zones.clear()

    def look(self) -> Round:
        """A round of the service."""
        return look_after(self.app)


def run(folder: Path, old_tzdata: Path, environment: dict[str, str], command: str, *arguments: str) -> None:
    """A command of a process whose zone data are those of 2025."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("RONDO_")}
    path = f"{old_tzdata.parents[1]}{os.pathsep}{ROOT}"
    done = subprocess.run(
        [sys.executable, "-m", "scheduler.cli", command, str(folder), *arguments],
        env=known | environment | {"PYTHONPATH": path, "RONDO_NOW": f"{PUBLISHED:%Y-%m-%dT%H:%M:%SZ}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def write_busy(folder: Path, *starts: datetime) -> None:
    """What Ber exports: appointments of an hour."""
    inner = [
        own_event(f"{start:%d%H%M}", start, 60, "x").partition("EN\r\n")[2].rpartition("END:")[0] for start in starts
    ]
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{''.join(inner)}END:VCALENDAR\r\n"
    (folder / "calendars" / "ber.ics").write_text(text, newline="")


def starts(event: Event) -> list[datetime]:
    """When its sessions begin."""
    return [each.start for each in event.sessions if each.start]


def events(walk: Walk) -> dict[str, Event]:
    """Our events by the person whose clocks they keep."""
    return {event.organizer: event for event in walk.app.store.events()}


def on_the_wall(event: Event) -> list[str]:
    """What the clocks of its zone show, by today's zone data."""
    return [f"{local(start, event.rule.zone):%H:%M}" for start in starts(event)]


def changed(event: Event) -> list[datetime]:
    """The sessions whose instants another law had."""
    return [at for at in starts(event) if (at < UNTIL) is (event.organizer in NORTH)]


def listed(decisions: tuple[Decision, ...]) -> set[tuple[str, datetime | None, datetime | None]]:
    """The changes of clocks among some decisions."""
    return {(each.group, each.before, each.after) for each in decisions if each.action is Action.CLOCKS}


def stands(walk: Walk) -> dict[str, list[datetime]]:
    """When the sessions of each series begin, as its organiser's calendar or our file shows it today."""
    found = {}
    for who, event in events(walk).items():
        if walk.kind == "files":
            text = (walk.folder / "published" / "people" / f"{who}.ics").read_bytes()
            found[who] = sorted(start for start, _ in expanded_in_python(text))
        else:
            calendar = walk.of(who)
            (key,) = [key for key in calendar.series() if walk.kind != "caldav" or event.uid in key]
            found[who] = [date.start for date in calendar.dates(key)]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_wall_times_stay_and_changed_instants_are_listed(walk: Walk) -> None:
    """In all eight zones, wherever they are published; nothing else is changed, and the next round finds nothing."""
    before = events(walk)
    assert {who: len(changed(event)) for who, event in before.items()} == dict.fromkeys(ZONES, 3)
    walk.provider_learns()
    decisions = walk.look().decisions
    after = events(walk)
    assert listed(decisions) == {
        (event.group, at, at + (-HOUR if who in NORTH else HOUR))
        for who, event in before.items()
        for at in changed(event)
    }
    assert {each.action for each in decisions} == {Action.CLOCKS}
    for who, event in after.items():
        assert set(on_the_wall(event)) == {event.rule.first.text}
        assert event.rule == before[who].rule
        assert event.exceptions() == ()
        assert set(starts(event)) - set(starts(before[who])) == set(starts(event)) & set(changed(event))
    assert stands(walk) == {who: starts(event) for who, event in after.items()}
    again = walk.look()
    assert (again.decisions, again.written.events) == ((), 0)


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_now_in_the_way_of_somebody_is_moved(walk: Walk) -> None:
    """Ber is free at where a session was, and busy at where the clocks have put another one."""
    walk.provider_learns()
    before = events(walk)
    first, second, _ = changed(before["van"])
    write_busy(walk.folder, first + QUARTER, second - HOUR - QUARTER)
    decisions = walk.look().decisions
    moves = [each for each in decisions if each.action is not Action.CLOCKS]
    assert [(each.action, each.group, each.before) for each in moves] == [(Action.MOVE, "van-pair", second - HOUR)]
    assert len(listed(decisions)) == 3 * len(ZONES)
    after = events(walk)
    assert {who for who in ZONES if set(on_the_wall(after[who])) != {after[who].rule.first.text}} == {"van"}
    assert len(after["van"].exceptions()) == 1
    assert stands(walk) == {who: starts(event) for who, event in after.items()}


@pytest.mark.parametrize("kind", ["google", "outlook"])
def test_a_provider_whose_zone_data_are_older_is_told_of_and_not_fought(walk: Walk) -> None:
    """What it shows is an hour off; once it has learnt, all is well without another write."""
    told = walk.look().written
    assert any(outcome.differences for _, outcome in told.outcomes)
    again = walk.look()
    assert (again.decisions, again.written.events) == ((), 0)
    walk.provider_learns()
    learnt = walk.look()
    assert (learnt.decisions, learnt.written.events) == ((), 0)
    assert stands(walk) == {who: starts(event) for who, event in events(walk).items()}


@pytest.mark.parametrize("kind", ["google", "outlook"])
def test_a_provider_whose_zone_data_are_newer_is_not_taken_for_a_person(walk: Walk, old_tzdata: Path) -> None:
    """Before our own zone data are renewed: nobody moved anything by hand, and nothing is written."""
    walk.provider_learns()
    before = events(walk)
    run(walk.folder, old_tzdata, walk.environment, "watch", "--once")
    assert events(walk) == before
    assert walk.app.store.decisions() == ()
