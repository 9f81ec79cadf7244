"""The smallest change after which a plan that stands holds again.

A session that no longer holds goes to another time of its own week, or is skipped where there is none; every other
session stays. Only where most of what is left of a series is disturbed, the rest of it is planned anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event

import numpy as np

from scheduler.core.alternatives import alternatives, week_of
from scheduler.core.candidates import candidates_of
from scheduler.core.commitments import with_commitments
from scheduler.core.disturbed import Disturbed, is_frozen, is_pinned
from scheduler.core.explain import Notes
from scheduler.core.pins import Key
from scheduler.core.plan import Placement, Plan, Session
from scheduler.core.problem import Problem
from scheduler.core.rearrange import session_at, usual_minute, with_sessions
from scheduler.core.series import Series
from scheduler.core.verify import check
from scheduler.solve.choices import Choice, Chosen, chosen
from scheduler.solve.search import Params, Search
from scheduler.solve.solver import solve

KNOWN = Notes()
DEFAULTS = Params()
EFFORT = 10.0
"""Deterministic time for one model, near to seconds."""
MOST_OPTIONS = 3
FEWEST = 2
"""A single session that is left moves, and its series does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What the smallest change makes of a plan.

    `moved`: each session that changes, and the minute where it is held from now on, None: it is skipped. Of two that
    clashed with each other one is not among them: it stays, and holds again. `options`: for each session that no longer
    held, up to three other times of its week that would do as well, best first. `shifted`: the series whose rule
    changes.
    """

    plan: Plan
    moved: Mapping[Key, int | None]
    options: Mapping[Key, tuple[int, ...]]
    shifted: frozenset[str]


def smallest_change(
    problem: Problem, plan: Plan, found: Sequence[Disturbed], *, notes: Notes = KNOWN, params: Params = DEFAULTS
) -> Changed:
    """Mend a plan that stands where `found` says that it no longer holds; what is pinned or frozen only gets options.

    Nothing goes before the freeze, nor to where a required person is unknown. The same call gives the same answer.
    """
    desk = _Desk(problem, notes, params)
    ours = [each for each in found if each.ours]
    most = _mostly_disturbed(problem, plan, ours)
    now = desk.put(desk.lifted(plan, ours), [each for each in ours if each.group not in most])
    shifted: set[str] = set()
    for name in most:
        new = desk.shifted(plan, now, name)
        now = new or desk.put(now, [each for each in ours if each.group == name])
        shifted |= {name} if new else set()
    options = {each.key: desk.options(now, each) for each in found if each.group not in shifted}
    return Changed(plan=now, moved=_moved(plan, now), options=options, shifted=frozenset(shifted))


def _mostly_disturbed(problem: Problem, plan: Plan, ours: Sequence[Disturbed]) -> list[str]:
    """The series that lose more than half of the sessions which are left and ours to change."""
    placements = plan.by_series()
    standing = (each.group for each in ours if placements[each.group].sessions[each.session].takes_place)
    counts = Counter(standing)  # a session that is to come back is no loss
    return [
        series.id
        for series in problem.series
        if counts[series.id] >= FEWEST and 2 * counts[series.id] > _left(problem, series, placements[series.id])
    ]


def _left(problem: Problem, series: Series, placement: Placement) -> int:
    return sum(
        session.takes_place and not is_pinned(series, i, session) and not is_frozen(problem, session)
        for i, session in enumerate(placement.sessions)
    )


class _Desk:
    """A problem, and what is known of its people, while a plan for it is mended."""

    def __init__(self, problem: Problem, notes: Notes, params: Params) -> None:
        self.problem, self.unknown, self.params = problem, notes.unknown.keys(), params
        self.search = Search.begin(params, Event(), EFFORT)
        self.series = {series.id: series for series in problem.series}
        self.earliest = -(10**9) if problem.freeze_until is None else problem.freeze_until

    def lifted(self, plan: Plan, todo: Sequence[Disturbed]) -> Plan:
        """The plan in which these sessions take place nowhere."""
        placements = plan.by_series()
        return with_sessions(plan, {each.key: self._stands(placements[each.group], each, None) for each in todo})

    def put(self, plan: Plan, todo: Sequence[Disturbed]) -> Plan:
        """The plan with sessions, which take place nowhere in it, where they do best; some of them still nowhere."""
        mine: dict[str, list[Disturbed]] = defaultdict(list)
        for each in todo:
            mine[each.group].append(each)
        placements = plan.by_series()
        choices = [choice for name, group in mine.items() for choice in self._choices(plan, placements[name], group)]
        found = chosen(self.problem, plan, choices, self.search)
        return with_sessions(
            plan, {each.key: self._stands(placements[each.group], each, found.get(each.key)) for each in todo}
        )

    def shifted(self, before: Plan, now: Plan, name: str) -> Plan | None:
        """The plan with all that is left of a series planned anew; None where its rule stays, or none is found."""
        series, old = self.series[name], before.by_series()[name]
        if self.unknown & set(series.members):
            return None
        others = replace(now, placements=tuple(each for each in now.placements if each.series != name))
        alone = replace(self._around(others, series), series=(series,))
        [found] = solve(alone, Plan((old,)), params=replace(self.params, polish=False)).placements
        new = replace(found, sessions=tuple(self._kept(series, old, found)))
        whole = replace(now, placements=tuple(new if each.series == name else each for each in now.placements))
        earlier = any(start is not None and start < self.earliest for start in _moved(before, whole).values())
        same_rule = (new.first, new.slots) == (old.first, old.slots)
        return None if same_rule or earlier or self._faults(series, whole, before) else whole

    def _kept(self, series: Series, old: Placement, new: Placement) -> Iterator[Session]:
        """The sessions of a new placement, but for those that were given: even who is there stays as it was."""
        for i, session in enumerate(new.sessions):
            was = old.sessions[i] if i < len(old.sessions) else session
            given = is_pinned(series, i, was) or is_frozen(self.problem, was)
            yield was if given else session

    def options(self, plan: Plan, each: Disturbed) -> tuple[int, ...]:
        """Other times for a session, as `alternatives`; none where somebody required is unknown."""
        series = self.series[each.group]
        if self.unknown & set(series.required):
            return ()
        found = alternatives(self.problem, plan, series, each.session, MOST_OPTIONS)
        return tuple(other.start for other in found if other.start >= self.earliest)

    def _choices(self, plan: Plan, placement: Placement, group: Sequence[Disturbed]) -> Iterator[Choice]:
        """Where sessions of a series can stand beside a plan: in the week of its rule or, if it may not move, there."""
        series = self.series[placement.series]
        found = candidates_of(self._around(plan, series), replace(series, movable=True, pinned={}))
        unsure = np.array([who in self.unknown for who in series.optional], dtype=bool)
        for each in group:
            usual, here = usual_minute(self.problem, series, placement, each.session), found.starts == each.start
            comes = found.comes & (~unsure | here[:, None])
            week = (found.week == week_of(self.problem, series, usual)) & series.movable
            kept = (week | (found.starts == usual)) & (found.starts >= self.earliest)
            kept &= (comes.sum(axis=1) >= series.quorum) & (here | (not self.unknown & set(series.required)))
            yield Choice(
                series=series,
                session=each.session,
                stood=each.start,
                starts=found.starts[kept],
                comes=comes[kept],
                pain=found.pain[kept],
            )

    def _around(self, plan: Plan, series: Series) -> Problem:
        """The problem of a series' people, with all sessions of a plan as appointments."""
        people = {who: self.problem.people[who] for who in series.members}
        return with_commitments(replace(self.problem, people=people), plan, series.duration)

    def _stands(self, placement: Placement, each: Disturbed, found: Chosen | None) -> Session:
        """A session where it was put, or skipped."""
        series = self.series[each.group]
        if found is None:
            return session_at(self.problem, series, placement, each.session)
        return session_at(self.problem, series, placement, each.session, found.start, found.absent)

    def _faults(self, series: Series, plan: Plan, before: Plan) -> set[str]:
        """What the checker has against a plan and had not before, among the series that share people with one."""
        near = {each.id: each for each in self.problem.series if set(each.members) & set(series.members)}
        part = replace(self.problem, series=tuple(near.values()))
        new, old = (Plan(tuple(p for p in each.placements if p.series in near)) for each in (plan, before))
        return set(check(part, new, old).faults) - set(check(part, old, old).faults)


def _moved(before: Plan, now: Plan) -> dict[Key, int | None]:
    """Where each session that changes is held now; None: nowhere."""
    held = [
        {(p.series, i): s.start if s.takes_place else None for p in plan.placements for i, s in enumerate(p.sessions)}
        for plan in (before, now)
    ]
    return {key: start for key, start in held[1].items() if start != held[0].get(key)}
