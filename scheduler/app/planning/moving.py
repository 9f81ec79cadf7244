"""Deciding by hand where one session stands, or that it is skipped; the others are planned around it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event as Flag

import numpy as np

from scheduler.app.wiring.programme import App
from scheduler.core.alternatives import Alternative, alternatives
from scheduler.core.explain import explain_starts
from scheduler.core.naming import minute_named, session_named
from scheduler.core.pins import Pin, with_pin, without_pin
from scheduler.core.plan import Placement, Plan, Session
from scheduler.core.reasons import reasons
from scheduler.core.series import Series
from scheduler.core.suggest import did_you_mean, quoted
from scheduler.core.tongue import gettext as _
from scheduler.core.words import when
from scheduler.errors import InputError
from scheduler.flow import Planned
from scheduler.programme.problem import Posed, in_terms_of, pose
from scheduler.solve import Params, Progress


@dataclass(frozen=True, slots=True)
class Chosen:
    """One session of a group, in the problem as it is for a person's decision, and in the plan made last."""

    posed: Posed
    plan: Plan
    series: Series
    number: int

    @property
    def placement(self) -> Placement:
        """The group's part of the plan."""
        return self.plan.by_series()[self.series.id]

    @property
    def session(self) -> Session:
        """The session in the plan."""
        return self.placement.sessions[self.number]

    @property
    def start(self) -> datetime:
        """Where it stands, or would stand if it were not skipped."""
        return self.posed.problem.horizon.instant(self.session.start)

    def minute_named(self, text: str) -> int:
        """A time that somebody names for it. Raises InputError."""
        return minute_named(self.posed.problem, self.series, self.placement, self.number, text)

    def alternatives(self, top: int) -> tuple[Alternative, ...]:
        """The best other times of its week."""
        return alternatives(self.posed.problem, self.plan, self.series, self.number, top)


def choose(app: App, group: str, date: str) -> Chosen:
    """A session by its group and its date or number. Raises InputError where there is none, or it has begun."""
    posed = _posed_by_hand(app)
    series = {each.id: each for each in posed.problem.series}
    if group not in series:
        raise InputError(
            _("there is no group %(group)s.") % {"group": quoted(group)},
            where="groups.csv",
            hint=did_you_mean(group, series),
        )
    plan = _plan(app, posed)
    placement = plan.by_series().get(group) if plan else None
    if plan is None or placement is None or len(placement.sessions) != series[group].sessions:
        raise InputError(
            _("%(group)s is not planned as it is now.") % {"group": group},
            where=str(app.folder),
            hint=_("Plan first: rondo plan"),
        )
    number = session_named(posed.problem, series[group], placement, date)
    chosen = Chosen(posed, plan, series[group], number)
    _must_be_ahead(app, series[group], chosen.start, f"{group} #{number + 1}")
    return chosen


def against(app: App, chosen: Chosen, minute: int) -> list[str]:
    """Who can't come to a session at a time, and why, in sentences. Raises InputError for a time that is past."""
    problem, series = chosen.posed.problem, chosen.series
    _must_be_ahead(app, series, problem.horizon.instant(minute), series.id)
    told = explain_starts(problem, series, np.array([minute]), plan=chosen.plan, notes=chosen.posed.notes)
    names = app.names
    sentences = [] if told.holds else reasons(told, problem, names)
    for number, other in enumerate(chosen.placement.sessions):
        near = abs(other.start - minute) < series.duration
        if number != chosen.number and other.takes_place and near:
            sentences.append(f"{series.id} meets then already: #{number + 1}")
    return sentences


def decide(app: App, chosen: Chosen, minute: int | None, command: str) -> None:
    """Remember that the session stands at this minute, or (None) that it is skipped."""
    horizon = chosen.posed.problem.horizon
    pin = Pin(
        group=chosen.series.id,
        session=chosen.number,
        start=None if minute is None else horizon.instant(minute),
        counted_from=horizon.first_monday,
        decided_at=app.clock.now(),
        command=command,
    )
    app.store.keep_pins(with_pin(app.store.pins(), pin))


def take_back(app: App, chosen: Chosen) -> None:
    """Forget what was decided for the session. Raises InputError where nothing was."""
    pins, key = app.store.pins(), (chosen.series.id, chosen.number)
    left = without_pin(pins, key)
    if len(left) == len(pins):
        raise InputError(
            _("%(id)s #%(number)s was neither moved nor skipped by hand.")
            % {"id": chosen.series.id, "number": chosen.number + 1}
        )
    app.store.keep_pins(left)


def plan_again(
    app: App,
    params: Params,
    *,
    stop: Flag | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Planned:
    """Plan with what was decided: all else stays as it stands or, where nothing is published, as it was planned."""
    posed, draft = app.pose(), app.store.draft()
    if posed.previous is None and draft:
        posed = replace(posed, previous=in_terms_of(draft, app.programme, posed.problem.series, None))
    return app.plan(posed, params=params, stop=stop, report=report)


def moved_with_it(chosen: Chosen, plan: Plan) -> Iterator[tuple[Series, int, Session, Session]]:
    """The other sessions that stand elsewhere in a plan than in the one that was chosen from: series, number, both."""
    before, after = chosen.plan.by_series(), plan.by_series()
    for series in chosen.posed.problem.series:
        if series.id in before and series.id in after:
            pairs = zip(before[series.id].sessions, after[series.id].sessions, strict=False)
            for number, (was, now) in enumerate(pairs):
                itself = (series.id, number) == (chosen.series.id, chosen.number)
                if not itself and (was.start, was.takes_place) != (now.start, now.takes_place):
                    yield series, number, was, now


def _posed_by_hand(app: App) -> Posed:
    copies = tuple(app.store.copies().values())
    standing, pins = app.store.standing(), app.store.pins()
    return pose(app.programme, copies, standing, app.clock.now(), app.rules, pins=pins, by_hand=True)


def _plan(app: App, posed: Posed) -> Plan | None:
    """What was planned last, with what was decided since; else what stands."""
    draft = app.store.draft()
    if draft is None or draft.problem.horizon != posed.problem.horizon:
        return posed.previous
    return in_terms_of(draft, app.programme, posed.problem.series, posed.problem.freeze_until)


def _must_be_ahead(app: App, series: Series, start: datetime, what: str) -> None:
    if start <= app.clock.now():
        shown = when(start, series.anchor_zone, dated=True)
        raise InputError(
            _("%(what)s: %(shown)s is past.") % {"what": what, "shown": shown},
            hint=_("Only sessions that have not begun can be decided."),
        )
