"""People's own edits win: what they changed in a calendar is taken over, and what they deleted does not come back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.app.meetings.answers import answers_of
from scheduler.app.repair.ground import Ground, decision_id, new_id, other_times
from scheduler.app.repair.looking import Looked
from scheduler.app.repair.pausing import PAUSE
from scheduler.core.answer import Said
from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.edits import Edit, EditKind, Put, edits
from scheduler.core.event import Event
from scheduler.core.pins import Pin, with_pin

SURE = timedelta(minutes=10)
"""So long a whole series has to be gone: a calendar that answers "not found" may be back in a moment."""
FIFTH = 5
FEWEST = 3
MOST_ALONE = 3
"""Who declines more sessions of a series than this declines the series."""
ACTIONS = {
    EditKind.MOVED: (Action.ADOPT, State.DONE, ""),
    EditKind.DELETED: (Action.ADOPT, State.DONE, ""),
    EditKind.SHIFTED: (Action.ADOPT, State.DONE, ""),
    EditKind.RESIZED: (Action.CLASH, State.PROPOSED, "somebody gave it another length, which is left as it is"),
    EditKind.GONE: (Action.PAUSE, State.PROPOSED, "it was deleted in its organiser's calendar"),
    EditKind.DECLINED: (Action.DECLINE, State.PROPOSED, "without them it can't take place"),
}
"""What each edit is in the audit trail, and why it waits for somebody's word, where it does."""
TAKEN_OVER = (EditKind.MOVED, EditKind.DELETED, EditKind.SHIFTED)
SETTLED = (State.LAPSED, State.DONE, State.UNDONE)
"""After these the same may be done again; who was asked, and said something, is not asked again."""
BY_HAND = "calendar"
"""The command of pins that come from somebody's calendar."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of looking: `ground` with the pins of what was taken over, and the decisions to be kept with them."""

    ground: Ground
    touched: frozenset[str]
    decisions: tuple[Decision, ...]

    def keep(self) -> None:
        """Let it stand. Raises ChangedElsewhere where somebody decided meanwhile."""
        if self.touched:
            self.ground.change(self.ground.plan, self.touched, self.decisions)
        elif self.decisions:
            self.ground.note(self.decisions)


def vanished(ground: Ground, looked: Sequence[Looked]) -> Decision | None:
    """Why all writing has to stop: more than a fifth of a programme's events are gone at once. That may be a fault of
    a server's, or of ours; what is deleted one by one is deleted by people. What somebody was asked about already, or
    said that it is so, counts no more.
    """
    states = {each.id: each.state for each in ground.trail}
    gone = sorted(
        each.event.uid
        for each in looked
        if each.found and each.found.gone and not each.place.copy and _gone_id(states, each.event) not in states
    )
    stop = decision_id(Action.STOP, *gone)
    if len(gone) < FEWEST or len(gone) * FIFTH <= len(ground.events) or states.get(stop) is State.ACCEPTED:
        return None
    return Decision(
        id=stop,
        at=ground.app.clock.now(),
        action=Action.STOP,
        state=State.PROPOSED,
        why=f"{len(gone)} of {len(ground.events)} meetings are gone from their organisers' calendars at once",
    )


def adopt(ground: Ground, looked: Sequence[Looked]) -> Adopted:
    """Take over what people changed: moved and deleted sessions are pinned, whole series rest, declines are told."""
    now, history = ground.app.clock.now(), {each.id: each for each in ground.trail}
    states = {each.id: each.state for each in history.values()}
    pins, touched, decisions = ground.pins, set[str](), list[Decision]()
    for each in looked:
        for edit in _edits(ground, each, now):
            made = _decisions(ground, each, edit, states, now)
            decisions += made
            if edit.kind in TAKEN_OVER or (edit.kind is EditKind.GONE and _is_sure(history.get(made[0].id), now)):
                for pin in _pins(ground, each.event, edit):
                    pins = with_pin(pins, pin)
                touched.add(each.event.group)
    _let_lapse(ground, looked, {each.id for each in decisions}, now)
    new = tuple(each for each in decisions if each.id not in history)
    return Adopted(ground.with_pins(pins) if touched else ground, frozenset(touched), new)


