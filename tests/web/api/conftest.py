"""What the tests of the API share: the sample, served, and tokens of it."""

from collections.abc import Collection, Iterator

import httpx
import pytest
from hypothesis import settings

from scheduler.app.access.tokens import Tokens
from scheduler.core.token import Scope
from tests.site import SAMPLE, Stand, standing

PROFILE, EXAMPLES, LONG = "api", 8, 200


def pytest_configure(config: pytest.Config) -> None:
    """How many requests are made up for each operation of the API, for tests that name the profile."""
    settings.register_profile(PROFILE, max_examples=LONG if config.getoption("--long") else EXAMPLES)


def client(stand: Stand, *scopes: Scope, programme: str = SAMPLE) -> httpx.Client:
    """Somebody with a new token; without scopes, with all of them."""
    secret = token(stand, scopes or tuple(Scope), programme)
    there = stand.client()
    there.headers["Authorization"] = f"Bearer {secret}"
    there.base_url = f"{stand.address}/api/v1/programmes/{programme}"
    return there


def token(stand: Stand, scopes: Collection[Scope], programme: str = SAMPLE) -> str:
    """A new token, as it is shown."""
    return Tokens(stand.service.database, stand.clock).issue(programme, "a test", scopes)[0]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, planned and published, for all tests of a module."""
    with standing(tmp_path_factory.mktemp("api") / "data") as each:
        yield each


@pytest.fixture(scope="module")
def api(stand: Stand) -> Iterator[httpx.Client]:
    """Somebody who may do everything."""
    with client(stand) as each:
        yield each
