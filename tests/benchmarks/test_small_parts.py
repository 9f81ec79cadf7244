"""Parts of a few series, on programmes as they are in life: what one level has reached, the next one keeps."""

from dataclasses import replace
from threading import Event

import pytest

from scheduler.core.plan import Plan
from scheduler.solve.components import components
from scheduler.solve.exact.part import opened
from scheduler.solve.search import Params, Search
from scheduler.solve.seats import taken_seats
from scheduler.solve.task import all_tasks
from tests.benchmarks.baselines import greedy
from tests.benchmarks.instances import instance
from tests.judging import judged

LITTLE_EFFORT = 0.5


@pytest.mark.parametrize("number", [0, 5])
def test_little_strain_is_bought_with_no_session(number: int) -> None:
    """Also where the search for it is given up early: no fewer sessions than the greedy plan has."""
    asked = instance("S", 1)
    tasks = all_tasks(asked, None)
    part = components(tasks, [task.series.members for task in tasks])[number]
    asked = replace(asked, series=tuple(task.series for task in part))
    search = Search.begin(Params(), Event(), LITTLE_EFFORT)
    done = opened(asked, part, taken_seats(part, {}), search)
    assert judged(asked, Plan(done.placements), None).happen >= judged(asked, greedy(asked), None).happen
