"""Other times for one session: every one that fits, and none that does not, against a count by hand."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from scheduler.core.alternatives import Alternative, alternatives, usual_start, week_of
from scheduler.core.interval import DAY_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.presence import inside_hours, is_busy, local, pain
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot, regular_starts
from scheduler.core.walltime import WallWindow
from tests.greedy import greedy_plan
from tests.problems import random_problem

MONDAY = date(2027, 3, 1)
OFFICE = {weekday: (WallWindow(9 * 60, 17 * 60),) for weekday in range(5)}
TUESDAY = Slot(1, 14 * 60)


def pair(*busy: tuple[int, int], movable: bool = True) -> tuple[Problem, Series, Plan]:
    """Ana, who has busy minutes, and Bo of London; they meet on Tuesdays at 14:00."""
    ana = Participant(id="ana", boundary=Boundary(zone="Europe/London", hours=OFFICE), busy=as_intervals(busy))
    bo = Participant(id="bo", boundary=Boundary(zone="Europe/London", hours=OFFICE, preferred=OFFICE | {3: ()}))
    series = Series(
        id="x", required=("ana", "bo"), duration=60, sessions=3, anchor_zone="Europe/London", movable=movable
    )
    problem = Problem(
        name="", horizon=Horizon(MONDAY, 3), grid_minutes=60, people={"ana": ana, "bo": bo}, series=(series,)
    )
    starts = regular_starts(series, 0, [TUESDAY], problem.horizon).tolist()
    placement = Placement("x", 0, (TUESDAY,), tuple(Session(start, Status.HELD) for start in starts))
    return problem, series, Plan((placement,))


def minute(day: int, hour: int) -> int:
    """An hour of a day, counted from the first Monday."""
    return day * DAY_MINUTES + hour * 60


def starts(found: tuple[Alternative, ...]) -> list[int]:
    """When they are."""
    return [each.start for each in found]


def test_the_nearest_of_the_best_come_first() -> None:
    """An hour away at least, inside everybody's hours, and in no other week."""
    problem, series, plan = pair()
    assert starts(alternatives(problem, plan, series, 1, 3)) == [minute(8, 13), minute(8, 15), minute(8, 12)]
    every = starts(alternatives(problem, plan, series, 1, 1000))
    assert set(every) == {minute(day, hour) for day in range(7, 12) for hour in range(9, 17)} - {minute(8, 14)}


def test_preferred_hours_go_before_nearness() -> None:
    """Bo would rather not meet on Thursdays, and it is said by how many minutes."""
    problem, series, plan = pair((minute(7, 0), minute(9, 16)), (minute(11, 0), minute(11, 16)))
    found = alternatives(problem, plan, series, 1, 2)
    assert [(each.start, dict(each.outside)) for each in found] == [
        (minute(9, 16), {}),
        (minute(11, 16), {}),
    ]
    (third,) = alternatives(problem, plan, series, 1, 3)[2:]
    assert (third.start, dict(third.outside)) == (minute(10, 9), {"bo": 240})


def test_what_the_programme_would_not_move_a_person_may() -> None:
    """A series that may not move has as many alternatives."""
    problem, series, plan = pair(movable=False)
    assert starts(alternatives(problem, plan, series, 1, 2)) == [minute(8, 13), minute(8, 15)]


def test_a_skipped_session_may_have_its_own_time_again() -> None:
    """Where its rule puts it."""
    problem, series, plan = pair()
    placement = plan.placements[0]
    sessions = (placement.sessions[0], replace(placement.sessions[1], status=Status.SKIPPED), placement.sessions[2])
    plan = Plan((replace(placement, sessions=sessions),))
    assert starts(alternatives(problem, plan, replace(series, pinned={1: None}), 1, 1)) == [minute(8, 14)]


