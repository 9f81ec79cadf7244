"""Random problems, by seed: the same seed and size give the same problem on every machine.

They crowd into few weeks what a programme meets in years: clock changes, half-hour zones, hours over midnight,
busy times at odd minutes, travel, caps, pins off the grid, frozen sessions. Most people are free around a common
hour of UTC, so that there is something to find.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, Intervals, as_intervals, merged
from scheduler.core.people import Boundary, Participant, Trip, WeekHours
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.presence import local
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.walltime import WallWindow
from tests.greedy import greedy_plan

ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
    "Pacific/Auckland",
    "Australia/Lord_Howe",
    "America/Vancouver",
    "Africa/Cairo",
    "Pacific/Kiritimati",
    "UTC",
)
MONDAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2026-09-14",  # Casablanca leaves summer time for good, Auckland and Lord Howe go to it
        "2026-10-19",  # Europe and North America leave it
        "2027-03-08",  # North America, then Europe, go to it
        "2027-03-29",  # Auckland and Lord Howe leave it
        "2026-12-28",
        "2027-05-03",
    )
)
ROUND_THE_CLOCK: WeekHours = {weekday: (WallWindow(0, DAY_MINUTES),) for weekday in range(7)}


@dataclass(frozen=True, slots=True)
class Size:
    """How large problems are; `narrow` leaves so few possible starts that all plans can be counted."""

    people: tuple[int, int]
    series: tuple[int, int]
    weeks: tuple[int, int]
    sessions: int
    narrow: bool = False


SIZES = {
    "tiny": Size(people=(2, 4), series=(1, 3), weeks=(3, 4), sessions=4, narrow=True),
    "small": Size(people=(3, 8), series=(2, 6), weeks=(3, 7), sessions=7),
    "medium": Size(people=(8, 16), series=(9, 16), weeks=(4, 9), sessions=9),
}


def random_problem(seed: int, *, size: str = "small") -> tuple[Problem, Plan | None]:
    """A problem, and in four of ten cases the plan that it repairs."""
    draw, shape = Random(f"{size} {seed}"), SIZES[size]
    monthly = draw.random() < 0.2
    horizon = Horizon(draw.choice(MONDAYS), draw.randint(9, 10) if monthly else draw.randint(*shape.weeks))
    middle = draw.randrange(0, DAY_MINUTES, 15)
    people = [_person(draw, f"p{i}", horizon, middle, shape) for i in range(draw.randint(*shape.people))]
    count = draw.randint(*shape.series)
    if shape.narrow:
        count, shape = (min(count, 2) if monthly else count), replace(shape, sessions=min(4, 6 - count))
    problem = Problem(
        name=f"{size} {seed}",
        horizon=horizon,
        grid_minutes=60 if shape.narrow and count > 1 else draw.choice([15, 20, 30, 60]),
        slack=draw.choice([0, 1, 1, 2]),
        people={person.id: person for person in people},
        series=(),
    )
    series = [_series(draw, f"s{i}", problem, shape, monthly=monthly and draw.random() < 0.7) for i in range(count)]
    problem = replace(problem, series=tuple(_pinned(draw, one, problem, middle) for one in series))
    return _repair(draw, problem) if draw.random() < 0.4 else (problem, None)


def _person(draw: Random, name: str, horizon: Horizon, middle: int, shape: Size) -> Participant:
    zone = draw.choice(ZONES)
    centre = _wall_minute(horizon, zone, middle) if draw.random() < 0.85 else draw.randrange(0, DAY_MINUTES, 15)
    always = draw.random() < 0.06 and not shape.narrow
    day = _days(draw, horizon)
    trips = [Trip(day, day + timedelta(days=draw.randint(0, 12)), draw.choice(ZONES))] if draw.random() < 0.2 else []
    boundary = Boundary(
        zone=zone,
        hours=ROUND_THE_CLOCK if always else _week(draw, centre, shape.narrow),
        preferred=_week(draw, centre + draw.randint(-60, 60), True) if draw.random() < 0.6 else {},
        days_off={_days(draw, horizon): "leave" for _ in range(draw.choice([0, 0, 1, 3]))},
        overrides={_days(draw, horizon): _windows(draw, centre, 200) for _ in range(draw.choice([0, 0, 1, 2]))},
        travel=tuple(trips),
        buffer=draw.choice([0, 0, 0, 5, 10, 25]),
        max_per_day=draw.choice([None, None, 1, 2]),
        max_per_week=draw.choice([None, None, 1, 2, 3]),
    )
    return Participant(id=name, boundary=boundary, busy=_busy(draw, horizon, middle, shape.narrow))


def _wall_minute(horizon: Horizon, zone: str, minute: int) -> int:
    shown = local(horizon, zone, minute)
    return shown.hour * 60 + shown.minute


def _week(draw: Random, centre: int, narrow: bool) -> WeekHours:
    days = draw.sample(range(3 if narrow else 7), draw.randint(2, 3 if narrow else 6))
    week: dict[int, tuple[WallWindow, ...]] = {}
    for day in sorted(days):
        length = draw.randrange(90, 225, 15) if narrow else draw.randrange(90, 600, 15)
        week[day] = tuple(sorted((*week.get(day, ()), *_windows(draw, centre, length))))
        if draw.random() < 0.1:  # over midnight
            week[day] = (WallWindow(DAY_MINUTES - 100, DAY_MINUTES),)
            week[(day + 1) % 7] = (WallWindow(0, 80),)
    return week


def _windows(draw: Random, centre: int, length: int) -> tuple[WallWindow, ...]:
    start = (centre - draw.randint(length // 4, length * 3 // 4)) % DAY_MINUTES
    start -= start % draw.choice([1, 5, 15, 30])
    end = min(start + length, DAY_MINUTES)
    if draw.random() < 0.2 and end - start > 120:  # a break
        pause = start + draw.randrange(40, end - start - 40)
        return WallWindow(start, pause), WallWindow(min(pause + draw.choice([0, 30]), end - 1), end)
    return (WallWindow(start, end),)


def _days(draw: Random, horizon: Horizon) -> date:
    return horizon.first_monday + timedelta(days=draw.randint(-1, horizon.weeks * 7))


def _busy(draw: Random, horizon: Horizon, middle: int, narrow: bool) -> Intervals:
    """Odd minutes, most of them near the common hour: one that comes back, and some that don't."""
    rows = []
    start, length = draw.randrange(WEEK_MINUTES), draw.randint(5, 180)
    if draw.random() < 0.3:
        rows += [(start + week * WEEK_MINUTES, start + week * WEEK_MINUTES + length) for week in range(horizon.weeks)]
    for _ in range(draw.randint(0, (3 if narrow else 4) * horizon.weeks)):
        start = draw.randint(-1, horizon.weeks * 7) * DAY_MINUTES + middle + draw.randint(-200, 200)
        rows.append((start, start + draw.randint(1, 150)))
    return merged(as_intervals(rows))


