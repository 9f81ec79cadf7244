"""The engine in one process: rounds, nudges, faults, what it keeps and for how long."""

from collections.abc import Iterator
from contextlib import contextmanager

from scheduler.engine import Engine, Pace
from tests.engine.desk import EVENT, FAST, NOTICE, Desk, Provider, until


@contextmanager
def running(desk: Desk, url: str, pace: Pace = FAST) -> Iterator[Engine]:
    """An engine, which is stopped afterwards."""
    engine = Engine(desk, url=url, executor="here-1", pace=pace)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def test_what_is_due_is_done_once(desk: Desk, url: str, there: Provider) -> None:
    """Each programme is read, each event written, and each notice sent, once."""
    desk.begin(programmes=2, events=4)
    with running(desk, url) as engine:
        until(desk.done)
        until(lambda: engine.counts() == {"waiting": 0, "running": 0, "failed": 0})
    assert there.of("read") == {"/read/p0/1": 1, "/read/p1/1": 1}
    assert set(there.of("write").values()) == set(there.of("mail").values()) == {1}
    assert (len(there.of("write")), len(there.of("mail"))) == (8, 8)
    assert [row.times for row in desk.rows(EVENT)] == [1] * 8
    assert len(desk.rows(NOTICE)) == 8
