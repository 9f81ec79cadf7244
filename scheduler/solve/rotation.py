"""Which circles should take turns: found by their rules, and each proposal planned before it is made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.core.burden import Account, accounts
from scheduler.core.commitments import with_commitments
from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.core.rotation import Outcome, best_outcome, candidates_of, hours_apart, in_turn, may_turn
from scheduler.core.series import Series
from scheduler.core.verify import check
from scheduler.solve.search import Params
from scheduler.solve.solver import solve

MOST_PROPOSALS, MOST_LOOKED_AT = 3, 12
TURNS = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """A circle that should use two slots in turn; everybody else stays as planned.

    `worst`, `worst_then`: the largest burden of its members over all their series. `happen`, `happen_then`: its
    sessions that take place. `placement`: its sessions if it does.
    """

    series: str
    hours_apart: float
    worst: float
    worst_then: float
    happen: int
    happen_then: int
    placement: Placement

    @property
    def words(self) -> str:
        """What the circle would gain, and how it is done, in a sentence each."""
        kept = f"{self.happen_then} sessions" + (
            "" if self.happen == self.happen_then else f" instead of {self.happen}"
        )
        return (
            f"{self.series} spans {self.hours_apart:g} hours. With two slots in turn its worst-off member would be at "
            f"{self.worst_then:.0f} minutes a session instead of {self.worst:.0f}, with {kept}. "
            f'In programme.toml, under [groups."{self.series}"]: rotation = {TURNS}'
        )


def proposals(problem: Problem, plan: Plan, params: Params) -> tuple[Proposal, ...]:
    """The circles of a plan whose worst burden two slots in turn would lower by a fifth, at no session less.

    Only the twelve worst-off circles are looked at, and three proposals are enough at a time.
    """
    books = {account.person: account for account in accounts(problem, plan)}
    near = _near(problem)
    wide = [
        (_worst(books, series), number) for number, series in enumerate(problem.series) if may_turn(problem, series)
    ]
    found: list[Proposal] = []
    for worst, number in sorted(wide, key=lambda one: (-one[0], one[1]))[:MOST_LOOKED_AT]:
        if len(found) < MOST_PROPOSALS and worst > 0:
            found += _proposed(problem, plan, number, near, books, params)
    return tuple(found)


def _proposed(
    problem: Problem,
    plan: Plan,
    number: int,
    near: Mapping[str, Sequence[int]],
    books: Mapping[str, Account],
    params: Params,
) -> list[Proposal]:
    """The proposal for one series, if there is one."""
    series = problem.series[number]
    others = [problem.series[i] for i in sorted({i for who in series.members for i in near[who]} - {number})]
    standing = plan.by_series()
    around = Plan(tuple(standing[each.id] for each in others))
    people = {who: problem.people[who] for who in series.members}
    alone = with_commitments(replace(problem, series=tuple(others), people=people), around, series.duration)
    turned = in_turn(series, TURNS)
    now = Outcome(_happening(standing[series.id]), 0, _worst(books, series))
    carried = {who: books[who].total - books[who].by_series().get(number, 0) for who in series.members}
    planned = {who: books[who].planned for who in series.members}
    promise = best_outcome(candidates_of(alone, series), TURNS, problem.slack, carried, planned)
    if promise.happen < now.happen or promise.worst >= now.worst:
        return []
    placement = solve(replace(alone, series=(turned,)), params=params).placements[0]
    whole = replace(problem, series=(*others, turned))
    both = Plan((*around.placements, placement))
    after = {account.person: account for account in accounts(whole, both)}
    then = Outcome(_happening(placement), 0, _worst(after, series))
    if check(whole, both).faults or not then.is_worth(now):
        return []
    return [
        Proposal(series.id, hours_apart(problem, series), now.worst, then.worst, now.happen, then.happen, placement)
    ]


def _near(problem: Problem) -> Mapping[str, Sequence[int]]:
    """The series of each person."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, series in enumerate(problem.series):
        for who in series.members:
            found[who].append(number)
    return found


def _worst(books: Mapping[str, Account], series: Series) -> float:
    return max(books[who].burden for who in series.members)


def _happening(placement: Placement) -> int:
    return sum(session.takes_place for session in placement.sessions)
