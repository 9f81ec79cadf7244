"""What the tests of the web doors share: a real server on loopback, before a service that only remembers."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from scheduler.core.health import Health
from scheduler.errors import Unavailable
from scheduler.web import address, application, listen, serving

SECRET = "CANARY-secret-of-the-channel"


@dataclass
class Remembering:
    """A service with one channel; what came through it is `marked`, all else is counted."""

    health: Health = field(default_factory=lambda: Health(database=True, engine=True))
    marked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    strangers: int = 0
    before: Callable[[], object] = lambda: None  # what happens first at each call: waiting, or an error
    lock: threading.Lock = field(default_factory=threading.Lock)

    def healthy(self) -> Health:
        """As the test says."""
        self.before()
        return self.health

    def google_told(self, headers: Mapping[str, str]) -> None:
        """One channel is known, by the hash of its secret."""
        self.before()
        shown = hashlib.sha256(headers.get("x-goog-channel-token", "").encode()).digest()
        with self.lock:
            if headers.get("x-goog-channel-id") == "ours" and shown == hashlib.sha256(SECRET.encode()).digest():
                self.marked.append(headers.get("x-goog-message-number", ""))
            else:
                self.strangers += 1

    def graph_told(self, body: bytes) -> None:
        """Whatever it is."""
        self.before()
        with self.lock:
            self.bodies.append(body)

    def fail(self) -> None:
        """At `before`: what the store raises when it can't write."""
        raise Unavailable("CANARY the database is locked")


@contextmanager
def doors(service: Remembering) -> Iterator[str]:
    """The address of a real server before a service."""
    listening = listen("127.0.0.1", 0)
    with serving(application(service), listening, ended=lambda: None):
        yield address(listening)


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Remembering, str]]:
    """A service for all tests, and the address of its doors."""
    service = Remembering()
    with doors(service) as at:
        yield service, at


@pytest.fixture
def service(served: tuple[Remembering, str], monkeypatch: pytest.MonkeyPatch) -> Remembering:
    """A service that works and remembers nothing yet, behind doors that answer soon and are patient."""
    monkeypatch.setattr("scheduler.web.admission.SECONDS", 10.0)
    monkeypatch.setattr("scheduler.web.doors.SAME_SECONDS", 0.01)
    served[0].__init__()  # type: ignore[misc]  # the server holds this very object
    return served[0]


@pytest.fixture
def url(service: Remembering, served: tuple[Remembering, str]) -> str:
    """The address of its doors."""
    return served[1]


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """A client that follows nothing and believes nobody."""
    with httpx.Client(base_url=url, trust_env=False, timeout=20) as each:
        yield each


def channel(**changed: str) -> dict[str, str]:
    """The headers of a message of our channel, or of one that differs."""
    own = {"id": "ours", "token": SECRET, "expiration": "Tue, 01 Dec 2026 10:00:00 GMT"}
    return {f"X-Goog-Channel-{name}": value for name, value in (own | changed).items()} | {
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "7",
    }


def raw(url: str, *sent: bytes) -> bytes:
    """All that a server answers to bytes on one connection until it closes it."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        for part in sent:
            connection.sendall(part)
        got = bytearray()
        try:
            while more := connection.recv(65536):
                got += more
        except ConnectionResetError:
            pass
    return bytes(got)
