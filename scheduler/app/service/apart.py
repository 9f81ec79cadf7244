"""Long work on a large programme in a process of its own: a search would take turns with the pages of this one.

The process opens the service anew. It ends with its parent.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from scheduler import logs, memory
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.errors import RondoError
from scheduler.ports import Clock
from scheduler.settings import Settings

LARGE = 100
"""Groups; with fewer it is done sooner than another process has started."""
PRIORITY = 10  # less than that of pages (POSIX, nice)
LOOK_SECONDS = 0.2
BROKE = noted("Something went wrong that should not. The service's log says more.")
log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Does work on the programmes of a data directory; `ending` is set when this process is told to end."""

    data: Path
    settings: Settings
    clock: Clock
    ending: threading.Event

    def call(
        self, work: Callable[Concatenate[Path, Settings, Clock, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """What a function, which is found again by its name, answers there; None where this process ends before.

        Raises RondoError where it failed.
        """
        context = multiprocessing.get_context("spawn")
        heard, told = context.Pipe(duplex=False)
        level = logging.getLevelName(logging.getLogger().level)
        arguments = (told, level, work, (self.data, self.settings, self.clock, *args), kwargs)
        process = context.Process(target=_begin, args=arguments, name=work.__name__)
        process.start()
        told.close()  # the other end alone holds it open, and its death closes it
        try:
            while not heard.poll(LOOK_SECONDS):
                if self.ending.is_set():
                    return None
            answer, words = heard.recv()
        except EOFError:
            raise RondoError(_("The process that did it ended before its time.")) from None
        finally:
            process.terminate()
            process.join()
            heard.close()
        if words:
            raise RondoError(words)
        return cast(T, answer)


def _begin(told: Connection, level: str, work: Callable[..., object], args: Any, kwargs: Any) -> None:
    """What the process does: the work, and a word of what came of it."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    os.nice(PRIORITY)
    logs.configure(level)
    memory.settle()
    try:
        told.send((work(*args, **kwargs), ""))
    except RondoError as fault:
        told.send((None, str(fault)))
    except Exception:
        log.exception("work_failed", extra={"work": work.__name__})
        told.send((None, _(BROKE)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
