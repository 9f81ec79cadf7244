"""Why a time is not possible: each limit by itself, and all of them together against the checker of plans."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from random import Random
from typing import Any

import numpy as np
import pytest

from scheduler.core.explain import (
    Blocker,
    Explanation,
    Limit,
    Notes,
    closest_slot,
    explain_slot,
    explain_starts,
    missing_sessions,
)
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, Int64Array, as_intervals, merged
from scheduler.core.people import Boundary, Participant, Trip
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import NTHS, Cadence, Series, Slot, regular_days, regular_starts
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from tests.greedy import greedy_plan
from tests.problems import random_problem

MONDAY = date(2027, 1, 4)
TEN = DAY_MINUTES + 10 * 60  # Tuesday 10:00 of the first week, in UTC
OFFICE = {weekday: (WallWindow(9 * 60, 17 * 60),) for weekday in range(5)}
WEEKS = 4
PAIR = Series(id="pair", required=("ana", "bo"), duration=60, sessions=WEEKS, anchor_zone="UTC")


def person(name: str, *busy: tuple[int, int], **limits: Any) -> Participant:
    """Somebody in UTC who works from nine to five."""
    return Participant(
        id=name, boundary=Boundary(**{"zone": "UTC", "hours": OFFICE, **limits}), busy=merged(as_intervals(busy))
    )


def problem(bo: Participant, *more: Series, series: Series = PAIR) -> Problem:
    """Ana, who has no limits but her hours, and Bo, and what they have together."""
    people = {"ana": person("ana"), "bo": bo, "cy": person("cy")}
    return Problem(name="", horizon=Horizon(MONDAY, WEEKS), people=people, series=(series, *more))


def tuesdays_at_ten(posed: Problem, **known: Any) -> Explanation:
    """What keeps the pair from Tuesday at ten."""
    return explain_slot(posed, posed.series[0], [Slot(1, 600)], 0, **known)


def weeks(*numbers: int, of: int = TEN) -> tuple[int, ...]:
    """The minute of a week in some of the weeks."""
    return tuple(of + number * WEEK_MINUTES for number in numbers)


def held(series: str, *starts: int) -> Placement:
    """A placement that holds sessions at these minutes."""
    return Placement(series, 0, (Slot(0, 0),), tuple(Session(start, Status.HELD) for start in starts))


OTHER = Series(id="other", required=("bo", "cy"), duration=30, sessions=1, anchor_zone="UTC")
SOLO = Blocker("bo", Limit.HOURS, weeks(0, 1, 2, 3))


def test_a_time_that_suits_everybody_holds_on_all_dates() -> None:
    """Nothing blocks, and every date is asked about and holds."""
    told = tuesdays_at_ten(problem(person("bo")))
    assert told == Explanation("pair", weeks(0, 1, 2, 3), weeks(0, 1, 2, 3), ())


@pytest.mark.parametrize(
    ("bo", "blocker"),
    [
        (person("bo", hours={}), SOLO),
        (person("bo", hours=OFFICE | {1: (WallWindow(601, 1020),)}), SOLO),
        (person("bo", hours=OFFICE | {1: (WallWindow(540, 659),)}), SOLO),
        (person("bo", overrides={date(2027, 1, 12): ()}), Blocker("bo", Limit.HOURS, weeks(1))),
        (
            person("bo", days_off={date(2027, 1, 19): "public holiday: Ida's day"}),
            Blocker("bo", Limit.DAY_OFF, weeks(2), detail="public holiday: Ida's day"),
        ),
        (
            person("bo", travel=(Trip(date(2027, 1, 11), date(2027, 1, 13), "Asia/Tokyo"),)),
            Blocker("bo", Limit.HOURS, weeks(1)),
        ),
        (
            person("bo", (TEN + 59, TEN + 61), (TEN + WEEK_MINUTES - 30, TEN + WEEK_MINUTES + 1)),
            Blocker(
                "bo",
                Limit.CALENDAR,
                weeks(0, 1),
                ((TEN + 59, TEN + 61), (TEN + WEEK_MINUTES - 30, TEN + WEEK_MINUTES + 1)),
            ),
        ),
        (
            person("bo", (TEN - 30, TEN - 9), (TEN + WEEK_MINUTES + 69, TEN + WEEK_MINUTES + 90), buffer=10),
            Blocker(
                "bo",
                Limit.BUFFER,
                weeks(0, 1),
                ((TEN - 30, TEN - 9), (TEN + WEEK_MINUTES + 69, TEN + WEEK_MINUTES + 90)),
            ),
        ),
    ],
    ids=["none", "too early", "too late", "override", "day off", "trip", "calendar", "buffer"],
)
def test_a_limit_blocks_just_the_dates_on_which_it_applies(bo: Participant, blocker: Blocker) -> None:
    """One limit of one person is named, with the dates and with the times that stand in the way."""
    told = tuesdays_at_ten(problem(bo))
    assert told.blockers == (blocker,)
    assert told.holds == tuple(start for start in told.starts if start not in blocker.starts)


@pytest.mark.parametrize(
    "bo",
    [
        person("bo", (TEN - 30, TEN), (TEN + 60, TEN + 90)),
        person("bo", (TEN - 30, TEN - 10), (TEN + 70, TEN + 90), buffer=10),
        person("bo", hours={1: (WallWindow(600, 660),)}),
    ],
    ids=["calendar", "buffer", "hours"],
)
def test_what_only_touches_does_not_block(bo: Participant) -> None:
    """Intervals are half-open: a minute makes the difference."""
    assert tuesdays_at_ten(problem(bo)).blockers == ()


def test_another_series_blocks_by_its_sessions_and_the_gap_around_them() -> None:
    """It is named with the time of its session; a session at which somebody is absent leaves them free."""
    posed = problem(person("bo", buffer=10), replace(OTHER, required=("cy",), optional=("bo",), sessions=3))
    starts = (TEN - 39, TEN + WEEK_MINUTES, TEN + 2 * WEEK_MINUTES - 40)
    plan = Plan((held("other", *starts),))
    absent = replace(plan.placements[0].sessions[1], absent=("bo",))
    plan = Plan(
        (
            replace(
                plan.placements[0], sessions=(plan.placements[0].sessions[0], absent, *plan.placements[0].sessions[2:])
            ),
        )
    )
    blocker = Blocker("bo", Limit.SERIES, weeks(0), ((TEN - 39, TEN - 9),), "other")
    assert tuesdays_at_ten(posed, plan=plan).blockers == (blocker,)


@pytest.mark.parametrize(
    ("limits", "at", "limit"),
    [
        ({"max_per_day": 1}, TEN + 300, Limit.DAY_CAP),
        ({"max_per_week": 1}, TEN + 2 * DAY_MINUTES, Limit.WEEK_CAP),
    ],
)
def test_a_cap_blocks_the_day_or_week_that_others_use_up(limits: Mapping[str, int], at: int, limit: Limit) -> None:
    """Sessions of other series count, wherever they stand in the person's day or week; two a day leave room."""
    plan = Plan((held("other", at),))
    assert tuesdays_at_ten(problem(person("bo", **limits), OTHER), plan=plan).blockers == (
        Blocker("bo", limit, weeks(0), detail="1"),
    )
    roomy = {key: value + 1 for key, value in limits.items()}
    assert tuesdays_at_ten(problem(person("bo", **roomy), OTHER), plan=plan).blockers == ()


