"""What is logged as the service writes it."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scheduler import logs


class Written:
    """What was logged, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        """All of it."""
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All of it, read."""
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def logged() -> Iterator[Written]:
    """Logs as the service writes them, from debug on; afterwards all is as before."""
    found, root, dbos = Written(), logging.getLogger(), logging.getLogger("dbos")
    flooded = logging.getLogger(logs.FLOODED)
    before = root.handlers[:], root.level, dbos.handlers[:], dbos.propagate, flooded.level
    hooks = sys.excepthook, threading.excepthook
    logs.configure("debug", found.stream)
    yield found
    root.handlers[:], dbos.handlers[:], dbos.propagate = before[0], before[2], before[3]
    root.setLevel(before[1])
    flooded.setLevel(before[4])
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
