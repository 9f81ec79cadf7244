"""The pair's question: which recurring slots are best, and what becomes of each date with them.

Every rule is looked at, not a sample. What else people have planned is theirs to keep, so an option can be taken as
it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.core.candidates import NOWHERE, Candidates, candidates_of
from scheduler.core.commitments import with_commitments
from scheduler.core.diary import Diary
from scheduler.core.hours import parse_hours
from scheduler.core.interval import DAY_MINUTES, Int64Array
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.errors import InputError

APART_MINUTES = 60  # two options of a weekday that are closer than this are one to a person
MOVE_MINUTES = 60  # formats.md, discomfort: what a moved session costs

Rule = tuple[int, int, int]
"""First week or month, and the indices of a day and of a time of day among the candidates'."""


NOTHING = Plan(())


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


def best_slots(problem: Problem, series: Series, top: int, plan: Plan = NOTHING) -> tuple[SlotOption, ...]:
    """The best slots of a series without rotation, best first, each on another day or an hour from the others.

    Ranked as plans are: sessions that take place, then moves beyond the slack, then minutes outside preferred hours.
    Sessions of `plan` stand; each option can be added to it.
    """
    around = with_commitments(problem, plan, series.duration)
    found = candidates_of(around, series)
    options = []
    for rule in _different(found, problem.slack, top):
        diaries = {who: Diary.of(problem, plan, who, series.duration) for who in series.members}
        options.append(_option(problem, found, rule, diaries))
    return tuple(sorted(options, key=lambda option: _worth(option, problem.slack)))


def _different(found: Candidates, slack: int, top: int) -> list[Rule]:
    """The best rules, none of them much the same as one before it."""
    chosen: list[Rule] = []
    for rule in _ranked(found, slack):
        if len(chosen) == top:
            break
        if all(_differs(found, rule, other) for other in chosen):
            chosen.append(rule)
    return chosen


def _ranked(found: Candidates, slack: int) -> Iterator[Rule]:
    """Rules from the best to the worst that holds on any date, each date looked at by itself."""
    firsts, choices, sessions = found.dates.shape
    times = found.regular.shape[1]
    if not sessions or not len(found.starts):
        return
    index = found.regular[found.dates].transpose(0, 1, 3, 2)  # first, choice, time, session
    held, elsewhere = index != NOWHERE, _least_in_week(found)[found.dates // 7][:, :, None, :]
    moves = ~held & (elsewhere != NOWHERE)
    moved = moves.sum(axis=3)
    happen = held.sum(axis=3) + moved
    cost = np.where(held, _pain(found)[index], np.where(moves, elsewhere + MOVE_MINUTES, 0)).sum(axis=3)
    inside = (found.dates != NOWHERE).all(axis=2)[:, :, None]
    order = np.lexsort([level.ravel() for level in (cost, np.maximum(0, moved - slack), -happen)])
    best = order[(held.any(axis=3) & inside).ravel()[order]]
    for first, choice, time in zip(*np.unravel_index(best, (firsts, choices, times)), strict=True):
        yield int(first), int(choice), int(time)


def _least_in_week(found: Candidates) -> Int64Array:
    """The least pain of a move into each week of the horizon, NOWHERE where there is no start for one."""
    never = np.iinfo(np.int64).max
    least = np.full(len(found.regular) // 7, never)
    inside = found.week != NOWHERE
    np.minimum.at(least, found.week[inside], _pain(found)[inside])
    return np.where(least == never, NOWHERE, least)


def _worth(option: SlotOption, slack: int) -> tuple[int, int, int]:
    moved, lost = option.count(Status.MOVED), option.count(Status.SKIPPED)
    return lost, max(0, moved - slack), option.outside + MOVE_MINUTES * moved


def _differs(found: Candidates, one: Rule, other: Rule) -> bool:
    return one[1] != other[1] or abs(one[2] - other[2]) * found.grid_minutes >= APART_MINUTES


def _option(problem: Problem, found: Candidates, rule: Rule, diaries: Mapping[str, Diary]) -> SlotOption:
    """Each date at its regular time, else at the best of its week, else not at all; the earlier ones choose first."""
    first, choice, time = rule
    slot, days = found.slot(choice, time), found.dates[first, choice]
    sessions, outside = [], 0
    regular = regular_starts(found.series, first, [slot], problem.horizon)
    for start, day, at in zip(regular.tolist(), days.tolist(), found.regular[days, time].tolist(), strict=True):
        session = Session(start, Status.SKIPPED)
        for index in _preferred(found, at, day // 7, start):
            absent = _absent(found, index, diaries)
            if absent is not None:
                status = Status.HELD if index == at else Status.MOVED
                session = Session(int(found.starts[index]), status, absent)
                outside += _enter(found, index, absent, diaries)
                break
        sessions.append(session)
    return SlotOption(slot, Placement(found.series.id, first, (slot,), tuple(sessions)), outside)


def _preferred(found: Candidates, at: int, week: int, regular: int) -> Iterator[int]:
    """The regular start, if it is one, then those of its week: what hurts least, then what is nearest."""
    if at != NOWHERE:
        yield at
    inside = np.flatnonzero(found.week == week)
    yield from inside[np.lexsort([np.abs(found.starts[inside] - regular), _pain(found)[inside]])].tolist()


def _absent(found: Candidates, index: int, diaries: Mapping[str, Diary]) -> tuple[str, ...] | None:
    """Which optional people miss a session at a start, None where it can't take place there."""
    series, start = found.series, int(found.starts[index])
    full = {who for who, diary in diaries.items() if not diary.has_room(start)}
    comes = zip(series.optional, found.comes[index].tolist(), strict=True)
    absent = tuple(who for who, is_free in comes if who in full or not is_free)
    fits = full.isdisjoint(series.required) and len(series.optional) - len(absent) >= series.quorum
    return absent if fits else None


def _enter(found: Candidates, index: int, absent: tuple[str, ...], diaries: Mapping[str, Diary]) -> int:
    """Enter a session into the diaries of those who come; their pain."""
    pains = dict(zip(found.series.members, found.pain[index].tolist(), strict=True))
    for who in pains.keys() - set(absent):
        diaries[who].add(int(found.starts[index]))
    return sum(pain for who, pain in pains.items() if who not in absent)


def _pain(found: Candidates) -> Int64Array:
    """Minutes outside preferred hours of those who come, for each start."""
    required = np.ones((len(found.starts), len(found.series.required)), dtype=bool)
    borne = np.where(np.concatenate([required, found.comes], axis=1), found.pain, 0)
    return np.asarray(borne.sum(axis=1), dtype=np.int64)
