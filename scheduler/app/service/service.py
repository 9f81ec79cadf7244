"""A service: all programmes of one data directory, what the engine does with them, and what its doors are told."""

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from zlib import crc32

from connectors import google, outlook
from scheduler import flow
from scheduler.app.repair.round import Round, bring_back, take_over
from scheduler.app.service.apart import Apart
from scheduler.app.service.jobs import Jobs
from scheduler.app.service.opened import Opened
from scheduler.app.service.outbox import Outbox
from scheduler.app.service.pushing import Pushing
from scheduler.app.telling.notices import digest_owed
from scheduler.app.telling.webhooks import Courier, Webhooks
from scheduler.app.wiring.home import DATABASE, PROGRAMMES, Home, check_keys, open_data
from scheduler.app.wiring.programme import App, SystemClock
from scheduler.core.address import label
from scheduler.core.health import Health
from scheduler.core.job import Job, JobState
from scheduler.core.subscription import Hint, Told
from scheduler.engine import Engine, Owed, Pace
from scheduler.errors import InputError, RondoError
from scheduler.ports import Clock
from scheduler.settings import Settings, load_settings
from scheduler.store import (
    Mark,
    SqlAccess,
    SqlEngine,
    SqlExecutors,
    SqlMarks,
    SqlSubscriptions,
    Unchanged,
    empty_log,
)

SILENT = timedelta(seconds=20)
log = logging.getLogger(__name__)


def open_service(data: Path, clock: Clock | None = None, settings: Settings | None = None) -> "Service":
    """The service of a data directory. Raises InputError where there is none, Unavailable, CredentialsRejected."""
    settings = settings or load_settings()
    if settings.service.database.get_secret_value():
        (data / PROGRAMMES).mkdir(exist_ok=True, mode=0o700)  # of a machine that only works
    elif not (data / PROGRAMMES).is_dir():
        hint = f"Bring a programme in: rondo import DIR --data {data}"
        raise InputError("there is no service's data here.", where=str(data), hint=hint)
    engine = open_data(data, settings, kept=True)
    check_keys(engine, data, settings)
    return Service(data.resolve(), engine, settings, clock or SystemClock())


def _worked(data: Path, settings: Settings, clock: Clock, job: Job) -> JobState:
    """What `Apart` does in its process."""
    service = open_service(data, clock, settings)
    return service.jobs.done_here(service.app(job.programme), job)


