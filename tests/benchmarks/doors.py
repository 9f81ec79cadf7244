"""What the doors of `rondo serve` stand: a provider's messages among forged ones.

    python -m tests.benchmarks.doors
    python -m tests.benchmarks.doors --seconds 60

The service is a process of its own, on SQLite. A genuine message that is answered 503 is sent again after a second, as
its provider would do. Prints a table, and ends with 1 where one of a hundred answers took half a second, a genuine
message was not taken within ten seconds, or one that was answered 202 is not in the database.
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler.core.account import Provider
from scheduler.core.subscription import Subscription
from scheduler.store import SqlMarks, SqlSubscriptions, open_database
from tests.desks import Desk

ROOT = Path(__file__).parents[2]
ID, SECRET, CALENDAR = "4fbd6b2e-8a55-4f0a-9c8e-0b2f5d1c7a11", "k" * 43, "google:amara@example.org"
SLOWEST, LATEST, AGAIN = 0.5, 10.0, 1.0  # seconds
GENUINE = 20  # a second


@dataclass
class Seen:
    """What one kind of message met."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)  # seconds to each answer
    until: list[float] = field(default_factory=list)  # seconds to a 202, with all tries

    def percentile(self, of: float) -> float:
        """Of the seconds to an answer."""
        return sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * of))] if self.took else 0.0


def message(id_: str, secret: str) -> bytes:
    """One of Google, as it comes over the wire."""
    headers = {
        "Host": "localhost",
        "Content-Length": "0",
        "X-Goog-Channel-Id": id_,
        "X-Goog-Channel-Token": secret,
        "X-Goog-Resource-State": "exists",
        "X-Goog-Resource-Id": "r",
        "X-Goog-Message-Number": "7",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /hooks/google HTTP/1.1\r\n{lines}\r\n".encode()


class Caller:
    """One connection that is kept, as long as the other side keeps it."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, sent: bytes, seen: Seen) -> int:
        """The status that it got; 0: the connection broke."""
        began = time.monotonic()
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(*self._where)
            reader, writer = self._streams
            writer.write(sent)
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ")[1])
            length = re.search(rb"content-length: ([0-9]+)", head.lower())
            await reader.readexactly(int(length[1]) if length else 0)
            if b"connection: close" in head.lower():
                self.close()
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            status = 0
        seen.took.append(time.monotonic() - began)
        seen.statuses[status] += 1
        return status

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def genuine(caller: Caller, seen: Seen) -> None:
    """One message, until it is taken."""
    began = time.monotonic()
    while await caller.send(message(ID, SECRET), seen) != 202:
        await asyncio.sleep(AGAIN)
    seen.until.append(time.monotonic() - began)
    caller.close()


async def flood(where: tuple[str, int], rate: float, until: float, seen: Seen) -> None:
    """Forged ones from one connection, so many a second (0: as fast as it goes)."""
    caller, number = Caller(*where), 0
    began = time.monotonic()
    while time.monotonic() < until:
        number += 1
        await caller.send(message(f"4fbd6b2e-8a55-4f0a-9c8e-{number % 10**12:012}", "x" * 43), seen)
        if rate:
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
    caller.close()


async def scene(where: tuple[str, int], seconds: float, *, callers: int, rate: float) -> tuple[Seen, Seen]:
    """Genuine messages at a steady pace while so many callers forge others."""
    good, forged = Seen(), Seen()
    until = time.monotonic() + seconds
    floods = [asyncio.create_task(flood(where, rate, until, forged)) for _ in range(callers)]
    sent = []
    while time.monotonic() < until:
        sent.append(asyncio.create_task(genuine(Caller(*where), good)))
        await asyncio.sleep(1 / GENUINE)
    await asyncio.gather(*sent, *floods)
    return good, forged


@contextmanager
def service(folder: Path) -> Iterator[tuple[str, Path]]:
    """A real one, with one programme and one channel."""
    Desk(folder / "spring").write()
    rondo = [sys.executable, "-m", "scheduler.cli"]
    data = folder / "data"
    subprocess.run(
        [*rondo, "import", str(folder / "spring"), "--data", str(data)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    database = open_database(data / "rondo.db")
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=6)
    channel = Subscription(id=ID, provider=Provider.GOOGLE, person="amara", calendar=CALENDAR, expires_at=ends)
    SqlSubscriptions(database).keep("spring", channel, hashlib.sha256(SECRET.encode()).hexdigest())
    with subprocess.Popen(
        [*rondo, "serve", "--data", str(data), "--port", "0", "--json", "--log-level", "error"],
        cwd=ROOT,
        env=os.environ | {"RONDO_SERVICE__POLL_MINUTES": "1440"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"], data
        finally:
            process.terminate()


def marks(data: Path) -> int:
    """How often the calendar was marked."""
    found = SqlMarks(open_database(data / "rondo.db")).of("spring", datetime.now(UTC) + timedelta(days=30))
    return next((each.dirty_seq for each in found if each.person == "amara"), 0)


SCENES = (("alone", 0, 0.0), ("1,000 a second", 200, 5.0), ("400 callers at once", 400, 0.0))
"""How many forge, and how many a second each; 0: as many as it can."""


def main() -> int:
    """Play the scenes; 1 where one of them breaks what is promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.doors")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each scene is")
    seconds, broken = parser.parse_args().seconds, False
    print("| scene | messages | a second | 202 | 503 | no answer | p50 ms | p99 ms | slowest 202, all tries, s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder, service(Path(folder)) as (url, data):
        host, port = url.removeprefix("http://").split(":")
        for name, callers, rate in SCENES:
            before = marks(data)
            good, forged = asyncio.run(scene((host, int(port)), seconds, callers=callers, rate=rate))
            for kind, seen in (("genuine", good), ("forged", forged)):
                if seen.took:
                    print(_row(name, kind, seen, seconds))
                    broken |= seen.percentile(0.99) > SLOWEST
            broken |= max(good.until) > LATEST or marks(data) - before < good.statuses[202]
    return 1 if broken else 0


def _row(name: str, kind: str, seen: Seen, seconds: float) -> str:
    late = f"{max(seen.until):.1f}" if seen.until else ""
    figures = (
        *(f"{len(seen.took) / seconds:,.0f}", seen.statuses[202], seen.statuses[503], seen.statuses[0]),
        *(f"{1000 * seen.percentile(0.5):.0f}", f"{1000 * seen.percentile(0.99):.0f}", late),
    )
    return f"| {name} | {kind} | " + " | ".join(map(str, figures)) + " |"


if __name__ == "__main__":
    sys.exit(main())
