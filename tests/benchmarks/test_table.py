"""The benchmark's table tells what was measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import COLUMNS, growth, table
from tests.benchmarks.run import METHODS, QUICK

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, as it is typed."""
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_run_measures_each_method_on_the_same_programme() -> None:
    """Two methods on S: the same bound for both, no rule broken, time and memory of their own."""
    done = run("--kinds", "S", "--methods", "naive,greedy", "--json")
    assert done.returncode == 0, done.stderr
    naive, greedy = json.loads(done.stdout)["rows"]
    assert naive["planned"] == greedy["planned"]
    assert naive["bound"] == greedy["bound"] >= greedy["happen"] > naive["happen"]
    assert greedy["gap %"] == pytest.approx(100 * (1 - greedy["happen"] / greedy["bound"]), abs=1e-3)
    assert greedy["x greedy"] == 1
    assert 0 == naive["violations"] == greedy["violations"]
    assert greedy["MB"] > 30
    assert len(list(table([naive, greedy]))) == 4


@pytest.mark.parametrize("wrong", [("--kinds", "XXL"), ("--methods", "magic"), ("--starts", "2027-01-05")])
def test_what_is_not_there_is_refused(wrong: tuple[str, str]) -> None:
    """Before anything is measured."""
    done = run(*wrong)
    assert done.returncode == 2
    assert wrong[1].upper() in done.stderr.upper()


def test_growth_is_the_exponent_between_sizes() -> None:
    """Ten times the series in a hundred times the time is 2; other methods and kinds do not count."""
    rows = [
        {"method": QUICK, "kind": "L", "seconds": 100.0},
        {"method": QUICK, "kind": "M", "seconds": 0.5},
        {"method": QUICK, "kind": "M", "seconds": 1.5},
        {"method": QUICK, "kind": "tight", "seconds": 77.0},
        {"method": "greedy", "kind": "XL", "seconds": 77.0},
    ]
    assert growth(rows) == {"M to L": 2.0}


def test_a_row_of_the_table_has_every_column() -> None:
    """In Markdown, numbers to the right."""
    row = dict.fromkeys(COLUMNS, 1234.5678) | {"instance": "M 1", "method": METHODS[0], "planned": 1234, "moved": 5}
    row |= {"happen": 1000, "skipped": 0, "strain": 1, "discomfort": 99999, "violations": 0, "MB": 1500}
    head, rule, line = table([row])
    assert head.count("|") == rule.count("|") == line.count("|") == len(COLUMNS) + 1
    assert "99,999" in line
    assert "1234.57" in line
