"""Plans of generated programmes: none breaks a rule, none beats its bound, and the same programme gives the same bytes.

By default small programmes of each kind, one seed each. With --long: five seeds, two months in which they begin, and
all sizes; L and XL without polish, as polishing all of them takes hours.
"""

import json
from datetime import date

import pytest

from scheduler.core.plan import plan_to_json
from scheduler.core.problem import Problem
from scheduler.solve import Params, solve
from tests.benchmarks.instances import FIRST_MONDAY, MANNERS, ORDINARY, instance, instance_of
from tests.judging import judged

STARTS = (FIRST_MONDAY, date(2026, 9, 7))
SEEDS = (1, 2, 3, 4, 5)
SMALL = 40
FEW = ("small", *(f"small {kind}" for kind in MANNERS))
MANY = ("S", "M", *MANNERS, "L", "XL")
UNPOLISHED = ("L", "XL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The programmes to try: a few, or all of them."""
    if metafunc.config.getoption("--long"):
        cases = [(kind, seed, start) for kind in (*FEW, *MANY) for seed in SEEDS for start in STARTS]
    else:
        cases = [(kind, seed, STARTS[seed % 2]) for seed, kind in enumerate(FEW, start=1)]
    metafunc.parametrize(("kind", "seed", "start"), cases)


def programme(kind: str, seed: int, start: date) -> Problem:
    """A generated programme; `small` ones have forty series."""
    size, _, manner = kind.partition(" ")
    return (
        instance_of(SMALL, seed, start, MANNERS.get(manner, ORDINARY))
        if size == "small"
        else instance(kind, seed, start)
    )


def test_a_plan_is_valid_and_the_same_for_any_number_of_workers(kind: str, seed: int, start: date) -> None:
    """Judged by our checker and by that of the format; solved again, and with two workers."""
    asked, polish = programme(kind, seed, start), kind not in UNPOLISHED
    plan = solve(asked, params=Params(polish=polish))
    assert 0 < judged(asked, plan, None).happen <= plan.meta["bound"]
    text = json.dumps(plan_to_json(plan))
    for workers in (1, 2):
        assert json.dumps(plan_to_json(solve(asked, params=Params(polish=polish, workers=workers)))) == text
