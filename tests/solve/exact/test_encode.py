"""Placements in the values of the model, and back (scheduler/solve/exact/read.py)."""

import pytest

from scheduler.solve import solve
from scheduler.solve.exact.costs import gained, strain
from scheduler.solve.exact.encode import encoded
from scheduler.solve.exact.options import menu
from scheduler.solve.exact.read import chosen
from scheduler.solve.exact.rules import add_rules
from scheduler.solve.exact.variables import variables
from scheduler.solve.judge import judged
from scheduler.solve.placing import placement
from scheduler.solve.relax import Relaxation
from scheduler.solve.seats import cleared, taken_seats
from scheduler.solve.task import all_tasks
from tests.problems import random_problem


@pytest.mark.campaign(60)
def test_a_plan_survives_the_way_there_and_back(seed: int) -> None:
    """The values of a plan are a solution of the model, cost what the plan costs, and read as the plan again."""
    asked, previous = random_problem(seed, size="small")
    plan = solve(asked, previous)
    tasks = all_tasks(asked, previous)
    taken = taken_seats(tasks, {})
    model = variables(asked, [menu(task) for task in cleared(asked, tasks, taken)], taken)
    add_rules(model)
    cost = strain(model)
    values = encoded(model, plan.by_series())
    relaxation = Relaxation(model.cp)
    assert relaxation.is_solution(values)
    standing = judged(asked, tasks, plan.by_series())
    for level, expected in ((-gained(model), standing.missed), (cost, standing.strain)):
        model.cp.minimize(level)
        assert relaxation.cost_of(values) == expected
    again = tuple(placement(one.task, asked.horizon, chosen(one, values)) for one in model.series)
    assert again == plan.placements
