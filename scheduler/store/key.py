"""The programme's own secret: makes room names unguessable and the identity of its events its own."""

import contextlib
import os
import secrets
from pathlib import Path

from scheduler.errors import Unavailable

BYTES = 32


def programme_key(path: Path) -> bytes:
    """Read the key, or make one (mode 0600) where there is none. Raises Unavailable when it is damaged."""
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != BYTES:
        raise Unavailable(f"{path} is damaged: {len(key)} bytes instead of {BYTES}. Restore it from a backup.")
    return key


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
