"""The same problem gives the same plan, whatever the machine's zone, language and hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANS = """
import json
from scheduler.core.plan import plan_to_json
from scheduler.core.problem import problem_to_json
from scheduler.core.verify import check
from scheduler.solve import solve
from tests.problems import random_problem
for seed in (0, 1, 2, 6):
    problem, previous = random_problem(seed)
    plan = solve(problem, previous)
    print(json.dumps([problem_to_json(problem), plan_to_json(plan), check(problem, plan, previous).score.discomfort]))
"""


def plans(**environment: str) -> str:
    """What a fresh Python prints in this environment."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "TZ", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-c", PLANS], cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def here() -> str:
    """The plans of a machine in UTC."""
    return plans(TZ="UTC", LANG="C.UTF-8", PYTHONHASHSEED="0")


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Pacific/Chatham", "LANG": "C", "PYTHONHASHSEED": "1"},
        {"TZ": ":no/such/zone", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2", "PYTHONTZPATH": "/no/such/folder"},
    ],
)
def test_plans_do_not_depend_on_the_machine(here: str, environment: dict[str, str]) -> None:
    """Another zone, language, hash seed and path to zone files: the same bytes."""
    assert here.count("\n") == 4
    assert plans(**environment) == here
