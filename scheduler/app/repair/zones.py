"""A new law on clocks: times on the wall stay, so that instants change; everybody concerned is told which."""

from dataclasses import replace

from scheduler.app.repair.ground import Ground, decision_id
from scheduler.core.decision import Action, Decision, State
from scheduler.core.zone_change import ZoneChange, pins_by_new_zones, plan_by_new_zones, zone_changes


def keep_wall_times(ground: Ground) -> tuple[Decision, ...]:
    """Let everything stand where today's zone data put it, and list each session that has another instant for it."""
    now = ground.app.clock.now()
    changes = zone_changes(ground.events, now)
    asked = [change for change in changes if change.group in ground.groups]
    if not asked:
        return ()
    horizon = ground.saved.problem.horizon
    saved = replace(ground.saved, plan=plan_by_new_zones(ground.saved.plan, horizon, asked))
    moved = ground.again(pins=pins_by_new_zones(ground.pins, asked), saved=saved)
    decisions = tuple(_listed(change, ground) for change in asked if change.takes_place)
    moved.change(moved.plan, {change.group for change in asked}, decisions)
    return decisions


def _listed(change: ZoneChange, ground: Ground) -> Decision:
    return Decision(
        id=decision_id(Action.CLOCKS, change.group, change.session, change.before, change.after),
        at=ground.app.clock.now(),
        action=Action.CLOCKS,
        state=State.DONE,
        group=change.group,
        session=change.session,
        before=change.before,
        after=change.after,
    )
