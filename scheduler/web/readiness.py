"""Whether the service can work, for whoever asks however often: it is asked itself once a second at most."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from scheduler.core.health import Health

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
log = logging.getLogger(__name__)


class Readiness:
    """Asks `healthy` in a thread of its own, one question at a time."""

    def __init__(self, healthy: Callable[[], Health]) -> None:
        self._healthy = healthy
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._asked: asyncio.Future[Health] | None = None
        self._asked_at, self._was = 0.0, True

    async def ready(self) -> bool:
        """False where it says so, can't say, or does not answer in time."""
        loop = asyncio.get_running_loop()
        if self._asked is None or (self._asked.done() and loop.time() - self._asked_at >= FRESH_SECONDS):
            self._asked, self._asked_at = loop.run_in_executor(self._pool, self._healthy), loop.time()
            self._asked.add_done_callback(lambda asked: asked.cancelled() or asked.exception())
        try:
            is_ready = (await asyncio.wait_for(asyncio.shield(self._asked), PATIENCE_SECONDS)).ready
            fault = None
        except Exception as error:  # noqa: BLE001  # one that can't say how it is can't work either
            is_ready, fault = False, error
        if is_ready != self._was:
            log.warning("ready" if is_ready else "not_ready", exc_info=fault)
            self._was = is_ready
        return is_ready

    def close(self) -> None:
        """Ask no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