def test_caps_count_days_of_the_persons_own_zone() -> None:
    """Late on Monday in Los Angeles is Tuesday in UTC: another day's session does not use up this one's cap."""
    bo = person(
        "bo", zone="America/Los_Angeles", hours={day: (WallWindow(0, 1440),) for day in range(7)}, max_per_day=1
    )
    plan = Plan((held("other", DAY_MINUTES + 6 * 60),))  # Tuesday 06:00 UTC, and Monday 22:00 there
    assert tuesdays_at_ten(problem(bo, OTHER), plan=plan).blockers == ()
    late = Plan((held("other", DAY_MINUTES + 9 * 60),))
    assert [each.limit for each in tuesdays_at_ten(problem(bo, OTHER), plan=late).blockers] == [Limit.DAY_CAP]


def test_notice_is_named_where_it_is_too_soon() -> None:
    """The busy minutes by which a problem says so are told as notice, and the calendar alone as calendar."""
    closed, own = TEN + WEEK_MINUTES, (TEN + 2 * WEEK_MINUTES, TEN + 2 * WEEK_MINUTES + 30)
    notes = Notes(closed_until={"bo": closed}, calendars={"bo": as_intervals([own])})
    told = tuesdays_at_ten(problem(person("bo", (-5000, closed), own)), notes=notes)
    assert told.blockers == (
        Blocker("bo", Limit.NOTICE, weeks(0)),
        Blocker("bo", Limit.CALENDAR, weeks(2), (own,)),
    )
    assert told.holds == weeks(1, 3)


