"""What the engine's tests share: a provider, databases of both kinds, and workers that can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine.desk import Desk, Provider, provider
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]


class Worker:
    """A process that does the jobs of a desk until it is killed. What it logs is in a file."""

    def __init__(self, url: str, port: int, executor: str, log: Path, crashes: int) -> None:
        with log.open("a") as errors:
            command = [sys.executable, "-m", "tests.engine.desk", url, str(port), executor, str(crashes)]
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=errors, stderr=errors)

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        self._process.send_signal(number)

    def dead(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self._process.kill()
        self._process.wait(30)

    def end(self) -> None:
        """End it as a service is ended, or else at once."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
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
