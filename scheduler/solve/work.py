"""Where pieces of work are done, in this process or in a pool of others, and who is told. The answers are the same.

A pool answers for the crash of a solver, too: a job whose process died is done again in a fresh one, and if that dies
as well, the search goes on as if there had been no time for it.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any, TypeVar

from scheduler.solve.progress import Teller
from scheduler.solve.search import LOOK_UP_SECONDS, Params, Search

Result = TypeVar("Result")
Do = Callable[[Any, Search], Result]
MOST_CRASHES = 2
POOLED = 100
"""Fewer series than this are planned sooner than another process has started."""


@dataclass
class Work:
    """Does jobs, as one search asks; `pool` is None where they are done here, one after the other."""

    search: Search
    teller: Teller
    pool: "Pool | None" = None

    def map(self, do: "Do[Result]", jobs: Sequence[Any]) -> Iterator[Result]:
        """The results in the order of the jobs."""
        if self.pool is None or len(jobs) < 2:
            return (do(job, self.search) for job in jobs)
        return iter(self.pool.map(do, jobs, self.search))


@contextmanager
def working(search: Search, teller: Teller, series: int) -> Iterator[Work]:
    """Work with as many processes as the search may have."""
    if search.params.workers == 1 or series < POOLED:
        yield Work(search, teller)
        return
    pool = Pool(search.params.workers)
    try:
        yield Work(search, teller, pool)
    finally:
        pool.close()


@dataclass
class Pool:
    """Processes that are started anew when one of them dies."""

    workers: int
    context: Any = field(default_factory=lambda: multiprocessing.get_context("spawn"))
    executor: ProcessPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.stop = self.context.Event()
        self._start()

    def map(self, do: "Do[Result]", jobs: Sequence[Any], search: Search) -> list[Result]:
        """The results in the order of the jobs; jobs of a search that ends meanwhile are cut short."""
        done: dict[int, Result] = {}
        for _ in range(MOST_CRASHES):
            left = [number for number in range(len(jobs)) if number not in done]
            done |= self._round(do, jobs, left, search)
            if len(done) == len(jobs):
                break
            self._start()
        ended = replace(search, stop=Event(), cut=Event())
        ended.stop.set()
        return [done[number] if number in done else do(jobs[number], ended) for number in range(len(jobs))]

    def close(self) -> None:
        """End all processes."""
        self.stop.set()
        self.executor.shutdown(cancel_futures=True)

    def _round(self, do: "Do[Result]", jobs: Sequence[Any], left: Sequence[int], search: Search) -> dict[int, Result]:
        """What of the jobs that are left is done before a process dies, if one does."""
        futures: dict[Future[Result], int] = {}
        try:
            for number in left:
                futures[self.executor.submit(_done, do, jobs[number], search.params, search.effort)] = number
        except BrokenProcessPool:
            pass
        waiting = set(futures)
        while waiting:
            _, waiting = wait(waiting, timeout=LOOK_UP_SECONDS)
            if search.is_over:
                self.stop.set()
        whole = {
            future: number
            for future, number in futures.items()
            if not isinstance(future.exception(), BrokenProcessPool)
        }
        return {number: future.result() for future, number in whole.items()}  # what a job raises is raised here

    def _start(self) -> None:
        self.executor = ProcessPoolExecutor(
            self.workers, mp_context=self.context, initializer=_begin, initargs=(self.stop,)
        )


_STOP: list[Any] = []


def _begin(stop: Any) -> None:
    """What a process of the pool does first: Ctrl-C is its parent's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _STOP[:] = [stop]


def _done(do: "Do[Result]", job: Any, params: Params, effort: float) -> Result:
    return do(job, Search.begin(replace(params, time_limit=None), _STOP[0], effort))
