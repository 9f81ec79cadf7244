"""The composition root: settings and a programme folder become an App with its ports filled in.

The only place that names connectors.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import Event as Flag

from connectors.ics import IcsFiles, read_collection
from connectors.published import PublishedFiles
from connectors.video import FixedRoom, JitsiRooms, NoVideo
from scheduler import flow
from scheduler.core.change import Change
from scheduler.core.event import Event
from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.core.interval import Interval
from scheduler.core.plan import Plan
from scheduler.core.walltime import parse_instant
from scheduler.flow import Planned
from scheduler.ports import CalendarReader, CalendarWriter, Clock, Conferencing, SavedPlan, Store
from scheduler.programme import Programme, Video, VideoProvider, load
from scheduler.programme.problem import Posed, Rules, pose
from scheduler.settings import Settings, load_settings
from scheduler.solve import Params, Progress
from scheduler.store import open_store, programme_key

STATE, PUBLISHED = ".rondo", "published"


class SystemClock:
    """The machine's clock, or the instant in RONDO_NOW for tests and demonstrations."""

    def now(self) -> datetime:
        """The instant, to the second."""
        fixed = os.environ.get("RONDO_NOW")
        return parse_instant(fixed) if fixed else datetime.now(UTC).replace(microsecond=0)


def open_app(folder: Path, clock: Clock | None = None) -> "App":
    """The App of a programme folder. Raises InputError for a folder or setting that can't be read."""
    return App(folder, load_settings(), clock or SystemClock())


def read_files(files: Sequence[Path], *, zone: str, window: Interval) -> FreeBusy:
    """Free/busy of calendar files that the user named, as one collection. Raises Unavailable, InputError."""
    return read_collection(files, zone=zone, window=window)


@dataclass(frozen=True)
class App:
    """One programme folder with everything that works on it; each part is opened when it is first asked for."""

    folder: Path
    settings: Settings
    clock: Clock

    @cached_property
    def programme(self) -> Programme:
        """The folder as it is now. Raises InputError."""
        return load(self.folder)

    @cached_property
    def store(self) -> Store:
        """What is remembered in the folder's .rondo."""
        return open_store(self.folder / STATE)

    @cached_property
    def reader(self) -> CalendarReader:
        """Reads calendars below the folder."""
        return IcsFiles(self.folder)

    @cached_property
    def writer(self) -> CalendarWriter:
        """Writes into the folder's published/."""
        return PublishedFiles(self.folder / PUBLISHED)

    @cached_property
    def rooms(self) -> Conferencing:
        """Video rooms as the programme and its groups ask for them."""
        return _Rooms(self.programme, self.settings.video.host, programme_key(self.folder / STATE / "key"))

    @cached_property
    def scope(self) -> str:
        """The programme's name in UIDs: it tells nothing of the key, and no other programme has it."""
        return hashlib.sha256(b"uid" + programme_key(self.folder / STATE / "key")).hexdigest()[:16]

    def read_all(self) -> tuple[CalendarCopy, ...]:
        """Read every calendar and remember nothing."""
        return flow.read_calendars(self.programme, reader=self.reader, store=self.store, clock=self.clock)

    def refresh(self) -> tuple[CalendarCopy, ...]:
        """Read every calendar and remember it."""
        return flow.refresh(self.programme, reader=self.reader, store=self.store, clock=self.clock)

    def pose(self, *, replan: bool = False) -> Posed:
        """The problem that the programme is now."""
        copies = tuple(self.store.copies().values())
        return pose(self.programme, copies, self.store.standing(), self.clock.now(), self.rules, replan=replan)

    @property
    def rules(self) -> Rules:
        """What the settings say of copies and of the freeze."""
        return Rules(
            stale_for=timedelta(hours=self.settings.reading.stale_hours),
            freeze_for=timedelta(hours=self.settings.planning.freeze_hours),
        )

    def plan(
        self,
        posed: Posed,
        *,
        params: Params,
        stop: Flag | None = None,
        report: Callable[[Progress], None] | None = None,
    ) -> Planned:
        """Decide, and remember it as the draft."""
        planned = flow.plan(posed, params=params, stop=stop, report=report)
        self.store.keep_draft(SavedPlan(posed.problem, planned.plan, self.clock.now()))
        return planned

    def drafted(self, saved: Plan) -> Planned:
        """A saved plan against the folder as it is now. Raises StalePlan."""
        return flow.still_fits(self.pose(), saved)

    def changes(self, planned: Planned) -> tuple[Change, ...]:
        """What applying a plan would change."""
        return flow.changes(self.programme, planned, store=self.store, rooms=self.rooms, scope=self.scope)

    def apply(self, planned: Planned, todo: Sequence[Change], done: Callable[[Event], None] | None = None) -> int:
        """Decide the changes and write them; says how many events were written."""
        flow.decide(planned, todo, store=self.store, clock=self.clock)
        return self.write_pending(done)

    def write_pending(self, done: Callable[[Event], None] | None = None) -> int:
        """Write what an earlier apply still owes."""
        return flow.write_pending(store=self.store, writer=self.writer, clock=self.clock, done=done)


@dataclass(frozen=True, slots=True)
class _Rooms:
    """Each group's room by the provider that it asks for."""

    programme: Programme
    host: str
    key: bytes

    def room(self, programme: str, group: str) -> str:
        video = next(each.video for each in self.programme.groups if each.id == group)
        return self._provider(video).room(programme, group)

    def _provider(self, video: Video) -> Conferencing:
        if video.provider is VideoProvider.JITSI:
            return JitsiRooms(video.host or self.host, self.key)
        return FixedRoom(video.url) if video.provider is VideoProvider.URL else NoVideo()
