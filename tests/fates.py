"""All that may become of one series: every rule, and under it every time and every set of absent people.

Only what can't be told apart by any score is left out: of slots that put all sessions into the same weeks and can
be held at the same regular times, one stands for all.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations, product
from math import lcm
from operator import add

from scheduler.core import presence
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon
from scheduler.core.plan import Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import NTHS, Series, Slot

STEP = 5  # every offset from UTC since 1980, and every grid here, is a multiple of five minutes
MOST_MONTHS = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One person in one session; `periods` are the local day and week that it counts for."""

    who: str
    start: int
    end: int
    given: bool
    periods: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """One thing that may become of a session, with what it costs; `pains` by person, scaled to shares of a burden."""

    session: Session
    gain: int
    absences: int
    moved: int
    discomfort: int
    pains: tuple[int, ...]
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Hope:
    """The least that sessions of one series cost in each respect, if each gains the most that it can."""

    gain: int
    absences: int
    strain: int
    discomfort: int
    pains: tuple[int, ...]

    @staticmethod
    def of(fates: list[Fate]) -> "Hope":
        """Over the fates of one session with the largest gain; a smaller one is worse whatever else it costs."""
        gain = max(fate.gain for fate in fates)
        best = [fate for fate in fates if fate.gain == gain]
        return Hope(
            gain,
            min(fate.absences for fate in best),
            min(fate.absences + fate.moved for fate in best),
            min(fate.discomfort for fate in best),
            tuple(map(min, zip(*(fate.pains for fate in best), strict=True))),
        )

    def __add__(self, other: "Hope") -> "Hope":
        return Hope(
            self.gain + other.gain,
            self.absences + other.absences,
            self.strain + other.strain,
            self.discomfort + other.discomfort,
            tuple(map(add, self.pains, other.pains)),
        )

    def least_strain(self, moves: int, slack: int) -> int:
        """What strain is added at the least to a series that has moved so often already."""
        return max(self.absences + max(0, moves - slack), self.strain + moves - slack)


@dataclass(frozen=True, slots=True)
class Rule:
    """A first week and slots of one series, with the fates of each of its sessions."""

    first: int
    slots: tuple[Slot, ...]
    fates: tuple[list[Fate], ...]
    hopes: tuple[Hope, ...]


