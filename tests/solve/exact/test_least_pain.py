"""The least pain that rules bring people."""

import numpy as np
import pytest

from scheduler.core.interval import Int64Array
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.solve import solve
from scheduler.solve.exact.least_pain import LeastPain
from scheduler.solve.exact.scope import Scope
from scheduler.solve.seats import pain_of, taken_seats
from scheduler.solve.task import all_tasks
from tests.problems import random_problem
from tests.solve.bench import TEN, person, problem, series, tasks_of, window


def bounds(asked: Problem, previous: Plan | None, plan: Plan) -> tuple[LeastPain, Int64Array]:
    """The bounds for plans that gain and strain as this one does, and everybody's pain in it."""
    tasks = all_tasks(asked, previous)
    given, seats = taken_seats(tasks, {}), taken_seats(tasks, plan.by_series())
    scope = Scope.of(asked, tasks, given)
    loss, strain = scope.loss_of(plan.by_series()), scope.strain_of(plan.by_series())
    borne, before = (
        [pain_of(asked, who, rows[who]) if who in rows else 0 for who in asked.people] for rows in (seats, given)
    )
    pains = LeastPain.of(scope.within(loss, strain), list(asked.people), before, loss, strain)
    return pains, np.array(borne)


@pytest.mark.campaign(150)
def test_no_best_plan_is_beyond_the_bounds(seed: int) -> None:
    """What people bear in it is bearable, and its rules are among those that are left."""
    asked, previous = random_problem(seed)
    plan = solve(asked, previous)
    pains, borne = bounds(asked, previous, plan)
    kept = pains.bearable(borne)
    assert kept is not None
    placed = plan.by_series()
    for one, left in zip(pains.menus, kept, strict=True):
        placement, found = placed[one.task.series.id], one.task.candidates
        for slot, c, some in zip(placement.slots, one.columns, left, strict=False):
            day = found.choices.index(type(slot)(slot.weekday, 0, slot.nth))
            mine = (c.first == placement.first) & (c.choice == day) & (c.time == slot.minute // found.grid_minutes)
            assert some[mine].any() or not mine.any()


def least(asked: Problem, loss: int, most: int) -> LeastPain:
    """The bounds for plans of limited loss and strain."""
    scope = Scope.of(asked, tasks_of(asked), {})
    return LeastPain.of(scope, list(asked.people), [0] * len(asked.people), loss, most)


def test_the_pain_of_a_rule_is_that_of_its_sessions() -> None:
    """Three sessions at nine, ten or eleven, where Anna likes nine best and nothing may be moved."""
    anna = person("anna", preferred={0: window(9, 10)})
    pains = least(problem([anna], series("s", "anna", sessions=3), weeks=3, slack=0), 0, 0)
    assert sorted(pains.own[0][0][:, 0].tolist()) == [0, 180, 360]


def test_the_slack_spares_the_dearest_session() -> None:
    """One of them may be moved to nine."""
    anna = person("anna", preferred={0: window(9, 10)})
    pains = least(problem([anna], series("s", "anna", sessions=3), weeks=3, slack=1), 0, 0)
    assert sorted(pains.own[0][0][:, 0].tolist()) == [0, 120, 240]


def test_a_rotation_is_judged_by_pairs_of_rules() -> None:
    """Anna likes nine and Ben ten: half an hour a session each is as fair as it gets, and a single pair of slots is."""
    people = [person("anna", {0: window(9, 11)}, preferred={0: window(9, 10)})]
    people.append(person("ben", {0: window(9, 11)}, preferred={0: window(10, 11)}))
    pains = least(problem(people, series("s", "anna", "ben", sessions=2, rotation=2), weeks=2, slack=0), 0, 0)
    assert pains.bearable(np.array([60, 60])) is not None
    assert pains.bearable(np.array([59, 60])) is None
    assert pains.bearable(np.array([120, 0])) is not None


def test_people_bear_what_all_their_series_bring() -> None:
    """Two series at ten only, an hour off each: 120 is the least."""
    anna = person("anna", {0: window(10, 11)}, preferred={0: window(9, 10)})
    pains = least(problem([anna], series("s", "anna"), series("t", "anna"), slack=0), 0, 0)
    assert pains.bearable(np.array([119])) is None
    assert pains.bearable(np.array([120])) is not None


def test_what_may_be_lost_is_no_pain() -> None:
    """Ten is busy once, and one session may be lost."""
    anna = person("anna", {0: window(10, 11)}, preferred={0: window(9, 10)}, busy=[[TEN, TEN + 60]])
    asked = problem([anna], series("s", "anna", sessions=3), weeks=3, slack=0)
    assert least(asked, 0, 0).own[0][0].tolist() == [[120]]
    assert least(asked, 1, 0).own[0][0].tolist() == [[60]]
