"""Two who decide for one programme at the same moment: one wins, the other is told what changed meanwhile, and nobody
is in two places at once. In a folder, in a service's directory, and on PostgreSQL."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Barrier

import pytest

from scheduler.app.service.service import open_service
from scheduler.app.wiring.home import Home, home_of
from scheduler.app.wiring.programme import App
from scheduler.cli.console import to_json
from scheduler.core.alternatives import alternatives
from scheduler.core.change import Keep
from scheduler.core.plan import Plan, plan_to_json
from scheduler.core.rearrange import replaced
from scheduler.errors import ChangedElsewhere, Unavailable
from scheduler.flow import still_fits
from scheduler.programme import load
from scheduler.settings import load_settings
from scheduler.store import SqlMarks
from tests.desks import NOW, ROOT, SETTINGS, At, Desk, at, ics
from tests.postgres import Postgres

RACES = 1_000
PROCESSES = 20
SHAPES = ("folder", "service", "postgres")
MOST = 40  # other times of a session that are considered
LENGTH = 45


@dataclass
class Track:
    """A published programme at which deciders meet; each opens it afresh, as a process would."""

    folder: Path
    data: Path | None
    clock: At
    homes: dict[int, Home] = field(default_factory=dict)

    def app(self, number: int = 0) -> App:
        """One decider's, with connections of their own."""
        settings = load_settings()
        home = self.homes.setdefault(number, home_of(self.folder, settings))
        known = load(self.folder)
        return App(self.folder, known, settings, self.clock, home).of(known)

    def agree(self) -> None:
        """Nobody is in two places at once, nothing is owed, and what was written is what was decided last."""
        store = self.app().store
        assert not store.pending()
        live = [event for event in store.events() if not event.cancelled]
        for who in {attendee.id for event in live for attendee in event.attendees}:
            starts = sorted(
                each.start
                for event in live
                if who in {attendee.id for attendee in event.attendees}
                for each in event.sessions
                if each.start and who not in each.absent
            )
            assert all(later - start >= timedelta(minutes=LENGTH) for start, later in pairwise(starts)), who
        written = {delivery.event.uid: delivery.event.sequence for _, delivery in store.standing_deliveries()}
        assert written == {event.uid: event.sequence for event in live}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published programme, to be copied."""
    desk = Desk(tmp_path_factory.mktemp("races") / "spring")
    desk.write(settings=SETTINGS + "[repair]\nmost_a_month = 9\n")
    desk.publish()
    return desk.path


@pytest.fixture(params=SHAPES)
def track(
    request: pytest.FixtureRequest, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Track]:
    """In each of the places where state may be."""
    monkeypatch.setenv("RONDO_NOW", f"{NOW:%Y-%m-%dT%H:%M:%SZ}")
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres_server")
        monkeypatch.setenv("RONDO_SERVICE__DATABASE", server.database("races"))
    folder, data = tmp_path / "spring", None
    shutil.copytree(published, folder)
    if request.param != "folder":
        data = tmp_path / "data"
        command = [sys.executable, "-m", "scheduler.cli", "import", str(folder), "--data", str(data), "--id", "spring"]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        folder = data / "programmes" / "spring"
    made = Track(folder, data, At(NOW))
    yield made
    for home in made.homes.values():
        home.engine.dispose()


def rivals(app: App, draw: Random) -> tuple[Plan, Plan]:
    """Two plans that may each be applied, and not one after the other: amara would have to be in two places."""
    posed = app.pose()
    plan = posed.previous
    assert plan is not None
    series = {each.id: each for each in posed.problem.series}
    for number in draw.sample(range(8), 8):
        pair, circle = (
            [each.start for each in alternatives(posed.problem, plan, series[name], number, MOST)]
            for name in ("pair", "circle")
        )
        clashing = [(one, other) for one in pair for other in circle if abs(one - other) < LENGTH]
        if clashing:
            one, other = draw.choice(clashing)
            return (
                replaced(posed.problem, plan, {("pair", number): one}),
                replaced(posed.problem, plan, {("circle", number): other}),
            )
    pytest.fail("no two plans get in each other's way")


def raced(*acts: Callable[[], object]) -> list[type[Exception] | None]:
    """What became of each of these, which begin at once; None: it came through."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> type[Exception] | None:
        barrier.wait()
        try:
            act()
        except (ChangedElsewhere, Unavailable) as lost:
            return type(lost)
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_applies_at_once_one_wins(track: Track, request: pytest.FixtureRequest) -> None:
    """A thousand times over, a third in each shape. Whoever lost is shown what stands now, against their plan."""
    draw, won = Random(str(track.folder.parent.name)), Counter[int]()
    for _ in range(RACES // len(SHAPES) // (1 if request.config.getoption("--long") else 10) + 1):
        apps = [track.app(0), track.app(1)]
        plans = rivals(apps[0], draw)
        ended = raced(*(applied(app, plan) for app, plan in zip(apps, plans, strict=True)))
        assert ended.count(None) == 1, ended
        winner = ended.index(None)
        won[winner] += 1
        again = track.app()
        standing = again.store.standing()
        assert standing is not None
        assert standing.plan == plans[winner]
        difference = again.changes(still_fits(again.pose(), plans[1 - winner]))
        assert {each.event.group for each in difference if not isinstance(each, Keep)} == {"pair", "circle"}
        track.agree()
    assert len(won) == 2


def applied(app: App, plan: Plan) -> Callable[[], object]:
    """Applies a plan, whose difference is known by now."""
    planned = still_fits(app.pose(), plan)
    return partial(app.apply, planned, app.changes(planned))


def test_of_two_commands_at_once_one_wins(track: Track, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Each a process. Whoever lost is told in a line, and what came first; nothing of theirs was written."""
    draw = Random(1)
    for _ in range(PROCESSES if request.config.getoption("--long") else 1):
        plans = rivals(track.app(), draw)
        files = [tmp_path / f"{number}.json" for number in range(2)]
        for file, plan in zip(files, plans, strict=True):
            file.write_text(to_json(plan_to_json(plan)))
        command = [sys.executable, "-m", "scheduler.cli", "apply", str(track.folder)]
        running = [
            subprocess.Popen(
                [*command, str(file), "--yes", "--no-refresh"],
                cwd=ROOT,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for file in files
        ]
        said = [(each.returncode, err) for each in running for _, err in [each.communicate()]]
        assert 0 in [code for code, _ in said], said
        for code, err in said:  # both may come through, if one began after the other had ended
            assert code == 0 or "another apply" in err.splitlines()[-1], err
            assert "Traceback" not in err
        standing = track.app().store.standing()
        assert standing is not None
        assert standing.plan in [plan for plan, (code, _) in zip(plans, said, strict=True) if code == 0]
        track.agree()


@pytest.mark.parametrize("track", ["service", "postgres"], indirect=True)
def test_an_apply_and_a_repair_at_once(track: Track, request: pytest.FixtureRequest) -> None:
    """One of them wins; the service comes back to what it could not repair, and then everything holds."""
    assert track.data
    service, draw = open_service(track.data, track.clock), Random(3)
    for number in range(8 if request.config.getoption("--long") else 3):
        app = track.app()
        [stands] = [event.occurrences[number].start for event in app.store.events() if event.group == "pair"]
        act = applied(app, rivals(app, draw)[1])
        assert stands
        (track.folder / "calendars" / "chen.ics").write_text(ics([at(stands, 30)]), newline="")
        SqlMarks(app.home.engine).dirty("spring")
        service.read("spring")
        raced(act, partial(service.repair, "spring"))
        while service.due():
            service.read("spring")
            with suppress(ChangedElsewhere):
                service.repair("spring")
            for each in service.owed("spring"):
                service.write("spring", each.uid)
        track.agree()
        assert stands not in [each.start for event in app.store.events() for each in event.sessions]
    service.database.dispose()
