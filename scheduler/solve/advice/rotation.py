"""Which circles should take turns: found by their rules, and each proposal planned before it is made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.core.burden import Account, accounts
from scheduler.core.candidates import candidates_of
from scheduler.core.commitments import with_commitments
from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.core.rotation import Outcome, best_outcome, hours_apart, in_turn, may_turn
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
    standing = _Standing.of(problem, plan)
    wide = [number for number, series in enumerate(problem.series) if may_turn(problem, series)]
    worst_first = sorted(wide, key=lambda number: -standing.outcome(number).worst)  # stable: then in their order
    found: list[Proposal] = []
    for number in worst_first[:MOST_LOOKED_AT]:
        if len(found) < MOST_PROPOSALS and standing.outcome(number).worst > 0:
            found += _proposed(standing, number, params)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A plan: where each series stands, what each person bears, and the numbers of each person's series."""

    problem: Problem
    placements: Mapping[str, Placement]
    books: Mapping[str, Account]
    series_of: Mapping[str, Sequence[int]]

    @staticmethod
    def of(problem: Problem, plan: Plan) -> "_Standing":
        series_of: dict[str, list[int]] = defaultdict(list)
        for number, series in enumerate(problem.series):
            for who in series.members:
                series_of[who].append(number)
        books = {account.person: account for account in accounts(problem, plan)}
        return _Standing(problem, plan.by_series(), books, series_of)

    def outcome(self, number: int) -> Outcome:
        """What a series has, and the largest burden of its members; strain is of no concern."""
        series = self.problem.series[number]
        happen = sum(session.takes_place for session in self.placements[series.id].sessions)
        return Outcome(happen, 0, max(self.books[who].burden for who in series.members))

    def beside(self, number: int) -> "_Standing":
        """All other series of the members of one, as they stand."""
        members = self.problem.series[number].members
        numbers = sorted({each for who in members for each in self.series_of[who]} - {number})
        others = tuple(self.problem.series[each] for each in numbers)
        plan = Plan(tuple(self.placements[each.id] for each in others))
        return _Standing.of(replace(self.problem, series=others), plan)

    def with_series(self, series: Series, placement: Placement) -> tuple[Problem, Plan]:
        """These series and one more."""
        plan = Plan((*self.placements.values(), placement))
        return replace(self.problem, series=(*self.problem.series, series)), plan


def _proposed(standing: _Standing, number: int, params: Params) -> list[Proposal]:
    """The proposal for one series, if there is one."""
    series, beside, now = standing.problem.series[number], standing.beside(number), standing.outcome(number)
    alone = _alone(beside, series)
    promise = _promise(alone, standing, number)
    if promise.happen < now.happen or promise.worst >= now.worst:
        return []
    turned = in_turn(series, TURNS)
    placement = solve(replace(alone, series=(turned,)), params=params).placements[0]
    whole, plan = beside.with_series(turned, placement)
    then = _Standing.of(whole, plan).outcome(len(whole.series) - 1)
    if check(whole, plan).faults or not then.is_worth(now):
        return []
    apart = hours_apart(standing.problem, series)
    return [Proposal(series.id, apart, now.worst, then.worst, now.happen, then.happen, placement)]


def _alone(beside: _Standing, series: Series) -> Problem:
    """The problem of one series' people alone, for whom everything else stands."""
    people = {who: beside.problem.people[who] for who in series.members}
    plan = Plan(tuple(beside.placements.values()))
    return with_commitments(replace(beside.problem, people=people), plan, series.duration)


def _promise(alone: Problem, standing: _Standing, number: int) -> Outcome:
    """What the best two slots in turn reach, with all that the members bear elsewhere."""
    series = standing.problem.series[number]
    books = {who: standing.books[who] for who in series.members}
    carried = {who: book.total - book.by_series().get(number, 0) for who, book in books.items()}
    planned = {who: book.planned for who, book in books.items()}
    return best_outcome(candidates_of(alone, series), TURNS, standing.problem.slack, carried, planned)
