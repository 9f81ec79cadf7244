"""What could give way: each limit of a person as a whole, the stretches that it closes, and what it would cost.

A barrier is the least that one can ask somebody to give up: to begin earlier, one appointment that comes back, the gap
around appointments. Every closed minute is closed by one barrier or by several, which then all have to give.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from scheduler.core.availability import MARGIN_DAYS, open_hours
from scheduler.core.explain import Notes
from scheduler.core.interval import (
    DAY_MINUTES,
    Horizon,
    Int64Array,
    Intervals,
    as_intervals,
    complement,
    intersection,
    merged,
    no_intervals,
)
from scheduler.core.people import WEEKDAYS, Boundary, Participant
from scheduler.core.recurring import SINGLE, appointments
from scheduler.core.walltime import WallWindow, days_as_wall, resolve

OF_THE_PROGRAMME = ("blackout", "outside the programme")
"""Days off that are nobody's own: they give for everybody at once."""
FAR = 10**8  # minutes; no horizon reaches so far


class Kind(StrEnum):
    """What a barrier is, from the least that one can ask for to what can't be asked at all."""

    GAP = "gap"
    SINGLE = "single appointments"
    EARLY = "hours begin"
    LATE = "hours end"
    BREAK = "break"
    NOTICE = "notice"
    DAY_CAP = "most sessions a day"
    WEEK_CAP = "most sessions a week"
    RECURRING = "appointment that comes back"
    OVERRIDE = "hours of single dates"
    SERIES = "another series"
    DAY_OFF = "day off"
    WEEKDAY = "no hours that weekday"
    TRIP = "trip"
    UNKNOWN = "calendar unknown"
    PROGRAMME = "days off of the programme"
    NOWHERE = "no such hour"


PRICES: Mapping[Kind, int] = {
    Kind.GAP: 10,
    Kind.SINGLE: 20,
    Kind.EARLY: 30,
    Kind.LATE: 30,
    Kind.BREAK: 30,
    Kind.NOTICE: 60,
    Kind.DAY_CAP: 80,
    Kind.WEEK_CAP: 80,
    Kind.RECURRING: 120,
    Kind.OVERRIDE: 150,
    Kind.SERIES: 180,
    Kind.DAY_OFF: 200,
    Kind.WEEKDAY: 240,
    Kind.TRIP: 300,
    Kind.UNKNOWN: 400,
    Kind.PROGRAMME: 600,
    Kind.NOWHERE: 1_000_000_000,
}
"""What giving way costs: single appointments each time, edges of hours a point more a minute, all else once."""
BY_THE_MINUTE = (Kind.EARLY, Kind.LATE, Kind.BREAK)


@dataclass(frozen=True, slots=True, order=True)
class Barrier:
    """A limit of one person (of nobody: of the programme, or another series) that gives as a whole or not at all.

    `detail`: the reason of days off, the zone of a trip, the id of a series, the fault of a calendar, a cap. `span`:
    minute of the person's local week, and length, of a weekday or of an appointment that comes back; `times`: how often
    that does, or how many single ones there are.
    """

    person: str
    kind: Kind
    detail: str = ""
    span: tuple[int, int] = (0, 0)
    times: int = 0


@dataclass(frozen=True, slots=True)
class Closed:
    """Stretches (n, 2), sorted by their start, and which of the barriers closes each.

    `margin`: minutes around them that are closed too, unless the gap gives.
    """

    spans: Intervals
    which: Int64Array
    barriers: tuple[Barrier, ...]
    margin: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """The same wall times [start, end), in minutes of the day, on some ordinal days, closed by one barrier."""

    zone: str
    days: Int64Array
    start: int
    end: int
    barrier: Barrier


def closed_times(person: Participant, horizon: Horizon, notes: Notes) -> tuple[Closed, ...]:
    """All that keeps a person from meeting, without what a plan asks of them."""
    limits = person.boundary
    return (
        listed(closed_hours(person.id, limits, horizon)),
        listed(closed_days(person.id, limits, horizon)),
        _not_yet_known(person, notes),
        closed_calendar(person, horizon, notes),
    )


def closed_hours(who: str, limits: Boundary, horizon: Horizon) -> dict[Barrier, Intervals]:
    """The stretches outside hours by what closes them, as if there were no days off."""
    special = special_days(limits, horizon)
    rows = [
        Row(limits.zone, days, start, end, barrier)
        for weekday, days in _usual_days(horizon, special)
        for start, end, barrier in gaps_in_hours(who, weekday, limits.hours.get(weekday, ()))
    ]
    rows += [
        Row(limits.zone_on(day), np.array([day.toordinal()]), start, end, special_hours(who, limits, day))
        for day in special
        for start, end, _ in gaps_in_hours(who, day.weekday(), limits.overrides.get(day, _usual(limits, day)))
    ]
    spans = _laid_out(rows, horizon)
    return _where_clocks_meet(who, limits, horizon, spans) if limits.travel else spans


def closed_days(who: str, limits: Boundary, horizon: Horizon) -> dict[Barrier, Intervals]:
    """Days off by their reason; all public holidays are of one kind, and so is all leave."""
    rows = [
        Row(limits.zone_on(day), np.array([day.toordinal()]), 0, DAY_MINUTES, day_off(who, reason))
        for day, reason in sorted(limits.days_off.items())
    ]
    return _laid_out(rows, horizon)


def day_off(who: str, reason: str) -> Barrier:
    """The barrier of a day off with this reason."""
    if reason in OF_THE_PROGRAMME:
        return Barrier("", Kind.PROGRAMME, reason)
    return Barrier(who, Kind.DAY_OFF, reason.partition(":")[0])


