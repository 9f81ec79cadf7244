"""What stands of a programme as a problem of its own, and the one way in which it is changed: in one transaction."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from propcache.api import cached_property

from scheduler import flow
from scheduler.app.telling.notices import notices_of
from scheduler.app.wiring.programme import App
from scheduler.core.alternatives import alternatives, in_another_week
from scheduler.core.change import Change, Keep
from scheduler.core.decision import Decision, State
from scheduler.core.disturbed import Disturbed, disturbed
from scheduler.core.event import Event
from scheduler.core.freebusy import merge
from scheduler.core.pins import Pin
from scheduler.core.plan import Placement, Plan
from scheduler.core.problem import Problem
from scheduler.core.rearrange import replaced
from scheduler.core.series import Series
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.core.tongue import gettext as _
from scheduler.core.verify import check
from scheduler.errors import ChangedElsewhere, InputError, RondoError
from scheduler.flow import Planned
from scheduler.ports import SavedPlan
from scheduler.programme import Group, Programme, series_of
from scheduler.programme.problem import Posed, pose

MOST_OPTIONS = 3


@dataclass(frozen=True)
class Ground:
    """The groups that stand as the programme asks for them, posed with the pins as they are now.

    `by_hand`: posed for what a person decides, whom no freeze holds back. `events`: every event that stands, of other
    groups too, `held`: the pins, `trail`: all decisions, as they were when it was begun: what is decided rests on them.
    Groups that were changed or taken out of the programme since the last apply wait for a person's plan and apply.
    """

    app: App
    saved: SavedPlan
    programme: Programme
    pins: tuple[Pin, ...]
    posed: Posed
    by_hand: bool
    events: tuple[Event, ...]
    held: tuple[Pin, ...]
    trail: tuple[Decision, ...]

    @property
    def problem(self) -> Problem:
        """The problem that they are now."""
        return self.posed.problem

    @property
    def plan(self) -> Plan:
        """Where they stand, in the minutes of the problem."""
        assert self.posed.previous is not None
        asked = self.series
        return replace(self.posed.previous, placements=tuple(p for p in self._placements if p.series in asked))

    @cached_property
    def series(self) -> dict[str, Series]:
        """The series by their group's id."""
        return {series.id: series for series in self.problem.series}

    @cached_property
    def groups(self) -> dict[str, Group]:
        """The groups by id."""
        return {group.id: group for group in self.programme.groups}

    @cached_property
    def freely(self) -> "Ground":
        """The same for what a person decides."""
        return self if self.by_hand else replace(self, by_hand=True).again(pins=self.pins)

    @cached_property
    def disturbed(self) -> tuple[Disturbed, ...]:
        """What of the sessions ahead no longer holds."""
        since = self.problem.horizon.minute(self.app.clock.now())
        return disturbed(self.problem, self.plan, self.posed.notes, since=since)

    def with_pins(self, pins: Sequence[Pin]) -> "Ground":
        """The same with other pins."""
        return self.again(pins=tuple(pins))

    def again(self, *, pins: tuple[Pin, ...], saved: SavedPlan | None = None) -> "Ground":
        """The same with other pins and, where one is given, another plan, posed anew."""
        stands = saved or self.saved
        posed = _posed(self.app, stands, self.programme, pins, self.events, by_hand=self.by_hand)
        return replace(self, saved=stands, pins=pins, posed=posed)

    def pin(self, group: str, session: int, start: datetime | None, command: str) -> Pin:
        """What somebody decides now about a session."""
        return Pin(
            group=group,
            session=session,
            start=start,
            counted_from=self.problem.horizon.first_monday,
            decided_at=self.app.clock.now(),
            command=command,
        )

    def change(self, plan: Plan, touched: Collection[str], decisions: Sequence[Decision]) -> tuple[Change, ...]:
        """Let a plan stand, with why it does; events of other groups than those `touched` stay as they are.

        Answers what changed. Raises ChangedElsewhere where somebody decided meanwhile, and RondoError should the plan
        break a rule that it did not break before.
        """
        report = check(self.problem, plan, self.plan)
        known = check(self.problem, self.plan, self.plan).faults if report.faults else ()
        new = [fault for fault in report.faults if fault not in known]
        if new:
            raise RondoError(f"a repair breaks a rule and is not made: {new[0]}. This is a fault of Rondo's.")
        published = self._unchanged()
        app, some = self.app, replace(self.programme, groups=tuple(self.groups[each] for each in sorted(touched)))
        planned = Planned(self.posed, plan, report)
        found = flow.changes(some, planned, published, rooms=app.rooms, scope=app.scope)
        todo = {change.event.uid: change for change in found if change.event.group in touched}
        rest = [Keep(event) for event in self.events if event.uid not in todo]
        changes = (*todo.values(), *rest)
        flow.record(
            self._saved(plan),
            changes,
            self.pins,
            store=app.store,
            clock=app.clock,
            decisions=decisions,
            notices=notices_of(app, decisions),
        )
        return tuple(change for change in changes if not isinstance(change, Keep))

    def note(self, decisions: Sequence[Decision]) -> None:
        """Keep decisions that change no event, and owe it to people to tell them; only what is new is told."""
        known = {each.id for each in self.trail}
        new = tuple(each for each in decisions if each.id not in known)
        if new:
            self._unchanged()
            self.app.store.note(new, notices_of(self.app, new))

    def _unchanged(self) -> tuple[Event, ...]:
        """All that was ever published, if what stands of it is what this rests on. Raises ChangedElsewhere.

        Changes are to be found by this very reading: the store compares it once more, in the transaction itself; pins
        that change no event only we can.
        """
        published = self.app.store.events()
        if _live(published) != self.events or self.app.store.pins() != self.held:
            raise ChangedElsewhere(_("somebody decided meanwhile, so this was not. Look again."))
        return published

    def _saved(self, plan: Plan) -> SavedPlan:
        """The plan with what else stands, which is not asked about now."""
        mine = plan.by_series()
        others = tuple(series for series in self.saved.problem.series if series.id not in mine)
        people = {**self.saved.problem.people, **self.problem.people}
        problem = replace(self.problem, series=(*self.problem.series, *others), people=people)
        placements = [mine.get(each.series, each) for each in self._placements]
        return SavedPlan(problem, replace(plan, placements=tuple(placements)), self.app.clock.now())

    @property
    def _placements(self) -> tuple[Placement, ...]:
        assert self.posed.previous is not None
        return self.posed.previous.placements


