"""How pages and API answer under load while a large programme is planned.

    python -m tests.benchmarks.load                # a minute at 50 requests a second
    python -m tests.benchmarks.load --long         # ten minutes

`rondo serve` runs in a process of its own on 2,000 groups and 5,000 people, and is asked to plan them, again and again.
Requests begin when they are due, whether or not those before were answered, and their time counts from then. Prints a
line for each kind of request and the memory of the service; ends with 1 where one of twenty took longer than it may,
one failed, or the memory grew.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from scheduler.app.access.tokens import Tokens
from scheduler.app.service.importing import bring_in
from scheduler.app.service.jobs import PLAN
from scheduler.app.service.service import Service, open_service
from scheduler.app.site import Site
from scheduler.app.wiring.programme import SystemClock
from scheduler.core.token import Scope
from scheduler.core.visitor import LinkKind
from scheduler.settings import Settings
from tests.bigsite import BIG, publish, write_big

RATE, MOST, MOST_GROWTH = 50, 0.300, 50_000_000  # requests a second; seconds; bytes
WARM_SECONDS = 10.0
AT_ONCE = 100
KEPT_SECONDS = 2.0
PEOPLE = 40  # who look at their own pages
MIX = (
    (8, "/p/big"),
    (8, "/p/big/people"),
    (4, "/p/big/people?q=ada&sort=outside&page=3"),
    (6, "/p/big/coverage"),
    (4, "/p/big/fairness"),
    (6, "/p/big/groups/g{group:04}"),
    (4, "/p/big/changes"),
    (2, "/p/big/log"),
    (8, "/p/big/plan"),
    (10, "/p/big/me/p{person:04}/meetings"),
    (6, "/p/big/me/p{person:04}/limits"),
    (6, "/api/v1/programmes/big"),
    (8, "/api/v1/programmes/big/people?limit=50"),
    (6, "/api/v1/programmes/big/groups?limit=50"),
    (8, "/api/v1/programmes/big/occurrences?limit=50&person=p{person:04}"),
    (6, "/api/v1/programmes/big/coverage?limit=50"),
)


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service in another process, and who may look at it."""

    address: str
    process: int
    service: Service  # the same data, in this process
    coordinator: str
    people: tuple[str, ...]
    token: str

    @property
    def memory(self) -> int:
        """Bytes that its process holds now."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Told:
    """What came of the requests: seconds by kind, sorted by nothing; and those that failed, in words."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        """Of all kinds, the shortest first."""
        return sorted(each for kind in self.took.values() for each in kind)


@contextmanager
def serving(folder: Path, *, groups: int = 2_000, people: int = 5_000) -> Iterator[Served]:
    """Serve a programme of so many from a new data directory below a folder."""
    data = folder / "data"
    write_big(folder / BIG, groups, people)
    (data / "programmes").mkdir(parents=True)
    bring_in(folder / BIG, data, BIG, Settings(), SystemClock())
    service = open_service(data)
    publish(service.app(BIG))
    access = Site(service, "").access
    who = access.known("mail", "cora@example.org", "cora@example.org", "Cora")
    access.store.let_coordinate(BIG, who.id, service.clock.now())
    links = [access.hand_out(LinkKind.PERSON, BIG, f"p{number:04}") for number in range(min(PEOPLE, people))]
    token, _ = Tokens(service.database, service.clock).issue(BIG, "load", [Scope.READ])
    command = [sys.executable, "-m", "scheduler.cli", "serve", "--data", str(data), "--port", "0", "--json"]
    with subprocess.Popen([*command, "--log-level", "error"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = json.loads(process.stdout.readline())["address"]
            yield Served(
                address=address,
                process=process.pid,
                service=service,
                coordinator=access.begin("", who),
                people=tuple(access.enter(link, "")[0] for link in links),
                token=token,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


async def load(served: Served, seconds: float, rate: float = RATE, *, draw: random.Random) -> Told:
    """Ask so many times a second, and have it plan meanwhile, beginning anew whenever it is done."""
    told, loop, at_once = Told(), asyncio.get_running_loop(), set[asyncio.Task[None]]()
    # one that idles is let go before the service ends it: a request that is sent just then is lost, and asked again by
    # browsers alone
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEPT_SECONDS)
    async with httpx.AsyncClient(base_url=served.address, timeout=60, limits=limits) as client:
        for _, path in MIX:  # the first of each kind makes what all others are shown
            await _asked(client, served, path, draw, loop.time(), Told())
        begun = loop.time()
        for number in range(int(seconds * rate)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            (path,) = draw.choices([path for _, path in MIX], [weight for weight, _ in MIX])
            if len(at_once) >= AT_ONCE:  # a machine that is slower than this is not drowned; it shows in the times
                await asyncio.wait(at_once, return_when=asyncio.FIRST_COMPLETED)
            task = loop.create_task(_asked(client, served, path, draw, due, told))
            at_once.add(task)
            task.add_done_callback(at_once.discard)
            if number % int(rate * 5) == 0:
                told.memory.append(served.memory)
                served.service.jobs.new(BIG, PLAN, {"replan": True}, "load")
        await asyncio.gather(*at_once)
    told.memory.append(served.memory)
    return told


async def _asked(
    client: httpx.AsyncClient, served: Served, path: str, draw: random.Random, due: float, told: Told
) -> None:
    person = draw.randrange(len(served.people))
    headers = {"Authorization": f"Bearer {served.token}"}
    if not path.startswith("/api/"):
        cookie = served.people[person] if "/me/" in path else served.coordinator
        headers = {"Cookie": f"rondo={cookie}"}
    try:
        answer = await client.get(path.format(person=person, group=draw.randrange(1, 100)), headers=headers)
    except httpx.HTTPError as fault:
        told.failed.append(f"{path}: {type(fault).__name__}")
        return
    told.took[path].append(asyncio.get_running_loop().time() - due)
    if answer.status_code != 200:
        told.failed.append(f"{path}: {answer.status_code} {re.sub(r'<[^>]*>', ' ', answer.text)[:200]}")


def late(took: list[float], share: float = 0.95) -> float:
    """The time within which such a share was answered."""
    return sorted(took)[min(int(len(took) * share), len(took) - 1)]


def grown(told: Told, every: float = 5.0) -> int:
    """By how many bytes the service's memory grew, once it was warm."""
    warm = told.memory[int(WARM_SECONDS / every) :] or told.memory
    return told.memory[-1] - warm[0]


def main() -> None:
    """Load it, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="ten minutes")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=RATE)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        began = time.perf_counter()
        told = asyncio.run(load(served, 600 if asked.long else asked.seconds, asked.rate, draw=random.Random(1)))
        took = time.perf_counter() - began
        plans = [job.state for job in served.service.jobs.store.of(BIG, 1_000)]
    print(f"{'asked':<56} {'times':>6} {'p50':>6} {'p95':>6} {'p99':>6} {'most':>6}")
    for path, each in [*sorted(told.took.items()), ("all", told.all)]:
        figures = [late(each, share) * 1e3 for share in (0.5, 0.95, 0.99, 1.0)]
        print(f"{path:<56} {len(each):6}", *(f"{figure:6.0f}" for figure in figures))
    memory = [f"{each / 1e6:.0f}" for each in told.memory[:: max(1, len(told.memory) // 10)]]
    print(f"{took:.0f} s, {len(told.failed)} failed; plans: {', '.join(map(str, plans))}; MB: {' '.join(memory)}")
    print(*dict.fromkeys(told.failed[:20]), sep="\n")
    if told.failed or late(told.all) > MOST or grown(told) > MOST_GROWTH:
        sys.exit(1)


if __name__ == "__main__":
    main()