def test_whoever_is_unknown_blocks_all_and_says_why() -> None:
    """Unknown is never free, and nothing else is said of them."""
    notes = Notes(unknown={"bo": "bo.ics can't be read"})
    told = tuesdays_at_ten(problem(person("bo", hours={})), notes=notes)
    assert told.blockers == (Blocker("bo", Limit.UNKNOWN, weeks(0, 1, 2, 3), detail="bo.ics can't be read"),)
    assert told.holds == ()


def test_each_date_is_told_under_the_first_limit_that_applies() -> None:
    """Whoever is busy on a day off has a day off; the blocker of most dates comes first."""
    bo = person(
        "bo",
        (TEN, TEN + 60),
        *[(TEN + n * WEEK_MINUTES, TEN + n * WEEK_MINUTES + 1) for n in (1, 2, 3)],
        days_off={MONDAY.replace(day=5): "leave"},
    )
    limits = [(each.limit, len(each.starts)) for each in tuesdays_at_ten(problem(bo)).blockers]
    assert limits == [(Limit.CALENDAR, 3), (Limit.DAY_OFF, 1)]


@pytest.mark.parametrize(("quorum", "holds"), [(0, weeks(0, 1, 2, 3)), (1, weeks(0, 2, 3)), (2, weeks(0, 2))])
def test_a_quorum_asks_for_as_many_of_the_optional(quorum: int, holds: tuple[int, ...]) -> None:
    """Without a quorum optional people block nothing, and nothing is told of them."""
    circle = replace(PAIR, required=("ana",), optional=("bo", "cy"), quorum=quorum)
    people = problem(person("bo", (weeks(1)[0], weeks(1)[0] + 1), (weeks(3)[0], weeks(3)[0] + 1)), series=circle).people
    cy = person("cy", (weeks(1)[0], weeks(1)[0] + 1))
    posed = replace(problem(people["bo"], series=circle), people=dict(people) | {"cy": cy})
    told = tuesdays_at_ten(posed)
    assert told.holds == holds
    assert {each.person for each in told.blockers} == ({"bo", "cy"} if quorum else set())


def test_missing_sessions_are_explained_where_their_rule_puts_them() -> None:
    """Only skipped sessions are asked about."""
    bo = person("bo", (weeks(2)[0], weeks(2)[0] + 30))
    sessions = [Session(start, Status.HELD) for start in weeks(0, 1, 2, 3)]
    sessions[2] = Session(weeks(2)[0], Status.SKIPPED)
    placement = Placement("pair", 0, (Slot(1, 600),), tuple(sessions))
    posed = problem(bo)
    told = missing_sessions(posed, PAIR, placement, Plan((placement,)), Notes())
    assert (told.starts, told.holds) == (weeks(2), ())
    assert [each.limit for each in told.blockers] == [Limit.CALENDAR]


def test_the_closest_slot_is_the_one_that_fewest_limits_block() -> None:
    """Of a programme in which no time holds on every date: the first of those that hold on most."""
    noon = 2 * DAY_MINUTES + 12 * 60
    bo = person("bo", (noon + WEEK_MINUTES, noon + WEEK_MINUTES + 60), hours={2: (WallWindow(720, 780),)})
    assert closest_slot(problem(bo), PAIR) == (0, Slot(2, 720))


def test_a_group_of_optional_people_alone_has_a_closest_slot_too() -> None:
    """Where nobody is required, everybody is looked at."""
    posed = problem(person("bo", hours={3: (WallWindow(600, 660),)}))
    assert closest_slot(posed, replace(PAIR, required=(), optional=("ana", "bo"), quorum=2)) == (0, Slot(3, 600))


