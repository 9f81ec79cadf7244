"""A pace that a provider allows: so many calls in a sliding span of time, and so many at once."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connectors._http.retry import Pause


class Pace:
    """At most `calls` in any `span` seconds, and `at_once` at the same time; for many threads.

    A call counts from its end, since it may have come to the provider as late as that. `clock` tells seconds, from any
    beginning; like `pause`, tests put another in its place.
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
        self._counted: deque[_Counted] = deque(maxlen=calls)
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and hold it for a call."""
        with self._slots:
            wait, call = self._reserved()
            if wait > 0:
                self._pause(wait)
            try:
                yield
            finally:
                with self._lock:
                    call.at = max(call.at, self._clock())

    def _reserved(self) -> "tuple[float, _Counted]":
        """Seconds until the instant at which this call may begin, which nobody else is given."""
        with self._lock:
            now = begin = self._clock()
            if len(self._counted) == self._counted.maxlen:
                begin = max(now, self._counted[0].at + self._span)
            call = _Counted(begin)
            self._counted.append(call)
            return begin - now, call


@dataclass(slots=True)
class _Counted:
    """When a call began, and later when it ended."""

    at: float
