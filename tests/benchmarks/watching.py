"""How long a change in somebody's calendar takes to become a repair in the organiser's: a real service, real doors.

    python -m tests.benchmarks.watching
    python -m tests.benchmarks.watching --series 50 --minutes 1 --postgres

`rondo serve` is a process of its own; the doubles of Google and Outlook run in this one, half of the people at each.
Every second somebody makes an appointment: every other one lies over a session, the rest in nobody's way. Prints a
table, once with every change told to the service and once with every message of the providers lost; ends with 1 where
a repair takes longer than promised, is missing, or a session stands that was in the way of nothing.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from scheduler.core.decision import Decision
from scheduler.store import SqlEngine, SqlStore, open_database
from tests.benchmarks.watched import Watched, served, subscribed, watched
from tests.postgres import postgres

PROMISED = 10.0
"""Seconds, of 95 in a hundred with pushes."""
POLL_MINUTES = 1
LOOKED = 0.1
PATIENCE = 90.0
COLUMNS = (
    "store",
    "messages",
    "series",
    "changes a minute",
    "over a session",
    "repaired",
    "asked",
    "p50 s",
    "p95 s",
    "max s",
)


@dataclass(slots=True)
class Hit:
    """An appointment over a session, and when its repair was seen at the organiser's provider (None: not yet)."""

    group: str
    start: datetime
    dates: int
    began: float
    repaired: float | None = None

    @property
    def seconds(self) -> float | None:
        """From the one to the other."""
        return None if self.repaired is None else self.repaired - self.began


class People:
    """Who makes appointments, and what becomes of them."""

    def __init__(self, house: Watched, store: SqlStore, seed: int) -> None:
        self._house, self._keys, self._chance = house, house.keys(store), random.Random(seed)
        self._events = {event.group: event for event in store.events() if not event.cancelled}
        self._left = sorted(self._events)
        self._chance.shuffle(self._left)
        self._made = 0
        self.hits: list[Hit] = []

    def disturb(self) -> None:
        """Over a session of a series that nobody disturbed before."""
        group = self._left.pop()
        sessions = [each.start for each in self._events[group].sessions if each.start][1:]
        start = self._chance.choice(sessions)
        who = self._chance.choice(self._house.members[group])
        dates = len(self._dates(group))
        self._add(who, start + timedelta(minutes=10), 20)
        self.hits.append(Hit(group, start, dates, time.monotonic()))

    def live(self) -> None:
        """In nobody's way: on a Sunday."""
        event = self._events[self._chance.choice(sorted(self._events))]
        start = next(each.start for each in event.sessions if each.start)
        sunday = start + timedelta(days=6 - start.weekday())
        self._add(self._chance.choice(self._house.people), sunday + timedelta(minutes=self._made), 30)

    def look(self) -> None:
        """At the calendars in which a repair is awaited."""
        for hit in self.hits:
            if hit.repaired is None:
                starts = self._dates(hit.group)
                if len(starts) == hit.dates and hit.start not in starts:
                    hit.repaired = time.monotonic()

    def strays(self) -> list[str]:
        """Series that stand otherwise than they did, though nobody was in their way."""
        hit = {each.group for each in self.hits}
        return [
            group
            for group, event in self._events.items()
            if group not in hit and self._dates(group) != sorted(at.start for at in event.sessions if at.start)
        ]

    def _dates(self, group: str) -> list[datetime]:
        calendar = self._house.calendar(self._house.members[group][0])
        return [each.start for each in calendar.dates(self._keys[group])]

    def _add(self, who: str, start: datetime, minutes: int) -> None:
        self._made += 1
        self._house.calendar(who).add(f"{self._made}", start, minutes, "own")


def disturbed(people: People, *, seconds: float, a_minute: int, store: SqlStore) -> list[Decision]:
    """Let people live for so long, and wait until all is repaired or asked about; the decisions that wait."""
    began, made = time.monotonic(), 0
    while (now := time.monotonic()) < began + seconds:
        if made <= (now - began) * a_minute / 60:
            (people.disturb if made % 2 else people.live)()
            made += 1
        people.look()
        time.sleep(LOOKED)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        people.look()
        asked = [each for each in store.decisions() if each.waits]
        if {hit.group for hit in people.hits if hit.repaired is None} <= {each.group for each in asked}:
            return asked
        time.sleep(LOOKED)
    return [each for each in store.decisions() if each.waits]


@contextmanager
def store_of(house: Watched, database: str) -> Iterator[SqlEngine]:
    """The service's database."""
    engine = open_database(database or house.data / "rondo.db")
    try:
        yield engine
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run."""

    store: str
    lost: bool
    series: int
    a_minute: int
    hits: tuple[Hit, ...]
    asked: int
    strays: int

    @property
    def seconds(self) -> list[float]:
        """Of each repair, shortest first."""
        return sorted(each.seconds for each in self.hits if each.seconds is not None)

    def quantile(self, part: float) -> float:
        """Of the seconds."""
        return self.seconds[min(len(self.seconds) - 1, int(part * len(self.seconds)))] if self.seconds else 0.0

    @property
    def fine(self) -> bool:
        """Whether everything is as promised."""
        most = self.quantile(1) <= 60 * POLL_MINUTES + PROMISED if self.lost else self.quantile(0.95) <= PROMISED
        return most and self.strays == 0 and len(self.seconds) + self.asked >= len(self.hits) > 0

    def __str__(self) -> str:
        figures = (
            *(self.store, "all lost" if self.lost else "pushed", self.series, self.a_minute, len(self.hits)),
            *(len(self.seconds), self.asked, *(f"{self.quantile(part):.1f}" for part in (0.5, 0.95, 1))),
        )
        return f"| {' | '.join(map(str, figures))} |"


def run(
    folder: Path, *, series: int, seconds: float, a_minute: int, lost: bool, database: str = "", seed: int = 1
) -> Row:
    """Publish a programme, serve it, and let people live."""
    with watched(folder, series) as house, ExitStack() as stack:
        house.publish(database)
        house.google.pushes.faults.lose = house.graph.pushes.faults.lose = int(lost)
        engine = stack.enter_context(store_of(house, database))
        settings = {"RONDO_SERVICE__POLL_MINUTES": str(POLL_MINUTES if lost else 60)}
        if database:
            settings["RONDO_SERVICE__DATABASE"] = database
        stack.enter_context(served(house, folder / "log", **settings))
        subscribed(house, engine)
        store = house.store(engine)
        people = People(house, store, seed)
        asked = disturbed(people, seconds=seconds, a_minute=a_minute, store=store)
        return Row(
            store="PostgreSQL" if database else "SQLite",
            lost=lost,
            series=series,
            a_minute=a_minute,
            hits=tuple(people.hits),
            asked=len({each.group for each in asked}),
            strays=len(people.strays()),
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where something is not as promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.watching")
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--rate", type=int, default=60, help="changes a minute")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--pushed", action="store_true", help="only with every change told")
    asked, fine = parser.parse_args(arguments), True
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}", flush=True)
    for lost in (False,) if asked.pushed else (False, True):
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            folder = Path(name)
            database = stack.enter_context(postgres(folder)).database("watching") if asked.postgres else ""
            row = run(
                folder,
                series=asked.series,
                seconds=60 * asked.minutes,
                a_minute=asked.rate,
                lost=lost,
                database=database,
            )
            print(row, flush=True)
            fine &= row.fine
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
