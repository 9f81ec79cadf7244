"""What a refresh costs: the free/busy of 1,000 people over 26 weeks, from the doubles of Google and Graph.

    python -m tests.benchmarks.refresh
    python -m tests.benchmarks.refresh --people 200

Each double runs in a process of its own, so that its time is not ours. Prints a table and ends with 1 where an answer
is wrong, more calls are made than have to be, or one is above what the provider allows.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from multiprocessing.connection import Connection

from connectors._http.secret import Held
from connectors.google import GoogleReader, GoogleSession
from connectors.outlook import GraphSession, OutlookReader
from scheduler.core.interval import Interval, as_intervals
from scheduler.ports import Asked, CalendarReader, Own
from tests.doubles.google import Google
from tests.doubles.graph import CLIENT, TENANT, GraphDouble
from tests.doubles.server import Double, serving

PEOPLE, WEEKS, APPOINTMENTS = 1_000, 26, 40
BEGIN = datetime(2027, 1, 4, tzinfo=UTC)
WINDOW = Interval(BEGIN, BEGIN + timedelta(weeks=WEEKS))
MINUTE = 60.0
OURS = Own(uids=frozenset({"ours"}), sessions=as_intervals([[int(BEGIN.timestamp()), int(BEGIN.timestamp()) + 60]]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider as it limits us: calendars and days in a call, calls at once, and calls in a span of seconds.

    `singly`: calendars in which sessions of ours stand are read one by one, since merged blocks could hide something.
    """

    name: str
    calendars: int
    days: int
    at_once: int
    calls: int
    span: float
    singly: bool
    start: Callable[[int], tuple[Double, Callable[[], str]]]
    reader: Callable[[str, str], CalendarReader]

    def fewest(self, people: int, *, again: bool = False) -> int:
        """The fewest calls in which all of it can be asked for; `again`: sessions of ours stand everywhere."""
        if again and self.singly:
            return people
        return ceil(people / self.calendars) * ceil((WINDOW.end - WINDOW.start) / timedelta(days=self.days))

    def shortest(self, people: int, *, again: bool = False) -> float:
        """The fewest seconds in which the provider takes so many calls."""
        return max(0, ceil(self.fewest(people, again=again) / self.calls) - 1) * self.span


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a double saw, and what it took of the machine."""

    calls: int
    at_once: int
    busiest: int  # most calls in any span of the provider's
    seconds: float
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One refresh: seconds by the clock and of our own processor time, and what the double saw of it."""

    provider: Provider
    people: int
    again: bool
    seconds: float
    ours: float
    right: bool
    served: Served

    @property
    def share(self) -> float:
        """What part of the time our own code was at work."""
        return self.ours / self.seconds

    @property
    def faults(self) -> list[str]:
        """What is not as it has to be."""
        provider, served = self.provider, self.served
        found = {
            "an answer is wrong": not self.right,
            "more calls than have to be": served.calls > provider.fewest(self.people, again=self.again),
            "too many calls at once": served.at_once > provider.at_once,
            "too many calls in a span": served.busiest > provider.calls,
            f"no call of the provider's: {served.broken[:1]}": bool(served.broken),
        }
        return [what for what, so in found.items() if so]


def address(number: int) -> str:
    """Somebody's mailbox."""
    return f"p{number}@contoso.example"


def appointments(number: int) -> list[tuple[datetime, int]]:
    """Start and minutes of somebody's appointments: no two of them touch."""
    step = (WINDOW.end - WINDOW.start) / APPOINTMENTS
    starts = [WINDOW.start + step * each + timedelta(minutes=number % 97) for each in range(APPOINTMENTS)]
    return [(start.replace(second=0, microsecond=0), 25 + number % 40) for start in starts]


def _google(people: int) -> tuple[Google, Callable[[], str]]:
    double = Google()
    for number in range(people):
        double.add_person(address(number))
        for start, minutes in appointments(number):
            double.add_event(address(number), start, start + timedelta(minutes=minutes))
    return double, lambda: double.user_json(address(0))


def _graph(people: int) -> tuple[GraphDouble, Callable[[], str]]:
    double = GraphDouble()
    for number in range(people):
        double.add_person(address(number))
        for start, minutes in appointments(number):
            double.add_event(address(number), start, minutes)
    return double, lambda: double.secret(address(0))


