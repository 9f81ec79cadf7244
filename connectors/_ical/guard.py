"""Reads text from strangers in processes that may be lost: a warm one waits for its next job, a stuck one is killed."""

import atexit
import os
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from queue import Empty, LifoQueue

from connectors._ical.read import Reading
from connectors._ical.wire import READY, receive_reading, send_job
from scheduler.core.interval import Interval
from scheduler.errors import Unavailable

SECONDS = 1.5  # with the start of a new process still within two
START_SECONDS = 20.0
MOST_IDLE = os.cpu_count() or 1


def read_guarded(texts: Sequence[bytes], *, zone: str, window: Interval) -> Reading:
    """`read_texts` in another process. Raises Unavailable also where that takes too long or too much memory."""
    worker = _waiting() or _Worker()
    try:
        return worker.read(texts, zone, window)
    finally:
        if worker.lost or _idle.qsize() >= MOST_IDLE:
            worker.close()
        else:
            _idle.put(worker)


class _Worker:
    """One process, for one caller at a time; it is `lost` unless it has read everything that it was given so far."""

    def __init__(self) -> None:
        self.lost = False
        self._connection, other = Pipe()
        self._process = subprocess.Popen(
            # -P: nothing is imported from the folder that somebody happens to stand in
            [sys.executable, "-P", "-m", "connectors._ical.child", str(other.fileno())],
            pass_fds=[other.fileno()],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        other.close()
        self._started = False

    def read(self, texts: Sequence[bytes], zone: str, window: Interval) -> Reading:
        """What the process reads. Raises what it raises, and Unavailable where it dies or takes too long."""
        self.lost = True  # also where we are interrupted: an answer that nobody waited for must not meet the next job
        try:
            self._start()
            send_job(self._connection, texts, zone, window.seconds)
            if not self._connection.poll(SECONDS):
                raise Unavailable(f"It takes more than {SECONDS} seconds to read.")
            reading = receive_reading(self._connection)
        except (EOFError, OSError):
            raise Unavailable("Its reading broke off.") from None
        self.lost = False
        return reading

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._connection.close()

    def _start(self) -> None:
        if not self._started and not (self._connection.poll(START_SECONDS) and self._connection.recv_bytes() == READY):
            raise Unavailable("The process that reads calendars does not start.")
        self._started = True


def _environment() -> dict[str, str]:
    """What a Python needs to start as we did, and no secret that may stand in ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "PYTHONTZPATH") if name in os.environ}
    # the threads of numpy's algebra, which we don't use, would take most of the memory
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}


def _waiting() -> _Worker | None:
    try:
        return _idle.get_nowait()
    except Empty:
        return None


_idle: LifoQueue[_Worker] = LifoQueue()


@atexit.register
def _close_all() -> None:
    while worker := _waiting():
        worker.close()