def _edits(ground: Ground, looked: Looked, now: datetime) -> Iterator[Edit]:
    """What people changed. What somebody does with their own copy is theirs; only that they decline concerns others,
    and of these not who need not come."""
    if looked.found is None or looked.event.group not in ground.groups:
        return
    required = ground.groups[looked.event.group].always_there
    for edit in edits(looked.event, looked.standing, looked.found, now=now):
        declined = edit.kind is EditKind.DECLINED
        if (declined and edit.person in required) or not (declined or looked.place.copy):
            yield edit


def _is_sure(asked: Decision | None, now: datetime) -> bool:
    """Whether it can be believed that a whole series is deleted: it is gone for a while."""
    return asked is not None and (asked.state is State.ACCEPTED or now - asked.at >= SURE)


def _let_lapse(ground: Ground, looked: Sequence[Looked], found: Collection[str], now: datetime) -> None:
    """What people were asked about who changed something waits no more, once that is as it was, or past.

    A series that rests since it was gone is looked at no more, and waits; so does what somebody said on their page.
    """
    store, seen = ground.app.store, {(each.event.group, each.place.person) for each in looked if each.found}
    away = {(each.group, each.session, each.person) for each in answers_of(ground.app).all() if each.said is Said.AWAY}
    copies = {(each.event.group, place.person) for place, each in store.standing_deliveries() if place.copy}
    for old in ground.trail:
        if old.waits and old.by != RONDO and old.id not in found and old.group in ground.groups:
            by, organizer = (old.group, old.by), (old.group, ground.groups[old.group].organizer)
            seems_over = organizer in seen and (by in seen or by not in copies)
            if old.is_past(now) or (seems_over and (old.group, old.session, old.by) not in away):
                store.settle(old.id, State.LAPSED)


def _gone_id(states: Mapping[str, State], event: Event) -> str:
    return new_id(states, EditKind.GONE, event.uid, "", settled=SETTLED)


def _decisions(
    ground: Ground, looked: Looked, edit: Edit, states: Mapping[str, State], now: datetime
) -> list[Decision]:
    """One for each session, or for a series one in all, which is the same while time goes by."""
    event, kind = looked.event, edit.kind
    if kind in (EditKind.GONE, EditKind.SHIFTED) or len(edit.puts) > MOST_ALONE:
        name = new_id(states, kind, event.uid, edit.person, settled=SETTLED)
        return [_decision(ground, looked, edit, edit.puts[0], name, now, whole=True)]
    names = [new_id(states, kind, event.uid, *_parts(edit, put), settled=SETTLED) for put in edit.puts]
    return [_decision(ground, looked, edit, *each, now) for each in zip(edit.puts, names, strict=True)]


def _parts(edit: Edit, put: Put) -> tuple[object, ...]:
    after = None if edit.kind is EditKind.DECLINED else put.after
    return put.session, put.before, after, edit.person


def _decision(
    ground: Ground, looked: Looked, edit: Edit, put: Put, name: str, now: datetime, *, whole: bool = False
) -> Decision:
    action, state, why = ACTIONS[edit.kind]
    declined = edit.kind is EditKind.DECLINED
    session, before = None if whole else put.session, put.before and put.before[0]
    after = None if declined else put.after and put.after[0]
    return Decision(
        id=name,
        at=now,
        action=action,
        state=state,
        group=looked.event.group,
        session=session,
        before=before,
        after=after,
        by=edit.person or looked.place.person,
        why=why,
        options=other_times(ground, looked.event.group, session) if declined and session is not None else (),
    )


def _pins(ground: Ground, event: Event, edit: Edit) -> Iterator[Pin]:
    """What an edit pins. Of a series that is gone its past sessions too: else its event would be made anew for them."""
    if edit.kind is EditKind.GONE:
        for each in event.occurrences:
            yield ground.pin(event.group, each.session, None, PAUSE)
    else:
        for put in edit.puts:
            yield ground.pin(event.group, put.session, put.after and put.after[0], BY_HAND)
