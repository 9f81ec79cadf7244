"""Patience: a call to a busy server is repeated after a while, as it asks, and not for ever."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from scheduler.errors import Unavailable

T = TypeVar("T")
Pause = Callable[[float], None]
"""Waits so many seconds; tests put another in the place of time.sleep."""

TRIES = 6
LEAST, FIRST, MOST = 0.5, 1.0, 30.0  # seconds to wait where the server says nothing: at random, below a growing bound
MOST_DIGITS = 9
MANY = 2
LONGEST = 60.0  # what a server may ask for before we say that it is unavailable


class Later(Exception):
    """A server that may answer better later; `retry_after` is its header, as it came."""

    def __init__(self, reason: str, retry_after: str | None = None) -> None:
        self.reason, self.retry_after = reason, retry_after
        super().__init__(reason)


def patiently(call: Callable[[], T], *, pause: Pause = time.sleep, tries: int = TRIES) -> T:
    """What a call gives in the end. Raises Unavailable where it asked for too long a wait, or was busy every time."""
    backoff = wait_random_exponential(multiplier=FIRST, min=LEAST, max=MOST)

    def wait(state: RetryCallState) -> float:
        later = state.outcome and state.outcome.exception()
        asked = seconds_of(later.retry_after) if isinstance(later, Later) else None
        if asked is not None and asked > LONGEST:
            raise Unavailable(f"{later} It asks to be left alone for {_long(asked)}.") from None
        return backoff(state) if asked is None else asked

    retrying = Retrying(
        retry=retry_if_exception_type(Later), stop=stop_after_attempt(tries), wait=wait, sleep=pause, reraise=True
    )
    try:
        return retrying(call)
    except Later as later:
        raise Unavailable(later.reason) from None


def seconds_of(retry_after: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Seconds that a Retry-After header (RFC 9110, 10.2.3) asks for; None where it says nothing of use.

    No wait at all is of no use either: whoever is busy is not asked again in the same instant.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:MOST_DIGITS])
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        # a date without a zone, or of zone -0000, is in UTC
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now()).total_seconds()
    return seconds if seconds > 0 else None


def _long(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < MANY:
        return f"{round(seconds)} seconds"
    return f"{round(minutes)} minutes" if minutes < MANY * 60 else f"{round(minutes / 60)} hours"
