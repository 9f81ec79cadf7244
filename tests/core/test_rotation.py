"""Two slots in turn: which circles are asked about, and what their best rules reach."""

from dataclasses import replace
from datetime import date

import pytest

from scheduler.core.availability import open_hours
from scheduler.core.candidates import candidates_of
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.rotation import Outcome, best_outcome, hours_apart, in_turn, may_turn, settled
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.verify import check
from scheduler.solve import solve
from tests.globe import CIRCLE, EVENING, GLOBE, MORNING
from tests.problems import random_problem


def people(*zones: str) -> dict[str, Participant]:
    """One person in each zone."""
    return {f"p{i}": Participant(id=f"p{i}", boundary=Boundary(zone=zone, hours={})) for i, zone in enumerate(zones)}


@pytest.mark.parametrize(
    ("zones", "hours"),
    [
        (("Europe/London", "Europe/London"), 0.0),
        (("America/Bogota", "Asia/Kolkata"), 10.5),
        (("America/Los_Angeles", "Pacific/Auckland"), 3.0),  # one day apart, and three hours by the clock
        (("America/Los_Angeles", "Europe/London", "Asia/Tokyo"), 15.0),
        (("America/St_Johns", "Asia/Kathmandu"), 9.25),
    ],
)
def test_zones_are_apart_by_the_shortest_arc_of_the_clock(zones: tuple[str, ...], hours: float) -> None:
    """In January, when the horizon begins."""
    problem = Problem(name="", horizon=Horizon(date(2027, 1, 4), 4), people=people(*zones), series=())
    series = Series(id="x", required=tuple(problem.people), duration=30, sessions=4, anchor_zone="UTC")
    assert hours_apart(problem, series) == hours


def test_only_wide_circles_with_room_are_asked_about() -> None:
    """Not pairs, not those that live near each other, not those that take turns or meet too seldom for it."""
    assert may_turn(GLOBE, CIRCLE)
    assert not may_turn(GLOBE, replace(CIRCLE, required=CIRCLE.required[:2]))
    assert not may_turn(GLOBE, in_turn(CIRCLE, 2))
    assert not may_turn(GLOBE, replace(CIRCLE, sessions=1))
    assert not may_turn(GLOBE, replace(CIRCLE, pinned={0: MORNING}))
    assert not may_turn(GLOBE, replace(CIRCLE, cadence=Cadence(every_weeks=7)))
    assert may_turn(GLOBE, replace(CIRCLE, cadence=Cadence(monthly=True)))
    near = {
        who: replace(one, boundary=replace(one.boundary, zone="Europe/London")) for who, one in GLOBE.people.items()
    }
    assert not may_turn(replace(GLOBE, people=near), CIRCLE)


def reached(problem: Problem, series: Series, turns: int, slack: int = 1) -> Outcome:
    """What the series reaches alone."""
    planned = dict.fromkeys(series.members, series.sessions)
    return best_outcome(candidates_of(problem, series), turns, slack, dict.fromkeys(series.members, 0), planned)


def test_turns_halve_what_one_slot_asks_of_one_person() -> None:
    """At seven in the morning of London, or of Auckland: two hours too early for the one or the other."""
    assert reached(GLOBE, CIRCLE, 1) == Outcome(4, 0, 120.0)
    assert reached(GLOBE, CIRCLE, 2) == Outcome(4, 0, 60.0)


def test_what_members_bear_elsewhere_counts() -> None:
    """Ann has borne so much in other series that she should have the good hour every time."""
    found = candidates_of(GLOBE, CIRCLE)
    carried, planned = {"ann": 4 * 120, "bea": 0, "cal": 0}, {"ann": 8, "bea": 4, "cal": 4}
    assert best_outcome(found, 1, 1, carried, planned) == Outcome(4, 0, 120.0)
    assert best_outcome(found, 2, 1, carried, planned) == Outcome(4, 0, 90.0)


