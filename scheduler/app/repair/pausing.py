"""Letting a series rest, and taking it up again."""

from datetime import datetime

from scheduler.app.repair.ground import decision_id, standing_group
from scheduler.app.wiring.programme import App
from scheduler.core.decision import Action, Decision, State
from scheduler.core.disturbed import Disturbed
from scheduler.core.pins import with_pin
from scheduler.core.series import regular_starts
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.solve import smallest_change

PAUSE = "pause"
"""The command of pins that let a series rest."""


def pause(app: App, group: str, until: datetime | None, by: str) -> Decision:
    """Skip the sessions of a group that are ahead, all or those before an instant. Owes the writing.

    Raises InputError where the group does not stand or has nothing ahead, ChangedElsewhere.
    """
    ground = standing_group(app, group)
    now, horizon, pins = app.clock.now(), ground.problem.horizon, ground.pins
    placement = ground.plan.by_series()[group]
    rests = [
        number
        for number, session in enumerate(placement.sessions)
        if session.takes_place
        and horizon.instant(session.start) > now
        and (until is None or horizon.instant(session.start) < until)
    ]
    if not rests:
        raise InputError(_("%(group)s has no session ahead that could rest.") % {"group": group})
    for number in rests:
        pins = with_pin(pins, ground.pin(group, number, None, PAUSE))
    decision = _decision(app, Action.PAUSE, group, by, before=horizon.instant(placement.sessions[rests[0]].start))
    resting = ground.with_pins(pins)
    resting.change(resting.plan, {group}, (decision,))
    return decision


def resume(app: App, group: str, by: str, *settled: Decision) -> Decision:
    """Take a group's sessions up again where their rule puts them, else elsewhere in their week. Owes the writing.

    `settled`: proposals that are answered by it. Raises InputError where it does not rest, ChangedElsewhere.
    """
    ground = standing_group(app, group)
    now = app.clock.now()
    rests = {pin.session for pin in ground.pins if pin.group == group and pin.command == PAUSE}
    if not rests:
        raise InputError(
            _("%(group)s does not rest.") % {"group": group},
            hint=_("One that was just deleted may be back in ten minutes."),
        )
    again = ground.with_pins([pin for pin in ground.pins if pin.group != group or pin.session not in rests])
    series, placement, horizon = again.series[group], again.plan.by_series()[group], again.problem.horizon
    usual = regular_starts(series, placement.first, placement.slots, horizon).tolist()
    ahead = [
        Disturbed(group=group, session=number, start=usual[number], causes=())
        for number in sorted(rests)
        if horizon.instant(usual[number]) > now
    ]
    plan = smallest_change(again.problem, again.plan, ahead, notes=again.posed.notes).plan
    decision = _decision(app, Action.RESUME, group, by)
    again.change(plan, {group}, (decision, *settled))
    return decision


def _decision(app: App, action: Action, group: str, by: str, before: datetime | None = None) -> Decision:
    now = app.clock.now()
    return Decision(
        id=decision_id(action, group, now),
        at=now,
        action=action,
        state=State.DONE,
        group=group,
        before=before,
        by=by,
    )
