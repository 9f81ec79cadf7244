"""A process of the service: one for each slot, with a name of its own, and an end when a signal asks for it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.errors import InputError, Unavailable
from scheduler.worker import claimed, told_to_stop, working

HOLDER = """
import sys
from pathlib import Path
from scheduler.worker import claimed
with claimed(Path(sys.argv[1]), "serve") as name:
    print(name, flush=True)
    sys.stdin.read()
"""


def test_a_process_has_the_same_name_at_each_start(tmp_path: Path) -> None:
    """So it takes up what it left undone; and the name fits into whatever a name has to fit into."""
    with claimed(tmp_path, "worker-1") as first:
        pass
    with claimed(tmp_path, "worker-1") as second:
        assert second == first
    assert re.fullmatch(r"[a-z0-9-]+-worker-1-[0-9a-f]{6}", first)


def test_a_slot_is_taken_once(tmp_path: Path) -> None:
    """The second is told who is in the way, whichever way it spells the directory; other slots are free."""
    with claimed(tmp_path, "serve"):
        said = "another process runs there as serve: stop that one first"
        with pytest.raises(Unavailable, match=said), claimed(tmp_path / ".." / tmp_path.name, "serve"):
            pass
        with claimed(tmp_path, "worker-1"), claimed(tmp_path, "worker-2"):
            pass


def test_two_data_directories_have_two_names(tmp_path: Path) -> None:
    """They may share one PostgreSQL, where one name for both would be one process for both."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").symlink_to(tmp_path / "a")
    names = []
    for each in "abc":
        with claimed(tmp_path / each, "serve") as name:
            names.append(name)
    assert names[0] == names[2] != names[1]


def test_a_killed_process_leaves_its_slot(tmp_path: Path) -> None:
    """At once, and nobody has to clean up."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        name = holder.stdout.readline().strip()
        with pytest.raises(Unavailable), claimed(tmp_path, "serve"):
            pass
        holder.kill()
        holder.wait()
    with claimed(tmp_path, "serve") as again:
        assert again == name


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Nothing is made by a typing error."""
    for wrong in (tmp_path / "none", Path(__file__)):
        with pytest.raises(InputError, match="there is no such data directory"), claimed(wrong, "serve"):
            pass
    assert not (tmp_path / "none").exists()


def test_a_lock_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    """A folder in its place, a read-only disk."""
    (tmp_path / "serve.lock").mkdir()
    with pytest.raises(Unavailable, match="Is a directory"), claimed(tmp_path, "serve"):
        pass


class Worked:
    """A service that only notes what it is told."""

    def __init__(self, *, broken: bool = False) -> None:
        self.notes: list[str] = []
        self._broken = broken

    def start(self, executor: str) -> None:
        """Notes the name."""
        self.notes.append(executor)
        if self._broken:
            raise Unavailable("no database")

    def stop(self) -> None:
        """Notes the end."""
        self.notes.append("stopped")


def test_work_ends_with_the_block() -> None:
    """Also when something went wrong in it, or at the start."""
    service = Worked()
    with pytest.raises(KeyError), working(service, "a-1"):
        raise KeyError
    assert service.notes == ["a-1", "stopped"]
    service = Worked(broken=True)
    with pytest.raises(Unavailable), working(service, "a-1"):
        pass
    assert service.notes == ["a-1", "stopped"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_arrives_in_order(number: signal.Signals) -> None:
    """Where somebody waits for it; what was done at signals before is done again afterwards."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with told_to_stop() as told:
        os.kill(os.getpid(), number)
        assert told.get(timeout=10) == number.name
        assert signal.getsignal(number) is signal.SIG_DFL
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
