"""The people of a programme as it might be: where they live, when they work, and what is in their calendars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from random import Random

import numpy as np

from scheduler.core.interval import Horizon, Int64Array, Intervals, merged
from scheduler.core.people import Boundary, Participant, WeekHours
from scheduler.core.walltime import WallWindow, days_as_wall, resolve

CLUSTERS = (
    ("America/Los_Angeles", "America/Denver", "America/Mexico_City"),
    (
        "America/New_York",
        "America/Chicago",
        "America/Bogota",
        "America/Halifax",
        "America/St_Johns",
        "America/Sao_Paulo",
        "America/Santiago",
    ),
    ("Europe/London", "Europe/Berlin", "Europe/Lisbon", "Europe/Warsaw", "Africa/Lagos"),
    ("Europe/Helsinki", "Africa/Cairo", "Africa/Nairobi", "Asia/Jerusalem", "Asia/Riyadh", "Asia/Tehran"),
    ("Asia/Kolkata", "Asia/Dubai", "Asia/Karachi", "Asia/Kathmandu", "Asia/Dhaka"),
    ("Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo"),
    ("Australia/Sydney", "Australia/Adelaide", "Pacific/Auckland"),
)
"""Zones from west to east; people mostly meet within one of these, sometimes with the next."""
FAR = ((3, 4), (4, 5), (6,), (0,), (0, 1), (1,), (2,))
"""For each cluster, those that are some ten hours and more away."""
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
WEEKENDS: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("Africa/Cairo", "Asia/Jerusalem", "Asia/Riyadh", "Asia/Tehran", "Asia/Dhaka"), (FRIDAY, SATURDAY)),
    "Asia/Kathmandu": (SATURDAY,),
}
ELSEWHERE = (SATURDAY, SUNDAY)
ROUND_THE_DAY = WallWindow(6 * 60, 22 * 60 + 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a kind of programme is like: shares are of 1, rates of busy times per week."""

    circles: float = 0.25
    far: float = 0.12
    rotates: float = 0.0
    load: tuple[int, int] = (1, 8)
    programme_days: int | None = None
    recurring: float = 20.5
    single: tuple[float, float] = (1.2, 9.5)


CANCELLED = 0.08
THINS_OUT_WEEKS = 4
PROGRAMME_DAY_BUSY = 0.6  # of what other days hold: mentors keep their programme days fairly free


@dataclass(slots=True)
class Person:
    """Somebody while groups are formed: zone, whether they mentor or sit in a far circle, and sessions a week."""

    id: str
    cluster: int
    zone: str
    mentor: bool
    wide: bool = False
    load: float = 0.0


def holidays_of(seed: int, horizon: Horizon) -> dict[str, tuple[date, ...]]:
    """Some public holidays for each zone; two of them fall on the same date everywhere."""
    draw = Random(f"{seed} holidays")
    days = range(7, horizon.weeks * 7)
    common = draw.sample(days, 2)
    return {
        zone: tuple(horizon.first_monday + timedelta(days=day) for day in {*common, *draw.sample(days, 4)})
        for zones in CLUSTERS
        for zone in zones
    }


def participant(draw: Random, who: Person, horizon: Horizon, manner: Manner, holidays: Sequence[date]) -> Participant:
    """Somebody of a group as a problem has them: `who.wide` and `who.load` are settled by then."""
    begin, end = draw.choice((480, 510, 540, 540, 570)), draw.choice((1020, 1050, 1080, 1110))
    days = _working_days(draw, who, manner)
    hours = WallWindow(begin, end)
    boundary = Boundary(
        zone=who.zone,
        hours=dict.fromkeys(days, (ROUND_THE_DAY if who.wide else hours,)),
        preferred=_preferred(draw, days, hours),
        days_off={**dict.fromkeys(_leave(draw, horizon), "leave"), **dict.fromkeys(holidays, "public holiday")},
        buffer=draw.choice((0, 5, 10, 15, 15, 30)),
        max_per_day=6 if manner.programme_days and who.mentor else draw.randint(2 if who.mentor else 1, 3),
        max_per_week=_week_cap(draw, who, manner),
    )
    return Participant(id=who.id, boundary=boundary, busy=_busy(draw, who, days, hours, horizon, manner))


