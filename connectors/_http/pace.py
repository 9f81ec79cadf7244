"""A pace that a provider allows: so many calls in a sliding span of time, and so many at once."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors._http.retry import Pause


class Pace:
    """At most `calls` in any `span` seconds, and `at_once` at the same time; for many threads.

    `clock` tells seconds, from any beginning; like `pause`, tests put another in its place.
    """

    def __init__(
        self,
        *,
        calls: int,
        span: float,
        at_once: int,
        pause: Pause = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._span, self._pause, self._clock = span, pause, clock
        self._slots = threading.BoundedSemaphore(at_once)
        self._begins: deque[float] = deque(maxlen=calls)
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and hold it for a call."""
        with self._slots:
            wait = self._reserved()
            if wait > 0:
                self._pause(wait)
            yield

    def _reserved(self) -> float:
        """Seconds until the instant at which this call may begin; nobody else is given it."""
        with self._lock:
            now = begin = self._clock()
            if len(self._begins) == self._begins.maxlen:
                begin = max(now, self._begins[0] + self._span)
            self._begins.append(begin)
            return begin - now
