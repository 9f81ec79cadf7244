"""Runs of workflows in this process, and their steps, which go on whatever became of the one before."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dbos import DBOS
from tenacity import Retrying, retry_if_not_exception_type, stop_after_attempt, wait_exponential

from scheduler.engine.jobs import Pace
from scheduler.errors import RondoError

log = logging.getLogger(__name__)


class Parked(Exception):
    """A workflow with a step that failed at every try. Its text, which is kept, holds names of steps and of faults."""


class Steps:
    """The steps of one run, recorded in the order in which they are done."""

    def __init__(self, again: Retrying) -> None:
        self._again = again
        self.reasons: list[str] = []
        self.faults: list[str] = []

    def do(self, name: str, act: Callable[..., Any], *arguments: str) -> Any:
        """What `act` answered, as JSON gives it back; None where it failed."""
        answer, reason, fault = DBOS.run_step({"name": name}, self._outcome, name, act, *arguments)
        if reason:
            self.reasons.append(reason)
        if fault:
            self.faults.append(f"{name}: {reason}")
        return answer

    def _outcome(self, name: str, act: Callable[..., Any], *arguments: str) -> tuple[Any, str, bool]:
        """The answer, the name of what was raised, and whether that is a fault of ours.

        All of it is data: raised again from the record an exception is of another class. And no more than its name: a
        message may hold what is nobody's business.
        """
        try:
            return self._again(act, *arguments), "", False
        except RondoError as reason:
            return None, type(reason).__name__, False
        except Exception as fault:
            log.error("step_failed", extra={"step": name}, exc_info=fault)
            return None, type(fault).__name__, True


class Runs:
    """The runs that go on in this process, and the programmes that rest since a round came to nothing."""

    def __init__(self, pace: Pace) -> None:
        self._rest = pace.rest
        self._again = Retrying(
            retry=retry_if_not_exception_type(RondoError),
            stop=stop_after_attempt(pace.tries),
            wait=wait_exponential(pace.retry),
            reraise=True,
        )
        self._lock = threading.Lock()
        self._going: list[str] = []
        self._resting: dict[str, float] = {}

    @contextmanager
    def run(self, *, programme: str = "") -> Iterator[Steps]:
        """One run of the workflow that this is called in. Raises Parked at its end where a step failed."""
        workflow = str(DBOS.workflow_id)
        with self._lock:
            self._going.append(workflow)
        try:
            steps = Steps(self._again)
            yield steps
            if steps.reasons:  # or a programme that can't be read would be tried at every sweep
                with self._lock:
                    self._resting[programme] = time.monotonic() + self._rest
            if steps.faults:
                raise Parked(", ".join(steps.faults))
        finally:
            with self._lock:
                self._going.remove(workflow)

    def going(self) -> frozenset[str]:
        """The ids of the workflows that run here now."""
        with self._lock:
            return frozenset(self._going)

    def rests(self, programme: str) -> bool:
        """Whether a programme is left alone for a while."""
        with self._lock:
            return self._resting.get(programme, 0.0) > time.monotonic()
