"""Opening a database: made and brought up to date where that is due, and told in one line what is wrong with it."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event as hooks
from sqlalchemy import make_url

from scheduler.core.event import event_to_json
from scheduler.errors import InputError, Unavailable
from scheduler.store import SqlEngine, SqlStore, open_store
from scheduler.store.database import MIGRATIONS, NEWEST, alone, open_database
from scheduler.store.tables import metadata
from tests.postgres import Postgres
from tests.store.samples import NOW, event

AT_ONCE = """
import sys
from pathlib import Path
from scheduler.store import SqlStore, open_database
print("ready", flush=True)
sys.stdin.readline()
where = sys.argv[1]
engine = open_database(where if "://" in where else Path(where))
SqlStore(engine).keep_copies([])
engine.dispose()
"""


def test_migrations_make_the_tables_that_queries_use(engine: SqlEngine) -> None:
    """On either kind Alembic finds no difference between what the migrations made and `tables`."""
    with engine.connect() as connection:
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


OLD_ROWS = (
    "INSERT INTO calendar_copy (person, calendar, tried_at, error) VALUES ('ana', 'a.ics', 1, 'gone')",
    "INSERT INTO plan (kind, decided_at, problem, document, position) VALUES ('draft', 2, '{}', '{}', 7)",
    "INSERT INTO pin (\"group\", session, counted_from, decided_at, command) VALUES ('g', 3, '2027-03-01', 4, 'skip')",
    "INSERT INTO event (uid, document) VALUES ('x', :event)",
    "INSERT INTO outbound_write (uid, sequence, position, document, decided_at) VALUES ('x', 0, 1, :event, 5)",
    "INSERT INTO delivery (uid, place, begun) VALUES ('x', 'files:', 'abc')",
    "INSERT INTO account (person, provider, identity, address, scopes, everybody, schedules, calendars, connected_at, "
    "error, secret) VALUES ('ana', 'google', '1', 'ana@example.org', '[]', 0, 1, '[]', 6, '', 'sealed')",
)


def test_a_folder_of_before_the_service_keeps_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each table gets its rows back, of the folder's own programme, and what is owed is owed."""
    path = tmp_path / "state" / "state.db"
    make_old(path, monkeypatch)
    with sqlite3.connect(path) as connection:
        old = {table: rows(connection, table) for table in OLD_TABLES}
    store = open_store(path.parent)
    with sqlite3.connect(path) as connection:
        for table, before_it in old.items():
            assert rows(connection, table) == [row | {"programme": ""} | ADDED.get(table, {}) for row in before_it]
            assert len(before_it) == 1
    assert store.owed(NOW) == ((event("x"), 0),)


