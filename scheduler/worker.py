"""A process of the service: which one it is among others, and how it begins and ends its share of the work."""

import contextlib
import fcntl
import hashlib
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Protocol

from scheduler.errors import InputError, Unavailable

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Works(Protocol):
    """A service that does its work in threads of its own."""

    def start(self, executor: str) -> None:
        """Begin, as the process of this name, and first with what that one left undone. Raises Unavailable."""
        ...

    def stop(self) -> None:
        """Begin nothing more, and end what runs or leave it; in seconds, and after half a start too."""
        ...


@contextlib.contextmanager
def claimed(data: Path, slot: str) -> Iterator[str]:
    """Be the one process of a slot, until the block or the process ends; the name that it has in the database.

    Work that a process left undone is taken up by the next one of its name, so two at once would do it twice. The name
    tells the data directory, too, since the lock that keeps the second away is a file there. Raises InputError,
    Unavailable.
    """
    if not data.is_dir():
        raise InputError("there is no such data directory.", where=str(data), hint="`rondo import` makes one.")
    try:
        file = (data / f"{slot}.lock").open("ab")
    except OSError as fault:
        raise Unavailable(f"{data}: {fault.strerror}.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(f"{data}: another process runs there as {slot}: stop that one first.") from None
        host = re.sub(r"[^a-z0-9]+", "-", socket.gethostname().lower()).strip("-")
        yield f"{host}-{slot}-{hashlib.sha256(bytes(data.resolve())).hexdigest()[:6]}"


@contextlib.contextmanager
def working(service: Works, executor: str) -> Iterator[None]:
    """Have the service do its work as long as the block lasts."""
    try:
        service.start(executor)
        yield
    finally:
        service.stop()


@contextlib.contextmanager
def told_to_stop() -> Iterator["SimpleQueue[str]"]:
    """Where the names of SIGINT and SIGTERM arrive; the second signal ends the process at once."""
    told = SimpleQueue[str]()

    def put(number: int, _: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        told.put(signal.Signals(number).name)  # the one kind of queue that a handler may use

    before = {each: signal.signal(each, put) for each in SIGNALS}
    try:
        yield told
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
