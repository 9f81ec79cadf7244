"""The best recurring times of a few people, as values: what pages, documents and the command line say of each.

One path for all of them: the slots are those of `core.slots`, each is looked at once more before it is shown, and is
told on everybody's clock, date by date.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from scheduler.app.planning.explaining import Audience, sentences
from scheduler.app.wiring.programme import App
from scheduler.core.daytime import show_clock
from scheduler.core.explain import explain_slot
from scheduler.core.interval import DAY_MINUTES, Intervals, as_intervals, clipped, intersection, merged
from scheduler.core.people import Boundary
from scheduler.core.plan import Placement, Plan, Status
from scheduler.core.presence import inside_hours, is_busy
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.slots import NOTHING, SlotOption, best_slots
from scheduler.core.walltime import WallTime, WallWindow, local_time, resolve_one
from scheduler.core.words import Shift, WeekTime, shifts, usual_time
from scheduler.errors import InputError
from scheduler.programme.assemble import home_zone
from scheduler.programme.problem import Posed

SHARED = "UTC"
"""The anchor with which everybody's clock changes carry a part of the shift: no clock change is spared to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A day of somebody around a meeting: minutes from `first`, sorted and disjoint; `good` lies within `open`."""

    first: datetime
    good: tuple[tuple[int, int], ...]
    open: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsClock:
    """What one person's clock shows: `at` is a start at which it is the usual time, `shifts` are the other dates."""

    person: str
    name: str
    zone: str
    at: datetime
    usual: WeekTime
    shifts: tuple[Shift, ...]
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One session: where its rule puts it, where it stands (None: nowhere), and whether a clock shows another time."""

    session: int
    status: Status
    regular: datetime
    start: datetime | None
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOption:
    """A recurring time with all its dates. `outside`: minutes outside what its people prefer, of all dates together."""

    slot: Slot
    placement: Placement
    minutes: int
    anchor: str
    outside: int
    clocks: tuple[PersonsClock, ...]
    cells: tuple[Cell, ...]
    reasons: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name in addresses and choices: first week, weekday (Monday is 0), `nth` of the month or 0, time, zone."""
        slot, first = self.slot, self.placement.first
        return f"{first}.{slot.weekday}.{slot.nth or 0}.{show_clock(slot.minute)}.{self.anchor}"

    def count(self, status: Status) -> int:
        """How many sessions end up so."""
        return sum(cell.status is status for cell in self.cells)

    def dates(self, status: Status) -> tuple[date, ...]:
        """The days, on the anchor's calendar, at which the rule puts the sessions that end up so."""
        return tuple(local_time(cell.regular, self.anchor).day for cell in self.cells if cell.status is status)

    @property
    def zones(self) -> tuple[PersonsClock, ...]:
        """A clock of each zone: of the first who lives by it."""
        seen: dict[str, PersonsClock] = {}
        for clock in self.clocks:
            seen.setdefault(clock.zone, clock)
        return tuple(seen.values())


def series_of_people(app: App, people: Sequence[str], sessions: int, minutes: int, cadence: Cadence) -> Series:
    """What a few people ask for, all of them required. Raises InputError."""
    if len(set(people)) < 2:
        raise InputError("a meeting takes two people.", hint="Name at least two ids of people.csv.")
    if sessions < 1:
        raise InputError(f"every {cadence.every_weeks} weeks has no date in so few weeks")
    zones = [app.person(who).boundary.zone for who in people]
    return Series(
        id="-".join(people),
        required=tuple(dict.fromkeys(people)),
        duration=minutes,
        sessions=sessions,
        cadence=cadence,
        anchor_zone=home_zone(zones),
    )


def series_of_group(posed: Posed, group: str, keep: str = "") -> Series:
    """What a group asks for, its time kept on the clock of `keep`, else of its anchor. Raises InputError."""
    series = next((each for each in posed.problem.series if each.id == group), None)
    if series is None:
        raise InputError(f"there is no group {group!r}.")
    return replace(series, anchor_zone=keep or series.anchor_zone)


def best_times(app: App, posed: Posed, series: Series, *, top: int = 5, audience: Audience) -> tuple[TimeOption, ...]:
    """The best times, best first, no two of them within an hour on the same weekday; none: no date holds at all."""
    found = best_slots(posed.problem, series, top, _others(posed, series))
    free = (each for each in found if is_free(posed.problem, series, each.placement))
    return tuple(told(app, posed, series, each, audience=audience) for each in free)


def time_of(app: App, posed: Posed, series: Series, key: str, audience: Audience) -> TimeOption | None:
    """The best time by its key, as it is now; None: it is no longer among them."""
    return next((each for each in best_times(app, posed, series, audience=audience) if each.key == key), None)


