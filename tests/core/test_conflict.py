"""What would have to give: each kind of limit by itself, and the whole against brute force on tiny problems."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest

from scheduler.core.barriers import Barrier, Kind
from scheduler.core.candidates import NOWHERE, all_candidates
from scheduler.core.commitments import with_commitments
from scheduler.core.conflict import Conflict, Conflicts, Midst, conflicts
from scheduler.core.explain import Notes, explain_slot
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, as_intervals, merged
from scheduler.core.obstacles import obstacles
from scheduler.core.people import Boundary, Participant, Trip
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.rules import all_rules
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.walltime import WallWindow
from scheduler.core.without import without
from tests.greedy import greedy_plan
from tests.problems import random_problem

MONDAY = date(2027, 1, 4)
TEN = DAY_MINUTES + 600  # Tuesday 10:00 of the first week, in UTC
OFFICE = {weekday: (WallWindow(540, 1020),) for weekday in range(5)}
JUST_TEN = {1: (WallWindow(600, 660),)}
WEEKS = 5
PAIR = Series(id="pair", required=("ana", "bo"), duration=60, sessions=WEEKS, anchor_zone="UTC")
OTHER = Series(id="other", required=("bo", "cy"), duration=60, sessions=WEEKS, anchor_zone="UTC")
TUESDAYS = [date(2027, 1, 5) + timedelta(weeks=week) for week in range(WEEKS)]


def person(name: str, *busy: tuple[int, int], **limits: Any) -> Participant:
    """Somebody in UTC who works from nine to five."""
    rows = as_intervals(busy)
    return Participant(id=name, boundary=Boundary(**{"zone": "UTC", "hours": OFFICE, **limits}), busy=merged(rows))


def asked(bo: Participant, needed: int = WEEKS, series: Series = PAIR, **midst: Any) -> Conflicts:
    """What would have to give so that Ana, who only has Tuesdays at ten, meets Bo."""
    people = {"ana": person("ana", hours=JUST_TEN), "bo": bo, "cy": person("cy")}
    problem = Problem(name="", horizon=Horizon(MONDAY, WEEKS), people=people, series=(series, OTHER))
    return conflicts(problem, series, needed, Midst(at=Slot(1, 600), **midst))


def weekly(start: int, length: int, *weeks: int) -> list[tuple[int, int]]:
    """The same minutes of some weeks."""
    return [(start + week * WEEK_MINUTES, start + week * WEEK_MINUTES + length) for week in weeks]


def held(*starts: int) -> Plan:
    """A plan in which the other series has these sessions."""
    return Plan((Placement("other", 0, (Slot(0, 0),), tuple(Session(start, Status.HELD) for start in starts)),))


def gives(found: Conflicts) -> list[tuple[str, Kind, int, int]]:
    """Person, kind, number of dates and price of what gives in the smallest set."""
    assert found.smallest is not None
    return [(g.barrier.person, g.barrier.kind, len(g.starts), g.price) for g in found.smallest.givings]


@pytest.mark.parametrize(
    ("bo", "kind", "dates", "price"),
    [
        (person("bo", hours={1: (WallWindow(630, 1020),)}), Kind.EARLY, 5, 60),
        (person("bo", hours={1: (WallWindow(540, 615),)}), Kind.LATE, 5, 75),
        (person("bo", hours={1: (WallWindow(540, 610), WallWindow(640, 1020))}), Kind.BREAK, 5, 60),
        (person("bo", hours={2: (WallWindow(540, 1020),)}), Kind.WEEKDAY, 5, 240),
        (person("bo", overrides={TUESDAYS[1]: (), TUESDAYS[3]: (WallWindow(900, 960),)}), Kind.OVERRIDE, 2, 150),
        (person("bo", travel=(Trip(TUESDAYS[1], TUESDAYS[2], "Asia/Tokyo"),)), Kind.TRIP, 2, 300),
        (person("bo", days_off={TUESDAYS[0]: "leave", TUESDAYS[4]: "leave"}), Kind.DAY_OFF, 2, 200),
        (person("bo", *weekly(TEN, 60, 0, 2, 4)), Kind.RECURRING, 3, 120),
        (person("bo", (TEN, TEN + 1), (TEN + WEEK_MINUTES - 90, TEN + WEEK_MINUTES + 30)), Kind.SINGLE, 2, 40),
        (person("bo", *weekly(TEN - 30, 20, 0, 1, 3), buffer=15), Kind.GAP, 3, 10),
    ],
    ids=lambda value: str(value) if isinstance(value, Kind) else "",
)
def test_each_kind_of_limit_gives_as_a_whole(bo: Participant, kind: Kind, dates: int, price: int) -> None:
    """One limit is in the way, on so many dates, at the price that its table says."""
    found = asked(bo)
    assert found.possible == WEEKS - dates
    assert gives(found) == [("bo", kind, dates, price)]


def test_public_holidays_are_of_one_kind_and_leave_of_another() -> None:
    """Who gives up holidays keeps the leave."""
    holidays = {TUESDAYS[0]: "public holiday: One", TUESDAYS[1]: "public holiday: Two"}
    assert gives(asked(person("bo", days_off=holidays))) == [("bo", Kind.DAY_OFF, 2, 200)]
    both = asked(person("bo", days_off=holidays | {TUESDAYS[2]: "leave"}))
    assert [kind for _, kind, *_ in gives(both)] == [Kind.DAY_OFF, Kind.DAY_OFF]


def test_a_day_off_of_the_programme_gives_for_everybody_at_once() -> None:
    """It is nobody's own."""
    off = {TUESDAYS[0]: "blackout"}
    people = {who: person(who, days_off=off) for who in ("ana", "bo")}
    problem = Problem(name="", horizon=Horizon(MONDAY, WEEKS), people=people, series=(PAIR,))
    assert gives(conflicts(problem, PAIR, WEEKS, Midst(at=Slot(1, 600)))) == [("", Kind.PROGRAMME, 1, 600)]


