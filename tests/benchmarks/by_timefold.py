"""Rules chosen by Timefold (Apache-2.0, `pip install timefold`, a JDK 17), seated and moved as the greedy does it.

Each series is an entity, whose variable is one of its best rules alone; the score counts what they hold or could move,
less what clashes between series that share somebody. Caps are minded when sessions are seated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Annotated

import numpy as np
from timefold.solver import SolverFactory  # type: ignore[import-not-found]  # not a dependency, used where it is
from timefold.solver.config import (  # type: ignore[import-not-found]  # the same
    Duration,
    ScoreDirectorFactoryConfig,
    SolverConfig,
    TerminationConfig,
)
from timefold.solver.domain import (  # type: ignore[import-not-found]  # the same
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import (  # type: ignore[import-not-found]  # the same
    Constraint,
    ConstraintFactory,
    Joiners,
    SimpleScore,
    constraint_provider,
)

from scheduler.core.candidates import NOWHERE, Candidates, all_candidates
from scheduler.core.interval import Int64Array
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from tests.benchmarks.baselines import fullness, settled
from tests.benchmarks.rules import Rule, all_rules, best_rules

SECONDS = 30
MOST_RULES = 24
SESSION, MOVE, CLASH = 10, 3, 6
"""What a session is worth, what is lost of that where it has to move, and where it clashes (it can often be moved)."""
LONG_AGO, FAR_AHEAD = np.iinfo(np.int32).min, np.iinfo(np.int32).max


@planning_entity
@dataclass
class Choice:
    """A series and the number of the rule it follows."""

    id: Annotated[str, PlanningId]
    worth: list[int]
    rule: Annotated[int | None, PlanningVariable] = field(default=None)


@dataclass
class Link:
    """Two series that share somebody, with the clashes of each pair of their rules."""

    one: str
    other: str
    clashes: list[int]


@planning_solution
@dataclass
class Programme:
    """What Timefold sees of a problem."""

    rules: Annotated[list[int], ValueRangeProvider]
    links: Annotated[list[Link], ProblemFactCollectionProperty]
    choices: Annotated[list[Choice], PlanningEntityCollectionProperty]
    score: Annotated[SimpleScore | None, PlanningScore] = field(default=None)


@constraint_provider  # type: ignore[untyped-decorator]  # it has no types where the package is absent
def constraints(factory: ConstraintFactory) -> list[Constraint]:
    """Sessions that happen, and clashes."""
    return [
        factory.for_each(Choice)
        .reward(SimpleScore.ONE, lambda choice: choice.worth[choice.rule])
        .as_constraint("happen"),
        factory.for_each(Link)
        .join(Choice, Joiners.equal(lambda link: link.one, lambda choice: choice.id))
        .join(Choice, Joiners.equal(lambda link, _: link.other, lambda choice: choice.id))
        .penalize(SimpleScore.ONE, lambda link, one, other: link.clashes[one.rule * MOST_RULES + other.rule])
        .as_constraint("clash"),
    ]


def timefold(problem: Problem) -> Plan:
    """Choose rules for 30 seconds, and seat them."""
    found = all_candidates(problem)
    rules = {one.series.id: all_rules(one) for one in found}
    options = {name: best_rules(some, fullness(some), MOST_RULES) for name, some in rules.items()}
    config = SolverConfig(
        solution_class=Programme,
        entity_class_list=[Choice],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=constraints),
        termination_config=TerminationConfig(spent_limit=Duration(seconds=SECONDS)),
        random_seed=1,
    )
    best = SolverFactory.create(config).build_solver().solve(_programme(found, options))
    chosen = {choice.id: options[choice.id][choice.rule % len(options[choice.id])] for choice in best.choices}
    return settled(problem, found, lambda one, _: chosen.get(one.series.id))


def _programme(found: Sequence[Candidates], options: Mapping[str, list[Rule]]) -> Programme:
    placed = [one for one in found if options[one.series.id]]
    choices = [Choice(one.series.id, _worth(one, options[one.series.id])) for one in placed]
    links = [
        Link(one.series.id, other.series.id, _clashes(one, other, options))
        for one, other in combinations(placed, 2)
        if not set(one.series.members).isdisjoint(other.series.members)
    ]
    return Programme(list(range(MOST_RULES)), links, choices)


def _worth(found: Candidates, options: Sequence[Rule]) -> list[int]:
    """By the number of the rule, which begins again where there are fewer of them."""
    movable = np.unique(found.week)
    happen = [int(((rule.at != NOWHERE) | np.isin(rule.weeks, movable)).sum()) for rule in options]
    moves = [count - int((rule.at != NOWHERE).sum()) for count, rule in zip(happen, options, strict=True)]
    worth = [SESSION * count - MOVE * moved for count, moved in zip(happen, moves, strict=True)]
    return [worth[number % len(worth)] for number in range(MOST_RULES)]


def _clashes(one: Candidates, other: Candidates, options: Mapping[str, list[Rule]]) -> list[int]:
    """How many sessions of each rule of one overlap with those of each rule of the other, times what a clash costs."""
    rows, columns = _starts(one, options[one.series.id], LONG_AGO), _starts(other, options[other.series.id], FAR_AHEAD)
    table = np.zeros((MOST_RULES, MOST_RULES), dtype=np.int64)
    for number, starts in enumerate(rows):
        early, late = starts[:, None, None] - other.series.duration, starts[:, None, None] + one.series.duration
        table[number] = ((columns > early) & (columns < late)).sum(axis=(0, 2))
    return [int(count) * CLASH for count in table.ravel()]


def _starts(found: Candidates, options: Sequence[Rule], never: int) -> Int64Array:
    """The starts of the sessions that each rule holds, shape (MOST_RULES, sessions), `never` where it holds none."""
    known = np.append(found.starts, never)
    return np.stack([known[options[number % len(options)].at] for number in range(MOST_RULES)])
