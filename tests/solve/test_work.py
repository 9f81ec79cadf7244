"""Work in other processes: the same answers, whatever becomes of them."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import pytest

from scheduler.core.verify import check
from scheduler.solve import Params, solve
from scheduler.solve.progress import Teller, unheard
from scheduler.solve.search import Search
from scheduler.solve.work import Work, working
from tests.benchmarks.instances import instance_of


@pytest.fixture
def work() -> Iterator[Work]:
    """Work with two processes."""
    search = Search.begin(Params(workers=2), Event(), 10.0)
    with working(search, Teller(unheard), 1000) as some:
        yield some


def squared(number: int, search: Search) -> int:
    """A job; a search that is over gives the answer of one that had no time."""
    return -1 if search.is_over else number * number


def squared_where(job: tuple[int, str], search: Search) -> int:
    """A job that ends its process the first time, as a crash of the solver would."""
    number, folder = job
    mark = Path(folder) / str(number)
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(number, search)


def always_dies(number: int, search: Search) -> int:
    """A job that ends any process but the one that asks for an answer without time."""
    if not search.is_over:
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(number, search)


def waits(number: int, search: Search) -> int:
    """A job that would take forever, if nobody stopped it."""
    while not search.is_over:
        time.sleep(0.01)
    return number


def test_jobs_are_done_in_their_order(work: Work) -> None:
    """Whoever finishes first."""
    assert list(work.map(squared, range(20))) == [number * number for number in range(20)]


def test_a_process_that_dies_costs_a_retry(work: Work, tmp_path: Path) -> None:
    """One is killed in the midst of its job: all answers are there nevertheless, and right."""
    jobs = [(number, str(tmp_path)) for number in range(6)]
    assert list(work.map(squared_where, jobs)) == [0, 1, 4, 9, 16, 25]
    assert list(work.map(squared, range(3))) == [0, 1, 4]


def test_what_kills_every_process_is_given_up_and_nothing_else(work: Work) -> None:
    """The answer is that of a search without time, never a wrong one."""
    assert list(work.map(always_dies, [1, 2])) == [-1, -1]
    assert list(work.map(squared, [1, 2])) == [1, 4]


def test_jobs_end_when_the_search_is_stopped(work: Work) -> None:
    """The stop reaches other processes."""
    Timer(0.2, work.search.stop.set).start()
    assert list(work.map(waits, [1, 2])) == [1, 2]


@pytest.mark.parametrize("polish", [False, True])
def test_the_plan_is_the_same_for_any_number_of_processes(*, polish: bool) -> None:
    """A programme that is large enough for a pool."""
    problem = instance_of(110, seed=5)
    plans = [solve(problem, params=Params(workers=workers, polish=polish)) for workers in (1, 2)]
    assert plans[0] == plans[1]
    assert check(problem, plans[0]).faults == ()


def fails(number: int, search: Search) -> int:
    """A job with a fault of ours."""
    raise ZeroDivisionError(number)


def test_a_fault_of_ours_is_no_crash(work: Work) -> None:
    """It is raised, not retried and passed over."""
    with pytest.raises(ZeroDivisionError):
        list(work.map(fails, [1, 2]))
