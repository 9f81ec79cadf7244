"""A disk that is full, or may not be written: told in one line, nothing is lost, and it goes on afterwards."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.store import SqlStore, open_database, open_store
from tests.store.samples import event

ROOT = Path(__file__).parents[2]
FULL = """
import resource, sys
from pathlib import Path
from scheduler.errors import Unavailable
from scheduler.store import backup, open_store
from tests.store.samples import NOW, PINS, decision, event, notice, saved
folder, room = Path(sys.argv[1]), int(sys.argv[2])
store = open_store(folder)
store.decide(saved(0), [event("a")], {}, PINS, NOW)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
log = folder / "state.db-wal"
resource.setrlimit(resource.RLIMIT_FSIZE, ((log.stat().st_size if log.exists() else 0) + room, most))
told = dict(decisions=[decision("d")], notices=[notice("d ana")])
for write in (
    lambda: store.decide(saved(1), [event("a", 1)] + [event(f"{n}") for n in range(99)], {"a": 0}, [], NOW, **told),
    lambda: backup(store._engine, folder / "backup.db"),
):
    try:
        write()
    except Unavailable as fault:
        print(fault)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
assert store.standing().decided_at == saved(0).decided_at
assert (store.pending(), store.pins(), store.decisions(), store.notices()) == ((event("a"),), PINS, (), ())
assert not list(folder.glob("backup*"))
store.decide(saved(1), [event("a", 1)], {"a": 0}, [], NOW, **told)
backup(store._engine, folder / "backup.db")
"""
READ_ONLY = """
import sys
from pathlib import Path
from scheduler.errors import Unavailable
from scheduler.store import open_store
try:
    open_store(Path(sys.argv[1])).keep_pins([])
except Unavailable as fault:
    print(fault)
"""


@pytest.mark.parametrize("room", [0, 5_000, 50_000])
def test_a_full_disk_loses_nothing(tmp_path: Path, room: int) -> None:
    """Wherever in a decision, or a backup, it is noticed; with more room both are made."""
    script = [sys.executable, "-c", FULL, str(tmp_path / "state"), str(room)]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    told = done.stdout.splitlines()
    assert len(told) == 2
    assert all("the state can't be used" in line and "Is the disk full" in line for line in told)
    for name in ("state.db", "backup.db"):
        store = open_store(tmp_path / "state") if name == "state.db" else backed_up(tmp_path / "state" / name)
        assert [each.sequence for each in store.pending()] == [0, 1]
        assert store.events() == (event("a", 1),)


@pytest.mark.parametrize("folder", ["state", "new"])
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, folder: str) -> None:
    """One that holds a state already, or one that is to be made; and it is used again as soon as it may be."""
    open_store(tmp_path / "state")
    for path in (tmp_path / "state", tmp_path):
        path.chmod(0o500)
    (tmp_path / "state" / "state.db").chmod(0o400)
    try:
        command = [*no_privileges(), sys.executable, "-c", READ_ONLY, str(tmp_path / folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        for path in (tmp_path, tmp_path / "state", tmp_path / "state" / "state.db"):
            path.chmod(0o700)
    assert done.stderr == ""
    assert "can't be" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    open_store(tmp_path / folder).keep_pins([])


def backed_up(path: Path) -> SqlStore:
    """The state in a backup."""
    return SqlStore(open_database(path))


def no_privileges() -> list[str]:
    """A command's beginning that takes root's rights away, which no mode of a file keeps out."""
    if os.geteuid() != 0:
        return []
    assert shutil.which("setpriv"), "apt-get install util-linux"
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
