"""What the tests of the whole service share: a parent of processes, and databases of both kinds."""

from collections.abc import Iterator

import pytest

from tests.postgres import Postgres
from tests.service.stage import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """The parent of all processes of the service."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The setting of a database of each kind; empty: a file of the data directory."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.database("service")
