"""Bounds of series alone."""

import pytest

from scheduler.core.verify import check
from scheduler.solve import solve
from scheduler.solve.exact.options import menu
from scheduler.solve.exact.solo import NEVER, hopeless, most_happening, solo
from scheduler.solve.judge import gained_by, strain_of
from scheduler.solve.seats import cleared, taken_seats
from scheduler.solve.task import all_tasks
from tests.problems import random_problem
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of


@pytest.mark.campaign(100)
def test_no_plan_beats_the_bounds(seed: int) -> None:
    """Each series of an optimal plan gains at most what it could alone, at no less strain; nor does it happen more."""
    asked, previous = random_problem(seed, size="small")
    plan = solve(asked, previous)
    everything = all_tasks(asked, previous)
    tasks = cleared(asked, everything, taken_seats(everything, {}))
    alone = [solo(menu(task), asked.slack) for task in tasks]
    placed = plan.by_series()
    for task, one in zip(tasks, alone, strict=True):
        placement = placed[task.series.id]
        loss = one.best - gained_by(task, placement)
        assert loss >= 0
        assert one.least_strain(loss) <= strain_of(task, placement, asked.slack)
    assert sum(most_happening(task) for task in tasks) >= check(asked, plan, previous).score.happen


def test_a_rule_is_hopeless_where_others_leave_no_room_for_its_strain() -> None:
    """Nine is busy in two of three weeks: it costs a move beyond the slack, and ten costs none."""
    anna = person("anna", busy=[[NINE, TEN], [WEEK + NINE, WEEK + TEN]])
    one = solo(menu(tasks_of(problem([anna], series("s", "anna", sessions=3), weeks=3))[0]), slack=1)
    assert one.best == 3
    assert sorted(one.strain_within(0)[0].tolist()) == [0, 0, 1]
    assert sorted(hopeless([one], loss=0, most=0)[0][0].tolist()) == [False, False, True]
    assert not hopeless([one], loss=0, most=1)[0][0].any()


def test_a_series_that_may_lose_a_session_may_save_its_strain() -> None:
    """If one session less is allowed, the busy week is skipped rather than moved."""
    anna = person("anna", busy=[[NINE, TEN], [WEEK + NINE, WEEK + TEN]])
    one = solo(menu(tasks_of(problem([anna], series("s", "anna", sessions=3), weeks=3))[0]), slack=0)
    assert sorted(one.strain_within(0)[0].tolist()) == [0, 0, 2]
    assert sorted(one.strain_within(1)[0].tolist()) == [0, 0, 1]
    assert one.least_strain(3) == 0


def test_nothing_can_be_gained_by_nobody() -> None:
    """A series without any start gains nothing; unplaced it costs nothing."""
    one = solo(menu(tasks_of(problem([person("anna", {0: ()})], series("s", "anna")))[0]), slack=0)
    assert one.best == 0
    assert one.least_strain(0) == 0
    assert one.given < NEVER
