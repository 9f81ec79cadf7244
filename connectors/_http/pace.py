"""A pace that a provider allows: so many calls in a sliding span of time, and so many at once."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from connectors._http.retry import Pause


class Pace:
    """At most `calls` in any `span` seconds, and `at_once` at the same time; for many threads."""

    def __init__(self, *, calls: int, span: float, at_once: int, pause: Pause = time.sleep) -> None:
        self._calls, self._span, self._pause = calls, span, pause
        self._slots = threading.BoundedSemaphore(at_once)
        self._begun: deque[float] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and hold it for a call."""
        with self._slots:
            while (wait := self._wait()) > 0:
                self._pause(wait)
            yield

    def _wait(self) -> float:
        """Seconds until a call may begin; 0: it is counted as begun."""
        with self._lock:
            now = time.monotonic()
            while self._begun and now - self._begun[0] >= self._span:
                self._begun.popleft()
            if len(self._begun) < self._calls:
                self._begun.append(now)
                return 0.0
            return self._begun[0] + self._span - now
