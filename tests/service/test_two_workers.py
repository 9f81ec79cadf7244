"""Workers that share a programme of 40 calendars on PostgreSQL: one dies, one sleeps, the database goes away."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.service.sound import wrong
from tests.service.stage import Nursery, Stage, stage, until

PAIRS = 20
WITHIN_SECONDS = 60
SOME = 5
"""Writes after which something happens."""


@pytest.fixture
def crowd(tmp_path: Path, nursery: Nursery, postgres_server: Postgres) -> Iterator[Stage]:
    """Twenty pairs, half of them at Google and half at Outlook, published, with nothing left to do; nobody works."""
    with stage(tmp_path, nursery, postgres_server.database("crowd")) as made:
        kinds = ["google"] * PAIRS + ["outlook"] * PAIRS
        made.people = {f"p{number:02}": (kind, "Europe/Paris") for number, kind in enumerate(kinds)}
        made.groups = {f"g{number:02}": (f"p{2 * number:02}", f"p{2 * number + 1:02}") for number in range(PAIRS)}
        made.video = "jitsi"
        made.begin("2027-04-02")
        first = made.work(9)
        made.until_quiet()
        first.kill()
        yield made


def disturb(stage: Stage, session: int) -> None:
    """Each pair's session of a week no longer holds."""
    for group, event in sorted(stage.live().items()):
        start = event.sessions[session].start
        assert start is not None
        stage.disturb(stage.groups[group][0], start)


def written(stage: Stage) -> Counter[tuple[str, bytes]]:
    """How often each change of a session was made at a provider."""
    calls = (each for double in stage.doubles for each in list(double.calls))
    return Counter((each.path, each.body) for each in calls if each.method == "PATCH" and each.status < 300)


def cut(stage: Stage, rounds: int = 1) -> None:
    """Wait for the midst of these rounds; what happens then may cut a mail."""
    goal = (rounds - 1) * PAIRS + SOME
    until(lambda: written(stage).total() >= goal, told=stage.story)
    stage.kills += 1


def all_at_once(stage: Stage, database: Postgres) -> None:
    """One is killed, one stands still, and the third works on; then the second wakes, and the database is restarted."""
    first, second, _ = stage.work(1), stage.work(2), stage.work(3)
    cut(stage)
    first.kill()
    second.send(signal.SIGSTOP)
    settled(stage)
    second.send(signal.SIGCONT)
    disturb(stage, 3)
    cut(stage, 2)
    database.restart()


def one_is_killed(stage: Stage, _: Postgres) -> None:
    """And nobody starts it again."""
    first, _second = stage.work(1), stage.work(2)
    cut(stage)
    first.kill()


def one_stands_still(stage: Stage, _: Postgres) -> None:
    """Long enough to be taken for dead; then it wakes in the midst of what it did."""
    first, _second = stage.work(1), stage.work(2)
    cut(stage)
    first.send(signal.SIGSTOP)
    settled(stage)
    first.send(signal.SIGCONT)
    disturb(stage, 3)


def the_database_restarts(stage: Stage, database: Postgres) -> None:
    """And when there is more to do, it crashes."""
    stage.work(1)
    stage.work(2)
    cut(stage)
    database.restart()
    settled(stage)
    disturb(stage, 3)
    cut(stage, 2)
    database.restart(mode="immediate")


def settled(stage: Stage) -> None:
    """All is done in a minute, and was done once."""
    until(lambda: not stage.busy(), told=stage.story, seconds=WITHIN_SECONDS)
    assert wrong(stage) == []
    assert set(written(stage).values()) == {1}


@pytest.mark.campaign(4)
def test_the_others_do_it_all_and_nothing_twice(crowd: Stage, seed: int, postgres_server: Postgres) -> None:
    """Each session is moved by one call to its provider, whoever makes it; who is mailed is mailed once."""
    happens: tuple[Callable[[Stage, Postgres], None], ...] = (
        *(all_at_once, one_is_killed, one_stands_still, the_database_restarts),
    )
    disturb(crowd, 2)
    happens[seed](crowd, postgres_server)
    settled(crowd)
    moved = [each for each in crowd.store.decisions() if each.session == 2]
    assert len(moved) == PAIRS
