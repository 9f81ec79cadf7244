"""The engine in a process: its life, the sweep, and the reaper."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from scheduler.engine.jobs import Jobs, Pace
from scheduler.engine.runs import Runs
from scheduler.engine.workflows import (
    PARKED,
    RUNNING,
    VERSION,
    WAITING,
    WATCH,
    WORK,
    WRITE,
    define,
    enqueue,
    forget_workflows,
    listed,
    resume,
)
from scheduler.errors import Unavailable

NAME = "rondo"
CONNECTIONS = 12
IDLE_SECONDS = 10  # then PostgreSQL ends a transaction whose process stands still: others wait for its locks
LATE_SECONDS = 60  # a loop that has not come round by so long after its time stands still, or has died
STATES = {"waiting": WAITING, "running": RUNNING, "failed": PARKED}

log = logging.getLogger(__name__)


class Engine:
    """Does the jobs, in this process and any other with the same database. There can be one at a time in a process.

    Each programme is a partition of the queue `watch`, each account one of the queue `write`: one run at a time in
    each, over all processes. All that is kept is JSON: ids, and names of failures.
    """

    def __init__(self, jobs: Jobs, *, url: str, executor: str, pace: Pace | None = None) -> None:
        """`url` as SQLAlchemy takes it; `executor`: the same for the same place of work, and for no two at once."""
        self._jobs, self._url, self._executor = jobs, url, executor
        self._pace = pace or Pace()
        self._runs = Runs(self._pace)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._round_by: dict[str, float] = {}  # when each loop must have come round again, on the monotonic clock
        self._nudged: set[str] = set()
        self._begun = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Take up what this executor left, and go on until `stop`. Raises Unavailable where the database fails."""
        self._jobs.beat(self._executor)  # before any work is ours: whoever dies can be missed
        self._stopping.clear()
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # without one it adds its own, beside our log
        try:
            DBOS(config=_config(self._url, self._executor))
            self._launch()
        except Exception as fault:
            self.stop()
            raise _unusable(fault) from fault
        self._every(self._pace.beat, self._beat)
        self._every(self._pace.sweep, self._sweep)
        self._every(self._pace.gather, self._gather)
        self._every(self._pace.reap, self._reap)

    def _launch(self) -> None:
        schedules = define(self._jobs, self._runs, self._pace)
        DBOS.launch()
        for queue, workers in self._queues():
            DBOS.register_queue(
                queue,
                partition_concurrency=1,
                worker_concurrency=workers,
                polling_interval_sec=self._pace.poll,
                on_conflict="always_update",
            )
        DBOS.apply_schedules(schedules)
        forget_workflows(["ERROR"], timedelta())  # what was parked is tried again: it may be an upgrade

    def _queues(self) -> tuple[tuple[str, int], ...]:
        """Each queue, and how many of its runs there are at a time in this process."""
        return (WATCH, self._pace.watching), (WRITE, self._pace.writing), (WORK, self._pace.asked)

    def stop(self) -> None:
        """Begin nothing new, and wait for a while for what runs; what isn't done by then is taken up later."""
        self._stopping.set()
        end = time.monotonic() + self._pace.stop
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._threads.clear()
        self._round_by.clear()
        patience = self._pace.stop if self._runs.going() else 0
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)

    def nudge(self, programme: str) -> None:
        """Look after a programme in about a second. From any thread: it waits for nothing, and keeps nothing.

        A hint: whoever knows that something changed has marked that in the application's rows before.
        """
        with self._lock:
            self._nudged.add(programme)

    def begin_asked(self) -> None:
        """Begin in about a second with work that somebody asked for. As `nudge`."""
        with self._lock:
            self._begun = True

    def lives(self) -> bool:
        """Whether it was started, and each of its loops comes round."""
        return time.monotonic() < min(self._round_by.copy().values(), default=0.0)

    def counts(self) -> Mapping[str, int]:
        """Workflows that are waiting, running, and failed (parked until they are tried again). Raises Unavailable."""
        try:
            return {name: len(listed(states)) for name, states in STATES.items()}
        except Exception as fault:
            raise _unusable(fault) from fault

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        """Does it now and every so often in a thread of its own, whatever goes wrong."""
        step = act.__name__.strip("_")

        def go() -> None:
            while True:
                try:
                    act()
                except Exception as fault:
                    log.warning("engine_failed", extra={"step": step}, exc_info=fault)
                self._round_by[step] = time.monotonic() + seconds + LATE_SECONDS
                if self._stopping.wait(seconds):
                    return

        self._round_by[step] = time.monotonic() + LATE_SECONDS
        thread = threading.Thread(target=go, name=f"engine {step}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _beat(self) -> None:
        self._jobs.beat(self._executor)

    def _sweep(self) -> None:
        """Whatever is due and nobody looks after: the guarantee behind all hints."""
        self._look_after(self._jobs.due(), unless=[*WAITING, *RUNNING])
        self._do_asked()

    def _gather(self) -> None:
        """What was nudged. A round that runs may have read already, so another one waits behind it."""
        with self._lock:
            begun, self._begun = self._begun, False
        if begun:
            self._do_asked()
        with self._lock:
            nudged, self._nudged = self._nudged, set()
        self._look_after(nudged, unless=WAITING)

    def _look_after(self, programmes: Iterable[str], *, unless: list[str]) -> None:
        wanted = {programme for programme in programmes if not self._runs.rests(programme)}
        if wanted:
            wanted -= {each.queue_partition_key or "" for each in listed(unless, queue_name=WATCH)}
        for programme in sorted(wanted):
            enqueue(WATCH, programme, "look_after", programme)

    def _do_asked(self) -> None:
        """Work that is not over, and that no workflow does or is about to do. Two of one would do it once."""
        asked = set(self._jobs.asked())
        if asked:
            taken = listed([*WAITING, *RUNNING], queue_name=WORK)
            asked -= {(each.queue_partition_key or "", each.workflow_id.partition("@")[0]) for each in taken}
        for programme, id_ in sorted(asked):
            enqueue(WORK, programme, "work", programme, id_, workflow_id=f"{id_}@{uuid4().hex}")

    def _reap(self) -> None:
        """Hand on what the dead left, and what seems to run in this process but doesn't (after lost connections)."""
        for executor in self._jobs.silent():
            if executor != self._executor:
                left = listed(RUNNING, executor_id=executor)
                log.warning("executor_silent", extra={"executor": executor, "resumed": len(left)})
                resume(left)
                self._jobs.buried(executor)
        since = datetime.now(UTC) - timedelta(seconds=self._pace.stranded)
        mine = listed(RUNNING, executor_id=self._executor, dequeued_before=since.isoformat())
        going = self._runs.going()
        resume([each for each in mine if each.workflow_id not in going])


def _unusable(fault: Exception) -> Unavailable:
    """What DBOS and all below it may raise, as one error of ours."""
    return Unavailable(f"The engine can't use its database ({type(fault).__name__}).")


def _config(url: str, executor: str) -> DBOSConfig:
    """What every process says alike, but for its name."""
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": url,
        "sys_db_pool_size": CONNECTIONS,
        "sys_db_idle_transaction_timeout_sec": IDLE_SECONDS,
        "executor_id": executor,
        "application_version": VERSION,
        "serializer": DBOSPortableJSONSerializer(),  # the default is pickle: who writes rows could run code
        "log_level": "WARNING",
    }
    if url.startswith("sqlite"):
        config["db_engine_kwargs"] = {"connect_args": {"factory": SqliteConnection}}
    return config


class SqliteConnection(sqlite3.Connection):
    """SQLite as DBOS needs it: with a write-ahead log, and with a clock of fractions, which came with 3.42."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.execute("PRAGMA journal_mode = WAL")
        if sqlite3.sqlite_version_info < (3, 42):
            self.create_function("unixepoch", 1, lambda _: time.time())
