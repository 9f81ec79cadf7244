"""How people name one session of a group, and a time to put it at: `2027-02-09` or `#5`, `Thu 14:00` or an instant."""

import re
from datetime import date, datetime, timedelta

from scheduler.core.alternatives import day_of, usual_start, week_of
from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.core.slots import parse_slot
from scheduler.core.suggest import quoted
from scheduler.core.walltime import WallTime, local_time, resolve_one
from scheduler.core.words import listed
from scheduler.errors import InputError


def session_named(problem: Problem, series: Series, placement: Placement, text: str) -> int:
    """The session of a date on the anchor zone's clock, or of a number counted from 1: `5`, `#5`.

    One that a person moved or skipped has two dates: where it stands and where its rule puts it. Raises InputError.
    """
    if number := re.fullmatch(r"#?([0-9]{1,4})", text.strip()):
        if not 1 <= int(number[1]) <= series.sessions:
            raise InputError(f"{series.id} has no session #{int(number[1])}.", hint=f"It has {series.sessions}.")
        return int(number[1]) - 1
    day = _date(text)
    days = [_days(problem, series, placement, session) for session in range(series.sessions)]
    found = [session for session, own in enumerate(days) if day in own]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{series.id} has two sessions on {day}.", hint=f"Say {_numbers(found)}.")
    near = min(range(series.sessions), key=lambda session: min(abs(own - day) for own in days[session]), default=None)
    hint = "" if near is None else f"The nearest is #{near + 1} on {min(days[near], key=lambda own: abs(own - day))}."
    raise InputError(f"{series.id} has no session on {day}.", hint=hint)


def minute_named(problem: Problem, series: Series, placement: Placement, session: int, text: str) -> int:
    """The minute of `Thu 14:00` in a session's own week, of `2027-02-11T14:00` on the anchor zone's clock, or of an
    instant with its offset. Raises InputError, also for a time that the clocks skip or a date outside the horizon."""
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        week = week_of(problem, series, usual_start(problem, series, placement, session))
        return _in_zone(problem, _of_week(problem, week, text), series.anchor_zone)
    if given.second or given.microsecond or len(text.strip()) <= len("2027-02-11"):
        raise InputError(f"{quoted(text)} is no date with a time to the minute.", hint="Write 2027-02-11T14:00.")
    last = problem.horizon.first_monday + timedelta(weeks=problem.horizon.weeks, days=-1)
    if not problem.horizon.first_monday <= given.date() <= last:
        raise InputError(f"{given.date()} is not in {problem.horizon.first_monday} to {last}.")
    if given.tzinfo is not None:
        return problem.horizon.minute(given)
    return _in_zone(problem, WallTime(given.date(), given.hour * 60 + given.minute), series.anchor_zone)


def _of_week(problem: Problem, week: int, text: str) -> WallTime:
    try:
        slot = parse_slot(text)
    except InputError:
        raise InputError(f"{quoted(text)} is no time.", hint="Write 'Thu 14:00' or 2027-02-11T14:00.") from None
    return WallTime(problem.horizon.first_monday + timedelta(weeks=week, days=slot.weekday), slot.minute)


def _in_zone(problem: Problem, wall: WallTime, zone: str) -> int:
    found = resolve_one(wall, zone)
    if local_time(found, zone) != wall:
        raise InputError(f"the clocks of {zone} skip {wall.text} on {wall.day}.", hint="Name another time.")
    return problem.horizon.minute(found)


def _days(problem: Problem, series: Series, placement: Placement, session: int) -> set[date]:
    starts = (placement.sessions[session].start, usual_start(problem, series, placement, session))
    return {day_of(problem, series, start) for start in starts}


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{quoted(text)} is no date.", hint="Write it like 2027-02-09, or the number #5.") from None


def _numbers(sessions: list[int]) -> str:
    return listed(f"#{session + 1}" for session in sessions).replace(" and ", " or ")
