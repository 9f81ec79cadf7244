"""How long a coordinator waits for lists of a large programme.

    python -m tests.benchmarks.pages
    python -m tests.benchmarks.pages --groups 500 --people 1200

The service is in this process, on SQLite, and visitors come one after the other. Prints a table: milliseconds until
the whole answer is there, the processor's share of them (of service and visitor together), and its size. Ends with 1
where one of twenty answers took longer than it may.
"""

import argparse
import gzip
import sys
import tempfile
import time
from pathlib import Path

import httpx

from scheduler.app.access.tokens import Tokens
from scheduler.core.token import Scope
from tests.bigsite import BIG, standing_big

MOST = 0.150  # seconds, at the 95th percentile
PAGES = (
    "",
    "/people",
    "/people?show=not-ready",
    "/people?q=ada&sort=outside&page=3",
    "/coverage",
    "/coverage?show=missing&page=2",
    "/fairness",
    "/groups/g0007",
    "/digest",
    "/changes",
    "/log",
    "/plan",
)
API = (
    "",
    "/people?limit=50",
    "/groups?limit=50",
    "/occurrences?limit=50",
    "/occurrences?limit=50&person=p0007",
    "/coverage?limit=50",
    "/fairness?limit=50",
)


def measured(client: httpx.Client, path: str, times: int) -> tuple[list[float], float, int]:
    """Seconds of each answer but the first, seconds of the processor for each, and the size compressed."""
    client.get(path)
    took, busy = [], time.process_time()
    for _ in range(times):
        begun = time.perf_counter()
        answer = client.get(path)
        took.append(time.perf_counter() - begun)
        answer.raise_for_status()
    return sorted(took), (time.process_time() - busy) / times, len(gzip.compress(answer.content, 6))


def main() -> None:
    """Ask for each list many times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=2_000)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=100)
    asked = parser.parse_args()
    slow = []
    data = Path(tempfile.mkdtemp()) / "data"
    with (
        standing_big(data, groups=asked.groups, people=asked.people) as stand,
        stand.client(stand.coordinator(BIG)) as client,
    ):
        token, _ = Tokens(stand.service.database, stand.clock).issue(BIG, "benchmark", [Scope.READ])
        client.headers["Authorization"] = f"Bearer {token}"
        print(f"{'page':<52} {'p50':>7} {'p95':>7} {'cpu':>7} {'bytes':>7}")
        for page in (*(f"/p/{BIG}{page}" for page in PAGES), *(f"/api/v1/programmes/{BIG}{page}" for page in API)):
            took, busy, size = measured(client, page, asked.times)
            middle, late = took[len(took) // 2], took[int(len(took) * 0.95)]
            line = f"{page:<52} {middle * 1e3:7.0f} {late * 1e3:7.0f} {busy * 1e3:7.0f} {size:7}"
            print(line, flush=True)
            slow += [page] if late > MOST else []
    if slow:
        sys.exit(f"slower than {MOST * 1e3:.0f} ms: {', '.join(slow)}")


if __name__ == "__main__":
    main()
