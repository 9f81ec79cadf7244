"""The process that reads text from strangers: it may use little time and memory, and may be killed."""

import math
import resource
import sys
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from connectors._ical.read import Reading, read_texts
from connectors._ical.wire import READY, receive_job, send_error, send_reading
from scheduler.core.interval import Interval
from scheduler.errors import RondoError, Unavailable

CPU_SECONDS = 2
MEMORY = 300 * 2**20


def main(descriptor: int) -> None:
    """Serve jobs until the other end of the connection is closed."""
    connection = Connection(descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    connection.send_bytes(READY)
    while True:
        try:
            texts, zone, window = receive_job(connection)
        except EOFError:
            return
        _limit_time()
        try:
            send_reading(connection, _read(texts, zone, window))
        except RondoError as error:
            send_error(connection, error)
            return  # who could not read one text is not given another


def _read(texts: list[bytes], zone: str, window: tuple[int, int]) -> Reading:
    first, last = (datetime.fromtimestamp(second, UTC) for second in window)
    try:
        return read_texts(texts, zone=zone, window=Interval(first, last))
    except MemoryError:
        raise Unavailable(f"It takes more than {MEMORY // 2**20} MB to read.") from None


def _limit_time() -> None:
    """From now on so many seconds of this process's own time; the kernel ends it after that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]))
