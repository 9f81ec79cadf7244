"""Bounds over all rules at once never cut off the rule under which the least has to give."""

from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from scheduler.core.cover import Covering, numbers
from scheduler.core.explain import Notes
from scheduler.core.obstacles import Obstacles, obstacles
from scheduler.core.rules import Rules, all_rules
from scheduler.core.slot_search import Aim, cheapest
from tests.greedy import greedy_plan
from tests.problems import random_problem

MOST_RULES = 3000


def least(rules: Rules, found: Obstacles, need: int, aim: Aim) -> tuple[int, int] | None:
    """The least cost under any rule, each searched by itself."""
    costs = []
    for first, tables in enumerate(rules.places):
        for chosen in product(*(range(len(table)) for table in tables)):
            rows = rules.rows(first, chosen)
            prices = {n: aim.cost(1, found.price_of(n, rows)) for n in range(len(found.register.barriers))}
            covering = Covering(prices.__getitem__, lambda bits: tuple(numbers(bits)))
            classes = Counter(found.alternatives(row) for row in rows)
            covering.search([(weight, each) for each, weight in classes.items()], need)
            costs += [covering.best.cost] if covering.best else []
    return min(costs, default=None)


@pytest.mark.campaign(60)
def test_the_best_rule_is_that_of_a_search_through_all(seed: int) -> None:
    """For the smallest set and for the cheapest, of problems with few enough rules to look at one by one."""
    draw = Random(seed)
    problem, _ = random_problem(seed, size="tiny")
    problem = replace(problem, freeze_until=None, grid_minutes=60)
    problem = replace(problem, series=tuple(replace(each, pinned={}) for each in problem.series))
    series, plan = draw.choice(problem.series), greedy_plan(problem, draw)
    rules = all_rules(problem, series, (), None)
    if series.cadence.rotation > 1 or sum(len(table) for tables in rules.places for table in tables) > MOST_RULES:
        series = replace(series, cadence=replace(series.cadence, rotation=1))
        rules = all_rules(problem, series, (), None)
    found = obstacles(problem, series, rules.starts, plan, Notes())
    need = draw.randint(1, max(1, series.sessions))
    for aim in Aim:
        choice = cheapest(rules, found, need, aim)
        assert (choice and choice.cover.cost) == least(rules, found, need, aim)
