"""A decision in a sentence, for whoever reads it.

A coordinator is told who can't come and by which kind of limit; a participant what of their own is in the way, and of
others only that not everybody is free. Nobody is told what is in a calendar.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from scheduler.core.decision import RONDO, Action, Cause, Decision, State
from scheduler.core.explain import Limit
from scheduler.core.words import listed, one_line, when

COORDINATOR = ""
"""The reader who is told everything."""
MOST_CAUSES = 3
NOT_MADE = (State.PROPOSED, State.REFUSED, State.LAPSED)
NOT_FREE = "not everybody is free"

THEIRS: Mapping[Limit, str] = {
    Limit.UNKNOWN: "{name}'s calendar can't be read",
    Limit.NOTICE: "{name} needs more notice",
    Limit.DAY_OFF: "{name} has a day off{detail}",
    Limit.HOURS: "it is outside {name}'s hours",
    Limit.CALENDAR: "{name}'s calendar is taken",
    Limit.BUFFER: "{name} needs a gap",
    Limit.SERIES: "{name} meets another group{detail}",
    Limit.DAY_CAP: "{name} has enough sessions that day",
    Limit.WEEK_CAP: "{name} has enough sessions that week",
}
YOURS: Mapping[Limit, str] = {
    Limit.UNKNOWN: "your calendar can't be read",
    Limit.NOTICE: "you need more notice",
    Limit.DAY_OFF: "you have a day off{detail}",
    Limit.HOURS: "it is outside your hours",
    Limit.CALENDAR: "your calendar is taken",
    Limit.BUFFER: "you need a gap",
    Limit.SERIES: "you meet another group",
    Limit.DAY_CAP: "you have enough sessions that day",
    Limit.WEEK_CAP: "you have enough sessions that week",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a sentence is made of: times on the reader's clock, who did it, and whether it was only proposed."""

    before: str
    after: str
    who: str
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
        proposed=decision.state in NOT_MADE,
        whole=decision.session is None,
    )
    causes = list(dict.fromkeys(_causes(decision, names, reader)))
    more = len(causes) - MOST_CAUSES
    reasons = listed([*causes[:MOST_CAUSES], *([f"{more} more"] if more > 0 else [])]) if causes else ""
    return f"{SENTENCES[decision.action](told)}{': ' if reasons else ''}{reasons}."


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
        yield NOT_FREE


def _clause(phrases: Mapping[Limit, str], cause: Cause, names: Mapping[str, str]) -> str:
    detail = f" ({one_line(cause.detail)})" if cause.detail else ""
    return phrases[cause.limit].format(name=_name(cause.person, names), detail=detail)


def _name(person: str, names: Mapping[str, str]) -> str:
    return one_line(names.get(person, "")) or person


def _who(by: str, names: Mapping[str, str], reader: str) -> str:
    if by == RONDO:
        return "Rondo"
    if by == reader:
        return "You"
    if reader != COORDINATOR:
        return "Somebody"
    return "The coordinator" if by == "coordinator" else _name(by, names)


def _move(told: _Told) -> str:
    return f"{told.before} {'could move' if told.proposed else 'moves'} to {told.after}"


def _skip(told: _Told) -> str:
    return f"{told.before} {'can not be held' if told.proposed else 'does not take place'}"


def _shift(told: _Told) -> str:
    from_then = f"From {told.before} on the series {'could move' if told.proposed else 'moves'}"
    return f"{from_then} to another time, first {told.after}" if told.after else f"{from_then} to another time"


def _adopt(told: _Told) -> str:
    if told.whole:
        return f"{told.who} moved the series, from {told.before} on" + (f", to {told.after}" if told.after else "")
    if not told.after:
        return f"{told.who} deleted {told.before}"
    return f"{told.who} moved {told.before} to {told.after}" if told.before else f"{told.who} brought back {told.after}"


def _decline(told: _Told) -> str:
    verb = "decline" if told.who == "You" else "declines"
    return f"{told.who} {verb} " + (f"the series, from {told.before} on" if told.whole else told.before)


def _undo(told: _Told) -> str:
    if told.whole or not (told.before or told.after):
        return "Changes are taken back"
    if not told.before:
        return f"{told.after} takes place again"
    return f"{told.before} goes back to {told.after}" if told.after else f"{told.before} is taken back"


SENTENCES: Mapping[Action, Callable[[_Told], str]] = {
    Action.MOVE: _move,
    Action.SKIP: _skip,
    Action.SHIFT: _shift,
    Action.CLOCKS: lambda told: f"{told.after} keeps its time on the clock, which by a new law is another instant",
    Action.ADOPT: _adopt,
    Action.CLASH: lambda told: f"{told.before or 'A session'} no longer holds",
    Action.DECLINE: _decline,
    Action.PAUSE: lambda told: "The series is no longer in its calendar" if told.proposed else "The series rests",
    Action.RESUME: lambda told: "The series goes on",
    Action.UNDO: _undo,
    Action.STOP: lambda told: "Nothing is written",
}
