"""How often something may be done: guesses at links, sign-ins begun, mails asked for.

Kept in the memory of the one process that serves, so there is no store that could be down; where more is to be
remembered than there is room for, the answer is no.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from math import ceil

from fastapi import HTTPException, Request

from scheduler.core.tongue import noted

MOST_KEYS = 50_000
TOO_OFTEN = noted("That was too often. Wait a little, then try again.")


class Limiter:
    """At most `most` times in any `seconds`, for each key; from any thread."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Raises HTTPException (429, with Retry-After in seconds) where it was done too often already."""
        with self._lock:
            self._check(key)

    def count(self, key: str) -> None:
        """Once more. Raises as `check`, and then it does not count."""
        with self._lock:
            times = self._check(key)
            if times is None:
                if len(self._times) >= MOST_KEYS and not self._forget():
                    raise _too_often(self._seconds)
                times = self._times[key] = deque()
            times.append(self._clock())

    def _check(self, key: str) -> deque[float] | None:
        times, since = self._times.get(key), self._clock() - self._seconds
        while times and times[0] <= since:
            times.popleft()
        if times and len(times) >= self._most:
            raise _too_often(times[0] - since)
        return times

    def _forget(self) -> bool:
        since = self._clock() - self._seconds
        self._times = {key: times for key, times in self._times.items() if times and times[-1] > since}
        return len(self._times) < MOST_KEYS


@dataclass(frozen=True)
class Limits:
    """What is limited at the pages: by client, and mails by address too."""

    guesses: Limiter = field(default_factory=lambda: Limiter(20, 60))
    trips: Limiter = field(default_factory=lambda: Limiter(20, 60))
    mails: Limiter = field(default_factory=lambda: Limiter(5, 60))
    mails_to: Limiter = field(default_factory=lambda: Limiter(3, 15 * 60))
    beginnings: Limiter = field(default_factory=lambda: Limiter(10, 60 * 60))  # of programmes by anybody
    tokens: Limiter = field(default_factory=lambda: Limiter(60, 60))  # of the API that are wrong
    questions: Limiter = field(default_factory=lambda: Limiter(60, 60))  # for times and reasons, by token


def client_of(request: Request, public_url: str) -> str:
    """The address of whoever asks: what the proxy before us says, where it is on this machine and does our TLS.

    Of several, the last: the others are what the client says of itself.
    """
    host = request.client.host if request.client else ""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told if told and public_url.startswith("https:") and _is_here(host) else host


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _too_often(seconds: float) -> HTTPException:
    return HTTPException(429, TOO_OFTEN, {"Retry-After": str(max(1, ceil(seconds)))})
