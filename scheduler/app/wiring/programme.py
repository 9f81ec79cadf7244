"""A programme folder and the settings become an App with its ports filled in."""

import hashlib
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag

from propcache.api import cached_property

from connectors.published import PublishedFiles
from scheduler import delivering, flow
from scheduler.app.wiring.accounts import Accounts
from scheduler.app.wiring.connectors import Connectors
from scheduler.app.wiring.home import PUBLISHED, Home, home_of
from scheduler.app.wiring.reading import Calendars, connected
from scheduler.app.wiring.rooms import GroupRooms
from scheduler.app.wiring.writing import Desks, PlacesOfProgramme
from scheduler.core.account import Provider
from scheduler.core.change import Change
from scheduler.core.event import Event
from scheduler.core.explain import Notes
from scheduler.core.freebusy import CalendarCopy, Knowledge, knowledge
from scheduler.core.interval import Horizon, Interval, Intervals, clipped
from scheduler.core.plan import Plan
from scheduler.core.series import Series
from scheduler.core.slots import SlotOption
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.core.verify import check
from scheduler.core.walltime import parse_instant
from scheduler.delivering import Written
from scheduler.errors import InputError
from scheduler.flow import Planned
from scheduler.ports import CalendarReader, Clock, SavedPlan, Store
from scheduler.programme import Person, Programme, load
from scheduler.programme.edit import add_group
from scheduler.programme.problem import Posed, Rules, copies_of, pose
from scheduler.settings import Settings, load_settings
from scheduler.solve import Params, Progress
from scheduler.telling import Audience, Notifiers, mailed_by_group


class SystemClock:
    """The machine's clock, or the instant in RONDO_NOW for tests and demonstrations."""

    def now(self) -> datetime:
        """The instant, to the second."""
        fixed = os.environ.get("RONDO_NOW")
        return parse_instant(fixed) if fixed else datetime.now(UTC).replace(microsecond=0)


def open_app(folder: Path, clock: Clock | None = None) -> "App":
    """The App of a programme folder. Raises InputError for a folder or setting that can't be read."""
    settings = load_settings()
    home_of(folder, settings).unpack()
    programme = load(folder)
    return App(folder, programme, settings, clock or SystemClock()).of(programme)


