"""Processes that die at any instant, databases that go away: nothing is lost, and no effect comes twice."""

import random
import signal
from collections.abc import Callable

import pytest

from tests.engine.conftest import Worker
from tests.engine.desk import EVENT, NOTICE, Desk, Provider, until
from tests.postgres import Postgres

PROGRAMMES = 6
PATIENCE_SECONDS = 60


def settled(desk: Desk, there: Provider, *, events: int) -> None:
    """Waits until all is done, and says that it was done once: by the provider's keys, our rows, and the mails."""
    until(desk.done, seconds=PATIENCE_SECONDS)
    written, mailed = there.of("write"), there.of("mail")
    assert len(written) == events
    assert {row.times for row in desk.rows(EVENT)} == {1}
    assert len(desk.rows(NOTICE)) == events
    assert set(mailed.values()) == {1}  # a kill between the note and the mail loses a mail, and never doubles one
    assert len(mailed) <= events


def after(there: Provider, calls: int) -> Callable[[], bool]:
    """Whether so many more calls have come than now."""
    goal = there.calls.total() + calls
    return lambda: there.calls.total() >= goal


def test_a_process_killed_again_and_again_loses_and_doubles_nothing(
    desk: Desk, there: Provider, worker: Callable[..., Worker], pytestconfig: pytest.Config
) -> None:
    """Killed at random moments of its work, and started again under its name."""
    long = pytestconfig.getoption("--long")
    kills, events = (20, 198) if long else (2, 24)
    moments = random.Random(5)
    desk.begin(PROGRAMMES, events // PROGRAMMES)
    for _ in range(kills):
        mid = after(there, moments.randint(1, 2 * events // kills))
        process = worker("here-1")
        until(mid)
        process.kill()
    worker("here-1")
    settled(desk, there, events=events)


def test_another_worker_takes_over_what_a_killed_one_left(
    desk: Desk, there: Provider, worker: Callable[..., Worker]
) -> None:
    """The killed one never comes back; what was running in it is resumed elsewhere, in its queue."""
    desk.begin(PROGRAMMES, 5)
    first, _ = worker("one-1"), worker("two-1")
    until(lambda: len(there.of("write")) > 8)
    first.kill()
    settled(desk, there, events=30)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_long_work_of_a_killed_process_is_taken_up_by_the_next(
    desk: Desk, there: Provider, worker: Callable[..., Worker]
) -> None:
    """Killed in its midst: the process of the same name does it again, to its end."""
    desk.begin(0, 0)
    desk.ask("p0", "one")
    box = [worker("here-1")]
    there.at_call = lambda _: box[0].send(signal.SIGKILL) if len(box) == 1 else None
    until(box[0].dead)
    box.append(worker("here-1"))
    until(lambda: not desk.asked(), seconds=PATIENCE_SECONDS)
    assert there.of("long") == {"/long/p0/one": 2}


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_worker_that_stood_still_does_nothing_twice_when_it_wakes(
    desk: Desk, there: Provider, worker: Callable[..., Worker]
) -> None:
    """It is taken for dead and its work done elsewhere; awake, it finds that out, and works on beside the other."""
    desk.begin(PROGRAMMES, 5)
    first, _ = worker("one-1"), worker("two-1")
    until(lambda: len(there.of("write")) > 8)
    first.send(signal.SIGSTOP)
    until(desk.done, seconds=PATIENCE_SECONDS)
    first.send(signal.SIGCONT)
    settled(desk, there, events=30)
    for programme in range(PROGRAMMES):
        desk.mark(f"p{programme}")
    until(desk.done, seconds=PATIENCE_SECONDS)
    assert len(there.of("write")) == 60
    assert {row.times for row in desk.rows(EVENT)} == {2}
    assert set(there.of("mail").values()) == {1}


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_work_goes_on_after_the_database_was_away(
    desk: Desk, there: Provider, worker: Callable[..., Worker], postgres_server: Postgres
) -> None:
    """Restarted in mid-run under two workers, then crashed, with one of them killed while it is away."""
    desk.begin(PROGRAMMES, 6)
    first, _ = worker("one-1"), worker("two-1")
    until(lambda: len(there.of("write")) > 5)
    postgres_server.restart()
    until(lambda: len(there.of("write")) > 15)
    postgres_server.stop(mode="immediate")
    first.kill()
    postgres_server.start()
    settled(desk, there, events=36)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_job_that_kills_its_process_each_time_is_parked(
    desk: Desk, there: Provider, worker: Callable[..., Worker]
) -> None:
    """Not for ever up and down: after so many times the process lives, and does all the rest."""
    desk.begin(1, 3, accounts=1)  # one at a time: whatever else runs at each crash would be parked with it
    box: list[Worker] = []
    there.at_call = lambda path: box[-1].send(signal.SIGKILL) if path == "/write/p0-e0@rondo/1" else None
    for _ in range(2):
        box.append(worker("here-1", crashes=1))
        until(box[-1].dead)
    box.append(worker("here-1", crashes=1))
    until(lambda: {row.uid for row in desk.rows(EVENT) if row.written} == {"p0-e1@rondo", "p0-e2@rondo"})
    assert there.calls["/write/p0-e0@rondo/1"] == 2
    assert not box[-1].dead()
