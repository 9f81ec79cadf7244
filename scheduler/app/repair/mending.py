"""What no longer holds is brought back by the smallest change, or becomes a proposal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.app.repair.ground import Ground, decision_id
from scheduler.core.decision import Action, Decision, State
from scheduler.core.disturbed import Disturbed, disturbed
from scheduler.core.pins import Key
from scheduler.core.repairs import Mode, RepairRules
from scheduler.core.verdict import verdict
from scheduler.solve import Changed, smallest_change

OURS = (Action.MOVE, Action.SKIP, Action.SHIFT, Action.CLASH)


@dataclass(frozen=True, slots=True)
class Mended:
    """What was decided about the sessions that no longer hold."""

    done: tuple[Decision, ...] = ()
    proposed: tuple[Decision, ...] = ()


def mend(ground: Ground, mode: Mode | None = None) -> Mended:
    """Bring back what no longer holds. `mode` takes the place of every group's own.

    What may be done without asking is decided in one transaction; its writing is owed. Raises ChangedElsewhere.
    """
    problem, notes, now = ground.problem, ground.posed.notes, ground.app.clock.now()
    history = ground.app.store.decisions()
    found = disturbed(problem, ground.plan, notes, since=problem.horizon.minute(now))
    _let_lapse(ground, found, history, now)
    ours = [each for each in found if each.ours]
    changed = smallest_change(problem, ground.plan, found, notes=notes)
    wanted = _decisions(ground, found, changed, history, now)
    asks = {decision.id: _why(ground, each, decision, history, mode) for each, decision in wanted}
    free = [each for each, decision in wanted if not asks[decision.id] and each.ours]
    if len(free) < len(ours):  # what waits stays where it is, and the others keep clear of it
        changed = smallest_change(problem, ground.plan, free, notes=notes)
    made = _decisions(ground, free, changed, history, now)
    done = tuple(dict.fromkeys(decision for _, decision in made))
    waits = tuple(
        dict.fromkeys(
            replace(decision, state=State.PROPOSED, why=asks[decision.id])
            for _, decision in wanted
            if asks[decision.id]
        )
    )
    if done:
        ground.change(changed.plan, {decision.group for decision in done}, done)
    ground.note(waits)
    return Mended(done, tuple(each for each in waits if each.id not in {old.id for old in history}))


def _decisions(
    ground: Ground, found: Sequence[Disturbed], changed: Changed, history: Sequence[Decision], now: datetime
) -> list[tuple[Disturbed, Decision]]:
    """What would be done about each session; those of a series that is moved as a whole share one decision."""
    states = {old.id: old.state for old in history}
    return [(each, _decision(ground, each, found, changed, states, now)) for each in found]


def _decision(
    ground: Ground,
    each: Disturbed,
    found: Sequence[Disturbed],
    changed: Changed,
    states: Mapping[str, State],
    now: datetime,
) -> Decision:
    instant = ground.problem.horizon.instant
    if each.group in changed.shifted and each.ours:
        [first, *_] = [other for other in found if other.group == each.group and other.ours]
        moved = changed.plan.by_series()[each.group].sessions[first.session]
        action, session, before = Action.SHIFT, None, first.start
        after = instant(moved.start) if moved.takes_place else None
        causes = tuple(sorted({cause for other in found if other.group == each.group for cause in other.causes}))
    else:
        start = changed.moved.get(each.key)
        action = Action.CLASH if not each.ours else Action.SKIP if start is None else Action.MOVE
        session, before, causes = each.session, each.start, each.causes
        after = None if start is None else instant(start)
    options = () if session is None else tuple(instant(other) for other in changed.options.get(each.key, ()))
    return Decision(
        id=_new_id(states, action is Action.SHIFT, each.group, session, before, causes),
        at=now,
        action=action,
        state=State.DONE,
        group=each.group,
        session=session,
        before=instant(before),
        after=after,
        causes=causes,
        options=options,
    )


def _new_id(states: Mapping[str, State], *parts: object) -> str:
    """The same while the same is wrong; another once what it was about was settled, and came again."""
    again, name = 0, decision_id(*parts, 0)
    while states.get(name) in (State.LAPSED, State.DONE, State.UNDONE, State.ACCEPTED):
        again, name = again + 1, decision_id(*parts, again + 1)
    return name


def _why(ground: Ground, each: Disturbed, decision: Decision, history: Sequence[Decision], mode: Mode | None) -> str:
    """Why a decision waits for somebody's word; empty: it does not."""
    group = ground.groups[each.group]
    rules: RepairRules = replace(group.repair, mode=mode) if mode else group.repair
    return verdict(rules, decision, history, decision.at, frozen=each.frozen, pinned=each.pinned, movable=group.movable)


def _let_lapse(ground: Ground, found: Sequence[Disturbed], history: Sequence[Decision], now: datetime) -> None:
    """Proposals about what holds again, stands elsewhere, or is past, wait for nobody any more."""
    wrong: set[Key | str] = {each.key for each in found} | {each.group for each in found}
    for old in history:
        if old.waits and old.action in OURS:
            about: Key | str = old.group if old.session is None else (old.group, old.session)
            past = old.session is not None and old.before is not None and old.before <= now
            if past or about not in wrong or not _stands(ground, old):
                ground.app.store.settle(old.id, State.LAPSED)


def _stands(ground: Ground, decision: Decision) -> bool:
    """Whether the session of a decision is where it was then."""
    placement = ground.plan.by_series().get(decision.group)
    if placement is None or decision.session is None:
        return placement is not None
    session = placement.sessions[decision.session]
    return session.takes_place and ground.problem.horizon.instant(session.start) == decision.before
