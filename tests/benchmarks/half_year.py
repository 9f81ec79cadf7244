"""Half a year of a programme while calendars change: looked after by Rondo, planned anew each week, or greedily.

    python -m tests.benchmarks.half_year [SEED ...] [--series 200] [--weeks 26]

All meet the same appointments (half_year_life), day by day from three weeks before the first week. A session is held if
everybody required and the quorum is free when it begins. Ends with 1 where
Rondo, all proposals accepted, misses a bar.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from scheduler.core.disturbed import disturbed
from scheduler.core.explain import Notes
from scheduler.core.interval import DAY_MINUTES, Horizon, clipped, merged
from scheduler.core.pins import Key
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.repairs import Mode
from scheduler.solve import solve
from tests.benchmarks.half_year_life import LEAD_DAYS, Life, life
from tests.benchmarks.half_year_ways import Greedy, Replanned, Rondo, Way
from tests.benchmarks.instances import instance_of

LEAST_HELD, MOST_CHANGES = 0.99, 1.1
ACCEPTED = "Rondo, all accepted"
SUGGEST, REPLAN, GREEDY = "Rondo, suggest, a third unanswered", "re-plan each week", "greedy"
COLUMNS = (
    "seed",
    "looked after by",
    "planned",
    "held",
    "missed",
    "skipped",
    "broken",
    "changes",
    "changes / broken",
    "changes a series",
    "a person noticed",
    "at most",
    "proposals",
    "p50 ms",
    "p95 ms",
)
NOT_ASKED = Notes()


@dataclass(slots=True)
class Tally:
    """What came of half a year. `broken`: sessions that no longer held where they stood, each place once."""

    way: Way
    planned: int
    people: int
    broken: set[tuple[Key, int]] = field(default_factory=set)
    series: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    held: int = 0
    missed: int = 0

    @property
    def changes(self) -> int:
        """Sessions that were put elsewhere, skipped or brought back, each as often as it was."""
        return self.series.total()

    @property
    def changes_each(self) -> float:
        """Changes for each session that broke."""
        return self.changes / max(1, len(self.broken))


def half_year(problem: Problem, plan: Plan, seen: Life, way: Way) -> Tally:
    """Let the time go by."""
    tally = Tally(way, sum(series.sessions for series in problem.series), len(problem.people))
    today = problem
    for day in range(-LEAD_DAYS, problem.horizon.weeks * 7):
        news = seen.news.get(day, ())
        today = replace(today, people={**today.people, **{who: seen.known(who, day) for who in news}})
        _live_through(tally, today, day * DAY_MINUTES, news)
    last = problem.horizon.weeks * 7
    final = replace(problem, people={who: seen.known(who, last) for who in problem.people})
    tally.missed = len(disturbed(final, way.plan, NOT_ASKED, since=-LEAD_DAYS * DAY_MINUTES))
    tally.held = sum(s.takes_place for p in way.plan.placements for s in p.sessions) - tally.missed
    return tally


def _live_through(tally: Tally, today: Problem, now: int, news: Collection[str]) -> None:
    """One day, and what it adds to the tally."""
    way, members = tally.way, {series.id: series.members for series in today.series}
    before = way.plan
    hit = _hit(today, before, now, news)
    broken = disturbed(today, before, NOT_ASKED, since=now, only=hit) if hit else ()
    tally.broken |= {(each.key, each.start) for each in broken}
    begun = time.perf_counter()
    way.day(today, now, {each.group for each in broken})
    tally.seconds += [time.perf_counter() - begun] if broken else []
    old, new = _stands(before), _stands(way.plan)
    for key in new:
        if old[key] != new[key]:
            tally.series[key[0]] += 1
            tally.noticed.update(members[key[0]])


def _hit(problem: Problem, plan: Plan, now: int, people: Collection[str]) -> set[str]:
    """The series with a session ahead that touches something in the calendars of these people, buffers included."""
    placements, found = plan.by_series(), set()
    taken = {
        who: merged(problem.people[who].busy + np.array([-1, 1]) * problem.people[who].boundary.buffer)
        for who in people
    }
    for series in problem.series:
        starts = np.array([s.start for s in placements[series.id].sessions if s.takes_place and s.start >= now])
        for who in set(series.members) & set(people) if len(starts) else ():
            last = np.searchsorted(taken[who][:, 0], starts + series.duration) - 1
            if ((last >= 0) & (taken[who][last, 1] > starts)).any():
                found.add(series.id)
    return found


def _stands(plan: Plan) -> Mapping[Key, int | None]:
    """Where each session takes place."""
    return {
        (p.series, i): s.start if s.takes_place else None for p in plan.placements for i, s in enumerate(p.sessions)
    }


def shortened(problem: Problem, weeks: int) -> Problem:
    """A programme of so many weeks: of each series as many sessions as fit in there, and of calendars that part."""
    horizon, share = Horizon(problem.horizon.first_monday, weeks), weeks / problem.horizon.weeks
    end = (weeks + 1) * 7 * DAY_MINUTES
    people = {who: replace(each, busy=clipped(each.busy, -end, end)) for who, each in problem.people.items()}
    series = tuple(replace(each, sessions=max(1, int(each.sessions * share))) for each in problem.series)
    return replace(problem, horizon=horizon, people=people, series=series)


def ways(plan: Plan) -> dict[str, Way]:
    """Everything that is compared."""
    return {
        ACCEPTED: Rondo(plan),
        SUGGEST: Rondo(plan, Mode.SUGGEST, patient=True),
        REPLAN: Replanned(plan),
        GREEDY: Greedy(plan),
    }


def table(seed: int, tallies: Mapping[str, Tally]) -> Iterator[list[str]]:
    """A row for each way."""
    for name, tally in tallies.items():
        noticed, millis = tally.noticed, [1000 * each for each in tally.seconds] or [0.0]
        skipped = tally.planned - tally.held - tally.missed
        asked = tally.way.proposed.total() if isinstance(tally.way, Rondo) else 0
        yield [
            f"{seed}",
            name,
            *(
                f"{count:,}"
                for count in (tally.planned, tally.held, tally.missed, skipped, len(tally.broken), tally.changes)
            ),
            f"{tally.changes_each:.3f}",
            f"{tally.changes / len(tally.way.plan.placements):.2f}",
            f"{noticed.total() / tally.people:.2f}",
            f"{max(noticed.values(), default=0)}",
            f"{asked:,}",
            *(f"{np.quantile(millis, q):.0f}" for q in (0.5, 0.95)),
        ]


def main() -> int:
    """Print the table; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.half_year")
    parser.add_argument("seeds", type=int, nargs="*", default=[1])
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=26)
    asked, fine = parser.parse_args(), True
    print("| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS))
    for seed in asked.seeds:
        problem = shortened(instance_of(asked.series, seed), asked.weeks)
        plan = solve(problem)
        seen = life(problem, plan, seed)
        tallies = {}
        for name, way in ways(plan).items():
            tallies[name] = half_year(problem, plan, seen, way)
            print("\n".join("| " + " | ".join(row) + " |" for row in table(seed, {name: tallies[name]})), flush=True)
            if isinstance(way, Rondo):
                became = Counter(each.state for each in way.trail.values())
                print(dict(became), dict(way.proposed), "searched", way.searched, file=sys.stderr)
        rondo, anew = tallies[ACCEPTED], tallies[REPLAN]
        print(f"held {rondo.held / anew.held:.4f} of the re-plan", file=sys.stderr)
        fine &= rondo.held >= LEAST_HELD * anew.held and rondo.changes_each <= MOST_CHANGES
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