def _google_reader(url: str, secret: str) -> CalendarReader:
    session = GoogleSession(Held(secret), endpoint=f"{url}/calendar/v3/", token_uri=f"{url}/token")
    return GoogleReader(session)


def _graph_reader(url: str, secret: str) -> CalendarReader:
    return OutlookReader(
        GraphSession(Held(secret), endpoint=f"{url}/v1.0", authority=f"{url}/{TENANT}", client_id=CLIENT)
    )


PROVIDERS = (
    Provider(
        name="google",
        calendars=50,
        days=60,
        at_once=600,
        calls=600,
        span=MINUTE,
        singly=True,
        start=_google,
        reader=_google_reader,
    ),
    Provider(
        name="outlook",
        calendars=20,
        days=61,
        at_once=4,
        calls=10_000,
        span=10 * MINUTE,
        singly=False,
        start=_graph,
        reader=_graph_reader,
    ),
)


def _serve(name: str, people: int, pipe: Connection) -> None:
    """The double's process: it tells where it is, and, when asked, what it saw."""
    provider = next(each for each in PROVIDERS if each.name == name)
    double, secret = provider.start(people)
    with serving(double):
        pipe.send((double.url, secret()))
        pipe.recv()
        before = time.process_time()
        pipe.send(None)
        pipe.recv()
        calls = [each.at for each in double.calls if _is_data(each.path)]
        pipe.send(
            Served(
                calls=len(calls),
                at_once=max(double.most_at_once.values(), default=0),
                busiest=max((sum(at <= other < at + provider.span for other in calls) for at in calls), default=0),
                seconds=time.process_time() - before,
                broken=tuple(double.broken),
            )
        )


def _is_data(path: str) -> bool:
    """Whether a call is about calendars, and not about signing in."""
    return "/calendar/v3/" in path or (path.startswith("/v1.0/") and "openid" not in path)


@contextmanager
def _served(provider: Provider, people: int) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(provider.name, people, theirs), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.join(timeout=60)
        process.kill()


def refresh(provider: Provider, people: int, *, again: bool = False) -> Row:
    """Read everybody once, from a double that nobody else asks; `again`: with a session of ours in each calendar."""
    own = OURS if again else Own()
    with _served(provider, people) as pipe:
        url, secret = pipe.recv()
        reader = provider.reader(url, secret)
        asked = [Asked(calendar=f"{provider.name}:{address(number)}", own=own) for number in range(people)]
        pipe.send("begin")
        pipe.recv()
        wall, processor = time.perf_counter(), time.process_time()
        answers = reader.free_busy(asked, window=WINDOW)
        seconds, ours = time.perf_counter() - wall, time.process_time() - processor
        pipe.send("end")
        served = pipe.recv()
    right = all(
        answer.free_busy is not None and answer.free_busy.busy.tolist() == _seconds(appointments(number))
        for number, answer in enumerate(answers)
    )
    return Row(provider=provider, people=people, again=again, seconds=seconds, ours=ours, right=right, served=served)


def _seconds(spans: Sequence[tuple[datetime, int]]) -> list[list[int]]:
    begins = [int(start.timestamp()) for start, _ in spans]
    return [[begin, begin + 60 * minutes] for begin, (_, minutes) in zip(begins, spans, strict=True)]


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    head = (
        "| provider | read | people | calls | fewest | at once | in a span | seconds | its limit | our CPU | its CPU |"
    )
    lines = [head, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        cells = (
            row.provider.name,
            "again" if row.again else "first",
            f"{row.people:,}",
            f"{row.served.calls:,}",
            f"{row.provider.fewest(row.people, again=row.again):,}",
            f"{row.served.at_once} of {row.provider.at_once}",
            f"{row.served.busiest} of {row.provider.calls:,}",
            f"{row.seconds:.1f}",
            f"{row.provider.shortest(row.people, again=row.again):.0f} s",
            f"{row.ours:.1f} s",
            f"{row.served.seconds:.1f} s",
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where something is not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=PEOPLE)
    people = parser.parse_args(arguments).people
    rows = [refresh(provider, people, again=again) for provider in PROVIDERS for again in (False, True)]
    print(table(rows))
    faults = [f"{row.provider.name}: {fault}" for row in rows for fault in row.faults]
    print(*faults, sep=os.linesep)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
