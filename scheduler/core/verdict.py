"""Whether a repair is made at once, or waits for somebody's word: so that nobody is moved about by a machine.

Two bots that fight end here as well: of one session so many changes are made unasked and no more, and one a day.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.repairs import Mode, RepairRules
from scheduler.core.tongue import noted
from scheduler.core.words import dates_in_words

MONTH = timedelta(days=30)
DAY = timedelta(days=1)
CHANGES = (Action.MOVE, Action.SKIP, Action.SHIFT)
MADE = (State.DONE, State.ACCEPTED)
TIMES = {1: "once", 2: "twice"}
ASK = noted("its group wants to be asked")


def verdict(
    rules: RepairRules,
    decision: Decision,
    history: Sequence[Decision],
    now: datetime,
    *,
    frozen: bool,
    pinned: bool,
    movable: bool,
) -> str:
    """Why a decision waits for somebody's word, as a clause; empty: it may be made at once.

    `frozen`: its session begins too soon; `pinned`: a person put it there; `movable`: whether its series may move
    within its weeks. `history`: the audit trail, with what was decided a moment ago in the same round.
    """
    objections = {
        noted("somebody put it there by hand"): pinned,
        noted("it begins too soon to be changed unasked"): frozen,
        noted("its series keeps to its regular time"): not movable,
        noted("nothing else in its week is free"): decision.after is None,
        ASK: rules.mode is Mode.SUGGEST,
    }
    found = (why for why, holds in objections.items() if holds)
    return next(chain(found, _limits(rules, decision, history, now)), "")


def _limits(rules: RepairRules, decision: Decision, history: Sequence[Decision], now: datetime) -> Iterator[str]:
    """What the changes that were made already leave no room for."""
    ours = [
        each
        for each in history
        if each.group == decision.group and each.by == RONDO and each.action in CHANGES and each.state in MADE
    ]
    same = [each for each in ours if each.session in (decision.session, None)]
    if any(now - each.at < DAY for each in same):
        yield noted("it was changed less than a day ago already")
    if decision.session is not None and len(same) >= rules.most_of_one:
        yield f"it was changed {_times(len(same))} already" if same else ASK
    recent = [each for each in ours if now - each.at < MONTH]
    if len(recent) >= rules.most_a_month:
        yield f"its series was changed {_since(recent)} already" if recent else ASK


def _since(recent: Sequence[Decision]) -> str:
    first = dates_in_words([min(each.at for each in recent).date()])
    return f"on {first}" if len(recent) == 1 else f"{_times(len(recent))} since {first}"


def _times(count: int) -> str:
    return TIMES.get(count, f"{count} times")
