"""How much of a programme's inconvenience each person carries (formats.md, worst_burden), session by session."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from scheduler.core.interval import WEEK_MINUTES, Int64Array
from scheduler.core.pain import pain
from scheduler.core.plan import Plan, Status
from scheduler.core.problem import Problem
from scheduler.core.walltime import wall_clock

Seat: TypeAlias = tuple[int, int, int, int, bool]
"""Of a session that somebody attends: start, duration, number of its series, index in it, and whether it was moved."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a plan asks of one person; arrays and tuples have an entry for each session attended, in order of time.

    `series`: indices into the problem's. `session`: the index in its series, 0 the first. `week`: of the person's own
    calendar, counted from the horizon's first. `pain`: minutes outside preferred hours. `planned`: sessions of all the
    person's series.
    """

    person: str
    series: Int64Array
    session: Int64Array
    week: Int64Array
    pain: Int64Array
    moved: int
    planned: int

    @property
    def total(self) -> int:
        """All minutes outside preferred hours."""
        return int(self.pain.sum())

    @property
    def attended(self) -> int:
        """Sessions that the person attends."""
        return len(self.pain)

    @property
    def burden(self) -> float:
        """Minutes outside preferred hours per session planned."""
        return self.total / self.planned

    def by_week(self) -> Mapping[int, int]:
        """Pain of each week that has any."""
        return _summed(self.week, self.pain)

    def by_series(self) -> Mapping[int, int]:
        """Pain in each of the series whose sessions the person attends."""
        return _summed(self.series, self.pain)


def accounts(problem: Problem, plan: Plan) -> tuple[Account, ...]:
    """The accounts of everybody of whose series any session is planned, the largest burden first."""
    seats = _seats(problem, plan)
    planned: Counter[str] = Counter()
    for series in problem.series:
        planned.update(dict.fromkeys(series.members, series.sessions))
    found = [_account(problem, who, seats[who], count) for who, count in planned.items() if count]
    return tuple(sorted(found, key=lambda account: (-account.burden, account.person)))


def burdens(problem: Problem, plan: Plan) -> Mapping[str, float]:
    """Minutes outside preferred hours per session planned, of everybody who has any, the largest first."""
    return {account.person: account.burden for account in accounts(problem, plan)}


def _seats(problem: Problem, plan: Plan) -> Mapping[str, list[Seat]]:
    """The seats of each person who attends anything."""
    placements = plan.by_series()
    seats: dict[str, list[Seat]] = defaultdict(list)
    for number, series in enumerate(problem.series):
        sessions = placements[series.id].sessions if series.id in placements else ()
        for index, session in enumerate(sessions):
            row = (session.start, series.duration, number, index, session.status is Status.MOVED)
            for who in series.members if session.takes_place else ():
                if who not in session.absent:
                    seats[who].append(row)
    return seats


def _account(problem: Problem, who: str, seats: list[Seat], planned: int) -> Account:
    limits = problem.people[who].boundary
    starts, durations, series, session, moved = np.array(sorted(seats), dtype=np.int64).reshape(-1, 5).T
    shown = problem.horizon.minutes(wall_clock(problem.horizon.exact(starts), limits.zone))
    return Account(
        person=who,
        series=series,
        session=session,
        week=shown // WEEK_MINUTES,
        pain=pain(limits, starts, durations, problem.horizon),
        moved=int(moved.sum()),
        planned=planned,
    )


def _summed(keys: Int64Array, values: Int64Array) -> Mapping[int, int]:
    found = {int(key): int(values[keys == key].sum()) for key in np.unique(keys)}
    return {key: value for key, value in found.items() if value}
