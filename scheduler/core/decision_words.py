"""A decision in a sentence, for whoever reads it.

A coordinator is told who can't come and by which kind of limit; a participant what of their own is in the way, and of
others only that not everybody is free. Nobody is told what is in a calendar.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from scheduler.core.decision import RONDO, Action, Cause, Decision, State
from scheduler.core.explain import Limit
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.core.words import day_off, listed, more_of, one_line, when

COORDINATOR = ""
"""The reader who is told everything."""
MOST_CAUSES = 3
NOT_MADE = (State.PROPOSED, State.REFUSED, State.LAPSED)
NOT_FREE = noted("not everybody is free")

THEIRS: Mapping[Limit, str] = {
    Limit.UNKNOWN: noted("%(name)s's calendar can't be read"),
    Limit.NOTICE: noted("%(name)s needs more notice"),
    Limit.DAY_OFF: noted("%(name)s has a day off%(detail)s"),
    Limit.HOURS: noted("it is outside %(name)s's hours"),
    Limit.CALENDAR: noted("%(name)s's calendar is taken"),
    Limit.BUFFER: noted("%(name)s needs a gap"),
    Limit.SERIES: noted("%(name)s meets another group%(detail)s"),
    Limit.DAY_CAP: noted("%(name)s has enough sessions that day"),
    Limit.WEEK_CAP: noted("%(name)s has enough sessions that week"),
}
YOURS: Mapping[Limit, str] = {
    Limit.UNKNOWN: noted("your calendar can't be read"),
    Limit.NOTICE: noted("you need more notice"),
    Limit.DAY_OFF: noted("you have a day off%(detail)s"),
    Limit.HOURS: noted("it is outside your hours"),
    Limit.CALENDAR: noted("your calendar is taken"),
    Limit.BUFFER: noted("you need a gap"),
    Limit.SERIES: noted("you meet another group"),
    Limit.DAY_CAP: noted("you have enough sessions that day"),
    Limit.WEEK_CAP: noted("you have enough sessions that week"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a sentence is made of: times on the reader's clock, who did it, and whether it was only proposed."""

    before: str
    after: str
    who: str
    mine: bool
    proposed: bool
    whole: bool


def sentence(decision: Decision, names: Mapping[str, str], *, zone: str, reader: str = COORDINATOR) -> str:
    """What is decided or proposed, and why: `Thu 5 Mar 10:00 London moves to Fri 6 Mar 14:00 London: Ana's calendar is
    taken.` Times are on the clock of `zone`; `names` by a person's id; `reader`: the id of a participant who reads it.
    """
    before, after = (at and when(at, zone, dated=True) for at in (decision.before, decision.after))
    told = _Told(
        before=before or "",
        after=after or "",
        who=_who(decision.by, names, reader),
        mine=decision.by == reader != COORDINATOR,
        proposed=decision.state in NOT_MADE,
        whole=decision.session is None,
    )
    causes = list(dict.fromkeys(_causes(decision, names, reader)))
    more = len(causes) - MOST_CAUSES
    reasons = listed([*causes[:MOST_CAUSES], *([more_of(more)] if more > 0 else [])]) if causes else ""
    return f"{_said(decision.action, told)}{': ' if reasons else ''}{reasons}."


def in_the_way(causes: Iterable[Cause], names: Mapping[str, str]) -> list[str]:
    """What keeps people from a time, a clause each, for a coordinator: `Ana's calendar is taken`."""
    return list(dict.fromkeys(_clause(THEIRS, cause, names) for cause in causes))


def _causes(decision: Decision, names: Mapping[str, str], reader: str) -> Iterator[str]:
    """What is in the way, a clause each; what is the reader's own comes first."""
    for cause in decision.causes:
        if reader == COORDINATOR:
            yield _clause(THEIRS, cause, names)
        elif cause.person == reader:
            yield _clause(YOURS, cause, names)
    if reader != COORDINATOR and any(cause.person != reader for cause in decision.causes):
        yield _(NOT_FREE)


def _clause(phrases: Mapping[Limit, str], cause: Cause, names: Mapping[str, str]) -> str:
    told = day_off(cause.detail) if cause.limit is Limit.DAY_OFF else cause.detail
    detail = f" ({one_line(told)})" if told else ""
    return _(phrases[cause.limit]) % {"name": _name(cause.person, names), "detail": detail}


def _name(person: str, names: Mapping[str, str]) -> str:
    return one_line(names.get(person, "")) or person


def _who(by: str, names: Mapping[str, str], reader: str) -> str:
    if by == RONDO:
        return "Rondo"
    if reader != COORDINATOR:
        return _("Somebody")
    return _("The coordinator") if by == "coordinator" else _name(by, names)


def _said(action: Action, told: _Told) -> str:
    values = {"before": told.before or _("A session"), "after": told.after, "who": told.who}
    return _(SENTENCES[action](told)) % values


def _move(told: _Told) -> str:
    return noted("%(before)s could move to %(after)s") if told.proposed else noted("%(before)s moves to %(after)s")


def _skip(told: _Told) -> str:
    return noted("%(before)s can not be held") if told.proposed else noted("%(before)s does not take place")


def _shift(told: _Told) -> str:
    if told.proposed and told.after:
        return noted("From %(before)s on the series could move to another time, first %(after)s")
    if told.proposed:
        return noted("From %(before)s on the series could move to another time")
    if told.after:
        return noted("From %(before)s on the series moves to another time, first %(after)s")
    return noted("From %(before)s on the series moves to another time")


def _adopt(told: _Told) -> str:
    if told.whole:
        return _series_adopted(told)
    if not told.after:
        return noted("You deleted %(before)s") if told.mine else noted("%(who)s deleted %(before)s")
    if not told.before:
        return noted("You brought back %(after)s") if told.mine else noted("%(who)s brought back %(after)s")
    if told.mine:
        return noted("You moved %(before)s to %(after)s")
    return noted("%(who)s moved %(before)s to %(after)s")


def _series_adopted(told: _Told) -> str:
    if told.mine and told.after:
        return noted("You moved the series, from %(before)s on, to %(after)s")
    if told.mine:
        return noted("You moved the series, from %(before)s on")
    if told.after:
        return noted("%(who)s moved the series, from %(before)s on, to %(after)s")
    return noted("%(who)s moved the series, from %(before)s on")


def _decline(told: _Told) -> str:
    if told.mine:
        return noted("You decline the series, from %(before)s on") if told.whole else noted("You decline %(before)s")
    if told.whole:
        return noted("%(who)s declines the series, from %(before)s on")
    return noted("%(who)s declines %(before)s")


def _pause(told: _Told) -> str:
    return noted("The series is no longer in its calendar") if told.proposed else noted("The series rests")


def _undo(told: _Told) -> str:
    if told.whole or not (told.before or told.after):
        return noted("Changes are taken back")
    if not told.before:
        return noted("%(after)s takes place again")
    return noted("%(before)s goes back to %(after)s") if told.after else noted("%(before)s is taken back")


SENTENCES: Mapping[Action, Callable[[_Told], str]] = {
    Action.MOVE: _move,
    Action.SKIP: _skip,
    Action.SHIFT: _shift,
    Action.CLOCKS: lambda told: noted("%(after)s keeps its time on the clock, which by a new law is another instant"),
    Action.ADOPT: _adopt,
    Action.CLASH: lambda told: noted("%(before)s no longer holds"),
    Action.DECLINE: _decline,
    Action.PAUSE: _pause,
    Action.RESUME: lambda told: noted("The series goes on"),
    Action.UNDO: _undo,
    Action.STOP: lambda told: noted("Nothing is written"),
}
