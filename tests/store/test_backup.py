"""Whole databases: backed up while they are used, moved to another kind, and taken into a service."""

import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from scheduler.core.account import Account
from scheduler.core.notice import NoticeState
from scheduler.errors import InputError, Unavailable
from scheduler.store import (
    Mark,
    SqlAccounts,
    SqlEngine,
    SqlExecutors,
    SqlMarks,
    SqlProgrammes,
    SqlStore,
    backup,
    copy_database,
    open_database,
    restore,
    take_in,
)
from scheduler.store.tables import metadata
from tests.store.samples import NOW, event, notice, saved
from tests.store.test_programmes import ACCOUNT, everything, fill

Opened = Callable[[Path | str], SqlEngine]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens databases, and closes them at the end."""
    engines: list[SqlEngine] = []

    def open_it(where: Path | str) -> SqlEngine:
        engines.append(open_database(where))
        return engines[-1]

    yield open_it
    for engine in engines:
        engine.dispose()


@pytest.fixture
def full(tmp_path: Path, opened: Opened) -> SqlEngine:
    """A SQLite database with something in every table, for two programmes."""
    engine = opened(tmp_path / "rondo.db")
    fill(engine, "a")
    fill(engine, "b")
    SqlExecutors(engine).beat("host-1", NOW)
    return engine


def rows(engine: SqlEngine) -> Mapping[str, object]:
    """All that is in all tables."""
    with engine.connect() as connection:
        found = {table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables}
    return {name: sorted((tuple(row) for row in rows), key=repr) for name, rows in found.items()}


def test_a_backup_is_the_database_of_one_moment(full: SqlEngine, tmp_path: Path, opened: Opened) -> None:
    """While somebody else has written half of something; for its owner's eyes alone, and in place of an older one."""
    target, before = tmp_path / "backup.db", rows(full)
    target.write_text("an older one")
    with full.begin() as other:
        other.exec_driver_sql("DELETE FROM event")
        backup(full, target)
    assert rows(opened(target)) == before
    assert rows(full) != before
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize("place", ["missing", "folder"])
def test_a_backup_that_can_not_be_written_is_told(full: SqlEngine, tmp_path: Path, place: str) -> None:
    """And leaves what was there."""
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" if place == "folder" else tmp_path / "missing" / "backup.db"
    with pytest.raises(Unavailable, match="can't be written"):
        backup(full, target)
    assert (tmp_path / "folder").is_dir()
    assert not list(tmp_path.glob("*.part*"))


def test_a_damaged_database_is_not_taken_for_a_backup(full: SqlEngine, tmp_path: Path) -> None:
    """The last good one stays."""
    target = tmp_path / "backup.db"
    backup(full, target)
    good = target.read_bytes()
    with sqlite3.connect(tmp_path / "rondo.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (tmp_path / "rondo.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable, match="the state can't be used"):
        backup(full, target)
    assert target.read_bytes() == good


def test_a_backup_that_is_restored_is_looked_at_as_a_whole(full: SqlEngine, tmp_path: Path) -> None:
    """All rows as they were; but the engine's are gone, each calendar is to be read, and nothing owed is sent twice."""
    store, marks, target = SqlStore(full, "a"), SqlMarks(full), tmp_path / "rondo.db"
    store.note([], [notice("owed")])
    marks.synced("a", marks.of("a", NOW), NOW + timedelta(days=1))
    with full.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (id TEXT)")
    before = rows(full)
    backup(full, tmp_path / "backup.db")
    store.decide(saved(3), [event("x", 2)], {"x": 1}, [], NOW)
    restore(tmp_path / "backup.db", target)
    after = rows(full)
    assert {name for name in before if before[name] != after[name]} == {"calendar_mark", "notice"}
    assert marks.of("a", NOW) == (Mark(person="ana", calendar="google:a", dirty_seq=2),)
    assert {each.state for each in store.notices()} == {NoticeState.BEGUN}
    with full.connect() as connection:
        assert "workflow_status" not in inspect(connection).get_table_names()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.restored*"))


