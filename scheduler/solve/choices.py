"""Where a few sessions go while all others stay: chosen together, exactly.

What counts, in this order: sessions that take place, changes, empty seats, minutes outside preferred hours, minutes
from where a session stood. That no session takes place is always possible, so every model has a solution.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr, LinearExprT

from scheduler.core.availability import Bitmap
from scheduler.core.commitments import attended
from scheduler.core.interval import Int64Array, no_intervals
from scheduler.core.pain import MOST_PAIN
from scheduler.core.pins import Key
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.solve.cliques import cliques
from scheduler.solve.clocks import local_days, local_weeks
from scheduler.solve.components import components
from scheduler.solve.search import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A session, where it stood, and where it can stand beside all that stays: `starts` (n), who of the optional people
    can come (`comes[n, optional]`), and what it costs whom (`pain[n, members]`)."""

    series: Series
    session: int
    stood: int
    starts: Int64Array
    comes: Bitmap
    pain: Int64Array

    @property
    def key(self) -> Key:
        """Which session it is."""
        return self.series.id, self.session


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where a session goes, and who of the optional people is absent there."""

    start: int
    absent: tuple[str, ...]


class _Seat(NamedTuple):
    """One that somebody takes where `taken` is true: when, and at which choice."""

    start: int
    end: int
    choice: int
    taken: IntVar


def chosen(problem: Problem, stays: Plan, choices: Sequence[Choice], search: Search) -> Mapping[Key, Chosen]:
    """Where each session goes; one that is not named takes place no more. `stays`: all that stays where it is."""
    found: dict[Key, Chosen] = {}
    some = [choice for choice in choices if len(choice.starts)]
    for part in components(some, (_shares(problem, choice) for choice in some)):
        found |= _Model(problem, stays, part).solved(search)
    return found


def _shares(problem: Problem, choice: Choice) -> Iterator[Hashable]:
    """Whom a session can take in which of their weeks, buffers included: only sessions that share any can clash."""
    yield choice.key
    for who in choice.series.members:
        limits = problem.people[who].boundary
        edges = [choice.starts - limits.buffer, choice.starts + choice.series.duration + limits.buffer]
        for week in np.unique(local_weeks(np.concatenate(edges), limits.zone, problem.horizon)).tolist():
            yield who, week


class _Model:
    """The sessions of one part. `stands[c][n]`: choice c goes to its start n; `comes[c][n, k]`: and the k-th of its
    optional people is there."""

    def __init__(self, problem: Problem, stays: Plan, choices: Sequence[Choice]) -> None:
        self.problem, self.stays, self.choices, self.cp = problem, stays, choices, CpModel()
        self.stands = [[self.cp.new_bool_var("") for _ in choice.starts] for choice in choices]
        self.comes = [
            {place: self.cp.new_bool_var("") for place in zip(*np.nonzero(choice.comes), strict=True)}
            for choice in choices
        ]
        for number in range(len(choices)):
            self._one_place(number)
        for who, seats in self._seats().items():
            self._never_two_at_once(who, seats)
            self._within_caps(who, seats)

    def solved(self, search: Search) -> Mapping[Key, Chosen]:
        """The best of all that can be."""
        values = (0,) * len(self.cp.proto.variables)
        for cost in (self._changes(), self._comfort(), self._distance()):
            answer = search.minimize(self.cp, cost, values)
            if answer.values is not None:
                values = answer.values
                self.cp.add(cost <= answer.cost)
        return dict(self._read(values))

    def _one_place(self, number: int) -> None:
        """A session goes to one place at most, and the quorum comes."""
        series, stands = self.choices[number].series, self.stands[number]
        self.cp.add_at_most_one(stands)
        present = defaultdict(list)
        for (n, _), comes in self.comes[number].items():
            self.cp.add(comes <= stands[n])
            present[n].append(comes)
        for n in range(len(stands) if series.quorum else 0):
            self.cp.add(LinearExpr.sum(present[n]) >= series.quorum * stands[n])

    def _seats(self) -> Mapping[str, Sequence[_Seat]]:
        """All seats of each person."""
        seats = defaultdict(list)
        for number, choice in enumerate(self.choices):
            series, starts = choice.series, choice.starts.tolist()
            for n, start in enumerate(starts):
                for who in series.required:
                    seats[who].append(_Seat(start, start + series.duration, number, self.stands[number][n]))
            for (n, k), comes in self.comes[number].items():
                seats[series.optional[k]].append(_Seat(starts[n], starts[n] + series.duration, number, comes))
        return seats

    def _never_two_at_once(self, who: str, seats: Sequence[_Seat]) -> None:
        """Of sessions that share an instant, buffers after them included, a person attends one."""
        starts, ends, numbers = (np.array([seat[i] for seat in seats], dtype=np.int64) for i in range(3))
        for rows in cliques(starts, ends + self.problem.people[who].boundary.buffer, numbers):
            self.cp.add_at_most_one([seats[row].taken for row in rows])

    def _within_caps(self, who: str, seats: Sequence[_Seat]) -> None:
        """In each local day and week as many as the person takes, less those that stay."""
        limits, horizon = self.problem.people[who].boundary, self.problem.horizon
        stays = np.concatenate([no_intervals(), *attended(self.problem, self.stays, who).values()])[:, 0]
        starts = np.array([seat.start for seat in seats], dtype=np.int64)
        for cap, period_of in ((limits.max_per_day, local_days), (limits.max_per_week, local_weeks)):
            if cap is not None:
                taken, periods = (period_of(at, limits.zone, horizon) for at in (stays, starts))
                for period in np.unique(periods).tolist():
                    inside = [seats[row].taken for row in np.flatnonzero(periods == period).tolist()]
                    self.cp.add(LinearExpr.sum(inside) <= max(0, cap - int((taken == period).sum())))

    def _changes(self) -> LinearExprT:
        """First sessions that take place, then those that stay where they stood."""
        return self._sum(lambda choice: (choice.starts != choice.stood) - (len(self.choices) + 1))

    def _comfort(self) -> LinearExprT:
        """First empty seats, then minutes outside preferred hours of those who come."""
        dear = 1 + MOST_PAIN * sum(len(choice.series.members) for choice in self.choices)

        def cost(choice: Choice) -> Int64Array:
            pain: Int64Array = choice.pain[:, : len(choice.series.required)].sum(axis=1)
            return pain + dear * len(choice.series.optional)

        there = [
            (int(choice.pain[n, len(choice.series.required) + k]) - dear) * comes
            for choice, mine in zip(self.choices, self.comes, strict=True)
            for (n, k), comes in mine.items()
        ]
        return LinearExpr.sum([self._sum(cost), *there])

    def _distance(self) -> LinearExprT:
        """Minutes from where sessions stood; of two that are as far, the earlier is nearer."""
        return self._sum(lambda choice: 2 * np.abs(choice.starts - choice.stood) + (choice.starts > choice.stood))

    def _sum(self, cost: Callable[[Choice], Int64Array]) -> LinearExprT:
        """What all places together cost."""
        costs = np.concatenate([cost(choice) for choice in self.choices]).tolist()
        return LinearExpr.weighted_sum(list(chain.from_iterable(self.stands)), costs)

    def _read(self, values: Sequence[int]) -> Iterator[tuple[Key, Chosen]]:
        """What the values of all variables say."""
        for choice, stands, comes in zip(self.choices, self.stands, self.comes, strict=True):
            for n in (n for n, var in enumerate(stands) if values[var.index]):
                there = {k for (at, k), var in comes.items() if at == n and values[var.index]}
                absent = tuple(who for k, who in enumerate(choice.series.optional) if k not in there)
                yield choice.key, Chosen(int(choice.starts[n]), absent)
