"""What a coordinator does to one session of a group that stands: put it elsewhere, or skip it. Both can be undone."""

from dataclasses import dataclass
from datetime import datetime

from scheduler.app.repair.ground import Ground, decision_id, other_times, standing_group
from scheduler.app.wiring.programme import App
from scheduler.core.decision import Action, Decision, State
from scheduler.core.pins import with_pin
from scheduler.core.tongue import gettext as _
from scheduler.errors import ChangedElsewhere, InputError

COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One session that is ahead: where it stands (None: it is skipped), and other times that suit everybody needed."""

    group: str
    session: int
    start: datetime | None
    zone: str
    options: tuple[datetime, ...]


def look(app: App, group: str, session: int, *, options: bool = True) -> Standing:
    """A session as it stands. Raises InputError where there is none, or it has begun."""
    return _look(standing_group(app, group), group, session, options=options)


def put(app: App, seen: Standing, start: datetime | None) -> Decision:
    """Put a session at one of its other times, or (None) skip it. Owes the writing.

    Raises ChangedElsewhere where it stands elsewhere by now, InputError where the time does no longer suit.
    """
    ground = standing_group(app, seen.group)
    now = _look(ground, seen.group, seen.session, options=start is not None)
    if now.start != seen.start:
        raise ChangedElsewhere(_("this session was changed meanwhile: look at it again."))
    if start is not None and start not in now.options:
        raise InputError(_("that time does no longer suit everybody."), hint=_("Choose another one."))
    if start == now.start:
        raise InputError(_("nothing would change."))
    action = Action.MOVE if start else Action.SKIP
    pinned = ground.with_pins(with_pin(ground.pins, ground.pin(seen.group, seen.session, start, str(action))))
    decision = Decision(
        id=decision_id(action, seen.group, seen.session, app.clock.now(), start),
        at=app.clock.now(),
        action=action,
        state=State.DONE,
        group=seen.group,
        session=seen.session,
        before=seen.start,
        after=start,
        by=COORDINATOR,
    )
    pinned.change(pinned.plan, {seen.group}, (decision,))
    return decision


def _look(ground: Ground, group: str, session: int, *, options: bool) -> Standing:
    sessions = ground.plan.by_series()[group].sessions
    if not 0 <= session < len(sessions):
        raise InputError(_("%(group)s has no session %(session)s.") % {"group": group, "session": session + 1})
    stands = sessions[session]
    at = ground.problem.horizon.instant(stands.start)
    if at <= ground.app.clock.now():
        raise InputError(_("this session has begun."), hint=_("Only sessions that are ahead can be changed."))
    return Standing(
        group=group,
        session=session,
        start=at if stands.takes_place else None,
        zone=ground.series[group].anchor_zone,
        options=other_times(ground, group, session) if options else (),
    )
