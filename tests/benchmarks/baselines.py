"""Plans in the way of others, to compare with: every rule of the format is kept, by simpler means than Rondo's.

They know where each series can stand (scheduler.core.candidates), and nothing of scheduler.solve.

- `naive_skip`: in the order of the file, each series takes the first slot that is free for everybody on its first four
  dates, or else the one with most of them; dates that don't work out are dropped.
- `naive_moves`: the same, and then somebody goes through the dropped dates and moves each to the nearest free time of
  its week.
- `greedy`: the series that share most people choose first, each the rule that holds or could move most of its sessions
  with all that is chosen already; then the rest is moved, fewest options first, to where it hurts least.
- `best_of_greedies`: that in five random orders, the best of them by the score.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from scheduler.core.candidates import NOWHERE, Candidates, all_candidates
from scheduler.core.interval import Int64Array
from scheduler.core.pain import MOST_PAIN
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import regular_starts
from tests.benchmarks.book import Book, Desk
from tests.benchmarks.rules import Rule, Rules, all_rules, best_rules

ORDERS = 5
MOVE_MINUTES = 60
FIRST_DATES = 4

Choose = Callable[[Candidates, Book], Rule | None]


@dataclass(slots=True)
class Draft:
    """One series while a plan is written."""

    found: Candidates
    desk: Desk
    rule: Rule
    regular: Int64Array
    seated: dict[int, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def hold(self) -> None:
        """Seat what the rule holds."""
        for session, at in enumerate(self.rule.at.tolist()):
            if at != NOWHERE and (seat := self.desk.seat([at])):
                self.seated[session] = seat

    def missing(self) -> Iterator[tuple[int, Int64Array]]:
        """Sessions without a seat, with the starts of their weeks."""
        for session in range(self.found.series.sessions):
            if session not in self.seated:
                inside = np.flatnonzero(self.found.week == self.rule.weeks[session])
                yield session, inside[self.found.starts[inside] != self.regular[session]]

    def placement(self) -> Placement:
        """As it stands in the plan."""
        sessions = []
        for session, regular in enumerate(self.regular.tolist()):
            at, absent = self.seated.get(session, (NOWHERE, ()))
            start = regular if at == NOWHERE else int(self.found.starts[at])
            status = Status.SKIPPED if at == NOWHERE else Status.HELD if start == regular else Status.MOVED
            sessions.append(Session(start, status, absent))
        return Placement(self.found.series.id, self.rule.first, self.rule.slots, tuple(sessions))


def naive_skip(problem: Problem) -> Plan:
    """See above."""
    drafts = _chosen_early(problem)
    return _plan(problem, drafts)


def naive_moves(problem: Problem) -> Plan:
    """See above."""
    drafts = _chosen_early(problem)
    for draft in drafts.values():
        for session, options in draft.missing():
            near = np.argsort(np.abs(draft.found.starts[options] - draft.regular[session]), kind="stable")
            if seat := draft.desk.seat(options[near].tolist()):
                draft.seated[session] = seat
    return _plan(problem, drafts)


def greedy(problem: Problem) -> Plan:
    """See above."""
    found = all_candidates(problem)
    sharing = Counter(who for series in problem.series for who in series.members)
    order = sorted(found, key=lambda one: -sum(sharing[who] - 1 for who in one.series.members))
    return settled(problem, order, fullest)


def best_of_greedies(problem: Problem) -> Plan:
    """See above."""
    found, plans = all_candidates(problem), []
    pains = {one.series.id: one for one in found}
    for seed in range(ORDERS):
        order = Random(seed).sample(found, len(found))
        plans.append(settled(problem, order, fullest))
    return min(plans, key=lambda plan: worth(problem, plan, pains))


def worth(problem: Problem, plan: Plan, found: Mapping[str, Candidates]) -> tuple[float, ...]:
    """The levels of a plan's score (formats.md), less is better; `found` tells the pain of every start."""
    happen, strain, moved, total = 0, 0, 0, 0
    pains, owed = Counter[str](), Counter[str]()
    for series, placement in zip(problem.series, plan.placements, strict=True):
        there = [session for session in placement.sessions if session.takes_place]
        moves = sum(session.status is Status.MOVED for session in there)
        happen, moved = happen + len(there), moved + moves
        strain += max(0, moves - problem.slack) + sum(len(session.absent) for session in there)
        owed.update(dict.fromkeys(series.members, series.sessions))
        at = np.searchsorted(found[series.id].starts, [session.start for session in there])
        for session, row in zip(there, found[series.id].pain[at].tolist(), strict=True):
            borne = {who: pain for who, pain in zip(series.members, row, strict=True) if who not in session.absent}
            pains.update(borne)
            total += sum(borne.values())
    worst = max((pains[who] / owed[who] for who in owed), default=0.0)
    return -happen, strain, worst, total + MOVE_MINUTES * moved


