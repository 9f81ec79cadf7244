"""Explanations in words: who, which limit, on how many of the dates, and which appointment stands in the way.

Appointments are told by their times alone. Every door says the same, since this is the only place that says it.
"""

from collections.abc import Mapping

from scheduler.core.explain import Blocker, Explanation, Limit
from scheduler.core.interval import Horizon
from scheduler.core.problem import Problem
from scheduler.core.walltime import local, local_time
from scheduler.core.words import dates_in_words, listed, place, when

MOST_TIMES = 3

PHRASES: Mapping[Limit, str] = {
    Limit.UNKNOWN: "has a calendar that can't be read",
    Limit.NOTICE: "needs more notice",
    Limit.DAY_OFF: "has a day off",
    Limit.HOURS: "is outside hours",
    Limit.CALENDAR: "is busy",
    Limit.BUFFER: "needs a gap",
    Limit.SERIES: "meets another group",
    Limit.DAY_CAP: "has enough sessions that day",
    Limit.WEEK_CAP: "has enough sessions that week",
}


def reasons(told: Explanation, problem: Problem, names: Mapping[str, str]) -> list[str]:
    """One sentence a blocker, the one that blocks most dates first."""
    return [_sentence(blocker, len(told.starts), problem, names) for blocker in told.blockers]


def _sentence(blocker: Blocker, asked: int, problem: Problem, names: Mapping[str, str]) -> str:
    zone = problem.people[blocker.person].boundary.zone
    days = [local_time(problem.horizon.instant(start), zone).day for start in blocker.starts]
    many = len(days) > MOST_TIMES
    count = f" on {len(days)} of {asked} dates" if many else f" on {dates_in_words(days)}"
    detail = _detail(blocker, problem.horizon, zone)
    name = names.get(blocker.person, blocker.person)
    return f"{name} {PHRASES[blocker.limit]}{count}" + (f": {detail}" if detail else "")


def _detail(blocker: Blocker, horizon: Horizon, zone: str) -> str:
    if blocker.limit in (Limit.DAY_CAP, Limit.WEEK_CAP):
        return f"at most {blocker.detail}"
    if blocker.limit is Limit.HOURS:
        return _first_few([when(horizon.instant(start), zone, dated=True) for start in blocker.starts])
    if not blocker.times:
        return blocker.detail
    times = _first_few([_span(horizon, start, end, zone) for start, end in dict.fromkeys(blocker.times)])
    return f"{blocker.detail}, {times}" if blocker.detail else times


def _first_few(parts: list[str]) -> str:
    kept, more = parts[:MOST_TIMES], len(parts) - MOST_TIMES
    return listed([*kept, f"{more} more"] if more > 0 else kept)


def _span(horizon: Horizon, start: int, end: int, zone: str) -> str:
    """`Tue 9 Feb 14:00-15:30 London`; an end on another day is told with its day."""
    first, last = (local_time(horizon.instant(minute), zone) for minute in (start, end))
    shown = local(horizon.instant(start), zone)
    other_day = "" if first.day == last.day else f"{local(horizon.instant(end), zone).format('ddd D MMM')} "
    return f"{shown.format('ddd D MMM')} {first.text}-{other_day}{last.text} {place(zone)}"
