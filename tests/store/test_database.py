"""Opening a database: made and brought up to date where that is due, and told in one line what is wrong with it."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from scheduler.errors import Unavailable
from scheduler.store import open_store
from scheduler.store.database import MIGRATIONS, NEWEST, open_database
from scheduler.store.tables import metadata

AT_ONCE = """
import sys
from pathlib import Path
from scheduler.store import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store(Path(sys.argv[1])).keep_copies([])
"""


def test_migrations_make_the_tables_that_queries_use(tmp_path: Path) -> None:
    """Alembic finds no difference between what the migrations made and `tables`."""
    with open_database(tmp_path / "state.db").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_that_is_named() -> None:
    """A migration that is added is also run."""
    assert max(path.name for path in (MIGRATIONS / "versions").glob("*.py")).startswith(NEWEST)


def test_a_database_of_before_keeps_what_it_holds(tmp_path: Path) -> None:
    """Opened again, it is not made anew."""
    path = tmp_path / "state.db"
    open_database(path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO plan (kind, decided_at, problem, document) VALUES ('draft', 1, '{}', '{}')")
    with open_database(path).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM plan").scalar_one() == 1


def test_an_older_database_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood in it can be taken back: it is known how far the writes were."""
    path = tmp_path / "state.db"
    with monkeypatch.context() as before:
        before.setattr("scheduler.store.database.NEWEST", "0001")
        open_database(path)
    with sqlite3.connect(path) as connection:
        connection.executemany("INSERT INTO plan VALUES (?, ?, '{}', '{}')", [("draft", 1), ("standing", 2)])
        connection.executemany("INSERT INTO outbound_write VALUES (?, 0, ?, '{}', 2, NULL)", [("one", 3), ("other", 4)])
    with open_database(path).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        rows = connection.exec_driver_sql("SELECT kind, decided_at, position FROM plan ORDER BY kind").all()
        assert [tuple(row) for row in rows] == [("draft", 1, None), ("standing", 2, 4)]


def test_a_half_made_database_is_made_whole(tmp_path: Path) -> None:
    """A first start that was killed leaves an empty file."""
    path = tmp_path / "state.db"
    path.touch()
    with open_database(path).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_decisions_outlive_a_crash(tmp_path: Path) -> None:
    """A write-ahead log, synchronous on every commit."""
    with open_database(tmp_path / "state.db").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\x00" + b"\xff" * 4080])
def test_a_damaged_file_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    """With its path, and it is left as it is."""
    path = tmp_path / "state.db"
    path.write_bytes(content)
    with pytest.raises(Unavailable, match="the state can't be used") as error:
        open_database(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    """And not taken for a full disk's traceback."""
    (tmp_path / "state.db").mkdir()
    with pytest.raises(Unavailable, match="unable to open"):
        open_database(tmp_path / "state.db")


def test_the_state_of_a_newer_rondo_is_left_alone(tmp_path: Path) -> None:
    """Its tables may mean something else."""
    path = tmp_path / "state.db"
    open_database(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="was written by a newer Rondo"):
        open_database(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


@pytest.mark.parametrize("place", ["file", "nowhere"])
def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path, place: str) -> None:
    """Where a file stands in its place, or its own folder is missing."""
    (tmp_path / "file").touch()
    folder = tmp_path / "file" if place == "file" else tmp_path / "a" / "b"
    with pytest.raises(Unavailable, match="can't be made"):
        open_store(folder)


def test_of_two_first_starts_at_once_none_fails(tmp_path: Path) -> None:
    """Each finds the tables made, by itself or by another."""
    command = [sys.executable, "-c", AT_ONCE, str(tmp_path / "state")]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    starts = [subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=root) for _ in range(2)]
    assert [start.stdout.readline() for start in starts if start.stdout] == [b"ready\n"] * 2
    for start in starts:
        assert start.stdin is not None
        start.stdin.write(b"go\n")
        start.stdin.flush()
    assert [(start.communicate()[0], start.returncode) for start in starts] == [(b"", 0)] * 2