def gaps_in_hours(who: str, weekday: int, windows: Iterable[WallWindow]) -> list[tuple[int, int, Barrier]]:
    """What a weekday's windows leave closed, in minutes of the day: before, after and between them, or the whole."""
    inside = merged(as_intervals([(window.start, window.end) for window in windows]))
    if not len(inside):
        return [(0, DAY_MINUTES, Barrier(who, Kind.WEEKDAY, WEEKDAYS[weekday], (weekday * DAY_MINUTES, DAY_MINUTES)))]
    return [(start, end, Barrier(who, _edge(start, end))) for start, end in complement(inside, 0, DAY_MINUTES).tolist()]


def special_hours(who: str, limits: Boundary, day: date) -> Barrier:
    """What closes hours on a date that has its own, or that lies in a trip."""
    if day in limits.overrides:
        return Barrier(who, Kind.OVERRIDE)
    return Barrier(who, Kind.TRIP, limits.zone_on(day))


def own_calendar(person: Participant, notes: Notes) -> Intervals:
    """Busy minutes that are somebody's own appointments: neither notice nor what is unknown."""
    if person.id in notes.unknown:
        return no_intervals()
    return notes.calendars.get(person.id, person.busy)


def closed_calendar(person: Participant, horizon: Horizon, notes: Notes) -> Closed:
    """Somebody's own appointments; the last barrier is that of all single ones."""
    found, who = appointments(own_calendar(person, notes), person.boundary.zone, horizon), person.id
    repeated = [Barrier(who, Kind.RECURRING, "", (at, long), times) for at, long, times in found.patterns.tolist()]
    single = Barrier(who, Kind.SINGLE, times=int(np.count_nonzero(found.pattern == SINGLE)))
    which = np.where(found.pattern == SINGLE, len(repeated), found.pattern)
    return Closed(found.spans, which, (*repeated, single), person.boundary.buffer)


def _not_yet_known(person: Participant, notes: Notes) -> Closed:
    """What is too soon, and all that is unknown; the gap is in it already."""
    spans = {}
    if person.id in notes.closed_until:
        spans[Barrier(person.id, Kind.NOTICE)] = as_intervals([(-FAR, notes.closed_until[person.id])])
    if person.id in notes.unknown:
        margin = np.array([-person.boundary.buffer, person.boundary.buffer])
        spans[Barrier(person.id, Kind.UNKNOWN, notes.unknown[person.id])] = merged(person.busy + margin)
    return listed(spans)


def listed(spans: Mapping[Barrier, Intervals], margin: int = 0) -> Closed:
    """Stretches that are sorted by their barrier, sorted by their start."""
    rows = np.concatenate([no_intervals(), *spans.values()])
    which = np.repeat(np.arange(len(spans)), np.array([len(mine) for mine in spans.values()], dtype=np.int64))
    order = np.argsort(rows[:, 0], kind="stable")
    return Closed(rows[order], which[order], tuple(spans), margin)


def _edge(start: int, end: int) -> Kind:
    return Kind.EARLY if start == 0 else Kind.LATE if end == DAY_MINUTES else Kind.BREAK


def _usual(limits: Boundary, day: date) -> tuple[WallWindow, ...]:
    return limits.hours.get(day.weekday(), ())


def _usual_days(horizon: Horizon, special: Iterable[date]) -> Iterator[tuple[int, Int64Array]]:
    """The ordinal days of each weekday on which a person's usual hours hold, at home."""
    first = horizon.first_monday.toordinal() - MARGIN_DAYS
    days = np.arange(first, first + horizon.weeks * 7 + 2 * MARGIN_DAYS)
    days = days[~np.isin(days, [day.toordinal() for day in special])]
    for weekday in range(7):
        yield weekday, days[(days - 1) % 7 == weekday]


def special_days(limits: Boundary, horizon: Horizon) -> list[date]:
    """The dates that have their own hours, or lie in a trip, as far as hours are laid out."""
    first = horizon.first_monday - timedelta(days=MARGIN_DAYS)
    days = [first + timedelta(days=i) for i in range(horizon.weeks * 7 + 2 * MARGIN_DAYS)]
    away = {day for day in days for trip in limits.travel if trip.first <= day <= trip.last}
    return [day for day in days if day in limits.overrides or day in away]


def _laid_out(rows: Iterable[Row], horizon: Horizon) -> dict[Barrier, Intervals]:
    """Wall times of dates as minutes, by barrier."""
    days: dict[tuple[str, Barrier], list[Int64Array]] = defaultdict(list)
    for row in rows:
        ends = np.tile(np.array([row.start, row.end]), (len(row.days), 1))
        days[row.zone, row.barrier].append(np.concatenate([row.days[:, None], ends], axis=1))
    found: dict[Barrier, list[Intervals]] = defaultdict(list)
    for (zone, barrier), parts in days.items():
        table = np.concatenate(parts)
        spans = resolve(days_as_wall(table[:, :1], table[:, 1:]), zone)
        found[barrier].append(horizon.minutes(spans))
    return {barrier: merged(np.concatenate(spans)) for barrier, spans in found.items()}


def _where_clocks_meet(
    who: str, limits: Boundary, horizon: Horizon, spans: Mapping[Barrier, Intervals]
) -> dict[Barrier, Intervals]:
    """At the ends of a trip minutes may belong to two dates, of which one is enough, or to none."""
    every = merged(np.concatenate([no_intervals(), *spans.values()]))
    closed = complement(open_hours(replace(limits, days_off={}), horizon), -FAR, FAR)
    nowhere = intersection(closed, complement(every, -FAR, FAR))
    return {barrier: intersection(mine, closed) for barrier, mine in spans.items()} | {
        Barrier(who, Kind.NOWHERE): nowhere
    }
