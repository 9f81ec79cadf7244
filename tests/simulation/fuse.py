"""A process that dies: at one of its next database statements, or before or after one of its next calls to a provider,
or one of its next mails.

Nothing of ours catches a BaseException that it does not know. Once one thread died, every other dies at its next step.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from unittest.mock import patch

import httpx
from sqlalchemy import Engine, event

STATEMENTS = ("before_cursor_execute", "commit")


class Crash(BaseException):
    """The process is gone."""


class Fuse:
    """Counts steps while it burns; `set(n)`: the nth from now is the last."""

    def __init__(self) -> None:
        self._left = 0
        self._dead, self._lock = False, Lock()

    def set(self, steps: int) -> None:
        """Die at the nth step from now; 0: not at all."""
        self._left, self._dead = steps, False

    @contextmanager
    def burning(self) -> Iterator[None]:
        """While the service is at work; afterwards the fuse is out."""
        send, data, step = httpx.Client.send, smtplib.SMTP.data, self._step

        def called(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
            step()
            answer = send(client, request, **options)
            step()
            return answer

        def mailed(smtp: smtplib.SMTP, text: bytes) -> tuple[int, bytes]:
            step()
            answer = data(smtp, text)
            step()
            return answer

        def stated(*_: object) -> None:
            step()

        with patch.object(httpx.Client, "send", called), patch.object(smtplib.SMTP, "data", mailed):
            for name in STATEMENTS:
                event.listen(Engine, name, stated)
            try:
                yield
            finally:
                for name in STATEMENTS:
                    event.remove(Engine, name, stated)
                self.set(0)

    def _step(self) -> None:
        with self._lock:
            if self._left > 0:
                self._left -= 1
                self._dead = self._left == 0
            if self._dead:
                raise Crash
