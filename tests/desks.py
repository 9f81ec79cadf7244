"""A small programme on a coordinator's desk: four people on four clocks, two groups, calendars that tests fill.

Eight weeks in which North America, then Europe change their clocks, and India does not. Every calendar tells things
that are nobody's business: SECRETS name them, and none may ever be seen again.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler.app.wiring.programme import App
from scheduler.flow import Planned
from scheduler.programme import load
from scheduler.settings import Settings
from scheduler.solve import Params

ROOT = Path(__file__).parents[1]
PEOPLE = """\
id,name,email,timezone,hours,preferred,notice,calendar
amara,Amara N.,amara@example.org,Europe/London,Mon-Fri 9-17,10-16,24h,calendars/amara.ics
chen,Chen L.,chen@example.org,America/New_York,Mon-Fri 8-16,,,calendars/chen.ics
dev,Dev R.,dev@example.org,Asia/Kolkata,Mon-Fri 12-21,,,calendars/dev.ics
ela,Ela B.,,Europe/Berlin,Mon-Fri 9-18,,,
"""
GROUPS = """\
group,person,role
pair,amara,
pair,chen,
circle,ela,chair
circle,amara,required
circle,dev,optional
"""
SETTINGS = """\
[programme]
name = "Spring"
from = 2027-03-01
until = 2027-04-25
minutes = 45
[holidays]
off = true
[video]
provider = "jitsi"
"""
NOW = datetime(2027, 2, 20, 12, tzinfo=UTC)
SECRETS = ("XYZZY-SUMMARY", "XYZZY-LOCATION", "XYZZY-DESCRIPTION", "xyzzy@secret.example")

Busy = tuple[datetime, datetime, str]
"""Start, end and recurrence rule (empty: once)."""


@dataclass
class At:
    """A clock that tests set."""

    instant: datetime = NOW

    def now(self) -> datetime:
        """The instant that was set."""
        return self.instant


class Desk:
    """A programme folder, and the application on it at an instant that the test chooses."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, At()
        (path / "calendars").mkdir(parents=True)
        self.write(people=PEOPLE, groups=GROUPS, settings=SETTINGS)
        self.calendar("amara", weekly("2027-03-02T09:00", 120))
        self.calendar("chen", weekly("2027-03-03T14:00", 90), once("2027-03-24T12:00", 600))
        self.calendar("dev")

    def write(self, **files: str) -> None:
        """Replace files: people, groups, settings."""
        names = {"people": "people.csv", "groups": "groups.csv", "settings": "programme.toml"}
        for name, content in files.items():
            (self.path / names[name]).write_text(content)

    def calendar(self, person: str, *busy: Busy) -> Path:
        """Make somebody's calendar say when they are busy, and whisper what it is about."""
        path = self.path / "calendars" / f"{person}.ics"
        path.write_text(ics(busy, person), newline="")
        return path

    @property
    def app(self) -> App:
        """The application, opened afresh as by every command."""
        return App(self.path, load(self.path), Settings(), self.clock)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.instant += timedelta(**span)

    def plan(self, *, replan: bool = False) -> Planned:
        """Refresh and plan."""
        app = self.app
        app.refresh()
        return app.plan(app.pose(replan=replan), params=Params())

    def publish(self) -> Planned:
        """Refresh, plan and apply."""
        app, planned = self.app, self.plan()
        app.apply(planned, app.changes(planned))
        return planned

    def published(self) -> dict[str, bytes]:
        """Every published file with its content."""
        root = self.path / "published"
        return {str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*.ics"))}


def once(start: str, minutes: int) -> Busy:
    """An event that happens once; the instant is in UTC."""
    begins = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return begins, begins + timedelta(minutes=minutes), ""


def weekly(start: str, minutes: int) -> Busy:
    """An event that comes back every week at the same time of UTC."""
    begins, ends, _ = once(start, minutes)
    return begins, ends, "FREQ=WEEKLY"


def at(start: datetime, minutes: int) -> Busy:
    """An event over something that is known as a value."""
    return start, start + timedelta(minutes=minutes), ""


def ics(busy: Sequence[Busy], owner: str = "somebody") -> str:
    """A calendar file in the manner of an export, with all that such files tell."""
    events = "".join(_vevent(each, f"{owner}-{number}@example.org") for number, each in enumerate(busy))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Export//EN\r\n{events}END:VCALENDAR\r\n"


def _vevent(busy: Busy, uid: str) -> str:
    start, end, rule = busy
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20270101T000000Z",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{end:%Y%m%dT%H%M%SZ}",
        *([f"RRULE:{rule}"] if rule else []),
        "STATUS:CONFIRMED",
        f"SUMMARY:{SECRETS[0]}",
        f"LOCATION:{SECRETS[1]}",
        f"DESCRIPTION:{SECRETS[2]}",
        f"ATTENDEE;CN={SECRETS[0]}:mailto:{SECRETS[3]}",
        "END:VEVENT",
    ]
    return "\r\n".join(lines) + "\r\n"


def settings(**keys: str) -> str:
    """SETTINGS with keys of [programme] replaced or added, written as TOML."""
    lines = SETTINGS.splitlines()
    for key, value in keys.items():
        name = key.rstrip("_")
        lines = [line for line in lines if not line.startswith(f"{name} =")]
        lines.insert(1, f"{name} = {value}")
    return "\n".join(lines) + "\n"


def outside(**environment: str) -> dict[str, str]:
    """The environment of a command: nothing of the tester's own that `rondo` would heed, and the instant of a desk."""
    known = {key: value for key, value in os.environ.items() if not key.startswith(("RONDO_", "LC_", "LANG", "TZ"))}
    return known | {"PYTHONPATH": str(ROOT), "RONDO_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"} | environment


def spawn(*arguments: object, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`rondo` in a process of its own, from its very start (tests.commands has it sooner)."""
    return subprocess.run(
        [sys.executable, "-m", "scheduler.cli", *map(str, arguments)],
        cwd=cwd,
        env=outside(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
