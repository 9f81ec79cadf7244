"""The pair's question: which recurring slots are best, and what becomes of each date with them.

Every rule is looked at, not a sample. What else people have planned is theirs to keep (`core.commitments`), so an
option can be taken as it is.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from scheduler.core.availability import Lattice, availability
from scheduler.core.candidates import NOWHERE, Candidates, candidates, wall_grid
from scheduler.core.hours import parse_hours
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.errors import InputError

APART_MINUTES = 60  # two options of a weekday that are closer than this are one to a person


@dataclass(frozen=True, slots=True)
class SlotOption:
    """A slot with all its dates: those it holds, moves and loses, and the minutes outside what people prefer."""

    slot: Slot
    placement: Placement
    outside: int

    def count(self, status: Status) -> int:
        """How many sessions end up so."""
        return sum(session.status is status for session in self.placement.sessions)


def parse_slot(text: str) -> Slot:
    """A weekday and a time as people write them: `Tue 10:00`, `friday 9`. Raises InputError."""
    day, _, time = text.strip().partition(" ")
    try:
        clock = re.fullmatch(r"(\d{1,2})(?::([0-5]\d))?", time.strip())
        [weekday] = parse_hours(f"{day} 0-24")
        minute = int(clock[1]) * 60 + int(clock[2] or 0) if clock else DAY_MINUTES
    except (InputError, ValueError):
        minute = DAY_MINUTES
    if minute >= DAY_MINUTES:
        raise InputError(f"{text[:60]!r} is no weekday with a time.", hint="Write it like 'Tue 10:00'.")
    return Slot(weekday, minute)


def best_slots(problem: Problem, series: Series, top: int) -> tuple[SlotOption, ...]:
    """The best slots of a series without rotation, best first, each on another day or an hour from those before it.

    Ranked as plans are: sessions that take place, then moves beyond the slack, then minutes outside preferred hours.
    """
    found = _candidates(problem, series)
    chosen: list[tuple[int, int, int]] = []
    for rule in _ranked(found, problem.slack):
        if len(chosen) == top:
            break
        if all(_differs(found, rule, other) for other in chosen):
            chosen.append(rule)
    return tuple(_option(problem, found, rule) for rule in chosen)


def option_at(problem: Problem, series: Series, slot: Slot, first: int = 0) -> SlotOption:
    """What becomes of each date of one given slot."""
    found = _candidates(problem, series)
    choice = found.choices.index(replace(slot, minute=0))
    return _option(problem, found, (first, choice, slot.minute // problem.grid_minutes))


def _candidates(problem: Problem, series: Series) -> Candidates:
    lattice = Lattice.of(problem.horizon, problem.grid_minutes)
    grid = wall_grid(series.anchor_zone, problem.horizon, problem.grid_minutes, lattice)
    known = {who: availability(problem.people[who], problem.horizon) for who in series.members}
    return candidates(problem, series, known, grid, lattice)


def _ranked(found: Candidates, slack: int) -> list[tuple[int, int, int]]:
    """Rules (first, choice, time) from the best to the worst that holds or moves anything."""
    firsts, choices, sessions = found.dates.shape
    times = found.regular.shape[1]
    if not sessions or not len(found.starts):
        return []
    index = found.regular[found.dates].transpose(0, 1, 3, 2)  # first, choice, time, session
    held = index != NOWHERE
    week_has = np.isin(np.arange(len(found.regular) // 7), found.week)
    can_move = week_has[found.dates // 7][:, :, None, :]
    moved = (~held & can_move).sum(axis=3)
    happen = held.sum(axis=3) + moved
    pain = np.where(held, found.pain.sum(axis=1)[index], 0).sum(axis=3)
    inside = (found.dates != NOWHERE).all(axis=2)[:, :, None]
    worth = (happen > 0) & inside
    order = np.lexsort(
        [a.ravel() for a in (np.arange(worth.size), pain + 60 * moved, np.maximum(0, moved - slack), -happen)]
    )
    best = order[worth.ravel()[order]]
    rules = np.stack(np.unravel_index(best, (firsts, choices, times)), axis=1)
    return [(int(a), int(b), int(c)) for a, b, c in rules]


def _differs(found: Candidates, one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return one[1] != other[1] or abs(one[2] - other[2]) * found.grid_minutes >= APART_MINUTES


def _option(problem: Problem, found: Candidates, rule: tuple[int, int, int]) -> SlotOption:
    first, choice, time = rule
    series, slot = found.series, found.slot(choice, time)
    regular = regular_starts(series, first, [slot], problem.horizon)
    days = found.dates[first, choice]
    at = found.regular[days, time]
    sessions, outside = [], 0
    for start, day, index in zip(regular.tolist(), days.tolist(), at.tolist(), strict=True):
        chosen = index if index != NOWHERE else _best_in_week(found, day // 7, start)
        status = Status.HELD if index != NOWHERE else Status.SKIPPED if chosen == NOWHERE else Status.MOVED
        if chosen == NOWHERE:
            sessions.append(Session(start, status))
            continue
        absent = tuple(who for who, comes in zip(series.optional, found.comes[chosen], strict=True) if not comes)
        sessions.append(Session(int(found.starts[chosen]), status, absent))
        outside += int(found.pain[chosen].sum())
    return SlotOption(slot, Placement(series.id, first, (slot,), tuple(sessions)), outside)


def _best_in_week(found: Candidates, week: int, regular: int) -> int:
    """The start of a week that hurts least, then the one nearest to the regular time; NOWHERE if there is none."""
    inside = np.flatnonzero(found.week == week)
    if not len(inside):
        return NOWHERE
    order = np.lexsort([np.abs(found.starts[inside] - regular), found.pain[inside].sum(axis=1)])
    return int(inside[order[0]])