def _chosen_early(problem: Problem) -> dict[str, Draft]:
    """Every series on its early slot, with the dates that work out."""
    book = Book(problem)
    drafts = (_draft(problem, book, found, early(found)) for found in all_candidates(problem))
    return {draft.found.series.id: draft for draft in drafts if draft}


def settled(problem: Problem, order: Sequence[Candidates], choose: Choose) -> Plan:
    """Choose a rule for each series in turn and seat what it holds, then move the rest, fewest options first."""
    book, drafts = Book(problem), list[Draft]()
    for found in order:
        draft = _draft(problem, book, found, choose(found, book))
        drafts += [draft] if draft else []
    missing = [
        (int(book.open_starts(draft.found)[options].sum()), number, session, options)
        for number, draft in enumerate(drafts)
        for session, options in draft.missing()
    ]
    for _, number, session, options in sorted(missing, key=lambda row: row[:3]):
        draft = drafts[number]
        distance = np.abs(draft.found.starts[options] - draft.regular[session])
        seat = draft.desk.seat(options[np.lexsort([distance, draft.desk.pain[options]])].tolist())
        if seat:
            draft.seated[session] = seat
    return _plan(problem, {draft.found.series.id: draft for draft in drafts})


def _draft(problem: Problem, book: Book, found: Candidates, rule: Rule | None) -> Draft | None:
    if rule is None:
        return None
    draft = Draft(found, Desk(book, found), rule, regular_starts(found.series, rule.first, rule.slots, problem.horizon))
    draft.hold()
    return draft


def _plan(problem: Problem, drafts: dict[str, Draft]) -> Plan:
    return Plan(
        tuple(drafts[s.id].placement() if s.id in drafts else _unplaced(s.id, s.sessions) for s in problem.series)
    )


def _unplaced(name: str, sessions: int) -> Placement:
    return Placement(name, 0, (), (Session(0, Status.SKIPPED),) * sessions)


def early(found: Candidates) -> Rule | None:
    """The first slot that is free on the first four dates, else the one that is free on most of them."""
    rules = all_rules(found)
    held = [phase.held[..., phase.sessions < FIRST_DATES].sum(axis=-1) for phase in rules.phases]
    return next(iter(best_rules(rules, held)), None)


def fullest(found: Candidates, book: Book) -> Rule | None:
    """The rule that holds or can move most sessions, then that with the fewest moves, then the least pain."""
    rules = all_rules(found, book.open_starts(found))
    return next(iter(best_rules(rules, fullness(rules))), None)


def fullness(rules: Rules) -> list[Int64Array]:
    """Figures of rules by which the fullest are best, for each phase of the rotation."""
    found = rules.found
    pain = np.append(found.pain.sum(axis=1), 0)
    more_than_pain = MOST_PAIN * len(found.series.members) * found.series.sessions + 1
    more_than_moves = (found.series.sessions + 1) * more_than_pain
    return [
        phase.happen * more_than_moves - phase.moves * more_than_pain - pain[phase.at].sum(axis=-1)
        for phase in rules.phases
    ]
