"""Killing the service around each call that it makes: before the call takes effect, after that, or once it is answered.

The servers see each call, so nothing of the service has to know. What happens inside of it (statements, commits, files)
is reached by a fuse in its process.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from unittest.mock import patch

from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.wrappers import Request, Response

from tests.doubles.server import Double
from tests.mailbox import Mailbox
from tests.service.stage import Running, Stage, until

When = Literal["before", "after", "answered"]
WHENS: tuple[When, ...] = ("before", "after", "answered")
MAIL = "Mailbox"


@dataclass(frozen=True, slots=True)
class Point:
    """A call to a provider: whose (the class of its double), which, and when in it the process dies."""

    provider: str
    method: str
    path: str  # a regular expression, searched in the path
    when: When

    def __str__(self) -> str:
        return f"{self.when} {self.method} {self.path} at {self.provider}"


@dataclass(slots=True)
class Traps:
    """The points at which the process that runs is killed, each once; `sprung` are those at which it was."""

    stage: Stage
    armed: list[Point] = field(default_factory=list)
    sprung: list[Point] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, provider: str, method: str, path: str) -> Point | None:
        """The point that this call is, which is armed no longer."""
        with self._lock:
            running = self.stage.processes and not self.stage.processes[-1].ended.is_set()
            for each in self.armed if running else ():
                if (each.provider, each.method) == (provider, method) and re.search(each.path, path):
                    self.armed.remove(each)
                    self.sprung.append(each)
                    self.stage.mails_cut |= provider == MAIL
                    return each
        return None

    def kill(self) -> None:
        """The service dies here."""
        self.stage.processes[-1].kill()


@contextmanager
def traps(stage: Stage) -> Iterator[Traps]:
    """Nothing is armed yet."""
    made = Traps(stage)
    with ExitStack() as stack:
        for double in stage.doubles:
            stack.enter_context(patch.object(double, "answer", _trapped(made, double)))
        for name, method in (("handle_MAIL", _mail(made)), ("handle_DATA", _data(made)), ("handle_QUIT", _quit(made))):
            stack.enter_context(patch.object(Mailbox, name, method, create=True))
        yield made


def _trapped(traps: Traps, double: Double) -> Callable[[Request], Response]:
    answer, provider = double.answer, type(double).__name__

    def trapped(request: Request) -> Response:
        point = traps.at(provider, request.method, request.path)
        if point and point.when == "before":
            traps.kill()
            return Response(status=500)
        response = answer(request)
        if point and point.when == "after":
            traps.kill()
        elif point:
            response.call_on_close(traps.kill)
        return response

    return trapped


def _mail(traps: Traps) -> Callable[..., Any]:
    handle = Mailbox.handle_MAIL

    async def mail(self: Mailbox, server: SMTP, session: Session, envelope: Envelope, *more: Any) -> str:
        if traps.at(MAIL, "MAIL", ""):
            traps.kill()
        return await handle(self, server, session, envelope, *more)

    return mail


def _data(traps: Traps) -> Callable[..., Any]:
    handle = Mailbox.handle_DATA

    async def data(self: Mailbox, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await handle(self, server, session, envelope)
        if traps.at(MAIL, "DATA", ""):
            traps.kill()
        return answer

    return data


def _quit(traps: Traps) -> Callable[..., Any]:
    async def end(self: Mailbox, server: SMTP, session: Session, envelope: Envelope) -> str:
        if traps.at(MAIL, "QUIT", ""):
            traps.kill()
        return "221 Bye"

    return end


def survive(traps: Traps, points: Sequence[Point], fuses: Sequence[str] = ()) -> list[str]:
    """Serve until all is done, killed at each of these points on the way, and started again each time.

    Answers the points that were never come to.
    """
    stage, left = traps.stage, list(fuses)
    traps.armed = list(points)
    while True:
        before = len(traps.sprung)
        running = stage.serve(fuse=left[0] if left else "")
        _until_dead_or_quiet(stage, running)
        if not running.ended.is_set():
            running.kill()
            if stage.busy():  # it had just begun to look for more
                continue
            break
        stage.kills += 1
        if len(traps.sprung) == before:
            assert left, stage.story()
            left.pop(0)
    missed, traps.armed = [*map(str, traps.armed), *left], []
    return missed


def _until_dead_or_quiet(stage: Stage, running: Running) -> None:
    until(lambda: running.ended.is_set() or not stage.busy(), told=stage.story)