def told(
    app: App,
    posed: Posed,
    series: Series,
    option: SlotOption,
    *,
    turn: int = 0,
    audience: Audience,
) -> TimeOption:
    """A placement of a series on everybody's clock; of one with several slots, that of a turn."""
    problem, placement = posed.problem, option.placement
    rule = explain_slot(
        problem, series, placement.slots, placement.first, plan=_others(posed, series), notes=posed.notes
    )
    regular = [problem.horizon.instant(start) for start in rule.starts]
    starts = _usual_starts(problem, placement, regular, turn)
    common = _common_start([problem.people[who].boundary.zone for who in series.members], starts)
    clocks = [_clock(app, problem, who, starts, common, series.duration) for who in series.members]
    names = app.names
    return TimeOption(
        slot=option.slot,
        placement=placement,
        minutes=series.duration,
        anchor=series.anchor_zone,
        outside=option.outside,
        clocks=tuple(clocks),
        cells=tuple(_cells(problem, placement, regular, clocks)),
        reasons=sentences(rule, problem, names, audience),
    )


def standing(app: App, posed: Posed, series: Series, audience: Audience) -> TimeOption | None:
    """What is booked of a series, told as its best times are; None: nothing stands."""
    placement = posed.previous.by_series().get(series.id) if posed.previous else None
    if placement is None or not placement.slots:
        return None
    option = SlotOption(placement.slots[0], replace(placement, sessions=placement.sessions[: series.sessions]), 0)
    return told(app, posed, series, option, audience=audience)


def is_free(problem: Problem, series: Series, placement: Placement) -> bool:
    """Whether everybody required can come to each session, asked once more and in another way than it was found."""
    people = [problem.people[who] for who in series.required]
    ends = [(each.start, each.start + series.duration) for each in placement.sessions if each.takes_place]
    return all(
        inside_hours(problem.horizon, person.boundary, start, end) and not is_busy(person, start, end)
        for person in people
        for start, end in ends
    )


def _others(posed: Posed, series: Series) -> Plan:
    """What stands of everybody else: a group's own sessions are not in its way."""
    stands = posed.previous or NOTHING
    return replace(stands, placements=tuple(each for each in stands.placements if each.series != series.id))


def _usual_starts(problem: Problem, placement: Placement, regular: Sequence[datetime], turn: int) -> list[datetime]:
    """Where one slot's sessions are held at their time; where none is, all of its dates."""
    mine = list(zip(placement.sessions, regular, strict=True))[turn :: len(placement.slots)]
    held = [problem.horizon.instant(each.start) for each, _ in mine if each.status is Status.HELD]
    return held or [start for _, start in mine]


def _common_start(zones: Iterable[str], starts: Sequence[datetime]) -> datetime | None:
    """A start at which every clock shows what it mostly shows."""
    usual = {zone: usual_time(starts, zone) for zone in set(zones)}
    return next((at for at in starts if all(usual_time([at], zone) == time for zone, time in usual.items())), None)


def _clock(
    app: App, problem: Problem, who: str, starts: Sequence[datetime], common: datetime | None, minutes: int
) -> PersonsClock:
    limits = problem.people[who].boundary
    usual = usual_time(starts, limits.zone)
    at = common or next(start for start in starts if usual_time([start], limits.zone) == usual)
    middle = at + timedelta(minutes=minutes // 2)
    first = (middle - timedelta(minutes=DAY_MINUTES // 2)).replace(minute=0)
    return PersonsClock(
        person=who,
        name=app.person(who).name,
        zone=limits.zone,
        at=at,
        usual=usual,
        shifts=shifts(starts, limits.zone),
        hours=hours_around(limits, first),
    )


def hours_around(limits: Boundary, first: datetime) -> Hours:
    """Somebody's hours in the day that begins at an instant: `good` are those that they prefer, or else all."""
    around = [local_time(first, limits.zone).day + timedelta(days=days) for days in (-1, 0, 1)]

    def stretches(windows: Callable[[date], Sequence[WallWindow]]) -> Intervals:
        rows = [
            [
                int((resolve_one(WallTime(day, minute), limits.zone_on(day)) - first).total_seconds() // 60)
                for minute in (window.start, window.end)
            ]
            for day in around
            for window in windows(day)
        ]
        return clipped(merged(as_intervals(rows)), 0, DAY_MINUTES)

    opened = stretches(limits.windows_on)
    wished = stretches(lambda day: limits.preferred.get(day.weekday(), ())) if limits.preferred else opened
    return Hours(first=first, good=_rows(intersection(opened, wished)), open=_rows(opened))


def _cells(
    problem: Problem, placement: Placement, regular: Sequence[datetime], clocks: Sequence[PersonsClock]
) -> Iterable[Cell]:
    for number, (session, rule) in enumerate(zip(placement.sessions, regular, strict=True)):
        start = problem.horizon.instant(session.start) if session.takes_place else None
        held = session.status is Status.HELD
        differs = held and any(usual_time([rule], clock.zone) != clock.usual for clock in clocks)
        yield Cell(session=number, status=session.status, regular=rule, start=start, differs=differs)


def _rows(intervals: Intervals) -> tuple[tuple[int, int], ...]:
    return tuple((int(start), int(end)) for start, end in intervals)
