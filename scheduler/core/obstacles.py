"""What stands in the way of a series at each of many starts: its required people together, and enough of the others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scheduler.core.availability import Bitmap
from scheduler.core.barriers import PRICES, Barrier, Closed, Kind, closed_times, listed
from scheduler.core.blocked import Blocked, Cap, Register, too_many
from scheduler.core.commitments import attended
from scheduler.core.cover import Alternatives, all_of, any_of
from scheduler.core.explain import Notes
from scheduler.core.interval import Int64Array, Intervals
from scheduler.core.people import Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, wall_clock


@dataclass(frozen=True, slots=True)
class Obstacles:
    """For each of some starts what would have to give; `count` and `price` are lower bounds of any set that does."""

    quorum: int
    register: Register
    joint: Blocked
    optional: tuple[Blocked, ...]
    count: Int64Array
    price: Int64Array
    known: dict[int, Alternatives] = field(default_factory=dict)

    @property
    def free(self) -> Bitmap:
        """Where a session can be held as it is."""
        present = np.sum([each.free for each in self.optional], axis=0) if self.optional else 0
        free: Bitmap = self.joint.free & (present >= self.quorum)
        return free

    def alternatives(self, row: int) -> Alternatives:
        """The sets of barriers of which one has to give so that a session can be held at a start."""
        if row not in self.known:
            joint = self.joint.alternatives(row)
            self.known[row] = all_of([joint, self._present(row)]) if self.quorum else joint
        return self.known[row]

    def _present(self, row: int) -> Alternatives:
        """The sets that let enough of the optional people come."""
        seats = [each.alternatives(row) for each in self.optional]
        return any_of(bits for some in combinations(seats, self.quorum) for bits in all_of(some))

    def blocked(self, number: int, rows: Iterable[int]) -> list[int]:
        """Those of some rows at which a barrier stands in the way."""
        return [row for row in rows if any(bits >> number & 1 for bits in self.alternatives(row))]

    def shift(self, number: int, rows: Iterable[int]) -> int:
        """By how many minutes an edge of hours would have to shift for all of these rows; 0 for other barriers."""
        tables = [each for each in (self.joint, *self.optional) if number in each.minutes]
        hit = self.blocked(number, rows) if tables else []
        return max((int(each.minutes[number][row]) for each in tables for row in hit), default=0)

    def price_of(self, number: int, rows: Sequence[int]) -> int:
        """What it costs that a barrier gives at these rows."""
        kind = self.register.barriers[number].kind
        times = len(self.blocked(number, rows)) if kind is Kind.SINGLE else 1
        return PRICES[kind] * times + self.shift(number, rows)

    def asked(self, rows: Int64Array) -> tuple[NDArray[np.float32], Int64Array]:
        """What the required people ask for in many rules at once, a row of rows each.

        `bits[rule, date, barrier]`: whether it stands in the way; `prices[rule, barrier]`: the least that it costs.
        """
        must = self.joint.must[rows]
        found = np.unpackbits(must.view(np.uint8), axis=-1, bitorder="little")
        some = np.flatnonzero(found.any(axis=(0, 1)))
        bits = found[:, :, some].astype(np.float32)
        kinds = [self.register.barriers[number].kind for number in some.tolist()]
        prices = np.tile(np.array([PRICES[kind] for kind in kinds], dtype=np.int64), (len(rows), 1))
        for column, (number, kind) in enumerate(zip(some.tolist(), kinds, strict=True)):
            if kind is Kind.SINGLE:
                prices[:, column] *= bits[:, :, column].sum(axis=1).astype(np.int64)
            if number in self.joint.minutes:
                prices[:, column] += self.joint.minutes[number][rows].max(axis=1)
        return bits, prices


def obstacles(problem: Problem, series: Series, starts: Int64Array, plan: Plan | None, notes: Notes) -> Obstacles:
    """What is in the way of a session of a series at each start (minutes), by limits and by what a plan asks."""
    register = Register()
    asked = series.members if series.quorum else series.required
    people = {who: problem.people[who] for who in asked}
    busy = {who: attended(problem, plan, who, but=series.id) if plan else {} for who in people}
    closed = {
        who: (*closed_times(person, problem.horizon, notes), _engaged(person, busy[who]))
        for who, person in people.items()
    }
    for who, person in people.items():
        _registered(register, person, closed[who])
    joint = Blocked(starts, series.duration, register, alone=False)
    alone = {who: Blocked(starts, series.duration, register, alone=True) for who in people if who in series.optional}
    for who, person in people.items():
        table = alone.get(who, joint)
        for part in closed[who]:
            table.close(part, _gap(who))
        for cap in _caps(problem, person, busy[who], starts, register):
            table.limit(cap)
    optional = tuple(alone.values())
    count, price = (_with_quorum(joint, optional, series.quorum, of) for of in ("count", "price"))
    return Obstacles(series.quorum, register, joint, optional, count, price)


def _with_quorum(joint: Blocked, optional: tuple[Blocked, ...], quorum: int, of: str) -> Int64Array:
    """The least for all required people, and for as many of the others as it takes."""
    least: Int64Array = getattr(joint, of)
    if not quorum:
        return least
    others = np.sort([getattr(each, of) for each in optional], axis=0)[:quorum]
    return least + np.asarray(others.sum(axis=0), dtype=np.int64)


def _gap(who: str) -> Barrier:
    return Barrier(who, Kind.GAP)


def _engaged(person: Participant, busy: Mapping[str, Intervals]) -> Closed:
    """The sessions of other series."""
    return listed({series_barrier(name): mine for name, mine in busy.items()}, person.boundary.buffer)


def series_barrier(name: str) -> Barrier:
    """Another series, which gives for everybody at once."""
    return Barrier("", Kind.SERIES, name)


def _registered(register: Register, person: Participant, closed: tuple[Closed, ...]) -> None:
    limits = person.boundary
    for barrier in (barrier for part in closed for barrier in part.barriers):
        register.number(barrier)
    register.number(_gap(person.id))
    for kind, most in ((Kind.DAY_CAP, limits.max_per_day), (Kind.WEEK_CAP, limits.max_per_week)):
        if most is not None:
            register.number(Barrier(person.id, kind, str(most)))


def _caps(
    problem: Problem, person: Participant, busy: Mapping[str, Intervals], starts: Int64Array, register: Register
) -> list[Cap]:
    """The days and weeks in which somebody has enough sessions of other series."""
    limits, horizon = person.boundary, problem.horizon
    sessions = [(int(start), name) for name, spans in busy.items() for start, _ in spans]
    if not sessions:
        return []
    mine = np.array([start for start, _ in sessions], dtype=np.int64)
    days, shown = (wall_clock(horizon.exact(at), limits.zone) // DAY_SECONDS + EPOCH_DAY - 1 for at in (mine, starts))
    caps = []
    for kind, most, size in ((Kind.DAY_CAP, limits.max_per_day, 1), (Kind.WEEK_CAP, limits.max_per_week, 7)):
        there = defaultdict(list)
        for period, (_, name) in zip((days // size).tolist(), sessions, strict=True):
            there[period].append(name)
        cap = Barrier(person.id, kind, str(most))
        full = {
            period: too_many(cap, most, names, register)
            for period, names in sorted(there.items())
            if most is not None and len(names) >= most
        }
        if full:
            caps.append(Cap(shown // size, full))
    return caps
