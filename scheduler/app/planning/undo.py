"""Taking back the last apply: what stood before stands again, in the events in which it stood.

It is all or nothing. Where a session has begun, the folder asks for something else, or somebody can't come any more,
it is refused with every reason: `plan` finds the way that is left. Taking back twice leads to where one began.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from scheduler import flow
from scheduler.app.wiring.programme import App
from scheduler.core.change import Change, Keep, diff, events_again
from scheduler.core.event import Event
from scheduler.core.explain import explain_starts
from scheduler.core.pins import Pin, pins_of, taken_back
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.reasons import reasons
from scheduler.core.series import Series
from scheduler.core.verify import check
from scheduler.core.words import when
from scheduler.delivering import Written
from scheduler.errors import InputError, StalePlan
from scheduler.ports import SavedPlan
from scheduler.programme import Programme
from scheduler.programme.problem import Posed, pose

MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class Undo:
    """What taking back the last apply would make stand (None: nothing), change in calendars, and leave of the pins."""

    standing: SavedPlan | None
    changes: tuple[Change, ...]
    pins: tuple[Pin, ...]

    @property
    def todo(self) -> tuple[Change, ...]:
        """The changes that are to be written."""
        return tuple(change for change in self.changes if not isinstance(change, Keep))


def find_undo(app: App) -> Undo:
    """What taking back the last apply would do. Raises InputError where there is none, StalePlan with all reasons."""
    standing, before, now = app.store.standing(), app.store.before(), app.clock.now()
    if standing is None and before is None:
        raise InputError("nothing was applied yet, so there is nothing to take back.", where=str(app.folder))
    pins = _pins(app, standing, before) if before else app.store.pins()  # of a draft, where nothing stands any more
    changes, against = _back_to(app, before, standing) if before else (diff(app.store.events(), []), [])
    against = [*_begun(changes, now), *against]
    if against:
        raise StalePlan(_refusal(against))
    return Undo(before and replace(before, decided_at=now), changes, pins)


def write_undo(app: App, undo: Undo, done: Callable[[Event], None] | None = None) -> Written:
    """Decide it and write it; says what came of it. A killed one is resumed like any apply.

    Raises ChangedElsewhere where somebody applied since it was found, Unavailable while somebody does.
    """
    with app.writing():
        flow.record(undo.standing, undo.changes, undo.pins, store=app.store, clock=app.clock)
        return app.write_owed(done)


def _pins(app: App, standing: SavedPlan | None, before: SavedPlan) -> tuple[Pin, ...]:
    """As they were before the apply, but for what was decided since."""
    now = app.clock.now()
    brought = pins_of(standing.problem, now, "undo") if standing else ()
    return taken_back(app.store.pins(), brought, pins_of(before.problem, now, "undo"))


def _back_to(app: App, before: SavedPlan, standing: SavedPlan | None) -> tuple[tuple[Change, ...], list[str]]:
    """The changes that lead back to a plan, and what of the folder and of the calendars is against it."""
    programme, other = _of(app.programme, before.plan), list(_other_terms(app.programme, before))
    if other:
        return (), other
    posed = _posed(app, programme, before)
    plan = _plan_of(posed)
    changes = _changes(app, programme, posed.problem, plan)
    known = _faults(_posed(app, programme, standing)) if standing else ()
    faults = [fault for fault in _faults(posed) if fault not in known]
    return changes, list(_obstacles(app, posed, plan, changes)) or faults


def _of(programme: Programme, plan: Plan) -> Programme:
    """The programme with the groups of a plan; nobody asks for notice of what a person decides."""
    placed = plan.by_series()
    return replace(
        programme,
        people=tuple(replace(person, notice=0) for person in programme.people),
        groups=tuple(group for group in programme.groups if group.id in placed),
    )


def _other_terms(programme: Programme, before: SavedPlan) -> Iterator[str]:
    """Groups of which the folder says by now what the plan of before can't give."""
    groups = {group.id: group for group in programme.groups}
    for series in before.problem.series:
        group = groups.get(series.id)
        if group is None:
            yield f"{series.id} is no longer in groups.csv"
        elif (group.sessions, group.minutes, group.cadence, group.anchor) != (
            *(series.sessions, series.duration, series.cadence, series.anchor_zone),
        ):
            yield f"{series.id} has other sessions, another length or another zone by now"


def _posed(app: App, programme: Programme, stands: SavedPlan) -> Posed:
    """The problem as if a plan stood, with the pins that stood with it."""
    copies, now = tuple(app.store.copies().values()), app.clock.now()
    pins = pins_of(stands.problem, now, "undo")
    return pose(programme, copies, stands, now, app.rules, pins=pins, by_hand=True)


def _plan_of(posed: Posed) -> Plan:
    """The plan that stands, without groups that the problem does not have."""
    assert posed.previous is not None
    asked = {series.id for series in posed.problem.series}
    return replace(posed.previous, placements=tuple(p for p in posed.previous.placements if p.series in asked))


def _faults(posed: Posed) -> tuple[str, ...]:
    """The rules that the plan that stands breaks by now."""
    plan = _plan_of(posed)
    return check(posed.problem, plan, plan).faults


def _changes(app: App, programme: Programme, problem: Problem, plan: Plan) -> tuple[Change, ...]:
    published, before, placements = app.store.events(), app.store.events_before(), plan.by_series()
    groups = {group.id: group for group in app.programme.groups}
    wanted = [
        event
        for series in problem.series
        for event in events_again(
            series,
            placements[series.id],
            programme.horizon,
            published,
            before,
            flow.details_of(app.programme, groups[series.id], app.rooms, app.scope),
            freeze_until=problem.freeze_until,
        )
    ]
    return diff(published, wanted)


def _begun(changes: Sequence[Change], now: datetime) -> Iterator[str]:
    """Sessions that would change and are past, or have begun."""
    for change in changes:
        for session in change.sessions:
            past = [start for start in (session.before, session.after) if start and start <= now]
            if past:
                yield f"{change.event.group}: {when(past[0], change.event.rule.zone, dated=True)} has begun"


def _obstacles(app: App, posed: Posed, plan: Plan, changes: Sequence[Change]) -> Iterator[str]:
    """Who can't come any more to sessions that would come back, in sentences."""
    names = app.names
    for series in posed.problem.series:
        starts = np.array(_restored(posed.problem, series, changes), dtype=np.int64)
        told = explain_starts(posed.problem, series, starts, plan=plan, notes=posed.notes)
        if len(told.holds) < len(told.starts):
            yield from (f"{series.id}: {sentence}" for sentence in reasons(told, posed.problem, names))


def _restored(problem: Problem, series: Series, changes: Sequence[Change]) -> list[int]:
    """The minutes of a series' sessions that would come back, but for those that a person put there."""
    return [
        problem.horizon.minute(session.after)
        for change in changes
        for session in change.sessions
        if change.event.group == series.id and session.after and session.session not in series.pinned
    ]


def _refusal(against: Sequence[str]) -> str:
    more = f"; and {len(against) - MOST_REASONS} more" if len(against) > MOST_REASONS else ""
    told = "; ".join(against[:MOST_REASONS]) + more
    return f"what stood before can't stand again: {told}. Nothing was written. Plan instead: rondo plan DIR"
