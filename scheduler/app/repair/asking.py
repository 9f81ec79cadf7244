"""What participants ask for: another time for one session, to skip it, or that a way is found since they can't come.

It goes the way of a repair: what its group allows to be done unasked is done, and can be taken back; all else becomes
a proposal, which a coordinator answers or, where two people are by themselves, the other one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.app.meetings.answers import answers_of
from scheduler.app.repair.ground import Ground, new_id, other_times, standing_group
from scheduler.app.repair.proposals import accept, check_stands, leaves_its_week, refuse, take_back
from scheduler.app.wiring.programme import App
from scheduler.core.answer import Answer, Said
from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.disturbed import is_pinned
from scheduler.core.pins import without_pin
from scheduler.core.rearrange import replaced
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.core.verdict import verdict
from scheduler.errors import InputError, StalePlan

SETTLED = tuple(state for state in State if state is not State.PROPOSED)
LEFT_OUT = noted("to leave one out, others have to agree")
OTHER_WEEK = noted("it would be in another week")
TAKEN = noted("That time is no longer free for everybody.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What `person` asks about a session that stands at `start`: MOVE to `to`, SKIP, or DECLINE (whatever does)."""

    person: str
    group: str
    session: int
    start: datetime
    action: Action
    to: datetime | None = None


def offered(app: App, group: str, session: int) -> tuple[datetime, ...]:
    """Up to three other times at which everybody who has to can come, best first.

    Of its week or, where that has none, one of another. Raises InputError where the group does not stand.
    """
    return _others(standing_group(app, group), group, session)


def ask(app: App, wish: Wish) -> Decision:
    """Do it, or propose it; what an earlier wish of theirs for this session proposed waits no more. Owes the writing.

    Raises InputError where it is not theirs to ask, StalePlan where the time is not free any more, ChangedElsewhere
    where the session no longer stands as they saw it.
    """
    ground = standing_group(app, wish.group)
    if wish.person not in ground.groups[wish.group].always_there:
        raise InputError(_("This meeting takes place without you, too."), hint=_("You can just stay away."))
    decision = _decision(ground, wish)
    check_stands(ground, decision, wish.start)
    if wish.start <= app.clock.now():
        raise StalePlan(_("This meeting has begun."))
    why = _why(ground, decision)
    for old in ground.trail:
        if old.waits and (old.group, old.session, old.by) == (wish.group, wish.session, wish.person):
            app.store.settle(old.id, State.LAPSED)
    if why:
        decision = replace(decision, action=wish.action, state=State.PROPOSED, after=wish.to, why=why)
        ground.note((decision,))
    else:
        _done(ground, decision)
    _say_away(app, wish)
    return decision


def withdraw(app: App, person: str, id_: str) -> Decision:
    """Take back what somebody asked for and nobody answered. Raises InputError where there is none."""
    decision = _one(app, id_)
    if decision.by != person or not decision.waits or decision.session is None:
        raise InputError(_("There is nothing of yours that waits."), hint=_("Somebody may have answered meanwhile."))
    app.store.settle(decision.id, State.LAPSED)
    answers_of(app).forget(decision.group, decision.session, person)
    return decision


def undo(app: App, person: str, id_: str) -> Decision:
    """Put a session back that somebody moved themself. Raises InputError, ChangedElsewhere, StalePlan."""
    decision = _one(app, id_)
    if decision.by != person or decision.session is None:
        raise InputError(_("This was not yours to take back."))
    undone = take_back(app, decision.id, person)
    answers_of(app).forget(decision.group, decision.session, person)
    return undone


def answer(app: App, person: str, id_: str, *, agreed: bool) -> Decision:
    """What the other one of two says to what was asked for. Raises as `proposals.accept`."""
    decision = _one(app, id_)
    members: Mapping[str, Sequence[str]] = {group.id: group.members for group in app.programme.groups}
    if not app.home.private or decision.by == person or person not in members.get(decision.group, ()):
        raise InputError(_("This is not yours to answer."), hint=_("Your coordinator does."))
    return accept(app, decision.id, None, person) if agreed else refuse(app, decision.id, person)


def _decision(ground: Ground, wish: Wish) -> Decision:
    """What would be done, if it may be."""
    options = () if wish.action is Action.SKIP else _others(ground, wish.group, wish.session)
    if wish.action is Action.MOVE and wish.to not in options:
        raise StalePlan(_(TAKEN))
    after = wish.to if wish.action is Action.MOVE else next(iter(options), None)
    states = {old.id: old.state for old in ground.trail}
    parts = (wish.action, wish.group, wish.session, wish.start, wish.person, wish.to)
    return Decision(
        id=new_id(states, "asked", *parts, settled=SETTLED),
        at=ground.app.clock.now(),
        action=Action.MOVE if after else wish.action,
        state=State.DONE,
        group=wish.group,
        session=wish.session,
        before=wish.start,
        after=after,
        by=wish.person,
        options=options,
    )


def _others(ground: Ground, group: str, session: int) -> tuple[datetime, ...]:
    """Without the one at which it stands, which is free as well as long as somebody only asks."""
    stands = ground.problem.horizon.instant(ground.plan.by_series()[group].sessions[session].start)
    return tuple(each for each in other_times(ground, group, session) if each != stands)


def _why(ground: Ground, decision: Decision) -> str:
    """Why it waits for somebody's word; empty: it is done. What people moved themselves counts as what we did."""
    assert decision.session is not None
    if decision.action is Action.SKIP:
        return LEFT_OUT
    group, now = ground.groups[decision.group], decision.at
    session = ground.plan.by_series()[decision.group].sessions[decision.session]
    near = [each for each in (decision.before, decision.after) if each and each - now < ground.app.rules.freeze_for]
    history = [replace(old, by=RONDO) if old.by in group.members else old for old in ground.trail]
    pinned = is_pinned(ground.series[decision.group], decision.session, session)
    why = verdict(group.repair, decision, history, now, frozen=bool(near), pinned=pinned, movable=group.movable)
    if not why and decision.after and leaves_its_week(ground, decision, ground.problem.horizon.minute(decision.after)):
        return OTHER_WEEK
    return why


def _done(ground: Ground, decision: Decision) -> None:
    key, start = (decision.group, decision.session or 0), decision.after or decision.at
    freed = ground.with_pins(without_pin(ground.pins, key))
    plan = replaced(freed.problem, freed.plan, {key: freed.problem.horizon.minute(start)})
    freed.change(plan, {decision.group}, (decision,))


def _say_away(app: App, wish: Wish) -> None:
    said = Answer(
        group=wish.group,
        session=wish.session,
        person=wish.person,
        start=wish.start,
        said=Said.AWAY,
        at=app.clock.now(),
    )
    answers_of(app).keep(said)


def _one(app: App, id_: str) -> Decision:
    found = next((each for each in app.store.decisions() if each.id == id_), None)
    if found is None:
        raise InputError(_("This is not there any more."))
    return found
