"""A programme as its lists show it: read once, and again only where something of it changed.

A plan of thousands of groups takes a second to read, and a page has a tenth of that. So each part is kept in memory by
the stamp of what it is made of, which the database tells by one query.
"""

import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from scheduler.app.wiring.programme import App
from scheduler.core.account import Account
from scheduler.core.address import label
from scheduler.core.burden import accounts
from scheduler.core.coverage import Cell, Coverage, coverage
from scheduler.core.decision import Decision
from scheduler.core.event import Event
from scheduler.core.freebusy import CalendarCopy, Knowledge, knowledge
from scheduler.core.tongue import tongue
from scheduler.core.words import one_line
from scheduler.ports import SavedPlan
from scheduler.programme import Group, Person, Programme
from scheduler.store import SqlStamps, Stamps, Unchanged

T = TypeVar("T")
MOST_KEPT = 16  # programmes
MONTH_WEEKS = 52 / 12


class CalendarState(StrEnum):
    """What is known of somebody's time, and how."""

    CONNECTED = "connected"
    PAINTED = "painted"  # no calendar, but hours
    SIGN_IN = "sign-in"  # an account of theirs wants them to sign in again
    UNREAD = "unread"  # a calendar can't be read, or was not yet
    NONE = "none"  # neither calendar nor hours

    @property
    def ready(self) -> bool:
        """Whether they can be planned for."""
        return self in (CalendarState.CONNECTED, CalendarState.PAINTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody in the list of people: `weekly` are meetings a week, `outside` minutes a month outside what they prefer.

    `error`: what was wrong when an account or a calendar of theirs was used last.
    """

    person: Person
    name: str
    calendar: CalendarState
    error: str
    groups: tuple[str, ...]
    weekly: float
    outside: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group in lists: its row of `Coverage.cells`, its members' names, and its sessions by what becomes of them."""

    group: Group
    row: int
    names: tuple[str, ...]
    counts: Mapping[Cell, int]

    @property
    def planned(self) -> int:
        """How many sessions are due."""
        return sum(self.counts.values())

    @property
    def placed(self) -> int:
        """How many have a time."""
        return self.counts[Cell.HOLDS] + self.counts[Cell.MOVES]


class Overviews:
    """Overviews of the programmes of a site, from any thread."""

    def __init__(self, unchanged: Unchanged) -> None:
        self._unchanged = unchanged
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, app: App, programme: str) -> "Overview":
        """A programme as it is now. Raises Unavailable."""
        stamps = self._unchanged.of(("stamps", programme), SqlStamps(app.home.engine, programme).stamps)
        with self._lock:
            kept = self._kept.setdefault(programme, _Kept())
            self._kept.move_to_end(programme)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return Overview(app, programme, stamps, kept)


