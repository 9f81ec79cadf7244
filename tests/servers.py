"""Real CalDAV servers on loopback, each in a process and folder of its own."""

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HEADERS = {"Content-Type": "text/calendar", "Authorization": "Basic YW55Ym9keTp4"}
PATIENCE = 600  # looks, a twentieth of a second apart


@dataclass(frozen=True, slots=True)
class CalendarServer:
    """A server and the path of a calendar on it."""

    port: int
    calendar: str

    def request(self, method: str, name: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status and body of the answer for a file of the calendar; anybody's password will do."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"{self.calendar}{name}", body, HEADERS | headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def radicale(folder: Path) -> Iterator[CalendarServer]:
    """Radicale, with a calendar for anybody."""
    port = _free_port()
    config = folder / "radicale.conf"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n[rights]\ntype = authenticated\n"
        f"[storage]\nfilesystem_folder = {folder / 'collections'}\n[web]\ntype = none\n"
    )
    with _running([sys.executable, "-m", "radicale", "--config", str(config)], port):
        server = CalendarServer(port, "/anybody/meetings/")
        status, _ = server.request("MKCALENDAR", "")
        assert status == 201
        yield server


@contextmanager
def xandikos(folder: Path) -> Iterator[CalendarServer]:
    """Xandikos, with the calendar that it makes for its one user."""
    port = _free_port()
    command = [str(Path(sys.executable).with_name("xandikos")), "serve", "-d", str(folder), "--defaults"]
    listen = ["--listen-address", "127.0.0.1", "--port", str(port), "--current-user-principal", "/anybody"]
    with _running([*command, *listen], port):
        yield CalendarServer(port, "/anybody/calendars/calendar/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    """The process while it serves; it is ended in any case."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(process, port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(PATIENCE):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"the server ended with {process.wait(timeout=0.05)} before it answered")
    raise AssertionError("the server did not answer in time")
