"""The application on one page: refresh reads calendars, plan decides, apply writes the difference.

Each function takes the ports that it needs and has one effect. Repair is no fourth verb: it is the same three with
the standing plan as previous.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from threading import Event as Flag

import numpy as np

from scheduler.core.address import label
from scheduler.core.availability import availability
from scheduler.core.change import Change, Create, Details, Keep, diff, events_of
from scheduler.core.commitments import with_commitments
from scheduler.core.decision import Decision
from scheduler.core.event import Attendee, Event
from scheduler.core.freebusy import CalendarCopy, merge
from scheduler.core.interval import Interval, Intervals, as_intervals, intersection
from scheduler.core.notice import Notice
from scheduler.core.people import Participant
from scheduler.core.pins import Pin
from scheduler.core.plan import Placement, Plan
from scheduler.core.verify import Report, check
from scheduler.errors import RondoError, StalePlan, Unavailable
from scheduler.ports import Answer, Asked, CalendarReader, Clock, Own, Rooms, SavedPlan, Store
from scheduler.programme import Group, Person, Programme
from scheduler.programme.problem import Posed, Rules, known_busy
from scheduler.solve import Params, Progress, solve

Calendar = tuple[str, str]
"""A person's id, and the label of one of their calendars."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The problem that was posed, a plan for it, and the independent check of the plan."""

    posed: Posed
    plan: Plan
    report: Report


def refresh(programme: Programme, *, reader: CalendarReader, store: Store, clock: Clock) -> tuple[CalendarCopy, ...]:
    """Read every calendar of everybody and remember it; one that can't be read keeps its last good copy."""
    copies = read_calendars(programme, reader=reader, store=store, clock=clock)
    store.keep_copies(copies)
    return copies


def refresh_some(
    programme: Programme, only: Collection[Calendar], *, reader: CalendarReader, store: Store, clock: Clock
) -> tuple[CalendarCopy, ...]:
    """As `refresh`, of these calendars; what is held of the others stays."""
    copies = read_calendars(programme, reader=reader, store=store, clock=clock, only=only)
    store.renew_copies(copies)
    return copies


def calendars_of(person: Person) -> list[Calendar]:
    """The calendars that somebody lists, in their order, as copies and marks name them."""
    return [(person.id, label(calendar)) for calendar in person.calendars]


def read_calendars(
    programme: Programme,
    *,
    reader: CalendarReader,
    store: Store,
    clock: Clock,
    only: Collection[Calendar] | None = None,
) -> tuple[CalendarCopy, ...]:
    """As `refresh`, and remembers nothing. Our own sessions are left out, else every series would block itself."""
    held, own = store.copies(), _Own(store)
    jobs = [
        (person, calendar, name)
        for person in programme.people
        for calendar, name in zip(person.calendars, calendars_of(person), strict=True)
        if only is None or name in only
    ]
    before = [held.get(name) for _, _, name in jobs]
    asked = [
        Asked(
            calendar=calendar,
            person=person.id,
            zone=person.boundary.zone,
            own=own.of(person.id),
            token=copy.token if copy and copy.free_busy else "",
        )
        for (person, calendar, _), copy in zip(jobs, before, strict=True)
    ]
    answers = reader.free_busy(asked, window=programme.horizon.interval)
    now = clock.now()
    return tuple(
        _taken(copy or CalendarCopy(person=each.person, calendar=label(each.calendar), tried_at=now), answer, now)
        for each, copy, answer in zip(asked, before, answers, strict=True)
    )


def _taken(before: CalendarCopy, answer: Answer, now: datetime) -> CalendarCopy:
    """What is held of a calendar after an answer: the last good copy, where there is no newer one."""
    token = answer.token or before.token
    if answer.error:
        return replace(before, tried_at=now, error=str(answer.error), token=token)
    return replace(
        before, tried_at=now, read_at=now, error="", free_busy=answer.free_busy or before.free_busy, token=token
    )


class _Own:
    """What of everybody's calendars is our own: all that stands there, and what may stand there after a crash."""

    def __init__(self, store: Store) -> None:
        deliveries = [delivery for _, delivery in (*store.standing_deliveries(), *store.attempted())]
        known = {event.uid for event in store.events()} | {each.receipt.ical_uid for each in deliveries}
        self._uids = frozenset(known - {""})
        self._rows: dict[str, set[tuple[int, int, str]]] = {}
        begun = (event for delivery in deliveries for event in (delivery.event, *delivery.attempted))
        for event in (*begun, *store.pending()):
            series = f"{event.group} {event.slot} {event.generation}"  # its UID may be another at another place
            for attendee in event.attendees:
                rows = ((start, end, series) for start, end in seconds_of(event, attendee.id).tolist())
                self._rows.setdefault(attendee.id, set()).update(rows)

    def of(self, person: str) -> Own:
        """One person's."""
        rows = sorted(self._rows.get(person, ()))
        _, series = np.unique([each[2] for each in rows], return_inverse=True)
        return Own(uids=self._uids, sessions=as_intervals([each[:2] for each in rows]), series=series)