def test_a_session_that_was_moved_by_hand_stays_of_its_own_week() -> None:
    """Alternatives are those of the week in which its rule puts it, whatever week it is in now."""
    problem, series, plan = pair()
    placement = plan.placements[0]
    there = Session(minute(16, 10), Status.PINNED)
    plan = Plan((replace(placement, sessions=(placement.sessions[0], there, placement.sessions[2])),))
    series = replace(series, pinned={1: there.start})
    assert usual_start(problem, series, plan.placements[0], 1) == minute(8, 14)
    assert starts(alternatives(problem, plan, series, 1, 1)) == [minute(8, 14)]


@pytest.mark.campaign(150)
def test_alternatives_are_those_that_a_count_by_hand_finds(seed: int) -> None:
    """Hours, busy times, gaps, caps, other sessions, quorum: over clock changes, with anchors anywhere."""
    problem, _ = random_problem(seed)
    draw = Random(seed)
    plan = greedy_plan(problem, draw)
    for series in problem.series:
        if plan.by_series()[series.id].slots and series.sessions:
            session = draw.randrange(series.sessions)
            found = alternatives(problem, plan, series, session, 100)
            assert list(found) == by_hand(problem, plan, series, session)[:100]


def by_hand(problem: Problem, plan: Plan, series: Series, session: int) -> list[Alternative]:
    """Every minute of the week looked at by itself."""
    placement = plan.by_series()[series.id]
    now, usual = placement.sessions[session], usual_start(problem, series, placement, session)
    week = week_of(problem, series, usual)
    ranked = []
    for start in range((week * 7 - 2) * DAY_MINUTES, (week * 7 + 9) * DAY_MINUTES, 5):
        shown = local(problem.horizon, series.anchor_zone, start)
        monday = problem.horizon.first_monday + timedelta(weeks=week)
        on_grid = (shown.hour * 60 + shown.minute) % problem.grid_minutes == 0
        if not on_grid or not monday <= shown.date() < monday + timedelta(weeks=1):
            continue
        able = [who for who in series.members if can(problem, plan, series, session, who, start)]
        absent = tuple(who for who in series.optional if who not in able)
        if set(series.required) <= set(able) and len(series.optional) - len(absent) >= series.quorum:
            pains = {who: pain(problem.horizon, problem.people[who].boundary, start, series.duration) for who in able}
            outside = {who: pains[who] for who in series.members if pains.get(who)}
            rank = (len(absent), sum(outside.values()), abs(start - usual), start)
            ranked.append((rank, Alternative(start, outside, absent)))
    kept: list[Alternative] = []
    for _, each in sorted(ranked, key=lambda entry: entry[0]):
        taken = [now.start] * now.takes_place + [other.start for other in kept]
        if all(differ(problem, series, each.start, other) for other in taken):
            kept.append(each)
    return kept


def differ(problem: Problem, series: Series, one: int, other: int) -> bool:
    """Whether two times are on different days of the anchor zone, or an hour apart."""
    days = {local(problem.horizon, series.anchor_zone, start).date() for start in (one, other)}
    return len(days) > 1 or abs(one - other) >= 60


def can(problem: Problem, plan: Plan, series: Series, session: int, who: str, start: int) -> bool:
    """Whether one person can come, beside every other session that the plan asks of them."""
    person, end = problem.people[who], start + series.duration
    if not inside_hours(problem.horizon, person.boundary, start, end) or is_busy(person, start, end):
        return False
    days, weeks = Counter[date](), Counter[tuple[int, int]]()
    for other, entry in zip(problem.series, plan.placements, strict=True):
        for number, held in enumerate(entry.sessions):
            itself = other.id == series.id and number == session
            if itself or not held.takes_place or who not in other.members or who in held.absent:
                continue
            gap = person.boundary.buffer
            if start < held.start + other.duration + gap and held.start < end + gap:
                return False
            day = local(problem.horizon, person.boundary.zone, held.start).date()
            days[day] += 1
            weeks[day.isocalendar()[:2]] += 1
    day = local(problem.horizon, person.boundary.zone, start).date()
    caps = person.boundary.max_per_day, person.boundary.max_per_week
    used = days[day], weeks[day.isocalendar()[:2]]
    return all(cap is None or count < cap for cap, count in zip(caps, used, strict=True))
