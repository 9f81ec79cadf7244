"""Whether two slots in turn would spread the bad hour of a circle that spans the globe.

All rules of one series are looked at, two slots from the same first week at a time. Each date is looked at by itself:
it is held at its regular time, else moved to the hour of its week that hurts least in all, else lost.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.core.candidates import NOWHERE, Candidates, candidates_of
from scheduler.core.interval import DAY_MINUTES, Int64Array
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.series import MOST_WEEKS_BETWEEN, Series
from scheduler.core.walltime import wall_clock

FEWEST, WIDE_HOURS = 3, 10
"""A circle is of so many people; it is wide where their zones lie further apart than this."""
ENOUGH = 0.8
"""Two slots are worth it where the worst burden falls to this part of it, a fifth less."""
MOST_COLUMNS = 100
"""Of each slot so many of the best days and times are paired; a wide circle has hardly more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best of a number of slots, in the order of the score: sessions that happen, strain, and the worst burden."""

    happen: int
    strain: int
    worst: float

    def is_worth(self, instead: "Outcome") -> bool:
        """Whether it is worth to take this one instead of another: no session less, and a fifth less to bear."""
        return self.happen >= instead.happen and instead.worst > 0 and self.worst <= ENOUGH * instead.worst


@dataclass(frozen=True, slots=True)
class _Columns:
    """Days and times of one slot: sessions lost, moved, seats left empty, and pain[column, member]."""

    lost: Int64Array
    moved: Int64Array
    empty: Int64Array
    pain: Int64Array

    def only(self, kept: Int64Array) -> "_Columns":
        return _Columns(self.lost[kept], self.moved[kept], self.empty[kept], self.pain[kept])

    def with_each(self, other: "_Columns") -> "_Columns":
        """Every column together with every column of another slot."""

        def added(one: Int64Array, two: Int64Array) -> Int64Array:
            return (one[:, None] + two[None, :]).reshape(-1, *one.shape[1:])

        return _Columns(
            added(self.lost, other.lost),
            added(self.moved, other.moved),
            added(self.empty, other.empty),
            added(self.pain, other.pain),
        )


def hours_apart(problem: Problem, series: Series) -> float:
    """The shortest arc of the clock that holds the zones of all members, by their offsets when the horizon begins."""
    start = problem.horizon.exact(np.zeros(1, dtype=np.int64))
    zones = [problem.people[who].boundary.zone for who in series.members]
    shown = np.sort([int(problem.horizon.minutes(wall_clock(start, zone))[0]) % DAY_MINUTES for zone in zones])
    gaps = np.diff(np.append(shown, shown[0] + DAY_MINUTES))
    return float(DAY_MINUTES - gaps.max()) / 60


def may_turn(problem: Problem, series: Series) -> bool:
    """Whether a series is one to ask about: a wide circle with one slot and no pins, whose cadence has room for two."""
    cadence = series.cadence
    room = cadence.monthly or cadence.every_weeks * 2 <= MOST_WEEKS_BETWEEN
    circle = len(series.members) >= FEWEST and series.sessions > 1 and not series.pinned
    return circle and room and cadence.rotation == 1 and hours_apart(problem, series) > WIDE_HOURS


def in_turn(series: Series, turns: int) -> Series:
    """The series with so many slots in turn."""
    return replace(series, cadence=replace(series.cadence, rotation=turns))


def settled(problem: Problem, open_: Collection[str], previous: Plan | None) -> Problem:
    """The problem with a number of slots for the series that leave it open: two where that is worth it, else one.

    Each is looked at alone, and without what people decided by hand. What stands keeps its number of slots.
    """
    before = previous.by_series() if previous else {}

    def slots(series: Series) -> int:
        standing = before.get(series.id)
        if standing and standing.slots:
            return len(standing.slots)
        unpinned = replace(series, pinned={})
        return 2 if may_turn(problem, unpinned) and _is_worth_alone(problem, unpinned) else 1

    chosen = (in_turn(each, slots(each)) if each.id in open_ else each for each in problem.series)
    return replace(problem, series=tuple(chosen))


def _is_worth_alone(problem: Problem, series: Series) -> bool:
    found = candidates_of(problem, series)
    nothing = dict.fromkeys(series.members, 0)
    planned = dict.fromkeys(series.members, series.sessions)
    one, two = (best_outcome(found, turns, problem.slack, nothing, planned) for turns in (1, 2))
    return two.is_worth(one)


def best_outcome(
    found: Candidates, turns: int, slack: int, carried: Mapping[str, int], planned: Mapping[str, int]
) -> Outcome:
    """The best that so many slots in turn (one or two) can reach.

    `carried`: the pain of each member in all other series. `planned`: the sessions planned of all a member's series.
    """
    series = found.series
    pain, week = _borne(found), _best_in_week(found)
    best = (series.sessions, 0, 0.0)
    for dates in found.dates:
        slots = [_columns_of(found, dates[:, turn::turns], pain, week) for turn in range(turns)]
        columns = slots[0] if turns == 1 else _best(slots[0]).with_each(_best(slots[1]))
        best = min([best, *_levels(columns, slack, series.members, carried, planned)])
    lost, strain, worst = best
    return Outcome(series.sessions - lost, strain, worst)


def _levels(
    columns: _Columns, slack: int, members: Sequence[str], carried: Mapping[str, int], planned: Mapping[str, int]
) -> list[tuple[int, int, float]]:
    """The first three levels of the score of the best column; none where there is no column."""
    if not len(columns.lost):
        return []
    other = np.array([carried[who] for who in members])
    worst = ((columns.pain + other) / np.array([planned[who] for who in members])).max(axis=1)
    strain = np.maximum(0, columns.moved - slack) + columns.empty
    best = np.lexsort((worst, strain, columns.lost))[0]
    return [(int(columns.lost[best]), int(strain[best]), float(worst[best]))]


def _best(columns: _Columns) -> _Columns:
    order = np.lexsort((columns.pain.sum(axis=1), columns.moved + columns.empty, columns.lost))
    return columns.only(order[:MOST_COLUMNS])


def _columns_of(found: Candidates, days: Int64Array, pain: Int64Array, week: Int64Array) -> _Columns:
    """The days and times of a slot whose sessions fall on `days[choice, session]`, all of them inside the horizon."""
    days = days[(days != NOWHERE).all(axis=1)]
    regular = found.regular[days]  # choice, session, time
    size = regular.shape[0] * regular.shape[2], regular.shape[1]
    at = regular.transpose(0, 2, 1).reshape(size)
    moves_to = np.repeat(week[days // 7], regular.shape[2], axis=0)
    held = at != NOWHERE
    start = np.where(held, at, moves_to)
    lost = start == NOWHERE
    empty = np.append((~found.comes).sum(axis=1), 0)
    return _Columns(
        lost=lost.sum(axis=1),
        moved=(~held & ~lost).sum(axis=1),
        empty=empty[start].sum(axis=1),
        pain=pain[start].sum(axis=1),
    )


def _borne(found: Candidates) -> Int64Array:
    """The pain of each member who comes at each start, and a last row of none, which NOWHERE means."""
    required = np.ones((len(found.starts), len(found.series.required)), dtype=bool)
    borne = np.where(np.concatenate([required, found.comes], axis=1), found.pain, 0)
    return np.concatenate([borne, np.zeros((1, len(found.series.members)), dtype=np.int64)])


def _best_in_week(found: Candidates) -> Int64Array:
    """The start of each week to which a session moves best: fewest empty seats, then least pain; NOWHERE if none."""
    order = np.lexsort((_borne(found)[:-1].sum(axis=1), (~found.comes).sum(axis=1)))
    best = np.full(found.weeks, NOWHERE, dtype=np.int64)
    movable = order[found.week[order] != NOWHERE][::-1]  # the best is written last
    best[found.week[movable]] = movable
    return best
