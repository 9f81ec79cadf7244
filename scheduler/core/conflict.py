"""Why nothing fits: the smallest and the cheapest set of limits that would have to give, exactly.

Asked is, for a series and a number of its sessions, which limits would have to give so that so many are held at their
regular time, with every other series where a plan has it. A session counts where its rule puts it; moved ones don't,
since people ask for a time that they can keep. Each date is looked at by itself, as `core.explain` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.core.barriers import Barrier, Kind
from scheduler.core.cover import numbers
from scheduler.core.explain import Notes
from scheduler.core.obstacles import Obstacles, obstacles
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.rules import Rules, all_rules
from scheduler.core.series import Series, Slot
from scheduler.core.slot_search import Aim, Choice, cheapest


@dataclass(frozen=True, slots=True)
class Giving:
    """One limit that would have to give: the starts (minutes) that it blocks, by how many minutes, at what price."""

    barrier: Barrier
    starts: tuple[int, ...]
    minutes: int
    price: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A rule, and the limits that would have to give so that `holds` of its sessions are held there; maybe none."""

    first: int
    slots: tuple[Slot, ...]
    holds: int
    givings: tuple[Giving, ...]

    @property
    def price(self) -> int:
        """What it costs in all."""
        return sum(giving.price for giving in self.givings)

    @property
    def barriers(self) -> frozenset[Barrier]:
        """The limits alone."""
        return frozenset(giving.barrier for giving in self.givings)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The most sessions that are held at one rule as it is, and what would have to give for `needed` of them.

    None where no set of limits is enough: where the sessions don't fit into the weeks.
    """

    series: str
    needed: int
    possible: int
    smallest: Conflict | None
    cheapest: Conflict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Midst:
    """What a series is looked at in: a plan of the others, what busy minutes stand for, and sessions that stand.

    `given`: sessions that are decided, and whether they take place. `at`: the only slot to look at, None for all.
    """

    plan: Plan | None = None
    notes: Notes = field(default_factory=Notes)
    given: Mapping[int, bool] = field(default_factory=dict)
    at: Slot | None = None


def conflicts(problem: Problem, series: Series, needed: int, midst: Midst) -> Conflicts:
    """What would have to give so that `needed` sessions of a series are held at one rule, exactly."""
    rules = all_rules(problem, series, midst.given, midst.at)
    found = obstacles(problem, series, rules.starts, midst.plan, midst.notes)
    standing = sum(midst.given.values())
    held = [sum(int(found.free[rows].sum(axis=1).max(initial=0)) for rows in places) for places in rules.places]
    best = (cheapest(rules, found, needed - standing, aim) for aim in Aim)
    small, cheap = (_told(rules, found, choice, standing) if choice else None for choice in best)
    return Conflicts(series.id, needed, standing + max(held, default=0), small, cheap)


def _told(rules: Rules, found: Obstacles, choice: Choice, standing: int) -> Conflict | None:
    rows = rules.rows(choice.first, choice.rules)
    chosen = choice.cover.chosen
    givings = tuple(_giving(rules, found, number, rows) for number in numbers(chosen))
    if any(each.barrier.kind is Kind.NOWHERE for each in givings):
        return None
    holds = sum(any(bits & ~chosen == 0 for bits in found.alternatives(row)) for row in rows)
    ordered = tuple(sorted(givings, key=lambda each: (-each.price, each.barrier)))
    return Conflict(rules.firsts[choice.first], rules.slots(choice.first, choice.rules), standing + holds, ordered)


def _giving(rules: Rules, found: Obstacles, number: int, rows: Sequence[int]) -> Giving:
    starts = sorted(int(rules.starts[row]) for row in found.blocked(number, rows))
    return Giving(
        found.register.barriers[number], tuple(starts), found.shift(number, rows), found.price_of(number, rows)
    )
