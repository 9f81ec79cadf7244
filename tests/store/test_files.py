"""Files beside the database: the programme's secret, and the lock of whoever writes."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.errors import Unavailable
from scheduler.store import only_one, programme_key

HOLD = """
import sys
from pathlib import Path
from scheduler.store import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """256 bits, the same at every call, in a file that nobody else may read; nothing else is left behind."""
    path = tmp_path / "state" / "key"
    key = programme_key(path)
    assert len(key) == 32
    assert programme_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_every_programme_has_a_key_of_its_own(tmp_path: Path) -> None:
    """It is random, and not derived from anything."""
    assert programme_key(tmp_path / "a" / "key") != programme_key(tmp_path / "b" / "key")


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33])
def test_a_damaged_key_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    """Another one would give every event another identity."""
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(Unavailable, match=r"is damaged: \d+ bytes instead of 32"):
        programme_key(path)
    assert path.read_bytes() == content


def test_a_key_that_can_not_be_read_or_made_is_told(tmp_path: Path) -> None:
    """A folder in its place, or no folder for it."""
    (tmp_path / "key").mkdir()
    for path in (tmp_path / "key", tmp_path / "a" / "b" / "key"):
        with pytest.raises(Unavailable, match="can't be used"):
            programme_key(path)


def test_one_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    """Another one is told to wait, and gets it when the first has ended, in whatever way."""
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=Path(__file__).parents[2]) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Unavailable, match="another apply is writing"), only_one(path):
            pass
        other.kill()
    with only_one(path):
        pass
    with only_one(path):
        pass


def test_a_lock_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    """Where its folder is missing."""
    with pytest.raises(Unavailable, match="can't be used"), only_one(tmp_path / "a" / "lock"):
        pass
