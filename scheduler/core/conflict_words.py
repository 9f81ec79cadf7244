"""What would have to give, in words: who, which limit, on how many of the dates, by its times alone."""

from collections.abc import Callable, Mapping, Sequence

from scheduler.core.barriers import Barrier, Kind
from scheduler.core.conflict import Conflict, Conflicts, Giving
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.core.strict import show_clock
from scheduler.core.walltime import local_time
from scheduler.core.words import WEEKDAYS, dates_in_words, place, usual_time

MOST_DATES = 3
LONG_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")

Words = Callable[[Giving, str], str]

PHRASES: Mapping[Kind, str] = {
    Kind.GAP: "{name} keeps no gap",
    Kind.SINGLE: "{name} gives up single appointments",
    Kind.EARLY: "{name} begins {minutes} minutes earlier",
    Kind.LATE: "{name} stays {minutes} minutes longer",
    Kind.BREAK: "{name} gives {minutes} minutes of a break",
    Kind.NOTICE: "{name} takes less notice",
    Kind.DAY_CAP: "{name} takes more than {detail} a day",
    Kind.WEEK_CAP: "{name} takes more than {detail} a week",
    Kind.RECURRING: "{name} gives up {span} {place} ({times} of {weeks} weeks)",
    Kind.OVERRIDE: "{name} comes outside the hours of single dates",
    Kind.SERIES: "{detail} gives way",
    Kind.DAY_OFF: "{name} comes on days off ({detail})",
    Kind.WEEKDAY: "{name} comes on {day}",
    Kind.TRIP: "{name} comes while away in {city}",
    Kind.UNKNOWN: "{name}'s calendar can be read ({detail})",
    Kind.PROGRAMME: "the programme gives up days off ({detail})",
    Kind.NOWHERE: "{name}'s clocks have no such hour",
}


def headline(found: Conflicts, conflict: Conflict, problem: Problem, series: Series) -> str:
    """How many sessions are asked for, and at which time fewest limits are in the way of them."""
    at = rule_in_words(problem, series, conflict.first, conflict.slots)
    if not conflict.givings:
        return f"{conflict.holds} of {series.sessions} sessions can be held at {at}, and nothing has to give."
    limits = "one limit has" if len(conflict.givings) == 1 else f"{len(conflict.givings)} limits have"
    return (
        f"To hold {found.needed} of {series.sessions} sessions at one time (possible now: {found.possible}), "
        f"{limits} to give; at {at} that makes {conflict.holds}:"
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
    return " and by turns ".join(
        ", ".join(f"{usual_time(turn, zone)} {place(zone)}" for zone in zones) for turn in turns if turn
    )


def _sentence(giving: Giving, problem: Problem, series: Series, names: Mapping[str, str]) -> str:
    barrier = giving.barrier
    zone = problem.people[barrier.person].boundary.zone if barrier.person else series.anchor_zone
    days = [local_time(problem.horizon.instant(start), zone).day for start in giving.starts]
    count = f"{len(days)} of {series.sessions} dates" if len(days) > MOST_DATES else dates_in_words(days)
    what = PHRASES[barrier.kind].format(
        name=names.get(barrier.person, barrier.person),
        minutes=giving.minutes,
        detail=barrier.detail or "no reason given",
        city=place(barrier.detail),
        place=place(zone),
        day=LONG_DAYS[barrier.span[0] // DAY_MINUTES],
        span=span_in_words(barrier),
        times=barrier.times,
        weeks=problem.horizon.weeks,
    )
    return f"{what}, on {count}"


def span_in_words(barrier: Barrier) -> str:
    """An appointment that comes back: `Tuesdays 14:00-15:00`; an end on another day is told with its day."""
    start, end = barrier.span[0], barrier.span[0] + barrier.span[1]
    day, last = start // DAY_MINUTES, (end - 1) // DAY_MINUTES
    other = "" if last == day else f"{WEEKDAYS[last % 7]} "
    until = end - last * DAY_MINUTES
    return f"{LONG_DAYS[day]} {show_clock(start % DAY_MINUTES)}-{other}{show_clock(until)}"
