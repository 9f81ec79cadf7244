"""What people say to proposals, and how one of our decisions is taken back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from scheduler.app.repair.ground import Ground, decision_id, other_times, standing_group
from scheduler.app.repair.pausing import resume
from scheduler.app.wiring.programme import App
from scheduler.core.alternatives import week_of
from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.explain import explain_starts
from scheduler.core.pins import with_pin, without_pin
from scheduler.core.rearrange import replaced, usual_minute
from scheduler.core.reasons import reasons
from scheduler.core.tongue import gettext as _
from scheduler.core.words import when
from scheduler.errors import ChangedElsewhere, InputError, StalePlan
from scheduler.solve import smallest_change

OF_SESSIONS = (Action.MOVE, Action.SKIP)
MADE = (State.DONE, State.ACCEPTED)


def waiting(app: App) -> tuple[Decision, ...]:
    """The proposals that wait for somebody's word, oldest first."""
    return tuple(decision for decision in app.store.decisions() if decision.waits)


def accept(app: App, name: str, start: datetime | None, by: str) -> Decision:
    """Do what a proposal says, or put its session at another `start`. Owes the writing.

    Of some things only note is taken: that somebody declines a whole series (what becomes of it is decided by pausing
    or planning), and that a session has another length.
    Raises InputError for a name that no waiting proposal has, StalePlan where it can't be done any more.
    """
    decision = _named(app, name)
    accepted = replace(decision, state=State.ACCEPTED, by=by)
    if start and decision.session is None:
        raise InputError(_("only a single session can be put at another time."), where="--to")
    if decision.action is Action.STOP:
        app.store.stop("")
        app.store.settle(decision.id, State.ACCEPTED)
    elif decision.action is Action.SHIFT:
        _shift(app, accepted)
    elif decision.session is None or decision.before == decision.after:
        app.store.settle(decision.id, State.ACCEPTED)
    else:
        left_out = decision.action is Action.SKIP and decision.by != RONDO  # that is what somebody asked for
        return _place(app, accepted, start, left_out=left_out)
    return accepted


def refuse(app: App, name: str, by: str) -> Decision:
    """Leave everything as it is; a series that rests since it was deleted is taken up again. Raises as `accept`."""
    decision = _named(app, name)
    refused = replace(decision, state=State.REFUSED, by=by)
    if decision.action is Action.STOP:
        raise InputError(
            _("nothing is written until this is accepted."), hint=_("Accept it once the calendars are right.")
        )
    if decision.action is Action.PAUSE:
        resume(app, decision.group, by, refused)
    else:
        app.store.settle(decision.id, State.REFUSED)
    return refused


def take_back(app: App, name: str, by: str) -> Decision:
    """Put a session that we moved back where it stood, whatever is there now: it is a person's word. Owes the writing.

    Raises InputError where there is no such move, ChangedElsewhere where its session stands elsewhere by now, StalePlan
    where it has begun.
    """
    moves = [each for each in app.store.decisions() if each.state in MADE and each.action in OF_SESSIONS]
    decision = _one(moves, name, "move or skip", "`rondo log DIR` lists them.")
    assert decision.session is not None
    ground = standing_group(app, decision.group)
    check_stands(ground, decision, decision.after)
    if decision.before is None or decision.before <= app.clock.now():
        raise StalePlan(_("where it stood is past: it can't be taken back."))
    pin = ground.pin(decision.group, decision.session, decision.before, "undo")
    back = ground.with_pins(with_pin(ground.pins, pin))
    undone = replace(
        decision,
        id=decision_id(Action.UNDO, decision.id),
        at=app.clock.now(),
        action=Action.UNDO,
        state=State.DONE,
        before=decision.after,
        after=decision.before,
        by=by,
        causes=(),
        options=(),
    )
    back.change(back.plan, {decision.group}, (undone,))
    app.store.settle(decision.id, State.UNDONE)
    return undone


def _named(app: App, name: str) -> Decision:
    return _one(waiting(app), name, "proposal that waits", "`rondo proposals DIR` lists them.")


