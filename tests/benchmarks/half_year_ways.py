"""Ways to look after a programme while calendars change, day by day; each holds the plan that stands."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Protocol, cast

import numpy as np

from scheduler.app.repair.ground import Ground
from scheduler.app.repair.mending import mend
from scheduler.core.alternatives import alternatives, in_another_week, week_of
from scheduler.core.candidates import Candidates, candidates_of
from scheduler.core.commitments import with_commitments
from scheduler.core.decision import Action, Decision, State
from scheduler.core.disturbed import Disturbed, disturbed
from scheduler.core.explain import Notes, explain_starts
from scheduler.core.interval import DAY_MINUTES, Int64Array, as_intervals, merged
from scheduler.core.pins import Key
from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.core.rearrange import replaced, usual_minute
from scheduler.core.repairs import Mode, RepairRules
from scheduler.core.series import Series
from scheduler.programme.problem import Posed
from scheduler.solve import smallest_change, solve
from tests.benchmarks.changes import pinned

FREEZE = 2 * DAY_MINUTES
LONG_AGO = -(10**6)
REPLAN_DAYS = 7
NEVER_ANSWERED = 1 / 3
ANSWER_DAYS = (1, 3)


class Way(Protocol):
    """One way to look after a programme."""

    plan: Plan

    def day(self, problem: Problem, now: int, broken: Collection[str]) -> None:
        """Early on a day, the minute `now`: calendars are as `problem` has them, and of these series sessions broke."""


@dataclass(slots=True)
class Rondo:
    """As the product does it (scheduler.app.repair); proposals are answered at once, or a third of them never.

    `searched`: proposals without any time that was still free when they were answered: whoever answers then looks for
    one, which the freeze does not forbid to a person, before the session is skipped.
    """

    plan: Plan
    mode: Mode = Mode.AUTO
    patient: bool = False
    """Whether answers take days, and a third of them never come."""
    trail: dict[str, Decision] = field(default_factory=dict)
    proposed: Counter[Action] = field(default_factory=Counter)
    searched: int = 0

    def day(self, problem: Problem, now: int, broken: Collection[str]) -> None:
        """Mend what broke, then answer what is due, until nothing new is proposed."""
        instant = problem.horizon.instant(now)
        if broken or any(decision.waits for decision in self.trail.values()):
            new = self._mended(problem, now, broken)
            while self._answered(problem, now, instant) and new:
                new = self._mended(problem, now, broken)

    def _mended(self, problem: Problem, now: int, broken: Collection[str]) -> int:
        """One round of mend(); how many proposals are new."""
        waits = {decision.group for decision in self.trail.values() if decision.waits}
        part = _around(problem, {*broken, *waits})
        near = {series.id for series in part.series}
        ground = _Ground(part, replace(self.plan, placements=_some(self.plan, near)), self.trail, now)
        proposed = mend(cast(Ground, ground), self.mode).proposed  # it has all of a Ground that mend() asks for
        self._put(ground.plan)
        self.proposed.update(decision.action for decision in proposed)
        return len(proposed)

    def _answered(self, problem: Problem, now: int, instant: datetime) -> int:
        """Accept the proposals whose answer is due; how many."""
        due = [each for each in self.trail.values() if each.waits and each.at + self._patience(each) <= instant]
        for decision in due:
            self._accept(replace(_closed(problem, now), freeze_until=now), decision, now)
        return len(due)

    def _patience(self, decision: Decision) -> timedelta:
        """How long an answer takes."""
        draw = Random(decision.id)
        if not self.patient:
            return timedelta()
        return timedelta(days=10_000 if draw.random() < NEVER_ANSWERED else draw.randint(*ANSWER_DAYS))

    def _accept(self, problem: Problem, decision: Decision, now: int) -> None:
        """As `rondo accept` does, with the first offered time that is still free, else one that is looked for."""
        self.trail[decision.id] = replace(decision, state=State.ACCEPTED, by="coordinator")
        part = _around(problem, [decision.group])
        near = replace(self.plan, placements=_some(self.plan, {series.id for series in part.series}))
        if decision.session is None:
            found = disturbed(part, near, Notes(), since=now, only={decision.group})
            self._put(smallest_change(part, near, [each for each in found if each.ours]).plan)
        else:
            key = decision.group, decision.session
            self._put(replaced(part, near, {key: self._offered(part, near, key, decision)}))

    def _offered(self, problem: Problem, plan: Plan, key: Key, decision: Decision) -> int | None:
        """Where a session is put; None: nowhere."""
        [series] = [each for each in problem.series if each.id == key[0]]
        offers = [offer for offer in (decision.after, *decision.options) if offer is not None]
        starts = np.array([problem.horizon.minute(offer) for offer in offers], dtype=np.int64)
        without = replaced(problem, plan, {key: None})
        free = explain_starts(problem, series, starts, plan=without).holds
        if not free:
            self.searched += 1
            free = tuple(each.start for each in alternatives(problem, without, series, key[1], 1))
            made_up = None if free else in_another_week(problem, without, series, key[1])
            free = free if made_up is None else (made_up,)
        return next((start for start in starts.tolist() if start in free), next(iter(free), None))

    def _put(self, part: Plan) -> None:
        """Let some placements stand."""
        new = part.by_series()
        self.plan = replace(self.plan, placements=tuple(new.get(old.series, old) for old in self.plan.placements))


@dataclass(slots=True)
class _Ground:
    """What mend() asks of a Ground, in memory: every group on its default terms, every calendar read."""

    today: Problem
    plan: Plan
    book: dict[str, Decision]
    now: int
    by_hand: bool = False
    problem: Problem = field(init=False)
    posed: Posed = field(init=False)

    def __post_init__(self) -> None:
        freeze = self.now if self.by_hand else self.now + FREEZE
        closed = dict.fromkeys(self.today.people, freeze)
        calendars = {who: each.busy for who, each in self.today.people.items()}
        self.problem = replace(_closed(self.today, freeze), freeze_until=freeze)
        self.posed = Posed(self.problem, self.plan, Notes(closed_until=closed, calendars=calendars))

    @property
    def series(self) -> dict[str, Series]:
        """The series by id."""
        return {series.id: series for series in self.problem.series}

    @property
    def groups(self) -> dict[str, SimpleNamespace]:
        """What mend() reads of each group."""
        return dict.fromkeys(self.series, SimpleNamespace(repair=RepairRules(), movable=True))

    @property
    def app(self) -> SimpleNamespace:
        """What mend() reads and settles in the store, and the time."""
        clock = SimpleNamespace(now=lambda: self.problem.horizon.instant(self.now))
        return SimpleNamespace(clock=clock, store=SimpleNamespace(settle=self._settle))

    @property
    def trail(self) -> tuple[Decision, ...]:
        """The audit trail, oldest first."""
        return tuple(self.book.values())

    @property
    def disturbed(self) -> tuple[Disturbed, ...]:
        """What of the sessions ahead no longer holds."""
        return disturbed(self.problem, self.plan, self.posed.notes, since=self.now)

    @property
    def freely(self) -> "_Ground":
        """The same for what a person decides, whom no freeze holds back."""
        return replace(self, by_hand=True)

    def change(self, plan: Plan, _touched: Collection[str], decisions: Sequence[Decision]) -> None:
        """Let a plan stand."""
        self.plan = plan
        self.book.update({decision.id: decision for decision in decisions})

    def note(self, decisions: Sequence[Decision]) -> None:
        """Keep what is new."""
        self.book.update({decision.id: decision for decision in decisions if decision.id not in self.book})

    def _settle(self, name: str, state: State) -> None:
        self.book[name] = replace(self.book[name], state=state)


@dataclass(slots=True)
class Replanned:
    """Planned anew every Monday, with only the past standing; what breaks in between is mended, without limits."""

    plan: Plan

    def day(self, problem: Problem, now: int, broken: Collection[str]) -> None:
        """Plan all that is ahead, or mend what broke."""
        ahead = replace(_closed(problem, now), freeze_until=now)
        if now // DAY_MINUTES % REPLAN_DAYS == 0:
            self.plan = solve(pinned(ahead, self.plan))
        elif broken:
            found = disturbed(ahead, self.plan, Notes(), since=now, only=broken)
            self.plan = smallest_change(ahead, self.plan, found).plan


@dataclass(slots=True)
class Greedy:
    """Each session that breaks goes to the first time of its week that is free for whom it needs, or is skipped."""

    plan: Plan

    def day(self, problem: Problem, now: int, broken: Collection[str]) -> None:
        """Move what broke, the earliest first."""
        ahead = _closed(problem, now)
        for each in sorted(disturbed(problem, self.plan, Notes(), since=now, only=broken), key=lambda each: each.start):
            part = _around(ahead, [each.group])
            near = replace(self.plan, placements=_some(self.plan, {series.id for series in part.series}))
            free = self._free(part, near, each.key)
            changed = replaced(part, near, {each.key: int(free[0]) if len(free) else None}).by_series()[each.group]
            placements = tuple(changed if old.series == each.group else old for old in self.plan.placements)
            self.plan = replace(self.plan, placements=placements)

    def _free(self, problem: Problem, plan: Plan, key: Key) -> Int64Array:
        [series] = [each for each in problem.series if each.id == key[0]]
        found = _beside(problem, replaced(problem, plan, {key: None}), series)
        usual = usual_minute(problem, series, plan.by_series()[series.id], key[1])
        free: Int64Array = found.starts[found.week == week_of(problem, series, usual)]
        return free


def _beside(problem: Problem, plan: Plan, series: Series) -> Candidates:
    """Where a session of a series can be beside a plan."""
    return candidates_of(with_commitments(problem, plan, series.duration), replace(series, pinned={}))


def _closed(problem: Problem, until: int) -> Problem:
    """The problem in which nothing new begins before a minute."""
    people = {
        who: replace(
            person,
            busy=merged(np.concatenate([as_intervals([(LONG_AGO, until - person.boundary.buffer)]), person.busy])),
        )
        for who, person in problem.people.items()
    }
    return replace(problem, people=people)


def _around(problem: Problem, names: Collection[str]) -> Problem:
    """The series of these names and all that share a person with them, and their people."""
    people = {who for series in problem.series if series.id in names for who in series.members}
    near = tuple(series for series in problem.series if people & set(series.members))
    members = {who: problem.people[who] for series in near for who in series.members}
    return replace(problem, series=near, people=members)


def _some(plan: Plan, names: Collection[str]) -> tuple[Placement, ...]:
    return tuple(placement for placement in plan.placements if placement.series in names)
