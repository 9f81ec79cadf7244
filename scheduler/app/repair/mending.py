"""What no longer holds is brought back by the smallest change, or becomes a proposal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.app.repair.ground import Ground, new_id, other_times
from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.disturbed import Disturbed
from scheduler.core.pins import Key
from scheduler.core.repairs import Mode
from scheduler.core.verdict import verdict
from scheduler.solve import Changed, smallest_change

NO_ROOM = "nothing else in its week is free beside what waits"
STAYS = "somebody wanted it to stay"
SETTLED = (State.LAPSED, State.DONE, State.ACCEPTED)
"""After these the same may come again; what was refused or taken back goes on to be as somebody wanted it."""
OURS = (Action.MOVE, Action.SKIP, Action.SHIFT, Action.CLASH)


@dataclass(frozen=True, slots=True)
class Mended:
    """What was decided about the sessions that no longer hold."""

    done: tuple[Decision, ...] = ()
    proposed: tuple[Decision, ...] = ()


def mend(ground: Ground, mode: Mode | None = None, *, but: Collection[str] = ()) -> Mended:
    """Bring back what no longer holds, but in some groups. `mode` takes the place of every group's own.

    What may be done without asking is decided in one transaction; its writing is owed. Raises ChangedElsewhere.
    """
    now, history = ground.app.clock.now(), ground.trail
    _let_lapse(ground, ground.disturbed, history, now)
    found = tuple(each for each in ground.disturbed if each.group not in but)
    changed = _changed(ground, found)
    wanted = _decisions(ground, found, changed, history, now)
    asks = _whys(ground, wanted, history, mode)
    free = [each for each, decision in wanted if not asks[decision.id]]
    made = _made(ground, free, history, now) if len(free) < len(wanted) else (changed, wanted)
    done = tuple(dict.fromkeys(decision for _, decision in made[1]))
    waits = tuple(_waiting(decision, asks) for _, decision in wanted if decision.id not in {each.id for each in done})
    known = {old.id for old in history}
    new = tuple(each for each in dict.fromkeys(waits) if each.id not in known)
    if done:
        ground.change(made[0].plan, {decision.group for decision in done}, (*done, *new))
    elif new:
        ground.note(new)
    return Mended(done, new)


def _made(
    ground: Ground, free: Sequence[Disturbed], history: Sequence[Decision], now: datetime
) -> tuple[Changed, list[tuple[Disturbed, Decision]]]:
    """What is changed while the rest waits where it is: the others keep clear of it, and none is skipped for it."""
    while True:
        changed = _changed(ground, free)
        made = _decisions(ground, free, changed, history, now)
        moved = [each for each, decision in made if decision.after is not None]
        if len(moved) == len(free):
            return changed, made
        free = moved


def _changed(ground: Ground, found: Sequence[Disturbed]) -> Changed:
    return smallest_change(ground.problem, ground.plan, found, notes=ground.posed.notes)


def _waiting(decision: Decision, asks: Mapping[str, str]) -> Decision:
    return replace(decision, state=State.PROPOSED, why=asks[decision.id] or NO_ROOM)


def _decisions(
    ground: Ground, found: Sequence[Disturbed], changed: Changed, history: Sequence[Decision], now: datetime
) -> list[tuple[Disturbed, Decision]]:
    """What would be done about each session; those of a series that is moved as a whole share one decision.

    Of two that are in each other's way only one is changed: about the other there is nothing to decide.
    """
    states = {old.id: old.state for old in history}
    concerned = [each for each in found if not each.ours or each.key in changed.moved or each.group in changed.shifted]
    return [(each, _decision(ground, each, found, changed, states, now)) for each in concerned]


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
    name = new_id(states, action is Action.SHIFT, each.group, session, before, causes, settled=SETTLED)
    options = () if session is None else tuple(instant(other) for other in changed.options.get(each.key, ()))
    if session is not None and after is None and name not in states:
        options = other_times(ground, each.group, session)
    return Decision(
        id=name,
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


def _whys(
    ground: Ground, wanted: Sequence[tuple[Disturbed, Decision]], history: Sequence[Decision], mode: Mode | None
) -> dict[str, str]:
    """By the id of each decision, why it waits for somebody's word; empty: it does not."""
    stay = {old.id for old in history if old.state in (State.REFUSED, State.UNDONE)}
    whys, made = dict[str, str](), list(history)
    for each, decision in wanted:
        if decision.id not in whys:
            group = ground.groups[each.group]
            rules = replace(group.repair, mode=mode) if mode else group.repair
            kinds = {"frozen": each.frozen, "pinned": each.pinned, "movable": group.movable}
            whys[decision.id] = (STAYS if decision.id in stay else "") or verdict(
                rules, decision, made, decision.at, **kinds
            )
            made += [] if whys[decision.id] else [decision]
    return whys


def _let_lapse(ground: Ground, found: Sequence[Disturbed], history: Sequence[Decision], now: datetime) -> None:
    """Proposals about what holds again, stands elsewhere, or is past, wait for nobody any more."""
    wrong: set[Key | str] = {each.key for each in found} | {each.group for each in found}
    for old in history:
        if old.waits and old.action in OURS and old.by == RONDO:
            about: Key | str = old.group if old.session is None else (old.group, old.session)
            if old.is_past(now) or about not in wrong or not _stands(ground, old):
                ground.app.store.settle(old.id, State.LAPSED)


def _stands(ground: Ground, decision: Decision) -> bool:
    """Whether the session of a decision is where it was then."""
    placement = ground.plan.by_series().get(decision.group)
    if placement is None or decision.session is None:
        return placement is not None
    session = placement.sessions[decision.session]
    return session.takes_place and ground.problem.horizon.instant(session.start) == decision.before
