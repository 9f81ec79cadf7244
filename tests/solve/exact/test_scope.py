"""What of a part can matter."""

import pytest

from scheduler.solve import solve
from scheduler.solve.exact.scope import ANY_STRAIN, Scope
from scheduler.solve.seats import taken_seats
from scheduler.solve.task import all_tasks
from tests.problems import random_problem
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of


@pytest.mark.campaign(100)
def test_a_best_plan_is_within_its_own_loss_and_strain(seed: int) -> None:
    """Its rules are among those that are kept, and no bound is above what it reaches."""
    asked, previous = random_problem(seed)
    plan = solve(asked, previous)
    tasks = all_tasks(asked, previous)
    scope = Scope.of(asked, tasks, taken_seats(tasks, {}))
    placed = plan.by_series()
    loss, strain = scope.loss_of(placed), scope.strain_of(placed)
    assert loss >= 0
    assert scope.least_strain(loss) <= strain
    for one in scope.within(loss, strain).menus:
        placement = placed[one.task.series.id]
        for slot, c in zip(placement.slots, one.columns, strict=False):
            found = one.task.candidates
            day = found.choices.index(type(slot)(slot.weekday, 0, slot.nth))
            same = (c.first == placement.first) & (c.choice == day) & (c.time == slot.minute // found.grid_minutes)
            assert same.any() or not (c.regular >= 0).any()


def test_what_all_lose_is_shared() -> None:
    """Two series that need two moves each, with no slack: one lost session spares one move, not one of each."""
    busy = [[NINE, TEN], [WEEK + TEN, WEEK + TEN + 60], [2 * WEEK + NINE + 60, 2 * WEEK + NINE + 120]]
    people = [person(name, busy=busy) for name in ("anna", "ben")]
    asked = problem(people, *(series(one.id, one.id, sessions=3) for one in people), weeks=3, slack=0)
    scope = Scope.of(asked, tasks_of(asked), {})
    alone = scope.alone[0].least_strains(1).tolist()
    assert scope.least_strain(0) == 2 * alone[0]
    assert scope.least_strain(1) == alone[0] + alone[1]
    assert scope.within(0, ANY_STRAIN).menus[0].columns[0].first.size >= 1