def test_lost_sessions_and_empty_seats_come_first() -> None:
    """In the second week Cal has no evening: the turn of that week is the morning; or neither hour, and one is lost."""
    evening, morning = WEEK_MINUTES + EVENING, WEEK_MINUTES + MORNING
    problem, fixed = _with_cal_busy(evening), replace(CIRCLE, movable=False)
    optional = replace(fixed, required=("ann", "bea"), optional=("cal",))
    assert reached(problem, fixed, 1) == reached(problem, optional, 1) == Outcome(4, 0, 120.0)
    assert reached(problem, fixed, 2) == reached(problem, optional, 2) == Outcome(4, 0, 60.0)
    problem = _with_cal_busy(morning, evening)
    assert reached(problem, fixed, 2) == Outcome(3, 0, 60.0)
    assert reached(problem, optional, 2) == Outcome(4, 1, 60.0)


def test_dates_move_where_they_can_and_moves_beyond_the_slack_are_strain() -> None:
    """With every other evening taken, one slot in the evening moves two dates."""
    problem = _with_cal_busy(*(week * WEEK_MINUTES + EVENING for week in (0, 2)))
    carried = {"ann": 10_000, "bea": 0, "cal": 0}
    found, planned = candidates_of(problem, CIRCLE), dict.fromkeys(CIRCLE.members, 4)
    assert best_outcome(found, 1, 2, carried, planned) == Outcome(4, 0, (10_000 + 2 * 120) / 4)
    assert best_outcome(found, 1, 1, carried, planned) == Outcome(4, 0, (10_000 + 4 * 120) / 4)


def _with_cal_busy(*starts: int) -> Problem:
    busy = as_intervals([(start, start + 60) for start in sorted(starts)])
    return replace(GLOBE, people={**GLOBE.people, "cal": replace(GLOBE.people["cal"], busy=busy)})


def test_open_rotations_are_settled_where_they_are_worth_it() -> None:
    """Two slots for the wide circle; one where the programme says so, and one where the hours suit everybody."""
    assert [series.cadence.rotation for series in settled(GLOBE, {"circle"}, None).series] == [2]
    assert settled(GLOBE, set(), None) == GLOBE
    content = {who: replace(one, boundary=replace(one.boundary, preferred={})) for who, one in GLOBE.people.items()}
    by_hand = replace(GLOBE, series=(replace(CIRCLE, pinned={0: MORNING}),))
    assert [series.cadence.rotation for series in settled(by_hand, {"circle"}, None).series] == [2]
    same = replace(GLOBE, people=content)
    assert [series.cadence.rotation for series in settled(same, {"circle"}, None).series] == [1]


def test_what_stands_keeps_its_number_of_slots() -> None:
    """A published circle is not torn apart, and one without any slot is asked about anew."""
    stands = Placement("circle", 0, (Slot(1, 420),), (Session(420, Status.HELD),) * 4)
    for placement, slots in ((stands, 1), (replace(stands, slots=stands.slots * 2), 2), (replace(stands, slots=()), 2)):
        problem = settled(GLOBE, {"circle"}, Plan((placement,)))
        assert [series.cadence.rotation for series in problem.series] == [slots]


@pytest.mark.campaign(100)
@pytest.mark.parametrize("turns", [1, 2])
def test_the_best_rules_are_those_of_the_exact_solver(seed: int, turns: int) -> None:
    """One series alone that must not move: on all three levels, unless a slot has more times than are paired."""
    problem, _ = random_problem(seed)
    series = replace(problem.series[0], movable=False, pinned={}, cadence=Cadence(rotation=turns))
    series = replace(series, sessions=min(max(1, series.sessions), problem.horizon.weeks))
    uncapped = {
        who: replace(one, boundary=replace(one.boundary, max_per_day=None, max_per_week=None, buffer=0))
        for who, one in problem.people.items()
        if who in series.members
    }
    alone = replace(problem, people=uncapped, series=(series,), freeze_until=None)
    score = check(alone, solve(alone)).score
    found = reached(alone, series, turns, problem.slack)
    assert (found.happen, found.strain) == (score.happen, score.strain)
    open_minutes = [open_hours(one.boundary, problem.horizon) for one in uncapped.values()]
    narrow = all((rows[:, 1] - rows[:, 0]).sum() < 7 * DAY_MINUTES for rows in open_minutes)
    assert found.worst >= score.worst_burden - 0.001
    assert not narrow or found.worst == pytest.approx(score.worst_burden, abs=0.001)
