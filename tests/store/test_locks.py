"""One at a time writes: beside SQLite by a file's lock, on PostgreSQL by one of the server's."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from scheduler.errors import Unavailable
from scheduler.store import SqlEngine, SqlStore, open_database, writing

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from scheduler.store import database, open_database, writing
database.ASLEEP_SECONDS = 1
where, folder, name = sys.argv[1:]
engine = open_database(where if "://" in where else Path(where))
with writing(engine, Path(folder), name):
    print("held", flush=True)
    sys.stdin.readline()
print("ended", flush=True)
engine.dispose()
"""


@contextmanager
def holder(where: Path | str, folder: Path, name: str = "circles") -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that holds the lock, until it reads a line; on PostgreSQL it counts as stopped after a second."""
    pipe, command = subprocess.PIPE, [sys.executable, "-c", HOLD, str(where), str(folder), name]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


@retry(retry=retry_if_exception_type(Unavailable), wait=wait_fixed(0.05), stop=stop_after_delay(15), reraise=True)
def hold(engine: SqlEngine, folder: Path, name: str = "circles") -> None:
    """Get the lock as soon as it is free."""
    with writing(engine, folder, name):
        pass


def test_one_at_a_time_writes_for_a_programme(engine: SqlEngine, where: Path | str, tmp_path: Path) -> None:
    """Others are told to wait; who writes something else does not have to; a process that is killed holds nothing."""
    with holder(where, tmp_path) as other:
        with pytest.raises(Unavailable, match="another apply is writing"), writing(engine, tmp_path, "circles"):
            pass
        with writing(engine, tmp_path, "circles/uid"), writing(engine, tmp_path, "pairs"):
            pass
        other.kill()
        other.wait()
        hold(engine, tmp_path)
    with writing(engine, tmp_path, "circles"):
        pass


def test_a_lock_ends_with_what_it_was_held_for(engine: SqlEngine, tmp_path: Path) -> None:
    """Also where that ends with an error."""
    with pytest.raises(ZeroDivisionError), writing(engine, tmp_path, "circles"):
        raise ZeroDivisionError
    hold(engine, tmp_path)


def test_locks_that_are_held_keep_nobody_from_the_database(emptied: str, tmp_path: Path) -> None:
    """However many there are, they take none of the connections that are shared."""
    engine = open_database(emptied)
    with ExitStack() as stack:
        for number in range(30):
            stack.enter_context(writing(engine, tmp_path, f"circles/{number}"))
        assert SqlStore(engine, "circles").pending() == ()
    engine.dispose()


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_a_process_that_is_stopped_loses_its_lock(engine: SqlEngine, where: Path | str, tmp_path: Path) -> None:
    """Others go on after a while; once it wakes up, it ends as if nothing had happened."""
    with holder(where, tmp_path) as other:
        other.send_signal(signal.SIGSTOP)
        hold(engine, tmp_path)
        other.send_signal(signal.SIGCONT)
        assert other.communicate(b"go\n")[0] == b"ended\n"
        assert other.returncode == 0


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_a_process_that_only_takes_long_keeps_its_lock(engine: SqlEngine, where: Path | str, tmp_path: Path) -> None:
    """It shows that it lives; what it does meanwhile may be one long call."""
    with holder(where, tmp_path) as other:
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(2)
        with pytest.raises(Unavailable, match="another apply"), writing(engine, tmp_path, "circles"):
            pass


def test_a_folder_for_locks_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    """Where there is a file in its place."""
    engine = open_database(tmp_path / "state.db")
    (tmp_path / "locks").touch()
    with pytest.raises(Unavailable, match="can't be made"), writing(engine, tmp_path, "circles"):
        pass
