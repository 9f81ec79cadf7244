"""What the engine's tests share: a provider, databases of both kinds, and workers that can be killed."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine import desk as desk_module
from tests.engine.desk import Desk, Provider, provider
from tests.postgres import Postgres

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", desk_module.__name__])  # loading DBOS takes longer than most tests


class Worker:
    """A process that does the jobs of a desk until it is killed. What it logs is in a file."""

    def __init__(self, url: str, port: int, executor: str, log: Path, crashes: int) -> None:
        self._process = FORKS.Process(target=desk_module.work, args=(url, port, executor, log, crashes))
        self._process.start()

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def dead(self) -> bool:
        """Whether it has ended."""
        return not self._process.is_alive()

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self._process.kill()
        self._process.join(30)

    def end(self) -> None:
        """End it as a service is ended, or else at once."""
        with suppress(ProcessLookupError):
            self.send(signal.SIGCONT)
        self._process.terminate()
        self._process.join(20)
        self.kill()


@pytest.fixture
def there() -> Iterator[Provider]:
    """A provider."""
    with provider() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rondo.db'}"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.database("engine")


@pytest.fixture
def desk(url: str, there: Provider) -> Iterator[Desk]:
    """Jobs on that database."""
    found = Desk(url, there.port)
    yield found
    found.close()


@pytest.fixture
def worker(url: str, there: Provider, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Makes workers by executor id; all are gone afterwards."""
    made: list[Worker] = []

    def start(executor: str, crashes: int = 10) -> Worker:
        made.append(Worker(url, there.port, executor, tmp_path / f"{executor}.log", crashes))
        return made[-1]

    yield start
    for each in made:
        each.end()
