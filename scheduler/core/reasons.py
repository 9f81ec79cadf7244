"""Explanations in words: who, which limit, on how many of the dates, and which appointment stands in the way.

Appointments are told by their times alone. Every door says the same, since this is the only place that says it.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from scheduler.core.explain import Blocker, Explanation, Limit
from scheduler.core.interval import Horizon
from scheduler.core.problem import Problem
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.core.walltime import local_time
from scheduler.core.words import dates_in_words, day_off, listed, more_of, span, when

MOST_TIMES = 3

PHRASES: Mapping[Limit, str] = {
    Limit.UNKNOWN: noted("%(name)s has a calendar that can't be read"),
    Limit.NOTICE: noted("%(name)s needs more notice"),
    Limit.DAY_OFF: noted("%(name)s has a day off"),
    Limit.HOURS: noted("%(name)s is outside hours"),
    Limit.CALENDAR: noted("%(name)s is busy"),
    Limit.BUFFER: noted("%(name)s needs a gap"),
    Limit.SERIES: noted("%(name)s meets another group"),
    Limit.DAY_CAP: noted("%(name)s has enough sessions that day"),
    Limit.WEEK_CAP: noted("%(name)s has enough sessions that week"),
}


def reasons(told: Explanation, problem: Problem, names: Mapping[str, str]) -> list[str]:
    """One sentence a blocker, the one that blocks most dates first."""
    return [_sentence(blocker, len(told.starts), problem, names) for blocker in told.blockers]


def _sentence(blocker: Blocker, asked: int, problem: Problem, names: Mapping[str, str]) -> str:
    zone = problem.people[blocker.person].boundary.zone
    days = [local_time(problem.horizon.instant(start), zone).day for start in blocker.starts]
    detail = _detail(blocker, problem.horizon, zone)
    who = _(PHRASES[blocker.limit]) % {"name": names.get(blocker.person, blocker.person)}
    return f"{who} {_dates(days, asked)}" + (f": {detail}" if detail else "")


def _dates(days: Sequence[date], asked: int) -> str:
    if len(days) > MOST_TIMES:
        return _("on %(days)s of %(asked)s dates") % {"days": len(days), "asked": asked}
    return _("on %(dates)s") % {"dates": dates_in_words(days)}


def _detail(blocker: Blocker, horizon: Horizon, zone: str) -> str:
    if blocker.limit in (Limit.DAY_CAP, Limit.WEEK_CAP):
        return _("at most %(most)s") % {"most": blocker.detail}
    if blocker.limit is Limit.HOURS:
        return _first_few([when(horizon.instant(start), zone, dated=True) for start in blocker.starts])
    if blocker.limit is Limit.DAY_OFF:
        return day_off(blocker.detail)
    if not blocker.times:
        return blocker.detail
    spans = dict.fromkeys(blocker.times)
    times = _first_few([span(horizon.instant(start), horizon.instant(end), zone) for start, end in spans])
    return f"{blocker.detail}, {times}" if blocker.detail else times


def _first_few(parts: list[str]) -> str:
    kept, more = parts[:MOST_TIMES], len(parts) - MOST_TIMES
    return listed([*kept, more_of(more)] if more > 0 else kept)