def _series(draw: Random, name: str, problem: Problem, shape: Size, *, monthly: bool) -> Series:
    members = draw.sample(list(problem.people), min(len(problem.people), draw.choice([2, 2, 2, 3, 4])))
    required = members[: draw.randint(1, len(members))]
    every = draw.choice([1, 1, 1, 2, 3])
    weeks = problem.horizon.weeks
    room = weeks // 4 if monthly else -(-weeks // every)
    rotation = 1 if monthly and shape.narrow else draw.choice([1, 1, 1, 2] if shape.narrow else [1, 1, 1, 1, 2, 3])
    return Series(
        id=name,
        required=tuple(required),
        optional=tuple(members[len(required) :]),
        quorum=draw.randint(0, len(members) - len(required)),
        duration=draw.choice([30, 45, 50, 60, 90]),
        sessions=min(shape.sessions, max(0, room - draw.choice([0, 0, 1]) + (draw.random() < 0.03))),
        cadence=Cadence(every_weeks=every, monthly=monthly, rotation=min(rotation, 12 // every)),
        anchor_zone=problem.people[members[0]].boundary.zone if draw.random() < 0.8 else draw.choice(ZONES),
        movable=draw.random() < 0.85,
    )


def _pinned(draw: Random, series: Series, problem: Problem, middle: int) -> Series:
    """Now and then a session that a person moved (near the common hour, at any minute, in any week) or skipped."""
    if draw.random() < 0.75 or not series.sessions:
        return series
    weeks, pins = problem.horizon.weeks, {}
    for index in draw.sample(range(series.sessions), draw.randint(1, min(2, series.sessions))):
        start = draw.randint(-2, weeks * 7) * DAY_MINUTES + middle + draw.choice([0, 0, 15, 7, -33])
        pins[index] = None if draw.random() < 0.25 else start
    return replace(series, pinned=pins)


def _repair(draw: Random, problem: Problem) -> tuple[Problem, Plan]:
    """The problem some days later: a plan stands, people have new busy times, the first weeks may be frozen."""
    before = replace(problem, people={who: _easier(draw, person) for who, person in problem.people.items()})
    plan = greedy_plan(before, draw)
    if draw.random() < 0.2:
        plan = Plan(tuple(draw.sample(plan.placements, len(plan.placements) - 1)))  # a series is new
    if draw.random() < 0.1:
        gone = Placement("gone", 0, (Slot(0, 0),), (Session(0, Status.HELD),))
        plan = Plan((*plan.placements, gone))
    if draw.random() < 0.3:
        return problem, plan
    freeze = draw.randint(0, problem.horizon.weeks * WEEK_MINUTES * 2 // 3)
    return _consistent(replace(problem, freeze_until=freeze), plan), plan


def _easier(draw: Random, person: Participant) -> Participant:
    kept = [row for row in person.busy.tolist() if draw.random() < 0.8]
    return replace(person, busy=as_intervals(kept))


def _consistent(problem: Problem, plan: Plan) -> Problem:
    """Pins of frozen sessions are those by which they stand: a hand that moved them is in the standing plan already."""
    placements = plan.by_series()
    series = [_without_late_pins(one, placements.get(one.id), problem.freeze_until or 0) for one in problem.series]
    return replace(problem, series=tuple(series))


def _without_late_pins(series: Series, placement: Placement | None, freeze: int) -> Series:
    old = placement.sessions if placement else ()
    frozen = {index: session for index, session in enumerate(old) if session.start < freeze}
    pins = {
        index: start
        for index, start in series.pinned.items()
        if index not in frozen or (frozen[index].start if frozen[index].takes_place else None) == start
    }
    stay = {index: session.start for index, session in frozen.items() if session.status is Status.PINNED}
    return replace(series, pinned=stay | pins)