class Service:
    """What the engine calls (engine.Jobs) and what the doors call (web.Watched); from any thread, any number of times.

    Nothing that may not be lost is kept in here: all of it is in the database.
    """

    def __init__(self, data: Path, database: SqlEngine, settings: Settings, clock: Clock) -> None:
        self.data, self.settings, self.clock = data, settings, clock
        self.database = database
        self.unchanged = Unchanged(database)
        self._opened = Opened(data, database, settings, clock, self.unchanged)
        self._marks = SqlMarks(database, longest=timedelta(minutes=settings.service.poll_minutes))
        self._executors = SqlExecutors(database)
        self._outbox = Outbox(clock)
        self._read: dict[str, tuple[Mark, ...]] = {}
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._pushing = Pushing(SqlSubscriptions(database), settings, clock)
        self._writes = True
        self.forged = 0
        ending = threading.Event()
        self.apart = Apart(data=data, settings=settings, clock=clock, ending=ending)
        self.jobs = Jobs(database, clock, self.app, ending, lambda job: self.apart.call(_worked, job))
        self.webhooks = Webhooks(database, settings, clock, self._opened.vault)
        self.courier = Courier(database, settings, clock, self._opened.vault)

    def start(self, executor: str, pace: Pace | None = None) -> None:
        """Begin to work, as an executor that no other process is."""
        url = self.settings.service.database.get_secret_value() or f"sqlite:///{self.data / DATABASE}"
        service = self.settings.service
        self._engine = Engine(
            self,
            url=url,
            executor=executor,
            pace=pace or Pace(sweep=service.sweep_seconds, renewals=f"0 */{service.renew_minutes} * * * *"),
        )
        for programme, app in self._opened.apps():
            self._agree(programme, app)
        self._engine.start()
        self.courier.start()

    def stop(self) -> None:
        """End, and leave what is not done to others."""
        self.jobs.ending.set()
        self.courier.stop()
        if self._engine:
            self._engine.stop()

    def app(self, programme: str) -> App:
        """A programme as it is now. Raises Unavailable."""
        return self._opened.app(programme)

    def home(self, programme: str) -> Home:
        """Where a programme's state is, or will be."""
        return self._opened.home(programme)

    def ask(self, programme: str, kind: str, arguments: Mapping[str, object], by: str) -> Job:
        """Have long work done, by the engine or, where none runs, in a thread. Raises Unavailable."""
        job = self.jobs.new(programme, kind, arguments, by)
        if self._engine:
            self._engine.begin_asked()
        else:
            threading.Thread(target=self.work, args=(programme, job.id), name="job", daemon=True).start()
        return job

    def changed(self, programme: str, people: Collection[str] | None = None) -> None:
        """Look after a programme whose files changed, for what no longer fits these people (None: anybody)."""
        app = self.app(programme)
        listed = self._agree(programme, app)
        for person, calendar in [each for each in listed if people is None or each[0] in people] or listed[:1]:
            self._marks.dirty(programme, person, calendar)
        if self._engine:
            self._engine.nudge(programme)

    def forget(self, programme: str) -> None:
        """Keep nothing of a programme that is gone."""
        self._opened.forget(programme)

    def owes(self, programme: str) -> None:
        """Have what was just decided written and told: in a second by the engine or, where none runs, now.

        What fails stays owed. Raises Unavailable.
        """
        if self._engine:
            self._engine.nudge(programme)
            return
        for each in self.owed(programme):
            self.write(programme, each.uid)
        self.tell(programme)

    # what the engine calls

    def due(self) -> Sequence[str]:
        """Programmes in which something is due; notices that could not be sent wait for a while."""
        now = self.clock.now()
        return sorted({*self._marks.due(now), *self._outbox.patient(self._marks.telling(), now)})

    def read(self, programme: str) -> None:
        """Look at our meetings in the calendars that are due or marked, and read these.

        They count as read once `repair` has decided by it: whoever dies in between leaves all of it to be done again.
        """
        app, now = self.app(programme), self.clock.now()
        self._agree(programme, app)
        marks = self._marks.of(programme, now)
        if marks:
            taken = take_over(app, {mark.person for mark in marks})
            moved = [who for who in app.programme.people if who.id in taken.disturbed]
            only = {(mark.person, mark.calendar) for mark in marks}
            only |= {each for who in moved for each in flow.calendars_of(who)}
            flow.refresh_some(app.programme, only, reader=app.reader, store=app.store, clock=app.clock)
            self._log(programme, taken)
        with self._lock:
            self._read[programme] = marks

    def repair(self, programme: str) -> None:
        """Decide about what no longer holds, by what was read."""
        with self._lock:
            marks = self._read.pop(programme, None)
        if marks is None:  # another process read, and died
            self.read(programme)
            with self._lock:
                marks = self._read.pop(programme)
        if marks:
            self._log(programme, bring_back(self.app(programme)))
            self._marks.synced(programme, marks, self.clock.now() + self._period(programme))

    def owed(self, programme: str) -> Sequence[Owed]:
        """Events whose writing is owed and due; none while the programme is stopped."""
        return self._outbox.owed(self.app(programme), programme)

    def write(self, programme: str, uid: str) -> None:
        """Write one event where it belongs; what fails is put off, each time twice as long."""
        self._outbox.write(self.app(programme), uid)

    def tell(self, programme: str) -> None:
        """Send the notices that are owed."""
        self._outbox.tell(self.app(programme), programme)

    def asked(self) -> Sequence[tuple[str, str]]:
        """Long work that somebody asked for and that is not over."""
        return self.jobs.store.open()

    def work(self, programme: str, id_: str) -> None:
        """Do such work to its end."""
        self.jobs.work(programme, id_)

    def renew(self) -> None:
        """See that every provider that tells of changes goes on to do so, and that every calendar is looked at."""
        for programme, app in self._opened.apps():
            self._agree(programme, app)
            for person, calendar in self._pushing.renew(programme, app):
                self._marks.dirty(programme, person, label(calendar))

    def digest(self) -> None:
        """Owe the digest of the week to coordinators, where it is time."""
        if self.settings.service.digest_due(self.clock.now()):
            for _, app in self._opened.apps():
                digest_owed(app)

    def tidy(self) -> None:
        """Forget subscriptions, sessions and links that ended, and what people were told long ago."""
        self._pushing.forget()
        now, kept = self.clock.now(), timedelta(days=self.settings.service.retention_days)
        for home in self._opened.homes():
            home.store.forget_notices(now - kept, now)
        SqlAccess(self.database).tidy(now)
        self.jobs.store.tidy(now, kept)
        self.webhooks.store.tidy(now, kept)
        empty_log(self.database)

    def beat(self, executor: str) -> None:
        """Note that a process lives; one that can't write that down can't do its work."""
        try:
            self._executors.beat(executor, self.clock.now())
        except RondoError:
            self._writes = False
            raise
        self._writes = True

    def silent(self) -> Sequence[str]:
        """Processes that were not heard of for as long as four heartbeats take."""
        now = self.clock.now()
        return self._executors.claim(now - SILENT, now)

    def buried(self, executor: str) -> None:
        """Note that a silent process's work was taken over."""
        self._executors.forget(executor)

    # what the doors call

    def healthy(self) -> Health:
        """Whether the database answers and can be written, and the engine runs."""
        lives = self._engine is not None and self._engine.lives()
        try:
            waiting = len(self._marks.due(self.clock.now()))
            counts = self._engine.counts() if self._engine else {}
        except RondoError:
            return Health(database=False, engine=lives)
        return Health(database=self._writes, engine=lives, counts={**counts, "due": waiting, "forged": self.forged})

    def google_told(self, headers: Mapping[str, str]) -> None:
        """A message of one of Google's channels."""
        told = google.told(headers)
        self._told([told] if told else [None])

    def graph_told(self, body: bytes) -> None:
        """A message of Microsoft Graph."""
        self._told(outlook.told(body) or [None])

    def _told(self, messages: Sequence[Told | None]) -> None:
        """Mark what changed, before anything else; what is none of ours is counted."""
        for told in messages:
            known = self._pushing.find(told) if told else None
            if told is None or known is None:
                self.forged += 1
            elif told.kind is not Hint.SYNC:
                programme, subscription = known
                self._marks.dirty(programme, calendar=label(subscription.calendar))  # others may list it, too
                self._pushing.heed(told, programme, subscription)
                if self._engine:
                    self._engine.nudge(programme)

    def _agree(self, programme: str, app: App) -> Sequence[tuple[str, str]]:
        """Have each calendar looked at from now on, those too that people connected since the programme came.

        Where nobody lists one, a mark of nobody's calendar: hours alone can change as well.
        """
        listed = [calendar for who in app.programme.people for calendar in flow.calendars_of(who)] or [("", "")]
        self._marks.agree(programme, listed, self.clock.now())
        return listed

    def _log(self, programme: str, done: Round) -> None:
        if done.decisions or done.faults:
            counts = {"done": len(done.done), "proposed": len(done.proposed), "faults": len(done.faults)}
            log.info("looked_after", extra={"programme": programme, **counts})

    def _period(self, programme: str) -> timedelta:
        """Not the same for all, or they would all be due at once."""
        minutes = self.settings.service.poll_minutes
        return timedelta(minutes=minutes) * (1 - (crc32(programme.encode()) % 100) / 1000)