@pytest.mark.parametrize(
    ("limits", "starts", "kind", "price"),
    [
        ({}, (TEN, TEN + WEEK_MINUTES), Kind.SERIES, 180),
        ({"buffer": 10}, (TEN + 65,), Kind.GAP, 10),
        ({"max_per_day": 1}, (TEN + 120,), Kind.DAY_CAP, 80),
        ({"max_per_week": 1}, (TEN + 2 * DAY_MINUTES,), Kind.WEEK_CAP, 80),
    ],
)
def test_other_series_and_caps_are_limits_too(
    limits: dict[str, int], starts: tuple[int, ...], kind: Kind, price: int
) -> None:
    """A session in the way, one too near, and a day or week that others have filled."""
    found = asked(person("bo", **limits), plan=held(*starts))
    assert gives(found) == [("" if kind is Kind.SERIES else "bo", kind, len(starts), price)]


def test_a_series_that_gives_leaves_room_under_a_cap_too() -> None:
    """It blocks one date itself, and fills the day of another: one limit is enough."""
    found = asked(person("bo", max_per_day=1), plan=held(TEN, TEN + WEEK_MINUTES + 200))
    assert gives(found) == [("", Kind.SERIES, 2, 180)]


def test_notice_and_unknown_calendars_are_limits() -> None:
    """By what the notes say of busy minutes."""
    notes = Notes(closed_until={"bo": TEN + 1}, calendars={"bo": as_intervals([])})
    assert gives(asked(person("bo", (-5000, TEN + 1)), notes=notes)) == [("bo", Kind.NOTICE, 1, 60)]
    unknown = Notes(unknown={"bo": "bo.ics can't be read"}, calendars={"bo": as_intervals([])})
    everything = asked(person("bo", (-5000, WEEKS * WEEK_MINUTES + 5000)), notes=unknown)
    assert gives(everything) == [("bo", Kind.UNKNOWN, 5, 400)]


def test_only_as_many_dates_as_are_asked_for_have_to_hold() -> None:
    """What blocks the dates that may be missed stays."""
    bo = person("bo", *weekly(TEN, 60, 0, 1, 2), days_off={TUESDAYS[4]: "leave"})
    assert gives(asked(bo, 1)) == []
    assert gives(asked(bo, 4)) == [("bo", Kind.RECURRING, 3, 120)]
    assert [kind for _, kind, *_ in gives(asked(bo, 5))] == [Kind.DAY_OFF, Kind.RECURRING]


def test_sessions_that_stand_count_as_they_stand() -> None:
    """One that takes place need not hold by the rule, and one that is skipped can't be had at all."""
    bo = person("bo", *weekly(TEN, 60, 0, 1, 2))
    assert gives(asked(bo, 4, given={0: True, 1: True})) == []
    assert asked(bo, 5, given={4: False}).smallest is None


def test_a_quorum_takes_whoever_gives_least() -> None:
    """Of two optional people one is enough."""
    circle = replace(PAIR, required=("ana",), optional=("bo", "cy"), quorum=1)
    people = {
        "ana": person("ana", hours=JUST_TEN),
        "bo": person("bo", hours={2: (WallWindow(540, 1020),)}),
        "cy": person("cy", hours={1: (WallWindow(615, 1020),)}),
    }
    problem = Problem(name="", horizon=Horizon(MONDAY, WEEKS), people=people, series=(circle,))
    assert gives(conflicts(problem, circle, WEEKS, Midst(at=Slot(1, 600)))) == [("cy", Kind.EARLY, 5, 45)]


