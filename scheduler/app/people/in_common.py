"""What somebody's hours have in common with those of others, by limits and by what is remembered of calendars."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce

import numpy as np

from scheduler.app.wiring.programme import App
from scheduler.core.availability import availability, open_hours
from scheduler.core.freebusy import CalendarCopy
from scheduler.core.hours_painted import CELL, CELLS
from scheduler.core.interval import DAY_MINUTES, MINUTE, Horizon, Intervals, clipped, intersection
from scheduler.core.people import Boundary, Participant
from scheduler.core.presence import inside_hours
from scheduler.core.walltime import DAY_SECONDS, EPOCH_DAY, local_time, wall_clock
from scheduler.programme import Group, Person
from scheduler.programme.problem import known_busy

MOST_WEEKS, ROUND = 26, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Minutes of a usual week that somebody has in common with the `others` of a group, by their names.

    Only stretches count that are long enough for a meeting; whole quarters of an hour are told. None where a calendar
    of one of them can't be read now: unknown is never free.
    """

    group: Group
    others: tuple[str, ...]
    minutes: int | None


def shared(app: App, person: Person) -> tuple[Shared, ...]:
    """What somebody, as they are given here, has in common with each of their groups, the least first."""
    horizon = _ahead(app)
    groups = [group for group in app.programme.groups if person.id in group.members]
    concerned = {person.id}.union(*(group.always_there for group in groups))
    copies, people = tuple(app.store.copies(*concerned).values()), app.programme.by_id
    own, found = _free(app, person, horizon, copies), []
    for group in groups:
        others = [people[who] for who in group.always_there if who != person.id]
        free = [own, *(_free(app, other, horizon, copies) for other in others)]
        names = tuple(other.name for other in others)
        found.append(Shared(group=group, others=names, minutes=_weekly(free, group.minutes, horizon)))
    return tuple(sorted(found, key=lambda each: each.minutes or 0))


def together(app: App, person: Person) -> Mapping[int, int]:
    """How many partners have hours in each half hour of the person's usual week, Monday's first.

    Of pairs alone, and by hours alone: their calendars are nobody else's business.
    """
    week, counted = Horizon(_ahead(app).first_monday, 1), Counter[int]()
    for partner in partners(app, person):
        counted.update(_usual_cells(partner.boundary, person.boundary.zone, week))
    return counted


def partners(app: App, person: Person) -> tuple[Person, ...]:
    """Those with whom somebody is a pair, and who said their hours."""
    pairs = [group.members for group in app.programme.groups if len(group.members) == 2 and person.id in group.members]
    others = {who for members in pairs for who in members if who != person.id}
    return tuple(each for each in app.programme.people if each.id in others and each.has_hours)


def outside(app: App, person: Person) -> int:
    """How many of somebody's meetings ahead are outside the hours that they have now."""
    now, horizon, boundary = app.clock.now(), app.programme.horizon, person.boundary
    count = 0
    for event in app.store.events():
        if not event.cancelled and person.id in {each.id for each in event.attendees}:
            sessions = event.seen_by(person.id).sessions
            starts = [horizon.minute(each.start) for each in sessions if each.start and each.start > now]
            count += sum(not inside_hours(horizon, boundary, start, start + event.duration) for start in starts)
    return count


def _ahead(app: App) -> Horizon:
    """The weeks of the programme that are ahead, half a year at most."""
    known = app.programme.horizon
    today = local_time(app.clock.now(), "UTC").day
    gone = min(max((today - known.first_monday).days // 7, 0), known.weeks - 1)
    return Horizon(known.first_monday + timedelta(weeks=gone), min(known.weeks - gone, MOST_WEEKS))


def _weekly(free: Sequence[Intervals | None], least: int, horizon: Horizon) -> int | None:
    """Minutes a week in stretches of at least `least` in which all are free, where that is known of all."""
    known = [each for each in free if each is not None]
    if len(known) < len(free):
        return None
    common = reduce(intersection, known)
    lengths = common[:, 1] - common[:, 0]
    return int(lengths[lengths >= least].sum()) // horizon.weeks // ROUND * ROUND


def _free(app: App, person: Person, horizon: Horizon, copies: Sequence[CalendarCopy]) -> Intervals | None:
    """When somebody may be met; None where a calendar of theirs can't be read."""
    why, busy = known_busy(person, copies, app.clock.now(), app.rules)
    if why:
        return None
    boundary = person.boundary
    known = availability(Participant(id=person.id, boundary=boundary, busy=horizon.outward(busy)), horizon)
    return clipped(known.free, 0, horizon.weeks * 7 * DAY_MINUTES)  # hours are laid out beyond both ends


def _usual_cells(boundary: Boundary, zone: str, week: Horizon) -> set[int]:
    """The half hours of a week on a zone's clock that lie wholly inside somebody's usual hours."""
    usual = replace(boundary, days_off={}, overrides={}, travel=())
    minutes = np.concatenate([np.arange(start, end) for start, end in open_hours(usual, week)] or [np.arange(0)])
    wall = wall_clock(week.exact(minutes), zone)
    day, minute = (wall // DAY_SECONDS + EPOCH_DAY - 1) % 7, wall // MINUTE % DAY_MINUTES
    held = np.bincount(np.unique(day * DAY_MINUTES + minute) // CELL, minlength=CELLS)
    return set(np.flatnonzero(held == CELL).tolist())
