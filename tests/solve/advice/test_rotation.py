"""Proposals to take turns: each is a whole plan that keeps every rule, and delivers what it promises."""

from dataclasses import replace
from random import Random

import pytest

from scheduler.core.burden import burdens
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, as_intervals, merged
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.rotation import in_turn
from scheduler.core.series import Series
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from scheduler.solve import Params, solve
from scheduler.solve.advice.rotation import Proposal, proposals
from tests.globe import CIRCLE, EVENING, GLOBE, MORNING

PARAMS = Params()


def with_proposal(problem: Problem, plan: Plan, proposal: Proposal) -> tuple[Problem, Plan]:
    """The problem with turns for the circle, and the plan with its sessions as proposed."""
    series = [in_turn(each, 2) if each.id == proposal.series else each for each in problem.series]
    placements = {**plan.by_series(), proposal.series: proposal.placement}
    return replace(problem, series=tuple(series)), Plan(tuple(placements[each.id] for each in series))


def test_turns_are_proposed_where_they_spare_the_worst_off_a_fifth() -> None:
    """Two hours too early for one on three of four dates becomes an hour on average for two, at no session less."""
    plan = solve(GLOBE)
    (found,) = proposals(GLOBE, plan, PARAMS)
    assert (found.series, found.hours_apart) == ("circle", 13.0)
    assert (found.worst, found.worst_then, found.happen, found.happen_then) == (90.0, 60.0, 4, 4)
    problem, turned = with_proposal(GLOBE, plan, found)
    assert check(problem, turned).faults == ()
    assert burdens(problem, turned) == {"ann": 60.0, "bea": 60.0, "cal": 0.0}


def test_planning_with_the_proposal_delivers_it() -> None:
    """What a coordinator sees who follows it."""
    turning = replace(GLOBE, series=(in_turn(CIRCLE, 2),))
    assert check(turning, solve(turning)).score.worst_burden == 60.0


def test_who_has_nothing_to_bear_is_asked_nothing() -> None:
    """Without wishes every hour is as good; and a circle that takes turns already is left alone."""
    content = {who: replace(one, boundary=replace(one.boundary, preferred={})) for who, one in GLOBE.people.items()}
    happy = replace(GLOBE, people=content)
    assert proposals(happy, solve(happy), PARAMS) == ()
    turning = replace(GLOBE, series=(in_turn(CIRCLE, 2),))
    assert proposals(turning, solve(turning), PARAMS) == ()


def test_a_turn_that_loses_a_session_is_not_proposed() -> None:
    """Cal has no evening at all: in turn, two sessions would have to move back to the morning, which is no turn."""
    evenings = [(week * WEEK_MINUTES + EVENING, week * WEEK_MINUTES + EVENING + 60) for week in range(4)]
    cal = replace(GLOBE.people["cal"], busy=as_intervals(evenings))
    problem = replace(GLOBE, people={**GLOBE.people, "cal": cal})
    assert proposals(problem, solve(problem), PARAMS) == ()


def test_other_series_of_the_members_stay_as_they_are() -> None:
    """Cal is taken on the evenings of two weeks: the circle's turn is the morning there."""
    pair = Series(id="pair", required=("cal",), duration=60, sessions=4, anchor_zone="Europe/London", movable=False)
    pinned = {week: week * WEEK_MINUTES + EVENING for week in (0, 2)} | {1: None, 3: None}
    problem = replace(GLOBE, series=(replace(pair, pinned=pinned), CIRCLE))
    plan = solve(problem)
    (found,) = proposals(problem, plan, PARAMS)
    assert [each.start % WEEK_MINUTES for each in found.placement.sessions] == [MORNING, EVENING] * 2
    assert check(*with_proposal(problem, plan, found)).faults == ()
    assert found.worst_then == 60.0


@pytest.mark.campaign(100)
def test_every_proposal_is_a_plan_that_holds_what_it_says(seed: int) -> None:
    """On random globes; the checker knows nothing of proposals."""
    problem = spun(seed)
    plan = solve(problem)
    before = check(problem, plan).score
    for found in proposals(problem, plan, PARAMS):
        turned, both = with_proposal(problem, plan, found)
        after, shares = check(turned, both), burdens(turned, both)
        assert after.faults == ()
        assert after.score.happen - before.happen == found.happen_then - found.happen >= 0
        assert found.worst_then == max(shares[who] for who in CIRCLE.members) <= 0.8 * found.worst


def test_random_globes_are_no_empty_test() -> None:
    """Some of them should take turns, and some should not."""
    found = [len(proposals(problem, solve(problem), PARAMS)) for problem in map(spun, range(0, 100, 10))]
    assert 2 <= sum(found) <= 9


def spun(seed: int) -> Problem:
    """The globe with other wishes, busy times, caps and gaps, and a pair that meets beside the circle."""
    draw = Random(seed)
    people = {}
    for who, one in GLOBE.people.items():
        limits = replace(
            one.boundary,
            preferred={}
            if who == "cal"
            else dict.fromkeys(range(7), (WallWindow(draw.choice([480, 540]), DAY_MINUTES),)),
            max_per_day=draw.choice([None, 2]),
            buffer=draw.choice([0, 10]),
        )
        taken = [
            week * WEEK_MINUTES + start + draw.choice([0, 30, 60])
            for week in range(4)
            for start in (MORNING, EVENING)
            if draw.random() < 0.15
        ]
        people[who] = replace(one, boundary=limits, busy=merged(as_intervals([(at, at + 45) for at in taken])))
    pair = Series(id="pair", required=("ann", "cal"), duration=30, sessions=2, anchor_zone="Europe/London")
    circle = replace(CIRCLE, duration=draw.choice([30, 60]), movable=draw.random() < 0.5)
    return replace(GLOBE, grid_minutes=30, people=people, series=(pair, circle))
