"""How many calls from outside may be at the database at once, and how long one may take; the rest is turned away."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from scheduler.errors import Unavailable

THREADS = 2  # more only take turns with the loop that answers, and with each other at the database
MOST = 32
SECONDS = 0.4
LOG_SECONDS = 60.0
log = logging.getLogger(__name__)


class Admission:
    """Runs calls in threads; whoever comes when it is full, or waits too long, is told to come again.

    A provider sends its message again after a 503, and gives up an address that answers slowly: so rather an early
    no than a late yes. What is run may still come to its end after its caller was turned away.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="doors")
        self._inside, self._turned_away, self._logged_at = 0, 0, -LOG_SECONDS

    async def run(self, call: Callable[[], object]) -> None:
        """Raises Unavailable where it could not be done, or not in time, for whatever reason."""
        if self._inside >= MOST:
            raise self._no(None)
        self._inside += 1
        running = asyncio.get_running_loop().run_in_executor(self._pool, call)
        running.add_done_callback(self._left)
        try:
            await asyncio.wait_for(asyncio.shield(running), SECONDS)
        except Exception as fault:  # noqa: BLE001  # whatever goes wrong behind a door, the next caller finds it open
            raise self._no(fault) from None

    def close(self) -> None:
        """Take no more calls."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _left(self, running: "asyncio.Future[object]") -> None:
        self._inside -= 1
        if not running.cancelled():
            running.exception()  # asyncio complains of an error that nobody asks for

    def _no(self, fault: Exception | None) -> Unavailable:
        """Logged once a minute at most, however many come."""
        now = asyncio.get_running_loop().time()
        self._turned_away += 1
        if now - self._logged_at >= LOG_SECONDS:
            log.warning("turned_away", extra={"times": self._turned_away}, exc_info=fault)
            self._turned_away, self._logged_at = 0, now
        return Unavailable("it can't be taken at the moment.")
