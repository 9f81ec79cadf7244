"""What was read is kept as long as nobody wrote, in SQLite; PostgreSQL is asked each time."""

import pytest

from scheduler.errors import Unavailable
from scheduler.store import SqlEngine, SqlJobs, Unchanged
from scheduler.store.database import is_sqlite
from tests.store.test_jobs import JOB


def test_it_is_asked_again_after_anything_was_written(engine: SqlEngine) -> None:
    """By whatever connection."""
    unchanged, jobs, asked = Unchanged(engine), SqlJobs(engine), list[str]()

    def ask() -> int:
        asked.append("x")
        return len(jobs.open())

    assert [unchanged.of("open", ask) for _ in range(3)] == [0, 0, 0]
    assert len(asked) == (1 if is_sqlite(engine) else 3)
    jobs.add(JOB)
    assert [unchanged.of("open", ask) for _ in range(3)] == [1, 1, 1]
    assert len(asked) == (2 if is_sqlite(engine) else 6)
    assert unchanged.of("twice", lambda: 2 * unchanged.of("open", ask)) == 2


def test_what_fails_is_not_kept(engine: SqlEngine) -> None:
    """The next one may go well."""
    unchanged = Unchanged(engine)

    def fail() -> int:
        raise Unavailable("not now")

    with pytest.raises(Unavailable):
        unchanged.of("it", fail)
    assert unchanged.of("it", lambda: 1) == 1