def test_a_monthly_series_begins_in_the_first_month_that_has_room() -> None:
    """January's first Monday is the 4th; with a horizon from the 11th on only later Mondays are left of it."""
    posed = replace(problem(person("bo", hours={0: (WallWindow(600, 660),)})), horizon=Horizon(date(2027, 1, 11), 12))
    monthly = replace(PAIR, sessions=2, cadence=Cadence(monthly=True))
    assert closest_slot(posed, monthly) == (0, Slot(0, 600, 2))
    assert closest_slot(replace(posed, horizon=Horizon(date(2027, 1, 25), 10)), monthly) == (0, Slot(0, 600, 4))
    assert closest_slot(replace(posed, horizon=Horizon(date(2027, 5, 31), 9)), monthly) == (0, Slot(0, 600, -1))


def test_sessions_that_do_not_fit_have_no_closest_slot() -> None:
    """More sessions than weeks have no first week to begin in."""
    assert closest_slot(problem(person("bo")), replace(PAIR, sessions=WEEKS + 1)) is None


# --- agreement with the checker


def some_rule(draw: Random, series: Series, posed: Problem, near: Plan) -> tuple[int, list[Slot]]:
    """A rule of a series on the grid, half of the time near one at which people meet."""
    nth = draw.choice(NTHS) if series.cadence.monthly else None
    grid, known = posed.grid_minutes, near.by_series()[series.id].slots
    slots = [Slot(draw.randrange(7), draw.randrange(0, DAY_MINUTES, grid), nth) for _ in range(series.cadence.rotation)]
    if known and draw.random() < 0.5:
        slots = [replace(slot, minute=(slot.minute + draw.choice((-grid, 0, grid))) % DAY_MINUTES) for slot in known]
    return draw.randrange(2), slots


def is_inside(posed: Problem, days: Int64Array) -> bool:
    """Whether a rule keeps all its dates in the horizon."""
    first = posed.horizon.first_monday.toordinal()
    return all(first <= day < first + posed.horizon.weeks * 7 for day in days.tolist())


def accepted(posed: Problem, standing: Plan, placement: Placement, index: int) -> bool:
    """Whether the checker finds nothing wrong with a plan in which a series has just this one session."""
    optional = next(series.optional for series in posed.series if series.id == placement.series)
    for absent in chain.from_iterable(combinations(optional, count) for count in range(len(optional) + 1)):
        sessions = list(placement.sessions)
        sessions[index] = replace(sessions[index], status=Status.HELD, absent=absent)
        others = (each for each in standing.placements if each.series != placement.series)
        if not check(posed, Plan((*others, replace(placement, sessions=tuple(sessions))))).faults:
            return True
    return False


@pytest.mark.campaign(120)
def test_what_is_said_to_hold_is_what_the_checker_accepts(seed: int) -> None:
    """For random slots and dates of random problems, in the midst of a plan of all other series."""
    draw = Random(seed)
    posed, _ = random_problem(seed)
    posed = replace(posed, freeze_until=None, series=tuple(replace(series, pinned={}) for series in posed.series))
    near = standing = greedy_plan(posed, draw)
    if check(posed, standing).faults:
        standing = Plan(tuple(emptied(each) for each in near.placements))
    for series in posed.series:
        for _ in range(200 // len(posed.series) // max(1, series.sessions)):
            first, slots = some_rule(draw, series, posed, near)
            starts = regular_starts(series, first, slots, posed.horizon)
            placement = Placement(
                series.id, first, tuple(slots), tuple(Session(start, Status.SKIPPED) for start in starts.tolist())
            )
            told = explain_starts(posed, series, starts, plan=standing)
            if not is_inside(posed, regular_days(series, first, slots, posed.horizon)):
                continue
            for index, start in enumerate(starts.tolist()):
                assert (start in told.holds) == accepted(posed, standing, placement, index), (series.id, slots, index)


def emptied(placement: Placement) -> Placement:
    """The placement of a series that never meets."""
    sessions = tuple(replace(each, status=Status.SKIPPED, absent=()) for each in placement.sessions)
    return replace(placement, slots=(), sessions=sessions)


def test_an_explanation_of_no_dates_is_empty() -> None:
    """Nothing was asked, so nothing holds and nothing blocks."""
    told = explain_starts(problem(person("bo", hours={})), PAIR, np.array([], dtype=np.int64))
    assert told == Explanation("pair", (), (), ())