def common_free(
    programme: Programme,
    people: Sequence[Person],
    copies: Sequence[CalendarCopy],
    *,
    store: Store,
    clock: Clock,
    rules: Rules,
) -> Intervals:
    """Seconds in which all of these people may be met, over a programme's horizon: inside hours, clear of calendars
    and of published sessions, with the gaps that each keeps. Raises Unavailable where somebody is unknown."""
    events = [event for event in store.events() if not event.cancelled]
    stretches = []
    for person in people:
        why, busy = known_busy(person, copies, clock.now(), rules)
        if why:
            raise Unavailable(f"{person.name} is unknown, and unknown is never free: {why}")
        minutes = programme.horizon.outward(merge([busy, *(seconds_of(event, person.id) for event in events)]))
        stretches.append(
            availability(Participant(id=person.id, boundary=person.boundary, busy=minutes), programme.horizon).free
        )
    return programme.horizon.exact(reduce(intersection, stretches))


def plan(
    posed: Posed,
    *,
    params: Params,
    stop: Flag | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Planned:
    """Decide where every session stands. Raises RondoError should the plan not pass its independent check."""
    found = solve(posed.problem, posed.previous, params=params, stop=stop, report=report)
    checked = check(posed.problem, found, posed.previous)
    if checked.faults:
        raise RondoError(f"the plan breaks a rule and is not used: {checked.faults[0]}. This is a fault of Rondo's.")
    return Planned(posed, found, checked)


def plan_around(posed: Posed, placement: Placement, *, params: Params) -> Planned:
    """A plan in which one series stands as given, and the others keep clear of it; what stands of them is repaired.

    Raises StalePlan where the placement does not fit the problem.
    """
    given = Plan((placement,))
    rest = tuple(series for series in posed.problem.series if series.id != placement.series)
    shortest = min((series.duration for series in rest), default=1)
    others = replace(with_commitments(posed.problem, given, shortest), series=rest)
    found = {**solve(others, posed.previous, params=params).by_series(), **given.by_series()}
    whole = Plan(tuple(found[series.id] for series in posed.problem.series), {"seed": params.seed})
    return still_fits(posed, whole)


def still_fits(posed: Posed, saved: Plan) -> Planned:
    """A saved plan beside the problem as it is now. Raises StalePlan where it breaks a rule of it."""
    checked = check(posed.problem, saved, posed.previous)
    if checked.faults:
        raise StalePlan(f"this plan no longer fits what was read: {checked.faults[0]}. Plan again: rondo plan DIR")
    return Planned(posed, saved, checked)


def changes(
    programme: Programme, planned: Planned, published: Sequence[Event], *, rooms: Rooms, scope: str
) -> tuple[Change, ...]:
    """What applying a plan would change in people's calendars, by all that was ever published; groups that are gone are
    cancelled."""
    placements = planned.plan.by_series()
    series = {each.id: each for each in planned.posed.problem.series}
    wanted = [
        event
        for group in programme.groups
        for event in events_of(
            series[group.id],
            placements[group.id],
            programme.horizon,
            published,
            details_of(programme, group, rooms, scope),
            freeze_until=planned.posed.problem.freeze_until,
        )
    ]
    return diff(published, wanted)


def decide(planned: Planned, todo: Sequence[Change], *, store: Store, clock: Clock) -> None:
    """Make a plan the standing one and owe its writes; after this a crash loses nothing. Pins that count no more go.

    Raises ChangedElsewhere where somebody else decided since the changes were found.
    """
    counted = {(series.id, session) for series in planned.posed.problem.series for session in series.pinned}
    standing = SavedPlan(planned.posed.problem, planned.plan, clock.now())
    record(standing, todo, [pin for pin in store.pins() if pin.key in counted], store=store, clock=clock)


def record(
    standing: SavedPlan | None,
    todo: Sequence[Change],
    pins: Sequence[Pin],
    *,
    store: Store,
    clock: Clock,
    decisions: Sequence[Decision] = (),
    notices: Sequence[Notice] = (),
) -> None:
    """Let a plan (or nothing) stand with its pins, owe what changes, and keep why; raises as `decide`.

    `todo` names every event that stands: of the decision nothing is written where one of them changed meanwhile.
    """
    now = clock.now()
    events = [replace(change.event, stamped=now) for change in todo if not isinstance(change, Keep)]
    seen = {
        change.event.uid: change.event.sequence - (not isinstance(change, Keep))
        for change in todo
        if not isinstance(change, Create)
    }
    store.decide(standing, events, seen, pins, now, decisions=decisions, notices=notices)


def seconds_of(event: Event, who: str) -> Intervals:
    """[start, end) of the sessions of an event that somebody attends."""
    length = timedelta(minutes=event.duration)
    invited = who in {attendee.id for attendee in event.attendees}
    mine = [each.start for each in event.sessions if each.start and invited and who not in each.absent]
    return as_intervals([Interval(start, start + length).seconds for start in mine])


def details_of(programme: Programme, group: Group, rooms: Rooms, scope: str) -> Details:
    """What the events of a group say beside their times."""
    people, room = programme.by_id, rooms.of(group.id)
    return Details(
        programme=scope,
        title=group.title,
        organizer=group.organizer,
        attendees=tuple(_attendee(people[who], _role(group, who)) for who in _invited(group)),
        conference=room.address,
        meeting=room.maker,
    )


def _invited(group: Group) -> tuple[str, ...]:
    """The members, and an organiser who is none of them."""
    return group.members if group.organizer in group.members else (*group.members, group.organizer)


def _role(group: Group, who: str) -> str:
    if who not in group.members:
        return "none"
    return "chair" if who == group.chair else "optional" if who in group.optional else "required"


def _attendee(person: Person, role: str) -> Attendee:
    return Attendee(
        id=person.id, name=person.name, email=person.email, zone=person.boundary.zone, locale=person.locale, role=role
    )
