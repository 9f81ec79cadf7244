"""Files beside the database: the programme's own secret, and the lock that lets one process write at a time.

The secret makes room names unguessable and the identity of the programme's events its own.
"""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from scheduler.errors import Unavailable

BYTES = 32
BUSY = "another apply is writing just now: try again when it has ended."


def programme_key(path: Path) -> bytes:
    """Read the key, or make one (mode 0600) where there is none. Raises Unavailable when it is damaged."""
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as fault:
        raise Unavailable(f"{path} can't be used: {fault.strerror}.") from None
    if len(key) != BYTES:
        raise Unavailable(f"{path} is damaged: {len(key)} bytes instead of {BYTES}. Restore it from a backup.")
    return key


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock; it ends with the process, however that ends. Raises Unavailable where somebody else has it."""
    try:
        file = path.open("ab")
    except OSError as fault:
        raise Unavailable(f"{path} can't be used: {fault.strerror}.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(BUSY) from None
        yield


def _make(path: Path) -> None:
    """Written aside and linked into place: a crash leaves no half a key, and of two makers one wins."""
    path.parent.mkdir(exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
