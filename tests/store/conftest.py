"""Databases of both kinds: what is tested with an `engine` is tested on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from scheduler.store import SqlEngine, open_database
from scheduler.store.tables import metadata
from tests.postgres import Postgres

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: Postgres) -> str:
    """The address of a PostgreSQL database with our tables, for tests that empty it."""
    url = postgres_server.database("store")
    open_database(url).dispose()
    return url


@pytest.fixture
def emptied(postgres_tables: str) -> str:
    """The address of a PostgreSQL database whose tables are empty."""
    with psycopg.connect(postgres_tables.replace("+psycopg", "")) as connection:
        for table in metadata.sorted_tables:
            connection.execute(f'TRUNCATE "{table.name}"'.encode())
    return postgres_tables


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with our tables and nothing in them, to be copied: making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("sqlite") / "state.db"
    open_database(path).dispose()
    return path


@pytest.fixture(params=KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where an empty database is: a file's path, or PostgreSQL's address."""
    if request.param == "sqlite":
        return Path(shutil.copy(request.getfixturevalue("sqlite_tables"), tmp_path / "state.db"))
    return str(request.getfixturevalue("emptied"))


@pytest.fixture
def another(where: Path | str) -> Iterator[Callable[[], SqlEngine]]:
    """Opens the database as another process would."""
    opened: list[SqlEngine] = []

    def again() -> SqlEngine:
        opened.append(open_database(where))
        return opened[-1]

    yield again
    for engine in opened:
        engine.dispose()


@pytest.fixture
def engine(another: Callable[[], SqlEngine]) -> SqlEngine:
    """An empty database of either kind."""
    return another()