class Choices:
    """What may become of one series."""

    def __init__(self, problem: Problem, series: Series, previous: Plan | None) -> None:
        self.problem, self.series, self.horizon = problem, series, problem.horizon
        self.repairs = previous is not None and bool(previous.placements)
        placement = previous.by_series().get(series.id) if previous else None
        self.before = placement.sessions if placement else ()
        freeze = problem.freeze_until
        self.frozen = {i for i, was in enumerate(self.before) if freeze is not None and was.start < freeze}
        self.open = [i for i in range(series.sessions) if i not in self.frozen and i not in series.pinned]
        owed = Counter(who for one in problem.series for who in one.members for _ in range(one.sessions))
        whole = lcm(*owed.values()) if owed else 1
        self.weight = {who: whole // max(1, owed[who]) for who in problem.people}
        self.known_fates: dict[tuple[int, Status, int], list[Fate]] = {}

    def rules(self) -> list[Rule]:
        """All rules that differ in anything; the last is to have no slot at all."""
        found: dict[object, Rule] = {}
        for first in range(MOST_MONTHS if self.series.cadence.monthly else self.horizon.weeks):
            positions = [self.slots_at(first, position) for position in range(self.series.cadence.rotation)]
            for slots in product(*positions):
                days = {i: self.day(first, slots[i % len(slots)], i) for i in self.open}
                starts = {i: self.regular(slots[i % len(slots)], day) for i, day in days.items()}
                key = tuple(self.kind(i, days[i], starts[i]) for i in self.open)
                if key not in found:
                    found[key] = self.rule(first, slots, days, starts)
        return [*found.values(), self.rule(0, (), {}, {})]

    def slots_at(self, first: int, position: int) -> list[Slot]:
        """Slots that keep all dates of one place in the rotation in the horizon, one of each kind."""
        served = [i for i in self.open if i % self.series.cadence.rotation == position]
        kinds: dict[object, Slot] = {}
        for slot in self.all_slots():
            days = [self.day(first, slot, i) for i in served]
            if all(0 <= (day - self.horizon.first_monday).days < self.horizon.weeks * 7 for day in days):
                starts = [self.regular(slot, day) for day in days]
                kind = tuple(self.kind(*date) for date in zip(served, days, starts, strict=True))
                kinds.setdefault(kind, slot)
        return list(kinds.values())

    def kind(self, index: int, day: date, start: int) -> tuple[int | None, date]:
        """All that a rule means to one session: its regular start, if it can be held there, and its week."""
        return (start if self.held(index, start) else None), _monday(day)

    def all_slots(self) -> Iterator[Slot]:
        """The grid of a week; where monthly, of the five weeks that a rule can name."""
        for nth in NTHS if self.series.cadence.monthly else (None,):
            for weekday in range(7):
                for minute in range(0, DAY_MINUTES, self.problem.grid_minutes):
                    yield Slot(weekday, minute, nth)

    def day(self, first: int, slot: Slot, index: int) -> date:
        """The date of one session under a rule."""
        if slot.nth is None:
            weeks = first + index * self.series.cadence.every_weeks
            return self.horizon.first_monday + timedelta(weeks=weeks, days=slot.weekday)
        start = self.horizon.first_monday.replace(day=1)
        for _ in range(first + index):
            start = (start + timedelta(days=31)).replace(day=1)
        days = [start + timedelta(days=offset) for offset in range(31)]
        days = [day for day in days if day.month == start.month and day.weekday() == slot.weekday]
        return days[slot.nth - 1] if slot.nth > 0 else days[-1]

    def regular(self, slot: Slot, day: date) -> int:
        """The minute of a slot on one of its dates."""
        return presence.instant(self.horizon, self.series.anchor_zone, day, slot.minute)

    def rule(self, first: int, slots: tuple[Slot, ...], days: dict[int, date], starts: dict[int, int]) -> Rule:
        """A rule with all that may become of each session under it."""
        fates = []
        for index in range(self.series.sessions):
            if index not in self.open:
                fates.append(self.given(index))
            elif not slots:
                fates.append([self.skipped(index, 0)])
            else:
                fates.append(self.chosen(index, days[index], starts[index]))
        return Rule(first, slots, tuple(fates), tuple(Hope.of(session) for session in fates))

    def given(self, index: int) -> list[Fate]:
        """A frozen session as it stands, or a pinned one with whoever comes."""
        pin = self.series.pinned.get(index)
        if index in self.frozen:
            was = self.before[index]
            absent = tuple(who for who in was.absent if who in self.series.optional)
            status = Status.PINNED if pin is not None else was.status
            return [self.fate(index, was.start, status, absent)]
        if pin is None:
            return [self.skipped(index, 0)]
        return [self.fate(index, pin, Status.PINNED, absent) for absent in _subsets(self.series.optional)]

    def chosen(self, index: int, day: date, regular: int) -> list[Fate]:
        """Held, moved or skipped."""
        fates = [self.skipped(index, regular), *self.held(index, regular)]
        if self.series.movable:
            for start in week_starts(self.horizon, self.series.anchor_zone, _monday(day), self.problem.grid_minutes):
                if start != regular:
                    fates += self.standing(index, start, Status.MOVED)
        return sorted(fates, key=lambda fate: (-fate.gain, fate.absences + fate.moved, fate.discomfort))

    def held(self, index: int, start: int) -> list[Fate]:
        """At its regular time."""
        return self.standing(index, start, Status.HELD)

    def standing(self, index: int, start: int, status: Status) -> list[Fate]:
        """With every set of absent people that leaves a quorum, where all others can come."""
        key = (index, status, start)
        if key not in self.known_fates:
            free = {who for who in self.series.members if self.is_free(who, start)}
            absences = [*_subsets(self.series.optional)] if free.issuperset(self.series.required) else []
            self.known_fates[key] = [
                self.fate(index, start, status, absent)
                for absent in absences
                if len(self.series.optional) - len(absent) >= self.series.quorum
                and free.issuperset(set(self.series.optional) - set(absent))
            ]
        return self.known_fates[key]

    def is_free(self, who: str, start: int) -> bool:
        """Whether one person can come."""
        person, end = self.problem.people[who], start + self.series.duration
        return not presence.is_busy(person, start, end) and presence.inside_hours(
            self.horizon, person.boundary, start, end
        )

    def skipped(self, index: int, start: int) -> Fate:
        """Nobody comes."""
        return self.fate(index, start, Status.SKIPPED, ())

    def fate(self, index: int, start: int, status: Status, absent: tuple[str, ...]) -> Fate:
        """What one fate gains and costs."""
        session = Session(start, status, absent)
        there = [who for who in self.series.members if session.takes_place and who not in absent]
        pains = {who: self.pain(who, start) for who in there}
        return Fate(
            session,
            self.gain(index, session),
            len(absent) if session.takes_place else 0,
            int(status is Status.MOVED),
            sum(pains.values()) + 60 * (status is Status.MOVED),
            tuple(pains.get(who, 0) * weight for who, weight in self.weight.items()),
            tuple(self.visit(who, start, index not in self.open) for who in there),
        )

    def gain(self, index: int, session: Session) -> int:
        """One for a session that takes place; on repair three, less one for any session that changes."""
        if not self.repairs:
            return int(session.takes_place)
        if index >= len(self.before):
            return 3 * session.takes_place
        was = self.before[index]
        same = session.takes_place == was.takes_place and (session.start == was.start or not was.takes_place)
        return 3 * session.takes_place - (not same)

    def pain(self, who: str, start: int) -> int:
        """By how much a start misses what somebody prefers."""
        return presence.pain(self.horizon, self.problem.people[who].boundary, start, self.series.duration)

    def visit(self, who: str, start: int, given: bool) -> Visit:
        """Somebody's time that a session takes."""
        day = presence.local(self.horizon, self.problem.people[who].boundary.zone, start).date()
        return Visit(who, start, start + self.series.duration, given, (("day", day), ("week", _monday(day))))


@lru_cache(maxsize=1000)
def week_starts(horizon: Horizon, zone: str, monday: date, grid: int) -> tuple[int, ...]:
    """All minutes of a local week at which its clock is on the grid."""
    near = presence.instant(horizon, "UTC", monday, 0)
    found = []
    for minute in range(near - DAY_MINUTES, near + WEEK_MINUTES + DAY_MINUTES, STEP):
        shown = presence.local(horizon, zone, minute)
        if _monday(shown.date()) == monday and (shown.hour * 60 + shown.minute) % grid == 0:
            found.append(minute)
    return tuple(found)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _subsets(people: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for count in range(len(people) + 1):
        yield from combinations(people, count)
