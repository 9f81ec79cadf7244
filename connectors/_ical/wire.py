"""Jobs and readings as bytes, between us and the process that reads untrusted text: JSON and arrays, no pickles."""

import json
from collections.abc import Sequence
from multiprocessing.connection import Connection

import numpy as np

from connectors._ical.read import Reading
from scheduler.core.freebusy import ReadWarning
from scheduler.core.interval import Int64Array
from scheduler.errors import InputError, RondoError, Unavailable

READY = b"ready"


def send_job(connection: Connection, texts: Sequence[bytes], zone: str, window: tuple[int, int]) -> None:
    """What is to be read."""
    connection.send_bytes(json.dumps({"zone": zone, "window": window, "texts": len(texts)}).encode())
    for text in texts:
        connection.send_bytes(text)


def receive_job(connection: Connection) -> tuple[list[bytes], str, tuple[int, int]]:
    """What `send_job` sent. Raises EOFError when there will be no more."""
    job = json.loads(connection.recv_bytes())
    first, last = job["window"]
    return [connection.recv_bytes() for _ in range(job["texts"])], job["zone"], (first, last)


def send_reading(connection: Connection, reading: Reading) -> None:
    """What was read."""
    warnings = [(owner, warning.what, warning.uid, warning.line) for owner, warning in reading.warnings]
    head = {"uids": reading.uids, "warnings": warnings, "unknown": sorted(reading.unknown)}
    connection.send_bytes(json.dumps(head).encode())
    for array in (reading.busy, reading.owners, reading.unavailable):
        connection.send_bytes(array.tobytes())


def send_error(connection: Connection, error: RondoError) -> None:
    """Why nothing was."""
    hint = error.hint if isinstance(error, InputError) else None
    connection.send_bytes(json.dumps({"error": str(error), "hint": hint}).encode())


def receive_reading(connection: Connection) -> Reading:
    """What `send_reading` sent. Raises the error of `send_error`, and EOFError where the other side died."""
    head = json.loads(connection.recv_bytes())
    if "error" in head:
        raise Unavailable(head["error"]) if head["hint"] is None else InputError(head["error"])
    busy, owners, unavailable = (_array(connection.recv_bytes()) for _ in range(3))
    warnings = tuple((owner, ReadWarning(what, uid, line)) for owner, what, uid, line in head["warnings"])
    unknown = frozenset(head["unknown"])
    return Reading(tuple(head["uids"]), busy.reshape(-1, 2), owners, unavailable.reshape(-1, 2), warnings, unknown)


def _array(data: bytes) -> Int64Array:
    return np.frombuffer(data, dtype=np.int64)
