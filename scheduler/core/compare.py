"""Two plans side by side: what becomes of each group, and who carries more or less."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.core.burden import burdens
from scheduler.core.plan import Placement, Plan, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Slot

LEAST = 0.05  # minutes a session; less is nothing that anybody would notice


@dataclass(frozen=True, slots=True)
class Fate:
    """Of one group in one plan: its slots, and how many of its sessions end up how."""

    slots: tuple[Slot, ...]
    counts: Mapping[Status, int]

    @property
    def happen(self) -> int:
        """How many take place."""
        return sum(count for status, count in self.counts.items() if status is not Status.SKIPPED)

    @property
    def sessions(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group before and after; None where it is not there."""

    group: str
    before: Fate | None
    after: Fate | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All groups in the order of the later problem, gone ones last; the burdens that changed, the largest gain first.

    `burdens` maps a person to minutes outside preferred hours per planned session, before and after.
    """

    groups: tuple[GroupChange, ...]
    burdens: Mapping[str, tuple[float, float]]
    worst: tuple[float, float]

    @property
    def changed(self) -> tuple[GroupChange, ...]:
        """The groups of which anything differs."""
        return tuple(group for group in self.groups if group.before != group.after)


def compared(problem: Problem, plan: Plan, other_problem: Problem, other: Plan) -> Comparison:
    """A plan for a problem, and another for a problem that differs from it."""
    before, after = ({one.series: _fate(one) for one in each.placements} for each in (plan, other))
    names = [series.id for series in other_problem.series]
    names += [series.id for series in problem.series if series.id not in after]
    one, two = burdens(problem, plan), burdens(other_problem, other)
    both = {who: (one.get(who, 0.0), two.get(who, 0.0)) for who in {**two, **one}}
    moved = {who: pair for who, pair in both.items() if abs(pair[0] - pair[1]) >= LEAST}
    return Comparison(
        groups=tuple(GroupChange(name, before.get(name), after.get(name)) for name in names),
        burdens=dict(sorted(moved.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))),
        worst=(max(one.values(), default=0.0), max(two.values(), default=0.0)),
    )


def _fate(placement: Placement) -> Fate:
    statuses = [session.status for session in placement.sessions]
    return Fate(placement.slots, {status: statuses.count(status) for status in Status})
