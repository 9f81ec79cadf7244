"""What would have to give, in words: who, which limit, on how many of the dates, by its times alone."""

from collections.abc import Callable, Mapping, Sequence

from scheduler.core.barriers import Barrier, Kind
from scheduler.core.conflict import Conflict, Conflicts, Giving
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext, noted
from scheduler.core.walltime import local_time
from scheduler.core.words import LONG_DAYS, clock, dates_in_words, place, usual_time, weekday

MOST_DATES = 3

Words = Callable[[Giving, str], str]

PHRASES: Mapping[Kind, str] = {
    Kind.GAP: noted("%(name)s keeps no gap"),
    Kind.SINGLE: noted("%(name)s gives up single appointments"),
    Kind.EARLY: noted("%(name)s begins %(minutes)s minutes earlier"),
    Kind.LATE: noted("%(name)s stays %(minutes)s minutes longer"),
    Kind.BREAK: noted("%(name)s gives %(minutes)s minutes of a break"),
    Kind.NOTICE: noted("%(name)s takes less notice"),
    Kind.DAY_CAP: noted("%(name)s takes more than %(detail)s a day"),
    Kind.WEEK_CAP: noted("%(name)s takes more than %(detail)s a week"),
    Kind.RECURRING: noted("%(name)s gives up %(span)s %(place)s (%(times)s of %(weeks)s weeks)"),
    Kind.OVERRIDE: noted("%(name)s comes outside the hours of single dates"),
    Kind.SERIES: noted("%(detail)s gives way"),
    Kind.DAY_OFF: noted("%(name)s comes on days off (%(detail)s)"),
    Kind.WEEKDAY: noted("%(name)s comes on %(day)s"),
    Kind.TRIP: noted("%(name)s comes while away in %(city)s"),
    Kind.UNKNOWN: noted("%(name)s's calendar can be read (%(detail)s)"),
    Kind.PROGRAMME: noted("the programme gives up days off (%(detail)s)"),
    Kind.NOWHERE: noted("%(name)s's clocks have no such hour"),
}


def headline(found: Conflicts, conflict: Conflict, problem: Problem, series: Series) -> str:
    """How many sessions are asked for, and at which time fewest limits are in the way of them."""
    at = rule_in_words(problem, series, conflict.first, conflict.slots)
    told = {
        "at": at,
        "holds": conflict.holds,
        "sessions": series.sessions,
        "needed": found.needed,
        "possible": found.possible,
        "limits": len(conflict.givings),
    }
    if not conflict.givings:
        return _("%(holds)s of %(sessions)s sessions can be held at %(at)s, and nothing has to give.") % told
    return (
        ngettext(
            "To hold %(needed)s of %(sessions)s sessions at one time (possible now: %(possible)s), "
            "one limit has to give; at %(at)s that makes %(holds)s:",
            "To hold %(needed)s of %(sessions)s sessions at one time (possible now: %(possible)s), "
            "%(limits)s limits have to give; at %(at)s that makes %(holds)s:",
            len(conflict.givings),
        )
        % told
    )


def givings_in_words(conflict: Conflict, problem: Problem, series: Series, names: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence a limit, the dearest first."""
    return tuple(_sentence(giving, problem, series, names) for giving in conflict.givings)


def rule_in_words(problem: Problem, series: Series, first: int, slots: Sequence[Slot]) -> str:
    """`Tue 14:30 London, Tue 09:30 New York`, on the clocks of all members; slots of a rotation by turns."""
    starts = [
        problem.horizon.instant(start) for start in regular_starts(series, first, slots, problem.horizon).tolist()
    ]
    zones = dict.fromkeys([series.anchor_zone, *(problem.people[who].boundary.zone for who in series.members)])
    turns = [starts[number :: len(slots)] for number in range(len(slots))]
    return _(" and by turns ").join(
        ", ".join(f"{usual_time(turn, zone)} {place(zone)}" for zone in zones) for turn in turns if turn
    )


def _sentence(giving: Giving, problem: Problem, series: Series, names: Mapping[str, str]) -> str:
    barrier = giving.barrier
    zone = problem.people[barrier.person].boundary.zone if barrier.person else series.anchor_zone
    days = [local_time(problem.horizon.instant(start), zone).day for start in giving.starts]
    what = _(PHRASES[barrier.kind]) % {
        "name": names.get(barrier.person, barrier.person),
        "minutes": giving.minutes,
        "detail": barrier.detail or _("no reason given"),
        "city": place(barrier.detail),
        "place": place(zone),
        "day": _(LONG_DAYS[barrier.span[0] // DAY_MINUTES]),
        "span": span_in_words(barrier),
        "times": barrier.times,
        "weeks": problem.horizon.weeks,
    }
    if len(days) > MOST_DATES:
        return _("%(what)s, on %(days)s of %(sessions)s dates") % {
            "what": what,
            "days": len(days),
            "sessions": series.sessions,
        }
    return _("%(what)s, on %(dates)s") % {"what": what, "dates": dates_in_words(days)}


def span_in_words(barrier: Barrier) -> str:
    """An appointment that comes back: `Tuesdays 14:00-15:00`; an end on another day is told with its day."""
    start, end = barrier.span[0], barrier.span[0] + barrier.span[1]
    day, last = start // DAY_MINUTES, (end - 1) // DAY_MINUTES
    other = "" if last == day else f"{weekday(last % 7)} "
    until = end - last * DAY_MINUTES
    return f"{_(LONG_DAYS[day])} {clock(start % DAY_MINUTES)}-{other}{clock(until)}"