def test_slots_of_a_rotation_are_chosen_together() -> None:
    """Each has its own day, and what gives serves both."""
    turns = replace(PAIR, sessions=4, cadence=Cadence(rotation=2))
    people = {
        "ana": person("ana", hours={1: (WallWindow(600, 660),), 3: (WallWindow(600, 660),)}),
        "bo": person("bo", *weekly(TEN, 60, 0, 1, 2, 3, 4), *weekly(TEN + 2 * DAY_MINUTES, 60, 0, 1)),
    }
    problem = Problem(name="", horizon=Horizon(MONDAY, 4), people=people, series=(turns,))
    found = conflicts(problem, turns, 4, Midst())
    assert found.possible == 2
    assert gives(found) == [("bo", Kind.SINGLE, 2, 40)]
    assert found.smallest is not None
    assert found.smallest.slots == (Slot(3, 600), Slot(3, 600))


def test_more_sessions_than_weeks_have_no_set() -> None:
    """No limit of anybody makes the weeks longer."""
    found = asked(person("bo"), series=replace(PAIR, sessions=WEEKS + 1))
    assert (found.possible, found.smallest, found.cheapest) == (0, None, None)


# --- against brute force


def tiny(seed: int) -> tuple[Problem, Series, Midst, int]:
    """A tiny problem, one of its series in the midst of a plan of the others, and a number of sessions to ask for."""
    draw = Random(seed)
    problem, _ = random_problem(seed, size="tiny")
    problem = replace(problem, freeze_until=None, series=tuple(replace(each, pinned={}) for each in problem.series))
    series = draw.choice(problem.series)
    needed = draw.randint(1, max(1, series.sessions))
    return problem, series, Midst(plan=greedy_plan(problem, draw)), needed


def most_held(problem: Problem, series: Series, midst: Midst, gone: Iterable[Barrier]) -> int:
    """How many sessions one rule can hold when these barriers are gone: asked of the solver's own candidates."""
    eased = without(problem, midst.plan, midst.notes, frozenset(gone))
    others = Plan(tuple(one for one in (eased.plan or Plan(())).placements if one.series != series.id))
    alone = replace(with_commitments(eased.problem, others, series.duration), series=(series,))
    (found,) = all_candidates(alone)
    if not series.sessions:
        return 0
    possible = found.regular[found.dates] != NOWHERE
    possible &= (found.dates != NOWHERE).all(axis=2)[:, :, None, None] if series.cadence.rotation == 1 else True
    inside = found.dates != NOWHERE
    best = 0
    for first in range(len(found.dates)):
        held = 0
        for place in range(series.cadence.rotation):
            mine = slice(place, None, series.cadence.rotation)
            whole = inside[first, :, mine].all(axis=1)
            counts = possible[first, :, mine].sum(axis=1)[whole]
            if not counts.size:
                break
            held += int(counts.max())
        else:
            best = max(best, held)
    return best


def delivered(problem: Problem, series: Series, midst: Midst, found: Conflict, but: Barrier | None = None) -> int:
    """How many dates hold at the rule of a conflict, by the other explanation, once its limits (but one) have given."""
    eased = without(problem, midst.plan, midst.notes, found.barriers - {but})
    told = explain_slot(eased.problem, series, found.slots, found.first, plan=eased.plan, notes=eased.notes)
    return len(told.holds)


@pytest.mark.campaign(200)
def test_the_smallest_set_is_that_of_brute_force(seed: int) -> None:
    """It delivers what it says, no smaller set of any limits does, and no part of it is left over."""
    problem, series, midst, needed = tiny(seed)
    found = conflicts(problem, series, needed, midst)
    assert found.possible == most_held(problem, series, midst, ())
    if found.smallest is None or found.cheapest is None:
        assert series.sessions == 0 or not all_rules(problem, series, (), None).firsts
        return
    rules = all_rules(problem, series, (), None)
    every = obstacles(problem, series, rules.starts, midst.plan, midst.notes).register.barriers
    for conflict in (found.smallest, found.cheapest):
        assert delivered(problem, series, midst, conflict) >= conflict.holds >= needed
        assert most_held(problem, series, midst, conflict.barriers) >= needed
        for barrier in conflict.barriers:
            assert delivered(problem, series, midst, conflict, but=barrier) < needed
    assert found.cheapest.price <= found.smallest.price
    for size in range(min(len(found.smallest.givings), 3)):
        for some in combinations(every, size):
            assert most_held(problem, series, midst, some) < needed, some