def ground_of(app: App, *, by_hand: bool = False) -> Ground | None:
    """What stands of an app's programme; None: nothing was published yet."""
    store = app.store
    trail, events, pins, saved = store.decisions(), _live(store.events()), store.pins(), store.standing()
    if saved is None:
        return None
    stand = {series.id: series for series in saved.problem.series}
    same = tuple(group for group in app.programme.groups if group.id in stand and _is(group, stand[group.id]))
    programme = replace(app.programme, groups=same)
    posed = _posed(app, saved, programme, pins, events, by_hand=by_hand)
    return Ground(app, saved, programme, pins, posed, by_hand, events, pins, trail)


def other_times(ground: Ground, group: str, session: int) -> tuple[datetime, ...]:
    """Other times to which a person could put a session, best first: no freeze holds them back.

    Of its week; where that has none, the nearest between the session before and the one after it.
    """
    free, instant = ground.freely, ground.problem.horizon.instant
    lifted = replaced(free.problem, free.plan, {(group, session): None})
    found = alternatives(free.problem, lifted, free.series[group], session, MOST_OPTIONS)
    if found:
        return tuple(instant(each.start) for each in found)
    made_up = in_another_week(free.problem, lifted, free.series[group], session)
    return () if made_up is None else (instant(made_up),)


def standing_group(app: App, group: str) -> Ground:
    """What stands, for what a person decides about a group. Raises InputError where the group does not stand."""
    ground = ground_of(app, by_hand=True)
    if ground is None or group not in ground.groups:
        known = ground.groups if ground else ()
        hint = did_you_mean(group, known) or _("Plan and apply first.")
        raise InputError(
            _("no group %(group)s stands as the programme asks for it.") % {"group": quoted(group)}, hint=hint
        )
    return ground


def _live(published: Sequence[Event]) -> tuple[Event, ...]:
    return tuple(event for event in published if not event.cancelled)


def _posed(
    app: App, saved: SavedPlan, programme: Programme, pins: tuple[Pin, ...], events: Sequence[Event], *, by_hand: bool
) -> Posed:
    """The problem of these groups; whoever meets others meanwhile, in what stands and is not asked about, is busy."""
    copies, known = tuple(app.store.copies().values()), {group.id for group in programme.groups}
    posed = pose(programme, copies, saved, app.clock.now(), app.rules, pins=pins, by_hand=by_hand)
    others = [event for event in events if event.group not in known]
    if not others:
        return posed
    horizon, problem, notes = posed.problem.horizon, posed.problem, posed.notes
    busy = {who: horizon.outward(merge([flow.seconds_of(event, who) for event in others])) for who in problem.people}
    people = {who: replace(each, busy=merge([each.busy, busy[who]])) for who, each in problem.people.items()}
    calendars = {who: merge([each, busy[who]]) for who, each in notes.calendars.items()}
    return replace(posed, problem=replace(problem, people=people), notes=replace(notes, calendars=calendars))


def _is(group: Group, stands: Series) -> bool:
    """Whether a series stands on the terms that its group asks for; whether it takes turns may have been left to us."""
    asked = series_of(group)
    rotation = stands.cadence.rotation if group.rotates else asked.cadence.rotation
    asked = replace(asked, cadence=replace(asked.cadence, rotation=rotation))
    return replace(asked, pinned=stands.pinned) == stands


def decision_id(*parts: object) -> str:
    """The same for the same decision, however often it is come to."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:16]


def new_id(states: Mapping[str, State], *parts: object, settled: Collection[State]) -> str:
    """The same while what it is about goes on; another once it was `settled`, and came again."""
    again, name = 0, decision_id(*parts, 0)
    while states.get(name) in settled:
        again, name = again + 1, decision_id(*parts, again + 1)
    return name
