"""Processes of the service at small cost: a parent that has loaded everything forks one for each command.

`python -m tests.service.child` takes a line of JSON for each process: its arguments, environment and log; it answers
with the process's id, and later with a line for each that ended: its id and how. The processes live on a clock that is
ahead by RONDO_TEST_AHEAD seconds, and RONDO_TEST_FUSE has one die, as by kill -9, at a point of its own work.
"""

import ctypes
import json
import os
import signal
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from unittest.mock import patch

from sqlalchemy import Engine, event

from connectors._ics_out.folder import Folder
from scheduler.app.wiring.programme import SystemClock
from scheduler.cli.rondo import PARTS, main

LOADED = ("serve", "importing", "watching", "planning")


class Ahead:
    """A clock that runs ahead of the machine's."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The instant, to the second."""
        return (datetime.now(UTC) + self._ahead).replace(microsecond=0)


def die() -> None:
    """No handler runs, nothing is flushed, no lock is given back by hand."""
    os.kill(os.getpid(), signal.SIGKILL)


def burn(fuse: str) -> None:
    """Die at a point.

    "sql:WORDS:N", before the Nth statement with these words; "commit:WORDS:N", after its commit; "file:WHEN:N", before,
    half-way through or after the Nth file that is published.
    """
    kind, words, number = fuse.split(":")
    count = Counter[str]()

    def reached(what: str) -> bool:
        count[what] += 1
        return count[what] == int(number)

    if kind == "file":
        _at_file(words, reached)
        return
    seen = set[int]()

    def stated(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if all(word in statement for word in words.split()) and reached(words):
            if kind == "sql":
                die()
            seen.add(threading.get_ident())

    def ended(*_: object) -> None:
        if threading.get_ident() in seen:
            die()

    event.listen(Engine, "before_cursor_execute", stated)
    event.listen(Engine, "checkin", ended)  # of its connection, to the pool: the commit is over


def _at_file(when: str, reached: Callable[[str], bool]) -> None:
    write = Folder.write

    def slowly(self: Folder, name: str, content: bytes) -> None:
        now = reached(when)
        if now and when == "before":
            die()
        if now and when == "half":
            with open(f".{name}.new", "wb", opener=self._opened) as half:
                half.write(content[: len(content) // 2])
            die()
        write(self, name, content)
        if now:
            die()

    Folder.write = slowly  # type: ignore[method-assign]  # in a process that is about to die


def run(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """Be `rondo` with these arguments."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(target, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.setpgid(0, 0)
    for name in [name for name in os.environ if name.startswith("RONDO_")]:
        del os.environ[name]
    os.environ |= environment
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    clock = Ahead(float(environment["RONDO_TEST_AHEAD"]))
    fuse = environment.get("RONDO_TEST_FUSE", "")
    if fuse:
        burn(fuse)
    with patch.object(SystemClock, "now", clock.now), patch.object(sys, "argv", ["rondo", *arguments]):
        main()


def die_with_parent() -> None:
    """Whatever becomes of the tests, no service is left behind (prctl(2): PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def outcome(arguments: list[str], environment: dict[str, str], log: str) -> int:
    """Run, and say how it ended; what was not foreseen is in the log."""
    die_with_parent()
    try:
        run(arguments, environment, log)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  # nothing of this process may come back into its parent's loop
        traceback.print_exc()
        return 70
    return 0


def parent() -> None:
    """Fork for each line, until there are no more."""
    for part in LOADED:
        assert part in PARTS
        import_module(f"scheduler.cli.{part}")

    def ended(*_: object) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            os.write(1, f"{json.dumps({'ended': pid, 'code': os.waitstatus_to_exitcode(status)})}\n".encode())

    signal.signal(signal.SIGCHLD, ended)
    for line in sys.stdin:
        asked = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            os._exit(outcome(asked["arguments"], asked["environment"], asked["log"]))
        os.write(1, f"{json.dumps({'began': pid})}\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


if __name__ == "__main__":
    parent()