def _working_days(draw: Random, who: Person, manner: Manner) -> list[int]:
    """The days of a week on which somebody can be met: programme days of a mentor, else work, for some part-time."""
    weekend = WEEKENDS.get(who.zone, ELSEWHERE)
    days = [day for day in range(7) if day not in weekend]
    if manner.programme_days and who.mentor:
        return sorted(draw.sample(days, manner.programme_days))
    return sorted(draw.sample(days, draw.choice((2, 3, 4)))) if draw.random() < 0.15 else days


def _preferred(draw: Random, days: Sequence[int], hours: WallWindow) -> WeekHours:
    """The middle of the day, on most of the days."""
    window = WallWindow(hours.start + draw.choice((0, 30, 60, 90)), hours.end - draw.choice((0, 60, 90, 150)))
    liked = days if draw.random() < 0.6 else sorted(draw.sample(days, max(1, len(days) - 1)))
    return dict.fromkeys(liked, (window,))


def _leave(draw: Random, horizon: Horizon) -> Iterator[date]:
    """For most people, one or two stretches of leave."""
    for _ in range(draw.choice((0, 1, 1, 2))):
        first = draw.randrange(horizon.weeks * 7)
        for day in range(first, min(first + draw.choice((1, 3, 5, 12)), horizon.weeks * 7)):
            yield horizon.first_monday + timedelta(days=day)


def _week_cap(draw: Random, who: Person, manner: Manner) -> int:
    if manner.programme_days and who.mentor:
        return draw.randint(10, 12)
    return max(draw.randint(2, 8), min(8, ceil(who.load)))


def _busy(
    draw: Random, who: Person, days: Sequence[int], hours: WallWindow, horizon: Horizon, manner: Manner
) -> Intervals:
    """Minutes of what is in a calendar."""
    chance = np.random.default_rng(draw.getrandbits(64))
    free = PROGRAMME_DAY_BUSY if manner.programme_days and who.mentor else 1.0
    week, event = _dates(chance, horizon, manner, len(days) / 5 * free)
    count = int(event.max(initial=-1)) + 1
    length = chance.choice((30, 45, 60, 60, 90, 120), count)
    step = chance.choice((5, 15, 30), count, p=(0.1, 0.3, 0.6))
    minute = (hours.start + chance.random(count) * (hours.end - hours.start - 30)) // step * step
    day = horizon.first_monday.toordinal() + 7 * week + chance.choice(np.array(days), count)[event]
    start = horizon.minutes(resolve(days_as_wall(day, minute.astype(np.int64)[event]), who.zone))
    return merged(np.stack([start, start + length[event]], axis=1))


def _dates(
    chance: np.random.Generator, horizon: Horizon, manner: Manner, share: float
) -> tuple[Int64Array, Int64Array]:
    """The week and the number of the event of each date: events that come back, then single ones.

    Those that come back do so each week or each second, but for some cancelled dates; single ones are fewer far ahead.
    """
    every_week = np.arange(horizon.weeks)
    events = chance.poisson(manner.recurring * share)
    every, phase = chance.choice((1, 1, 1, 2), events)[:, None], chance.integers(0, 2, events)[:, None]
    stands = chance.random((events, horizon.weeks)) > CANCELLED
    event, week = np.nonzero(((every_week + phase) % every == 0) & stands)
    far_ahead, soon = manner.single
    rates = share * (far_ahead + soon * np.exp(-every_week / THINS_OUT_WEEKS))
    single = np.repeat(every_week, chance.poisson(rates))
    return np.concatenate([week, single]), np.concatenate([event, np.arange(events, events + len(single))])
