"""The best plan of a tiny problem, by trying all of them.

Every first week (or month), every slot, and for every session every fate: held, moved to any time of its week,
skipped, and with every set of optional people absent. A branch is left only where even its most hopeful end is no
better than a plan that is already known, so the answer is exact on all four levels of the score. It shares with the
solver nothing but the values of a problem and a plan.
"""

from collections import Counter, defaultdict
from datetime import date
from itertools import product, repeat
from operator import add
from typing import TypeAlias

from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from tests.fates import Choices, Fate, Hope, Rule, Visit

Levels: TypeAlias = tuple[int, ...]
"""What is minimised in this order: -happen or -keep, strain, worst burden (scaled to whole numbers), discomfort."""
MOST_GAIN = 10**6


def best_plan(problem: Problem, previous: Plan | None = None) -> Plan:
    """A plan that no other beats."""
    choices = [Choices(problem, series, previous).rules() for series in problem.series]
    combinations_of_rules = [list(rules) for rules in product(*choices)]
    promised = [(hoped(problem, rules), number) for number, rules in enumerate(combinations_of_rules)]
    best: Levels | None = None
    answer: list[Placement] = []
    for levels, number in sorted(promised):
        if best is None or levels < best:
            descent = Descent(problem, combinations_of_rules[number], best)
            best, answer = descent.best, descent.answer or answer
    return Plan(tuple(answer))


def hoped(problem: Problem, rules: list[Rule]) -> Levels:
    """The levels of a combination of rules, were there no clash."""
    hopes = [sum(rule.hopes, no_hope(problem)) for rule in rules]
    strain = sum(hope.least_strain(0, problem.slack) for hope in hopes)
    all_hope = sum(hopes, no_hope(problem))
    return -all_hope.gain, strain, max(all_hope.pains, default=0), all_hope.discomfort


def no_hope(problem: Problem) -> Hope:
    """That of no session."""
    return Hope(0, 0, 0, 0, (0,) * len(problem.people))


class Descent:
    """Depth first through the sessions of one combination of rules.

    Russian dolls (Verfaillie, Lemaître, Schiex 1996): the best happen and strain of the last session alone, of the
    last two, and so on, each found with the help of those before, tell how little can be hoped from the rest.
    """

    def __init__(self, problem: Problem, rules: list[Rule], best: Levels | None) -> None:
        self.problem, self.rules = problem, rules
        order = [(number, index) for number, rule in enumerate(rules) for index in range(len(rule.fates))]
        self.order = sorted(order, key=self.place)
        self.rest = self.rests()
        self.chosen: list[Fate] = []
        self.moves = [0] * len(rules)
        self.visits: dict[str, list[Visit]] = defaultdict(list)
        self.counts: Counter[tuple[str, tuple[str, date]]] = Counter()
        self.answer: list[Placement] = []
        self.dolls: list[Levels] = [*[(-MOST_GAIN, 0)] * len(order), (0, 0)]
        self.nothing = (0, 0, 0, (0,) * len(problem.people))
        self.best = best
        if self.stacked(best):
            self.best, self.width = best, 4
            self.down(0, *self.nothing)

    def stacked(self, best: Levels | None) -> bool:
        """Make the dolls, from the last session on; False as soon as one shows that nothing here beats `best`."""
        all_gain = sum(hope.gain for hope in self.rest[0])
        for depth in reversed(range(len(self.order))):
            self.best, self.width = None, 2
            self.down(depth, *self.nothing)
            self.dolls[depth] = self.best or (0, 0)
            before = all_gain - sum(hope.gain for hope in self.rest[depth])
            if best is not None and self.dolls[depth][0] - before > best[0]:
                self.best = best
                return False
        return True

    def place(self, place: tuple[int, int]) -> tuple[bool, int]:
        """Given sessions first, since they may clash among themselves; then by time."""
        number, index = place
        fates = self.rules[number].fates[index]
        chosen = any(not visit.given for fate in fates for visit in fate.visits)
        return chosen, fates[-1].session.start

    def rests(self) -> list[list[Hope]]:
        """At each depth, what is to hope from the sessions that are left, by series."""
        rests = [[no_hope(self.problem)] * len(self.rules)]
        for number, index in reversed(self.order):
            rest = rests[0].copy()
            rest[number] += self.rules[number].hopes[index]
            rests.insert(0, rest)
        return rests

    def down(self, depth: int, gain: int, absences: int, discomfort: int, pains: tuple[int, ...]) -> None:
        """Try all fates of the session at this depth; the figures are of those chosen already."""
        levels = self.promise(depth, gain, absences, discomfort, pains)
        if self.best is not None and levels >= self.best:
            return
        if depth == len(self.order):
            self.best, self.answer = levels, self.found() if self.width == 4 else []
            return
        number, index = self.order[depth]
        for fate in self.rules[number].fates[index]:
            if all(self.is_clear(visit) for visit in fate.visits):
                self.book(number, fate)
                figures = gain + fate.gain, absences + fate.absences, discomfort + fate.discomfort
                self.down(depth + 1, *figures, tuple(map(add, pains, fate.pains)))
                self.take_back(number, fate)

    def promise(self, depth: int, gain: int, absences: int, discomfort: int, pains: tuple[int, ...]) -> Levels:
        """No end below is better than either bound: the hopes of each session, or the doll of all that are left."""
        rest, doll = self.rest[depth], self.dolls[depth]
        excess = sum(max(0, moves - self.problem.slack) for moves in self.moves)
        strain = absences + sum(map(Hope.least_strain, rest, self.moves, repeat(self.problem.slack)))
        hope = sum(rest, no_hope(self.problem))
        by_hopes = -gain - hope.gain, strain, max(map(add, pains, hope.pains)), discomfort + hope.discomfort
        by_doll = doll[0] - gain, absences + excess + doll[1], max(pains), discomfort
        return max(by_hopes, by_doll)[: self.width]

    def is_clear(self, visit: Visit) -> bool:
        """Whether a visit keeps its distance from those that stand, and within the caps."""
        if visit.given:
            return True
        limits = self.problem.people[visit.who].boundary
        for period, limit in zip(visit.periods, (limits.max_per_day, limits.max_per_week), strict=True):
            if limit is not None and self.counts[visit.who, period] >= limit:
                return False
        return all(
            visit.start >= other.end + limits.buffer or other.start >= visit.end + limits.buffer
            for other in self.visits[visit.who]
        )

    def book(self, number: int, fate: Fate) -> None:
        """Choose a fate."""
        self.chosen.append(fate)
        self.moves[number] += fate.moved
        for visit in fate.visits:
            self.visits[visit.who].append(visit)
            self.counts.update((visit.who, period) for period in visit.periods)

    def take_back(self, number: int, fate: Fate) -> None:
        """Choose it no longer."""
        self.chosen.pop()
        self.moves[number] -= fate.moved
        for visit in fate.visits:
            self.visits[visit.who].pop()
            self.counts.subtract((visit.who, period) for period in visit.periods)

    def found(self) -> list[Placement]:
        """What is chosen, in the order of the problem."""
        at = dict(zip(self.order, self.chosen, strict=True))
        return [
            Placement(series.id, rule.first, rule.slots, tuple(at[n, i].session for i in range(series.sessions)))
            for n, (series, rule) in enumerate(zip(self.problem.series, self.rules, strict=True))
        ]
