"""A large programme, quickly made: as many groups and people as a list has to cope with, planned without any search.

`python -m tests.bigsite` serves one of 2,000 groups until Ctrl-C, and prints a coordinator's cookie.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from sqlalchemy import update

from scheduler import flow
from scheduler.app.service.importing import bring_in
from scheduler.app.wiring.programme import App
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.plan import Placement, Plan, Score, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.core.verify import Report
from scheduler.flow import Planned
from scheduler.ports import SavedPlan
from scheduler.settings import Settings
from scheduler.store.tables import outbound_write
from tests.site import Stand, standing

BIG = "big"
ZONES = (
    ("Europe/London", "Europe/Berlin", "Europe/Athens"),
    ("America/New_York", "America/Chicago", "America/Denver"),
)
HOURS = ("Mon-Fri 9-17", "Mon-Fri 8-17:30", "Mon-Thu 10-19", "Mon-Fri 9-18; Wed off")
MONDAY, TUESDAY, NOON = 0, 1, 12
"""On both days, for two hours from noon on in the zone of any of them, all of a group can come."""
FIRST = ("Ada", "Ben", "Cleo", "Dev", "Elif", "Finn", "Gita", "Hugo", "Iris", "Juan")
LAST = ("Abara", "Berg", "Costa", "Das", "Evans", "Fox", "Gupta")
SETTINGS = """\
[programme]
name = "Autumn mentoring"
from = 2027-01-25
until = 2027-07-25
minutes = 45
"""
NO_REPORT = Report(
    (),
    Score(
        planned=0,
        held=0,
        moved=0,
        pinned=0,
        skipped=0,
        unplaced_series=0,
        changed=0,
        absences=0,
        excess_moves=0,
        worst_burden=0.0,
        total_pain=0,
        keep=None,
    ),
)


@contextmanager
def standing_big(data: Path, *, groups: int = 2_000, people: int = 5_000) -> Iterator[Stand]:
    """Serve a new data directory with one programme of so many groups, of which one has no time at all."""
    folder = data.parent / f"{data.name}-{BIG}"
    write_big(folder, groups, people)
    with standing(data, sample=False) as stand:
        bring_in(folder, data, BIG, Settings(), stand.clock)
        publish(stand.app(BIG))
        yield stand


def write_big(folder: Path, groups: int, people: int) -> None:
    """The files of a programme: everybody is in a group, and nobody has a calendar. One in fifty names no hours."""
    folder.mkdir(parents=True)
    rows, members = ["id,name,email,timezone,hours,preferred"], ["group,person,role"]
    for number in range(people):
        name = f"{FIRST[number % 10]} {LAST[number % 7]} {number}"
        hours = "" if number % 50 == 49 else f'"{HOURS[number % 4]}"'
        preferred = f"Mon-Fri {9 + number % 5}-16" if hours and number % 3 == 0 else ""
        zone = ZONES[number % 2][(number // 2 + number // groups) % 3]
        rows.append(f"p{number:04},{name},p{number:04}@example.org,{zone},{hours},{preferred}")
        members.append(f"g{number % groups:04},p{number:04},required")
    (folder / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "groups.csv").write_text("\n".join(members) + "\n", encoding="utf-8")
    (folder / "programme.toml").write_text(SETTINGS, encoding="utf-8")


def publish(app: App) -> None:
    """Let a plan stand that looks like one, and that nothing disturbs, as if it had been written to calendars."""
    posed = app.pose()
    draw = Random(1)
    plan = Plan(
        tuple(_placement(posed.problem, each, number, draw) for number, each in enumerate(posed.problem.series))
    )
    todo = app.changes(Planned(posed, plan, NO_REPORT))
    flow.record(SavedPlan(posed.problem, plan, app.clock.now()), todo, (), store=app.store, clock=app.clock)
    with app.home.engine.begin() as connection:  # thousands of writes, each safe on a disk, would take minutes
        connection.execute(update(outbound_write).values(done_at=int(app.clock.now().timestamp())))


def _placement(problem: Problem, series: Series, number: int, draw: Random) -> Placement:
    slot = Slot((MONDAY, TUESDAY)[number % 2], 60 * (NOON + number % 3))
    other_day = (1 - 2 * slot.weekday) * DAY_MINUTES
    starts = regular_starts(series, 0, [slot], problem.horizon).tolist()
    if number == 0:
        return Placement(series.id, 0, (), tuple(Session(start, Status.SKIPPED) for start in starts))
    return Placement(series.id, 0, (slot,), tuple(_session(start, other_day, draw.random()) for start in starts))


def _session(start: int, elsewhere: int, drawn: float) -> Session:
    if drawn < 0.02:
        return Session(start, Status.SKIPPED)
    return Session(start + elsewhere, Status.MOVED) if drawn < 0.07 else Session(start, Status.HELD)


def main() -> None:
    """Serve it until Ctrl-C."""
    with standing_big(Path(tempfile.mkdtemp(prefix="rondo-big-")) / "data") as stand:
        print("coordinator  cookie rondo =", stand.coordinator(BIG), flush=True)  # noqa: T201 - a command
        print("serves at", stand.address, "- Ctrl-C stops it", flush=True)  # noqa: T201 - a command
        threading.Event().wait()


if __name__ == "__main__":
    main()