def _one(decisions: Sequence[Decision], name: str, what: str, hint: str) -> Decision:
    """The one whose id begins like this. Raises InputError for none, and for several."""
    found = [each for each in decisions if each.id.startswith(name)] if name else []
    if len(found) != 1:
        raise InputError(f"{'more than one' if found else 'no'} {what} begins with {name[:40]!r}.", hint=hint)
    return found[0]


def _place(app: App, accepted: Decision, start: datetime | None, *, left_out: bool) -> Decision:
    """Put the session of a proposal at an instant; None: where it was proposed, else at another time that does.

    Where none does by now, or where it is to be `left_out`, it is skipped. Answers what was done.
    """
    assert accepted.session is not None
    ground = standing_group(app, accepted.group)
    check_stands(ground, accepted, accepted.before)
    if start is None and not left_out:
        proposed = (accepted.after, *accepted.options, *other_times(ground, accepted.group, accepted.session))
        start = next((each for each in proposed if each and not _against(ground, accepted, each)), None)
    elif start is not None:
        against = _against(ground, accepted, start)
        if against:
            shown = when(start, ground.series[accepted.group].anchor_zone, dated=True)
            raise StalePlan(_("%(shown)s is not free: %(against)s") % {"shown": shown, "against": "; ".join(against)})
    key, minute = (accepted.group, accepted.session), None if start is None else ground.problem.horizon.minute(start)
    pins = without_pin(ground.pins, key)  # who put it there by hand gives way to a newer word
    if start and minute is not None and leaves_its_week(ground, accepted, minute):
        pins = with_pin(pins, ground.pin(*key, start, "proposals"))  # which nobody but a person may do
    ground = ground.with_pins(pins)
    plan = replaced(ground.problem, ground.plan, {key: minute})
    done = replace(accepted, action=Action.MOVE if start else Action.SKIP, after=start)
    ground.change(plan, {accepted.group}, (done,))
    return done


def _shift(app: App, accepted: Decision) -> None:
    """Move the rest of a series as it would be moved now. Raises StalePlan where that is not called for any more."""
    ground = standing_group(app, accepted.group)
    found = [each for each in ground.disturbed if each.ours and each.group == accepted.group]
    changed = smallest_change(ground.problem, ground.plan, found, notes=ground.posed.notes)
    if accepted.group not in changed.shifted:
        raise StalePlan(
            _("%(group)s need not be moved as a whole any more. Look again: rondo proposals DIR")
            % {"group": accepted.group}
        )
    ground.change(changed.plan, {accepted.group}, (accepted,))


def check_stands(ground: Ground, decision: Decision, at: datetime | None) -> None:
    """Raise ChangedElsewhere unless the session of a decision is where it was."""
    assert decision.session is not None
    session = ground.plan.by_series()[decision.group].sessions[decision.session]
    stands = ground.problem.horizon.instant(session.start) if session.takes_place else None
    if stands != at:
        raise ChangedElsewhere(
            _("%(group)s #%(session)s was changed since. Look again: rondo log DIR")
            % {"group": decision.group, "session": decision.session + 1}
        )


def leaves_its_week(ground: Ground, decision: Decision, minute: int) -> bool:
    """Whether a session would be in another week than the one in which its rule has it."""
    series, problem = ground.series[decision.group], ground.problem
    usual = usual_minute(problem, series, ground.plan.by_series()[decision.group], decision.session or 0)
    return week_of(problem, series, usual) != week_of(problem, series, minute)


def _against(ground: Ground, decision: Decision, start: datetime) -> list[str]:
    """Who can't come to a session at an instant, and why, in sentences; empty: it does."""
    series, problem, notes = ground.series[decision.group], ground.problem, ground.posed.notes
    minute = problem.horizon.minute(start)
    without = replaced(problem, ground.plan, {(decision.group, decision.session or 0): None})
    told = explain_starts(problem, series, np.array([minute]), plan=without, notes=notes)
    names = ground.app.names
    return [] if told.holds else reasons(told, problem, names)