class _Kept:
    """Parts of one programme by name, each with the stamp of what it was made of; one thread makes each at a time."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[object, object]] = {}
        self._locks: dict[str, threading.Lock] = {}

    def part(self, name: str, stamp: object, make: Callable[[], T]) -> T:
        """A part, made if it has to be: in the order in which one is made of others, so that no two wait for both."""
        held = self._parts.get(name)
        if held is None or held[0] != stamp:
            with self._locks.setdefault(name, threading.Lock()):
                held = self._parts.get(name)
                if held is None or held[0] != stamp:
                    held = self._parts[name] = (stamp, make())
        return held[1]  # type: ignore[return-value]  # what was put there by this name


class Overview:
    """One programme at one moment. What a property holds is made when it is first asked for, and kept for others."""

    def __init__(self, app: App, id_: str, stamps: Stamps, kept: _Kept) -> None:
        self.app, self.id, self.stamps, self._kept = app, id_, stamps, kept

    @property
    def programme(self) -> Programme:
        """Its files, with the calendars that people connected."""
        return self.app.programme

    @property
    def stopped(self) -> str:
        """Why nothing may be written; empty: it may."""
        return self.stamps.stopped[0] or ""

    @property
    def standing(self) -> SavedPlan | None:
        """What was applied last."""
        return self._kept.part("standing", self.stamps.standing, self.app.store.standing)

    @property
    def unpublished(self) -> bool:
        """Whether something was planned since, or ever, that was not applied."""
        drafted, applied = self.stamps.draft[0], self.stamps.standing[0]
        return drafted is not None and (applied is None or drafted > applied)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The audit trail, oldest first."""
        return self._kept.part("decisions", self.stamps.decisions, self.app.store.decisions)

    @property
    def waiting(self) -> tuple[Decision, ...]:
        """What waits for somebody's word."""
        return tuple(each for each in self.decisions if each.waits)

    @property
    def coverage(self) -> Coverage | None:
        """What becomes of every session of what stands; None: nothing does."""
        return self._kept.part("coverage", self._plan_stamp, self._coverage)

    @property
    def groups(self) -> tuple[GroupRow, ...]:
        """All groups, in the order of their file."""
        return self._kept.part("groups", self._plan_stamp, self._groups)

    @property
    def events(self) -> Mapping[str, Sequence[Event]]:
        """What was published and not cancelled, by who is invited."""
        return self._kept.part("events", self.stamps.standing, self._events)

    @property
    def outside(self) -> Mapping[str, float]:
        """Minutes a month outside preferred hours, by person; of everybody who has any session."""
        return self._kept.part("outside", self.stamps.standing, self._outside)

    @property
    def names(self) -> Mapping[str, str]:
        """By person's id."""
        return self._kept.part("names", self.stamps.files, self._names)

    @property
    def people(self) -> tuple[PersonRow, ...]:
        """Everybody, in the order of their file. Whether what was read is too old is looked at once a minute."""
        return self._kept.part("people", self._people_stamp, self._people)

    def count(self, *states: CalendarState) -> int:
        """How many people's calendars are so."""
        return sum(self._states[state] for state in states)

    def people_by(self, order: str, key: Callable[[PersonRow], Any]) -> Sequence[PersonRow]:
        """Everybody in an order of this name."""
        return self._kept.part(f"people by {order}", self._people_stamp, lambda: sorted(self.people, key=key))

    def made(self, what: str, make: Callable[[], T]) -> T:
        """What a page makes, in no language, of the files and of what stands alone; kept as long as these are."""
        return self._kept.part(f"made: {what}", self._plan_stamp, make)

    def told(self, what: str, make: Callable[[], T]) -> T:
        """What is told of all this, made once a minute at most while nothing changes and it is read in one language."""
        read_in = str(tongue().locale), tongue().clock_24
        return self._kept.part(f"told: {what}", (self._people_stamp, self.stamps.decisions, read_in), make)

    @property
    def sums(self) -> Mapping[Cell, int]:
        """All sessions that are due, by what becomes of them."""
        return self.made("sums", lambda: sum((Counter(row.counts) for row in self.groups), Counter()))

    @property
    def _states(self) -> Mapping[CalendarState, int]:
        return self._kept.part("states", self._people_stamp, lambda: Counter(each.calendar for each in self.people))

    @property
    def _people_stamp(self) -> object:
        now = self.app.clock.now().replace(second=0)
        return self._plan_stamp, self.stamps.copies, self.stamps.accounts, now

    @property
    def _plan_stamp(self) -> object:
        return self.stamps.files, self.stamps.standing

    def _coverage(self) -> Coverage | None:
        groups = [group.id for group in self.programme.groups]
        return coverage(self.standing.problem, self.standing.plan, groups) if self.standing else None

    def _groups(self) -> tuple[GroupRow, ...]:
        covered = self.coverage
        found = []
        for row, group in enumerate(self.programme.groups):
            cells = covered.cells[row].tolist() if covered else []
            counts: dict[Cell, int] = {cell: cells.count(cell) for cell in Cell if cell is not Cell.NONE}
            names = tuple(self.names[who] for who in group.members)
            found.append(GroupRow(group=group, row=row, names=names, counts=counts))
        return tuple(found)

    def _events(self) -> Mapping[str, Sequence[Event]]:
        mine: dict[str, list[Event]] = defaultdict(list)
        for event in self.app.store.events():
            for each in event.attendees if not event.cancelled else ():
                mine[each.id].append(event)
        return dict(mine)

    def _outside(self) -> Mapping[str, float]:
        if self.standing is None:
            return {}
        months = self.standing.problem.horizon.weeks / MONTH_WEEKS
        return {each.person: each.total / months for each in accounts(self.standing.problem, self.standing.plan)}

    def _names(self) -> Mapping[str, str]:
        return {person.id: one_line(person.name) or person.id for person in self.programme.people}

    def _people(self) -> tuple[PersonRow, ...]:
        groups: dict[str, list[str]] = defaultdict(list)
        for group in self.programme.groups:
            for who in group.members:
                groups[who].append(group.id)
        readings = {(each.person, each.calendar): each for each in SqlStamps(self.app.home.engine, self.id).readings()}
        failed = {each.person: each for each in self.app.accounts.all() if each.error}
        weekly = self._weekly()
        return tuple(
            self._person(who, groups[who.id], readings, failed.get(who.id), weekly.get(who.id, 0.0))
            for who in self.programme.people
        )

    def _person(
        self,
        who: Person,
        groups: Sequence[str],
        readings: Mapping[tuple[str, str], CalendarCopy],
        failed: Account | None,
        weekly: float,
    ) -> PersonRow:
        known = [readings.get((who.id, label(calendar))) for calendar in who.calendars]
        state, error = self._state(who, known, failed)
        return PersonRow(
            person=who,
            name=self.names[who.id],
            calendar=state,
            error=error,
            groups=tuple(groups),
            weekly=weekly,
            outside=self.outside.get(who.id, 0.0),
        )

    def _state(
        self, who: Person, known: Sequence[CalendarCopy | None], failed: Account | None
    ) -> tuple[CalendarState, str]:
        if failed:
            return CalendarState.SIGN_IN, failed.error
        if not known:
            return (CalendarState.PAINTED if who.has_hours else CalendarState.NONE), ""
        read = [each for each in known if each]
        errors = [each.error for each in read if each.error]
        seen = knowledge(read, self.app.clock.now(), self.app.rules.stale_for)
        if len(read) < len(known) or seen is Knowledge.UNKNOWN:
            return CalendarState.UNREAD, errors[0] if errors else ""
        return CalendarState.CONNECTED, errors[0] if errors else ""

    def _weekly(self) -> Mapping[str, float]:
        """Meetings a week over the whole horizon, by person."""
        if self.coverage is None:
            return {}
        counts: dict[str, int] = defaultdict(int)
        for row in self.groups:
            for who in row.group.members:
                counts[who] += row.placed
        return {who: count / len(self.coverage.weeks) for who, count in counts.items()}
