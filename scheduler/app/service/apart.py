"""Long work on a large programme in a process of its own: a search would take turns with the pages of this one.

The process opens the service anew and tells of its progress in the database, as it would here. It ends with its parent.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scheduler import logs
from scheduler.core.job import Job, JobState
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.errors import RondoError
from scheduler.ports import Clock
from scheduler.settings import Settings

LARGE = 100
"""Groups; fewer are planned sooner than another process has started."""
PRIORITY = 10  # less than that of pages (POSIX, nice)
LOOK_SECONDS = 0.2
BROKE = noted("Something went wrong that should not. The service's log says more.")
log = logging.getLogger(__name__)

Work = Callable[[Path, Settings, Clock, Job], JobState]


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Does work on the programmes of a data directory; `work` is found again by its name in the other process."""

    data: Path
    settings: Settings
    clock: Clock
    work: Work

    def done(self, job: Job, ending: threading.Event) -> JobState:
        """Do it to its end; WAITING where this process is told to end before. Raises RondoError where it failed."""
        context = multiprocessing.get_context("spawn")
        heard, told = context.Pipe(duplex=False)
        level = logging.getLevelName(logging.getLogger().level)
        arguments = (told, level, self.work, (self.data, self.settings, self.clock, job))
        process = context.Process(target=_begin, args=arguments, name=f"job {job.id}")
        process.start()
        told.close()  # the other end alone holds it open, and its death closes it
        try:
            while not heard.poll(LOOK_SECONDS):
                if ending.is_set():
                    return JobState.WAITING
            state, words = heard.recv()
        except EOFError:
            raise RondoError(_("The process that did it ended before its time.")) from None
        finally:
            process.terminate()
            process.join()
            heard.close()
        if words:
            raise RondoError(words)
        return JobState(state)


def _begin(told: Connection, level: str, work: Work, arguments: Any) -> None:
    """What the process does: the work, and a word of what came of it."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    os.nice(PRIORITY)
    logs.configure(level)
    try:
        told.send((str(work(*arguments)), ""))
    except RondoError as fault:
        told.send(("", str(fault)))
    except Exception:
        log.exception("job_failed")
        told.send(("", _(BROKE)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
