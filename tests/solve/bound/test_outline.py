"""What the rules of a series open."""

import numpy as np
import pytest

from scheduler.solve.bound.outline import Outline, outline
from scheduler.solve.exact.solo import most_happening
from scheduler.solve.task import all_tasks
from tests.problems import random_problem
from tests.solve.bench import person, problem, series, tasks_of, window

ANNA = person("anna")
MONDAY_NINE, MONDAY_TEN, MONDAY_ELEVEN = 540, 600, 660


def outline_of(*, weeks: int = 1, **wishes: object) -> Outline:
    """The outline of one series of Anna's, who can be met on Mondays from 9 to 12."""
    return outline(tasks_of(problem([ANNA], series("s", "anna", **wishes), weeks=weeks))[0])


@pytest.mark.campaign(200)
def test_free_is_what_the_best_rule_could_hold_alone(seed: int) -> None:
    """As the sum over all columns says, where a series can't stand beyond its week: slow and sure."""
    for task in all_tasks(*random_problem(seed)):
        given = sum(session.takes_place for session in task.given.values())
        assert given + outline(task).free == most_happening(task)


def test_each_first_week_is_a_pattern() -> None:
    """Every second week of three, twice: only one first week leaves room; once: three."""
    twice = outline_of(weeks=3, every=2, sessions=2)
    assert twice.opens.tolist() == [[1, 0, 1]]
    assert twice.is_settled
    once = outline_of(weeks=3, every=2, sessions=1)
    assert once.first.tolist() == [0, 1, 2]
    assert (once.opens == np.eye(3)).all()
    assert not once.is_settled


def test_a_cell_is_a_week_where_sessions_move() -> None:
    """Nine, ten and eleven are three places of one cell."""
    drawn = outline_of()
    assert drawn.cell.tolist() == [0, 0, 0]
    assert (drawn.free, drawn.possible.tolist()) == (1, [True])


def test_a_cell_is_a_start_where_they_do_not() -> None:
    """Two weeks, three times: a rule opens one start in each week."""
    drawn = outline_of(weeks=2, sessions=2, movable=False)
    assert drawn.cell.tolist() == [0, 1, 2, 3, 4, 5]
    rules = {tuple(np.flatnonzero(row).tolist()) for row in drawn.opens if row.any()}
    assert rules == {(0, 3), (1, 4), (2, 5)}
    assert drawn.free == 2


def test_slots_of_a_rotation_share_their_first_month() -> None:
    """The first of two months is free, the second is not: of the two slots one holds, from whichever first."""
    ben = person("ben", {0: window(9, 10)}, busy=[(40_320, 100_000)])
    task = tasks_of(problem([ben], series("s", "ben", monthly=True, rotation=2, sessions=2), weeks=9))[0]
    drawn = outline(task)
    assert sorted(set(drawn.slot.tolist())) == [0, 1]
    assert drawn.first[drawn.best].tolist() == [drawn.first[drawn.best][0]] * 2
    assert drawn.free == 1


def test_without_a_date_there_is_nothing() -> None:
    """More sessions than weeks: no pattern at all."""
    drawn = outline_of(sessions=2)
    assert (len(drawn.first), drawn.free, drawn.best.tolist()) == (0, 0, [])
