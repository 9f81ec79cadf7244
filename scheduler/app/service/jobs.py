"""Long work that somebody asked for on a page or by the API: it goes on when they leave, and after a crash."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from scheduler.app.service.apart import BROKE, LARGE
from scheduler.app.wiring.programme import App
from scheduler.core.job import Job, JobState
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError, RondoError
from scheduler.ports import Clock
from scheduler.solve import Params, Progress
from scheduler.store import SqlEngine, SqlJobs

PLAN = "plan"
LOOK_SECONDS = 0.5
MOST_TRIES = 3
TRIES = "tries"
log = logging.getLogger(__name__)


class Jobs:
    """The jobs of a service. Methods raise Unavailable where the database fails."""

    def __init__(
        self,
        database: SqlEngine,
        clock: Clock,
        app: Callable[[str], App],
        ending: threading.Event,
        apart: Callable[[Job], JobState | None],
    ) -> None:
        """`apart` does work on a large programme in another process; None: this one was told to end before."""
        self.store, self._clock, self._app, self._apart = SqlJobs(database), clock, app, apart
        self.ending = ending

    def new(self, programme: str, kind: str, arguments: Mapping[str, Any], by: str) -> Job:
        """Ask for work. Who asks for the same while it waits or runs is shown that."""
        job = Job(
            programme=programme,
            id=secrets.token_hex(8),
            kind=kind,
            state=JobState.WAITING,
            by=by,
            at=self._clock.now(),
            arguments=arguments,
            progress={},
        )
        return self.store.add(job)

    def get(self, programme: str, id_: str) -> Job:
        """One of them. Raises InputError."""
        found = self.store.get(programme, id_)
        if found is None:
            raise InputError(_("there is no such work."))
        return found

    def stop(self, programme: str, id_: str) -> None:
        """Have one stop, and keep the best that it found."""
        self.store.ask_stop(programme, id_)

    def work(self, programme: str, id_: str) -> None:
        """Do one to its end, whatever that is; nothing where it is over. Raises Unavailable where the database fails.

        Where this process is told to end in its midst, somebody else takes it up.
        """
        job = self.store.take(programme, id_, self._clock.now())
        if job is None:
            return
        try:
            if int(job.progress[TRIES]) > MOST_TRIES:
                raise RondoError(_("It was begun several times, and its process ended each time."))
            state = self._done(job)
        except RondoError as fault:
            self._end(job, JobState.FAILED, str(fault))
        except Exception:
            log.exception("job_failed", extra={"programme": programme, "job": id_})
            self._end(job, JobState.FAILED, _(BROKE))
        else:
            self._end(job, state)

    def _end(self, job: Job, state: JobState, told: str = "") -> None:
        self.store.end(job.programme, job.id, state, self._clock.now(), told)

    def _done(self, job: Job) -> JobState:
        app = self._app(job.programme)
        if len(app.programme.groups) >= LARGE:
            return self._apart(job) or JobState.WAITING
        return self.done_here(app, job)

    def done_here(self, app: App, job: Job) -> JobState:
        """Do work that was taken, in this process. Raises RondoError where it fails."""
        watch = Watch(self.store, job, self.ending)
        with watch.looking():
            plan(app, job.arguments, watch)
        if self.ending.is_set():
            return JobState.WAITING
        return JobState.STOPPED if watch.stop.is_set() else JobState.DONE


@dataclass
class Watch:
    """Tells of a job's progress twice a second, and looks whether it is to stop.

    The curve is a list of [seconds since it began, sessions that happen in the best plan], a point for each better one.
    """

    store: SqlJobs
    job: Job
    ending: threading.Event
    stop: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.told = dict(self.job.progress) | {"stage": "read", "curve": []}

    def __call__(self, at: Progress) -> None:
        """Hear of one step of the solver."""
        curve = self.told["curve"]
        if at.happen and (not curve or curve[-1][1] != at.happen):
            curve = [*curve, [round(time.monotonic() - self.began, 1), at.happen]]
        self.told |= {"stage": at.stage, "done": at.done, "of": at.of, "happen": at.happen, "bound": at.bound}
        self.told |= {"gap": round(at.gap, 4), "curve": curve}

    def enter(self, stage: str, **more: Any) -> None:
        """Something else begins."""
        self.told |= {"stage": stage, **more}
        self._look()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look as long as the block lasts, and tell at its end how far it came."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(LOOK_SECONDS):
                self._look()

        thread = threading.Thread(target=look, name="job", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._look()

    def _look(self) -> None:
        """A database that is away for a moment holds nothing up."""
        self.told["seconds"] = round(time.monotonic() - self.began, 1)
        try:
            if self.store.note(self.job.programme, self.job.id, json.loads(json.dumps(self.told))):
                self.stop.set()
        except RondoError as fault:
            log.warning("job_not_told", extra={"job": self.job.id, "fault": type(fault).__name__})
        if self.ending.is_set():
            self.stop.set()


def plan(app: App, arguments: Mapping[str, Any], watch: Watch) -> None:
    """Read all calendars, plan, and keep it as the draft. `replan`: what is published, too, is planned anew.

    Raises InputError where there is nobody to plan for.
    """
    if not app.programme.groups:
        raise InputError(_("there are no groups yet."), hint=_("Import people and groups first."))
    watch.enter("read", people=len(app.programme.people))
    unread = sorted({copy.person for copy in app.refresh() if copy.error})
    watch.enter("prepare", unread=len(unread))
    posed = app.pose(replan=bool(arguments.get("replan")))
    settings = app.settings.planning
    seconds = arguments.get("seconds")
    params = Params(seed=settings.seed, workers=settings.workers, time_limit=seconds)
    planned = app.plan(posed, params=params, stop=watch.stop, report=watch)
    score, bound = planned.report.score, planned.plan.meta.get("bound")
    watch.told |= {"stage": "ended", "happen": score.happen, "planned": score.planned, "held": score.held}
    watch.told |= {"moved": score.moved, "unplaced": score.unplaced_series}
    if isinstance(bound, int):
        watch.told |= {"bound": bound, "gap": round((bound - score.happen) / bound, 4) if bound else 0.0}