@dataclass(frozen=True)
class App:
    """One programme folder with everything that works on it; each part is opened when it is first asked for."""

    folder: Path
    programme: Programme
    settings: Settings
    clock: Clock
    kept: Home | None = None  # of a service, which keeps sessions open

    def of(self, programme: Programme) -> "App":
        """The same of another reading of the folder, with the calendars that people connected."""
        if not self.home.exists:
            return replace(self, programme=programme)  # nobody has, and looking at a folder writes nothing into it
        return replace(self, programme=connected(programme, self.accounts.all()), kept=self.home)

    @cached_property
    def home(self) -> Home:
        """Where its state is."""
        return self.kept or home_of(self.folder, self.settings)

    @cached_property
    def store(self) -> Store:
        """What is remembered."""
        return self.home.store

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts that people connected."""
        return self.home.accounts

    @cached_property
    def connectors(self) -> Connectors:
        """What opens those accounts."""
        return self.home.connectors

    @cached_property
    def reader(self) -> CalendarReader:
        """Reads calendars wherever they are."""
        return Calendars(self.accounts, self.connectors)

    @cached_property
    def desks(self) -> Desks:
        """Whose calendar may be written, and through which account."""
        return Desks(self.programme.people, self.accounts)

    @cached_property
    def writers(self) -> PlacesOfProgramme:
        """Write events wherever they belong, and look at what stands there."""
        return PlacesOfProgramme(self.desks, self.connectors)

    @cached_property
    def audience(self) -> Audience:
        """Who is told of decisions."""
        notify, private = self.settings.notify, self.home.private
        mails = self.connectors.sends_mail
        return Audience(
            scope=self.scope,
            people=notify.people,
            coordinators=() if private else notify.coordinators,
            services=() if private else tuple(notify.addresses),
            mailed=mailed_by_group(self.store.events(), self.desks.reach, mails=mails),
            mails=mails,
            private=private,
            page=self.home.page("changes"),
        )

    @cached_property
    def notifiers(self) -> Notifiers:
        """Who sends what people are told. Raises InputError where the settings don't fit together."""
        return self.connectors.notifiers(self.clock)

    @cached_property
    def rooms(self) -> GroupRooms:
        """Video rooms as the programme and its groups ask for them."""
        return GroupRooms(
            self.programme.groups,
            scope=self.scope,
            host=self.settings.video.host,
            key=self.home.key,
            reach=self.desks.reach,
            zoom=self.accounts.of("", Provider.ZOOM) is not None,
        )

    @cached_property
    def scope(self) -> str:
        """The programme's name in UIDs: it tells nothing of the key, and no other programme has it."""
        return hashlib.sha256(b"uid" + self.home.key).hexdigest()[:16]

    @property
    def names(self) -> Mapping[str, str]:
        """The names of people.csv, by id."""
        return self.programme.names

    @property
    def published(self) -> Path:
        """Where calendars for people without a provider are handed out."""
        return self.folder / PUBLISHED

    def person(self, who: str) -> Person:
        """Somebody of people.csv by id. Raises InputError with the nearest id."""
        people = self.programme.by_id
        if who not in people:
            raise InputError(f"nobody has the id {quoted(who)}.", where="people.csv", hint=did_you_mean(who, people))
        return people[who]

    def copies_of(self, person: Person) -> list[CalendarCopy]:
        """What is held of each calendar that somebody lists."""
        return copies_of(person, tuple(self.store.copies(person.id).values()))

    def knowledge(self, person: Person) -> Knowledge:
        """How well somebody's calendars are known now."""
        return knowledge(self.copies_of(person), self.clock.now(), self.rules.stale_for)

    def read_all(self) -> tuple[CalendarCopy, ...]:
        """Read every calendar and remember nothing."""
        return flow.read_calendars(self.programme, reader=self.reader, store=self.store, clock=self.clock)

    def refresh(self) -> tuple[CalendarCopy, ...]:
        """Read every calendar and remember it."""
        return flow.refresh(self.programme, reader=self.reader, store=self.store, clock=self.clock)

    def refresh_of(self, people: Collection[str]) -> None:
        """Read the calendars of some people and remember them."""
        only = {each for who in self.programme.people if who.id in people for each in flow.calendars_of(who)}
        flow.refresh_some(self.programme, only, reader=self.reader, store=self.store, clock=self.clock)

    def free(self, people: Sequence[Person], window: Interval) -> Intervals:
        """Seconds of a window in which all of these people may be met. Raises Unavailable where one is unknown."""
        first = window.start.date() - timedelta(days=window.start.weekday())
        weeks = (window.end.date() - first).days // 7 + 1
        asked = replace(self.programme, horizon=Horizon(first, weeks), people=tuple(people), groups=())
        copies = flow.read_calendars(asked, reader=self.reader, store=self.store, clock=self.clock)
        found = flow.common_free(asked, people, copies, store=self.store, clock=self.clock, rules=self.rules)
        return clipped(found, *window.seconds)

    def pose(self, *, replan: bool = False, copies: Sequence[CalendarCopy] | None = None) -> Posed:
        """The problem that the programme is now; by what is remembered of calendars, where no copies are given."""
        copies = tuple(self.store.copies().values()) if copies is None else copies
        standing, pins = self.store.standing(), self.store.pins()
        return pose(self.programme, copies, standing, self.clock.now(), self.rules, pins=pins, replan=replan)

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

    def book(self, group: str, people: list[str], option: SlotOption, series: Series, params: Params) -> Planned:
        """Make people a group with this slot, and plan everybody else around it. Writes the folder, not calendars."""
        programme = add_group(
            self.folder,
            group,
            people,
            minutes=series.duration,
            every=series.cadence.every_weeks,
            sessions=series.sessions,
            anchor=series.anchor_zone,
        )
        grown = self.of(programme)
        placement = replace(option.placement, series=group)
        planned = flow.plan_around(grown.pose(), placement, params=params)
        self.store.keep_draft(SavedPlan(planned.posed.problem, planned.plan, self.clock.now()))
        return planned

    def last_planned(self) -> Planned | None:
        """What was planned last, with the problem as it was then, and beside what stands of it."""
        draft = self.store.draft()
        if draft is None:
            return None
        now = self.pose()
        same_dates = now.problem.horizon == draft.problem.horizon
        previous, notes = (now.previous, now.notes) if same_dates else (None, Notes())
        return Planned(Posed(draft.problem, previous, notes), draft.plan, check(draft.problem, draft.plan, previous))

    def drafted(self, saved: Plan) -> Planned:
        """A saved plan against the folder as it is now. Raises StalePlan."""
        return flow.still_fits(self.pose(), saved)

    def changes(self, planned: Planned) -> tuple[Change, ...]:
        """What applying a plan would change."""
        return flow.changes(self.programme, planned, self.store.events(), rooms=self.rooms, scope=self.scope)

    def apply(self, planned: Planned, todo: Sequence[Change], done: Callable[[Event], None] | None = None) -> Written:
        """Decide the changes and write them; says what came of it.

        Raises ChangedElsewhere where somebody applied since the changes were found, Unavailable while somebody does.
        """
        with self.writing():
            flow.decide(planned, todo, store=self.store, clock=self.clock)
            return self.write_owed(done)

    def write_files(self, events: Sequence[Event], folder: Path) -> None:
        """Write events as calendar files into another folder, which is made where there is none."""
        target = folder.resolve()
        writer = PublishedFiles(target.parent, target.name)
        for event in events:
            writer.put(event, standing=None)

    def write_pending(self, done: Callable[[Event], None] | None = None) -> Written:
        """Write what an earlier apply still owes. Raises Unavailable while somebody applies."""
        if not self.store.pending():
            return Written()
        with self.writing():
            return self.write_owed(done)

    def write_owed(self, done: Callable[[Event], None] | None = None) -> Written:
        """Write what is owed, for whoever holds `writing`."""
        return delivering.write_pending(
            store=self.store, writers=self.writers, clock=self.clock, alone=self.home.alone, done=done
        )

    def writing(self) -> AbstractContextManager[None]:
        """Hold the lock of whoever decides and writes. Raises Unavailable while somebody else does."""
        return self.home.writing()
