"""Fairness where many series share people: who carries most is relieved, as long as nobody else comes to carry as much.

What happens and its strain stay as good as they are (formats.md, Score). First the worst burden is brought down, then
the largest part of a burden that its bearer could have been spared; comfort comes last, and may undo neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduler.core.candidates import NOWHERE
from scheduler.core.fairness import least_pains
from scheduler.core.interval import Int64Array
from scheduler.core.pain import pain
from scheduler.solve.many.seating import Seating, seating, weighed
from scheduler.solve.many.standing import NO_ROWS, Standing
from scheduler.solve.many.table import RuleTable, first_of_weeks, rule_table
from scheduler.solve.task import NEVER, Task
from scheduler.solve.work import Work

Floats: TypeAlias = NDArray[np.float64]
MOST_STEPS = 2_000
MOST_OFFERS = 6
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Load:
    """What each person (by number) bears: `given` pain of sessions that stand, and that of all seatings.

    `owed`: sessions planned. `spared`: the least burden that the person could have alone.
    """

    people: tuple[str, ...]
    members: list[Int64Array]
    given: Int64Array
    owed: Int64Array
    spared: Floats

    @staticmethod
    def of(standing: Standing) -> "Load":
        """That of a standing."""
        numbers = {who: number for number, who in enumerate(standing.series_of)}
        members = [np.array([numbers[who] for who in task.series.members]) for task in standing.tasks]
        owed, spared = np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=np.int64)
        for task, mine in zip(standing.tasks, members, strict=True):
            owed[mine] += task.series.sessions
            spared[mine] += least_pains(task.candidates, task.open)
        given = np.array([_given_pain(standing, who) for who in numbers], dtype=np.int64)
        owed = np.maximum(owed, 1)
        return Load(tuple(numbers), members, given, owed, (spared + given) / owed)

    def burdens(self, standing: Standing) -> Floats:
        """Minutes outside preferred hours per session planned."""
        total = self.given.copy()
        for mine, seated in zip(self.members, standing.seatings, strict=True):
            total[mine] += seated.pain
        return total / self.owed


def ease(standing: Standing, work: Work) -> None:
    """Bring down the worst burden, and then the most that anybody bears beyond what nobody could spare them."""
    load = Load.of(standing)
    none = np.zeros_like(load.spared)
    relieve(standing, load, none, none + np.inf, work)
    worst = load.burdens(standing).max(initial=0.0)
    relieve(standing, load, load.spared, none + worst, work)


def relieve(standing: Standing, load: Load, floor: Floats, most: Floats, work: Work) -> None:
    """Lower the largest burden above a floor as long as that goes; nobody's burden comes to more than `most`."""
    for step in range(MOST_STEPS):
        bears = load.burdens(standing)
        heaviest = int(np.argmax(bears - floor)) if len(bears) else 0
        if work.search.is_over or not len(bears) or bears[heaviest] - floor[heaviest] <= NEAR:
            break
        best = min(_reliefs(standing, load, bears, floor, most, heaviest), default=None)
        if best is None:
            break
        standing.take(best.number, best.seating)
        work.teller.tell("burdens", step + 1, step + 2)  # nobody knows how many more there will be


@dataclass(frozen=True, order=True)
class Relief:
    """A seating of a series, by the largest burden above the floor that it leaves among the series' members."""

    heaviest: float
    comfort: int
    number: int
    seating: Seating = field(compare=False)


def _reliefs(
    standing: Standing, load: Load, bears: Floats, floor: Floats, most: Floats, heaviest: int
) -> Iterator[Relief]:
    """Seatings that lower what one person bears, and leave all members of the series below that."""
    who = load.people[heaviest]
    for number in standing.series_of[who]:
        mine, now = load.members[number], standing.seatings[number]
        for offer in _offers(standing, number, standing.tasks[number].series.members.index(who)):
            after = bears[mine] + (offer.pain - now.pain) / load.owed[mine]
            allowed = (after <= np.maximum(most[mine], bears[mine]) + NEAR).all()
            found = Relief(float((after - floor[mine]).max()), offer.comfort, number, offer)
            if allowed and found.heaviest < bears[heaviest] - floor[heaviest] - NEAR:
                yield found


def _offers(standing: Standing, number: int, member: int) -> Iterator[Seating]:
    """Seatings of a series that are no worse in sessions and strain, and hurt one member least."""
    now, task, slack = standing.seatings[number], standing.around(number), standing.problem.slack
    table = rule_table(task, slack)
    as_good = (table.gain > now.gain) | ((table.gain == now.gain) & (table.strain <= now.strain))
    table = table.only(np.flatnonzero(as_good & (table.gain > 0)))
    for rule in np.argsort(_pains(table)[:, member], kind="stable")[:MOST_OFFERS].tolist():
        offer = standing.consistent(number, _with_slack_spent(task, slack, seating(table, rule), member))
        if offer.worth[:2] <= now.worth[:2]:
            yield offer


def _pains(table: RuleTable) -> Int64Array:
    """The pain of each member under each rule, shape (rules, members)."""
    found, required = table.task.candidates, len(table.task.series.required)
    pains = found.pain.copy()
    pains[:, required:] *= found.comes
    use, _ = table.use()
    total: Int64Array = np.concatenate([pains, np.zeros((1, pains.shape[1]), dtype=np.int64)])[use].sum(axis=1)
    return total


def _with_slack_spent(task: Task, slack: int, seated: Seating, member: int) -> Seating:
    """The seating with what is left of the slack spent on moving the sessions that hurt one member most."""
    assert seated.rule is not None
    found, regular, weeks = task.candidates, seated.rule.regular(task), seated.rule.weeks(task)
    held = np.flatnonzero(seated.starts == regular)
    left = slack - task.moves_given - int((seated.starts != NEVER).sum()) + len(held)
    if left <= 0 or not len(held):
        return seated
    here, there = np.searchsorted(found.starts, seated.starts[held]), _kindest(task, member)[weeks[held]]
    empty = (~found.comes).sum(axis=1)
    saved = found.pain[here, member] - found.pain[there, member]
    saved[(there == NOWHERE) | (empty[there] > empty[here])] = 0
    starts, comes = seated.starts.copy(), seated.comes.copy()
    for k in np.argsort(-saved, kind="stable")[:left].tolist():
        if saved[k] > 0:
            starts[held[k]] = found.starts[there[k]]
            comes[held[k], len(task.series.required) :] = found.comes[there[k]]
    return weighed(task, slack, seated.rule, starts, comes)


def _kindest(task: Task, member: int) -> Int64Array:
    """The start in each week that hurts a member least, of those at which most optional people come; or NOWHERE."""
    found = task.candidates
    return first_of_weeks(
        found, np.lexsort((found.pain.sum(axis=1), found.pain[:, member], (~found.comes).sum(axis=1)))
    )


def _given_pain(standing: Standing, who: str) -> int:
    rows = standing.rows.get(who, NO_ROWS)
    rows = rows[rows[:, 2] < 0]
    boundary = standing.problem.people[who].boundary
    return int(pain(boundary, rows[:, 0], rows[:, 1] - rows[:, 0], standing.problem.horizon).sum())
