"""`copy`: the state of a service goes from its directory to PostgreSQL; and `restore`, which is not for that."""

from pathlib import Path

import pytest

from scheduler.app.wiring.programme import SystemClock
from scheduler.core.event import Event
from scheduler.store import SqlExecutors, SqlStore, open_database
from tests.cli.conftest import Rondo
from tests.desks import Desk
from tests.postgres import Postgres

SETTING = "RONDO_SERVICE__DATABASE"
DATA = ("--data", "data")


def events(where: Path | str) -> tuple[Event, ...]:
    """What stands of the programme in a database."""
    engine = open_database(where)
    try:
        return SqlStore(engine, "spring").events()
    finally:
        engine.dispose()


def test_a_service_goes_on_in_the_database_it_was_copied_to(
    rondo: Rondo, desk: Desk, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that it knew; what is there is never copied over."""
    desk.publish()
    rondo("import", "spring", *DATA)
    before = events(Path("data/rondo.db"))
    url = postgres_server.database("copied")
    monkeypatch.setenv(SETTING, url)
    assert rondo("copy", *DATA, "--json").document == {"schema": "rondo/copy/1", "file": "data/rondo.db"}
    assert events(url) == before != ()
    assert "is not empty" in rondo("copy", *DATA).complaint
    assert events(url) == before


def test_what_can_not_be_copied_is_told_in_a_line(
    rondo: Rondo, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without another database, without one of ours, and under a worker."""
    rondo("import", "spring", *DATA)
    assert SETTING in rondo("copy", *DATA).complaint
    monkeypatch.setenv(SETTING, "postgresql://nobody@127.0.0.1:1/none")
    assert "no such file" in rondo("copy", "--data", "nowhere").complaint
    SqlExecutors(open_database(Path("data/rondo.db"))).beat("host-worker-1-abc", SystemClock().now())
    assert "host-worker-1-abc worked there" in rondo("copy", *DATA).complaint


def test_a_server_restores_its_own_backups(rondo: Rondo, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the directory would be in the place of nothing."""
    rondo("import", "spring", *DATA)
    rondo("backup", "monday.db", *DATA)
    monkeypatch.setenv(SETTING, "postgresql://nobody@127.0.0.1:1/none")
    assert "pg_restore" in rondo("restore", "monday.db", *DATA, "--yes").complaint