def make_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database as it was before the service, with a row in each table."""
    path.parent.mkdir()
    with monkeypatch.context() as before:
        before.setattr("scheduler.store.database.NEWEST", "0004")
        open_database(path)
    with sqlite3.connect(path) as connection:
        for row in OLD_ROWS:
            connection.execute(row, {"event": event_to_json(event("x"))})


class Cut(Exception):
    """The power fails."""


@contextmanager
def cut_at(statement: int) -> Iterator[list[str]]:
    """Fail before the nth statement of any database; yields those that were begun."""
    begun: list[str] = []

    def begin(_: object, __: object, text: str, *rest: object) -> None:
        begun.append(text)
        if len(begun) == statement:
            raise Cut

    hooks.listen(SqlEngine, "before_cursor_execute", begin)
    try:
        yield begun
    finally:
        hooks.remove(SqlEngine, "before_cursor_execute", begin)


@pytest.mark.parametrize("part", [1, 3, 5, 7, 9])
def test_an_upgrade_that_is_cut_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    """Wherever that was, the rows are those of before, and then those of after."""
    make_old(tmp_path / "whole" / "state.db", monkeypatch)
    with cut_at(0) as begun:
        open_store(tmp_path / "whole")
    path = tmp_path / "cut" / "state.db"
    make_old(path, monkeypatch)
    with sqlite3.connect(path) as connection:
        old = {table: rows(connection, table) for table in (*OLD_TABLES, "alembic_version")}
    with cut_at(len(begun) * part // 10), pytest.raises(Cut):
        open_store(path.parent)
    with sqlite3.connect(path) as connection:
        assert {table: rows(connection, table) for table in old} == old
    assert open_store(path.parent).pending() == (event("x"),)


OLD_TABLES = ("calendar_copy", "plan", "pin", "event", "outbound_write", "delivery", "account")
ADDED: dict[str, dict[str, object]] = {
    "outbound_write": {"attempts": 0, "retry_at": None},
    "delivery": {"attempted": None},
}
"""What rows have since, beside the name of their programme."""


def rows(connection: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    """Everything in a table."""
    found = connection.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


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


def test_the_state_of_a_newer_rondo_is_left_alone(engine: SqlEngine, where: Path | str) -> None:
    """Its tables may mean something else."""
    number = "SELECT version_num FROM alembic_version"
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    try:
        with pytest.raises(Unavailable, match="was written by a newer Rondo"):
            open_database(where)
        with engine.connect() as connection:
            assert connection.exec_driver_sql(number).scalar_one() == "9999"
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{NEWEST}'")


def test_an_older_rondo_sees_that_the_state_is_newer(tmp_path: Path) -> None:
    """It looks elsewhere for the number."""
    with open_database(tmp_path / "state.db").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == int(NEWEST)


@pytest.mark.parametrize("place", ["file", "nowhere"])
def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path, place: str) -> None:
    """Where a file stands in its place, or its own folder is missing."""
    (tmp_path / "file").touch()
    folder = tmp_path / "file" if place == "file" else tmp_path / "a" / "b"
    with pytest.raises(Unavailable, match="can't be made"):
        open_store(folder)


def start_at_once(where: Path | str) -> None:
    """Two processes open a database that none has opened before."""
    command = [sys.executable, "-c", AT_ONCE, str(where)]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    starts = [subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=root) for _ in range(2)]
    assert [start.stdout.readline() for start in starts if start.stdout] == [b"ready\n"] * 2
    for start in starts:
        assert start.stdin is not None
        start.stdin.write(b"go\n")
        start.stdin.flush()
    assert [(start.communicate()[0], start.returncode) for start in starts] == [(b"", 0)] * 2


def test_of_two_first_starts_at_once_none_fails(tmp_path: Path) -> None:
    """Each finds the tables made, by itself or by another."""
    start_at_once(tmp_path / "state.db")


def test_of_two_first_starts_on_postgresql_none_fails(postgres_server: Postgres) -> None:
    """So it is where they may be on two machines."""
    start_at_once(postgres_server.database("fresh"))


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://ana:canary@host/name", "postgresql+canary://host/name"])
def test_what_is_no_address_is_told_without_its_password(address: str) -> None:
    """Also one of a kind that we don't use."""
    with pytest.raises(InputError, match="this is no address of a database") as error:
        open_database(address)
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_any_usual_address_of_postgresql_will_do(emptied: str, scheme: str) -> None:
    """However the driver is named, or not."""
    engine = open_database(emptied.replace("postgresql+psycopg", scheme))
    assert SqlStore(engine).pending() == ()
    engine.dispose()


def test_a_server_that_does_not_answer_is_told_without_its_password(postgres_server: Postgres) -> None:
    """In one line, with its address; so is a database that is missing."""
    there = make_url(postgres_server.url).set(username="postgres", password="canary", database="nowhere")
    for url in (there, there.set(port=1)):
        with pytest.raises(Unavailable, match="the state can't be used") as error:
            open_database(url.render_as_string(hide_password=False))
        assert f"127.0.0.1:{url.port}/nowhere" in str(error.value)
        assert "canary" not in str(error.value)
        assert "\n" not in str(error.value)


def test_a_server_that_was_restarted_is_used_again(emptied: str, postgres_server: Postgres) -> None:
    """Connections of before are replaced, and nobody notices."""
    engine = open_database(emptied)
    store = SqlStore(engine)
    store.stop("before")
    postgres_server.restart()
    assert store.stopped() == "before"
    postgres_server.stop()
    with pytest.raises(Unavailable, match=r"Is the server up"):
        store.stop("nowhere")
    postgres_server.start()
    assert store.stopped() == "before"
    engine.dispose()


def test_who_sleeps_in_a_transaction_holds_up_nobody_for_long(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends it, and nothing of it was done."""
    monkeypatch.setattr("scheduler.store.database.ASLEEP_SECONDS", 0.2)
    asleep, awake = open_database(emptied), open_database(emptied)
    with pytest.raises(Unavailable, match="the state can't be used"):
        sleep_in_a_transaction(asleep, until=lambda: SqlStore(awake, "x").stop("awake"))
    with awake.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM executor").scalar_one() == 0
    asleep.dispose()
    awake.dispose()


def sleep_in_a_transaction(engine: SqlEngine, until: Callable[[], None]) -> None:
    """Change something and do nothing more for a while, holding a lock."""
    with alone(engine, "programme x") as connection:
        connection.exec_driver_sql("INSERT INTO executor (id, beat_at) VALUES ('asleep', 1)")
        until()
        connection.exec_driver_sql("SELECT 1")