@pytest.mark.parametrize("content", ["", "empty", "text", "cut", None])
def test_what_is_no_backup_is_not_restored(full: SqlEngine, tmp_path: Path, content: str | None) -> None:
    """Another kind of file, half a backup, or none: what was there stays."""
    path, before = tmp_path / "backup.db", rows(full)
    backup(full, path)
    match content:
        case None:
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "empty":
            path.unlink()
            with sqlite3.connect(path) as connection:
                connection.execute("CREATE TABLE other (id TEXT)")
        case _:
            path.write_text(content)
    with pytest.raises(Unavailable if content is None else InputError, match=r"no backup|No such file"):
        restore(path, tmp_path / "rondo.db")
    assert rows(full) == before
    assert not list(tmp_path.glob("*.restored*"))


def test_postgresql_makes_its_own_backups(emptied: str, tmp_path: Path, opened: Opened) -> None:
    """It is told how."""
    with pytest.raises(InputError, match="pg_dump"):
        backup(opened(emptied), tmp_path / "backup.db")


def test_a_move_to_postgresql_and_back_loses_nothing(
    full: SqlEngine, emptied: str, tmp_path: Path, opened: Opened
) -> None:
    """Row by row, and what comes next goes on from there."""
    server, back = opened(emptied), opened(tmp_path / "back.db")
    copy_database(full, server)
    assert rows(server) == rows(full)
    copy_database(server, back)
    assert rows(back) == rows(full)
    for engine in (full, server, back):
        SqlStore(engine, "a").decide(saved(3), [event("x", 2), event("y")], {"x": 1}, [], NOW)
        SqlMarks(engine).dirty("a")
    assert rows(server) == rows(full) == rows(back)


def test_nothing_is_moved_into_a_database_that_is_in_use(full: SqlEngine, emptied: str, opened: Opened) -> None:
    """Whatever is in it, it stays as it was."""
    server = opened(emptied)
    SqlExecutors(server).beat("host-1", NOW)
    before = rows(server)
    with pytest.raises(InputError, match="not empty"):
        copy_database(full, server)
    assert rows(server) == before


def test_a_move_that_breaks_leaves_nothing(full: SqlEngine, emptied: str, opened: Opened) -> None:
    """The target is still empty."""
    server = opened(emptied)
    before = rows(server)
    with full.begin() as connection:
        connection.exec_driver_sql("UPDATE subscription SET resource = char(0)")  # PostgreSQL takes no such text
    with pytest.raises(Unavailable, match="the state can't be used"):
        copy_database(full, server)
    assert rows(server) == before


def test_a_folder_joins_a_service_with_all_that_it_knew(engine: SqlEngine, tmp_path: Path, opened: Opened) -> None:
    """Its accounts under other seals; the other programmes stay as they were, and the folder too."""
    folder = opened(tmp_path / "folder.db")
    fill(folder, "")
    fill(engine, "other")
    other, own = everything(engine, "other"), rows(folder)
    SqlProgrammes(engine).put("circles", "A programme", SqlProgrammes(folder).files(""), "sealed", NOW)
    take_in(folder, engine, "circles", reseal=lambda account, sealed: f"{account.person} {sealed}")
    assert SqlAccounts(engine, "circles").sealed(ACCOUNT) == "ana sealed"
    SqlAccounts(engine, "circles").renew(ACCOUNT, "sealed")
    SqlMarks(engine).agree("circles", [("ana", "google:a")], NOW)
    assert everything(engine, "circles") == everything(folder, "")
    assert (everything(engine, "other"), rows(folder)) == (other, own)


def test_a_programme_that_has_been_at_work_is_not_mixed_with_another(
    engine: SqlEngine, tmp_path: Path, opened: Opened
) -> None:
    """Nothing is taken in."""
    folder = opened(tmp_path / "folder.db")
    fill(folder, "")
    SqlStore(engine, "circles").keep_draft(saved(0))
    before = everything(engine, "circles")
    with pytest.raises(InputError, match="circles has plans, events or accounts there already"):
        take_in(folder, engine, "circles", reseal=lambda _, sealed: sealed)
    assert everything(engine, "circles") == before


def test_what_can_not_be_sealed_is_not_taken_in(engine: SqlEngine, tmp_path: Path, opened: Opened) -> None:
    """Nor anything else of that folder."""
    folder = opened(tmp_path / "folder.db")
    fill(folder, "")
    before = rows(engine)

    def broken(account: Account, sealed: str) -> str:
        raise ValueError("the key is gone")

    with pytest.raises(ValueError, match="the key is gone"):
        take_in(folder, engine, "circles", reseal=broken)
    assert rows(engine) == before
