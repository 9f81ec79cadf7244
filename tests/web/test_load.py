"""A minute of many visitors, or ten with --long, while a large programme is planned: all are answered.

How fast it is depends on the machine: `python -m tests.benchmarks.load` measures that.
"""

import asyncio
import random
from pathlib import Path

import pytest

from scheduler.core.job import JobState
from tests.benchmarks.load import MOST_GROWTH, RATE, grown, load, serving
from tests.bigsite import BIG

SECONDS, LONG_SECONDS = 60, 600


@pytest.mark.timeout(2 * LONG_SECONDS)
def test_pages_and_api_answer_while_a_plan_runs(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Without an error, every one of them, and in memory that stays as it is."""
    seconds = LONG_SECONDS if request.config.getoption("--long") else SECONDS
    with serving(tmp_path, groups=500, people=1_250) as served:
        told = asyncio.run(load(served, seconds, draw=random.Random(1)))
        plans = served.service.jobs.store.of(BIG, 1_000)
    assert told.failed == []
    assert len(told.all) == seconds * RATE
    assert grown(told) < MOST_GROWTH
    assert plans
    assert all(plan.state is not JobState.FAILED for plan in plans)
