"""The solver on hundreds of random problems: no rule broken, the score as it says, no more sessions than its bound.

Plans are judged by our own checker and, where RONDO_SHARED says that it is there, by that of the format.
"""

import json
from dataclasses import replace
from random import Random

import pytest

from scheduler.core.interval import WEEK_MINUTES, as_intervals, merged
from scheduler.core.people import Participant
from scheduler.core.plan import Plan, plan_to_json
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from scheduler.solve import solve
from tests.judging import judged, levels
from tests.problems import random_problem

MANY_SERIES = (20, 55, 85)  # of each hundred: more than are solved as one exact model


@pytest.mark.campaign(500)
def test_a_plan_keeps_every_rule_and_stays_within_its_bound(seed: int) -> None:
    """Pairs, circles, rotations, months, trips, pins and repairs: whatever comes, the plan is good."""
    problem, previous = random_problem(seed, size="medium" if seed % 100 in MANY_SERIES else "small")
    plan = solve(problem, previous)
    score = judged(problem, plan, previous)
    assert plan.meta["bound"] >= score.happen
    assert [placement.series for placement in plan.placements] == [series.id for series in problem.series]


@pytest.mark.campaign(100)
def test_the_same_problem_gives_the_same_plan(seed: int) -> None:
    """Solving twice gives the same bytes."""
    problem, previous = random_problem(seed)
    one, other = (json.dumps(plan_to_json(solve(problem, previous))) for _ in range(2))
    assert one == other


@pytest.mark.campaign(60)
def test_the_best_plan_is_its_own_repair(seed: int) -> None:
    """With nothing new, a plan that was proven best stays as it is."""
    problem, _ = random_problem(seed)
    problem = replace(problem, freeze_until=None)
    plan = solve(problem)
    again = judged(problem, solve(problem, plan), plan)
    assert plan.meta["optimal"]
    assert again.changed == 0
    assert levels(again)[1:] == levels(judged(problem, plan, None))[1:]


@pytest.mark.campaign(60)
def test_a_repair_is_no_worse_than_to_drop_what_broke(seed: int) -> None:
    """New busy times after a freeze: no rule is broken, and keep is at least that of skipping what no longer fits."""
    problem, _ = random_problem(seed)
    draw = Random(seed)
    plan = solve(replace(problem, freeze_until=None))
    freeze = draw.randint(0, problem.horizon.weeks * WEEK_MINUTES // 2)
    people = {who: busier(problem, person, plan, freeze, draw) for who, person in problem.people.items()}
    changed = replace(problem, people=people, freeze_until=freeze)
    repaired = judged(changed, solve(changed, plan), plan)
    assert repaired.keep is not None
    assert repaired.keep >= 3 * repaired.planned - 4 * len(broken(changed, plan)) - 3 * skipped(plan)


def busier(problem: Problem, person: Participant, plan: Plan, freeze: int, draw: Random) -> Participant:
    """The person with new busy times on top of some of the sessions after the freeze."""
    starts = [
        session.start
        for series, placement in zip(problem.series, plan.placements, strict=True)
        if person.id in series.required
        for session in placement.sessions
        if session.takes_place and session.start >= freeze and draw.random() < 0.3
    ]
    rows = [*person.busy.tolist(), *((start + 7, start + 40) for start in starts)]
    return replace(person, busy=merged(as_intervals(rows)))


def broken(problem: Problem, plan: Plan) -> set[str]:
    """The sessions of a plan that the problem no longer allows: what the checker names before its colon."""
    return {fault.split(":")[0] for fault in check(problem, plan, plan).faults}


def skipped(plan: Plan) -> int:
    """How many sessions of a plan don't take place."""
    return sum(not session.takes_place for placement in plan.placements for session in placement.sessions)
