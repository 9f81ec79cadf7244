"""The pair's question: every option counted date by date, best first, and ready to be taken as it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from random import Random

import pytest

from scheduler.core.interval import DAY_MINUTES, Horizon, as_intervals, merged
from scheduler.core.people import Boundary, Participant, WeekHours
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.presence import inside_hours, instant, is_busy
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.slots import SlotOption, best_slots, parse_slot
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from scheduler.errors import InputError
from tests.greedy import greedy_plan
from tests.problems import ZONES, random_problem

MONDAY = date(2027, 3, 1)
OFFICE = {weekday: (WallWindow(9 * 60, 17 * 60),) for weekday in range(5)}


def pair(weeks: int = 4, zone: str = "America/New_York", hours: WeekHours = OFFICE) -> tuple[Problem, Series]:
    """Ana of London and Bo, over weeks in which clocks change."""
    ana = Participant(id="ana", boundary=Boundary(zone="Europe/London", hours=OFFICE))
    bo = Participant(id="bo", boundary=Boundary(zone=zone, hours=hours))
    problem = Problem(name="", horizon=Horizon(MONDAY, weeks), people={"ana": ana, "bo": bo}, series=())
    return problem, Series(id="x", required=("ana", "bo"), duration=60, sessions=weeks, anchor_zone="Europe/London")


def minute(problem: Problem, day: date, hour: int) -> int:
    """An hour of London as a minute of the problem."""
    return instant(problem.horizon, "Europe/London", day, hour * 60)


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("Tue 10:00", Slot(1, 600)),
        ("friday 9", Slot(4, 540)),
        ("  SUN 23:59 ", Slot(6, 1439)),
        ("Mo 0:00", Slot(0, 0)),
    ],
)
def test_a_weekday_with_a_time_is_a_slot(text: str, slot: Slot) -> None:
    """As people write it, in any case."""
    assert parse_slot(text) == slot


@pytest.mark.parametrize(
    "text",
    [
        *("", "Tue", "10:00", "Tue 24:00", "Tue 10:60", "Tue -1", "Mon-Fri 10", "Someday 10:00", "Tue 10:00 UTC"),
        *("Tue ten", "Tue 1000", "x" * 10_000, "Tue\x0010:00", "Tue ١٠:٠٠"),
    ],
)
def test_what_is_no_weekday_with_a_time_is_refused(text: str) -> None:
    """With a hint how to write it, and not with the whole of a long text."""
    with pytest.raises(InputError, match=r"is no weekday with a time\. Write it like 'Tue 10:00'") as error:
        parse_slot(text)
    assert len(str(error.value)) < 200


def test_options_differ_by_the_day_or_by_an_hour() -> None:
    """Five quarter-hours of one afternoon are one choice and not five."""
    problem, series = pair()
    options = best_slots(problem, series, 8)
    assert len(options) == 8
    slots = [option.slot for option in options]
    assert all(
        one.weekday != other.weekday or abs(one.minute - other.minute) >= 60
        for number, one in enumerate(slots)
        for other in slots[:number]
    )


def test_an_option_counts_what_holds_moves_and_is_lost() -> None:
    """Ana is free on Tuesday mornings and Wednesday noons; one Tuesday she is away, another week altogether."""
    problem, series = pair(4, zone="Europe/London", hours={1: (WallWindow(540, 600),), 2: (WallWindow(720, 780),)})
    second, third = (MONDAY + timedelta(weeks=week) for week in (1, 2))
    gone = [(third + timedelta(days=day), hour) for day in (1, 2) for hour in (9, 12)]
    hours = [minute(problem, day, hour) for day, hour in [(second + timedelta(days=1), 9), *gone]]
    bo = replace(problem.people["bo"], busy=merged(as_intervals([(start, start + 60) for start in hours])))
    problem = replace(problem, people={"ana": problem.people["ana"], "bo": bo})
    noon, morning = best_slots(problem, series, 5)
    assert (noon.slot, counts(noon)) == (Slot(2, 720), (3, 0, 1))
    assert (morning.slot, counts(morning)) == (Slot(1, 540), (2, 1, 1))
    moved = morning.placement.sessions[1]
    assert moved == Session(minute(problem, second + timedelta(days=2), 12), Status.MOVED)


def test_a_series_that_may_not_move_loses_what_it_can_not_hold() -> None:
    """The same week has another free hour, and it is not asked."""
    problem, series = pair(2, zone="Europe/London", hours={1: (WallWindow(540, 600),), 2: (WallWindow(720, 780),)})
    start = minute(problem, MONDAY + timedelta(days=1), 9)
    bo = replace(problem.people["bo"], busy=as_intervals([(start, start + 1)]))
    problem = replace(problem, people={"ana": problem.people["ana"], "bo": bo})
    options = best_slots(problem, replace(series, movable=False), 5)
    assert [(option.slot, counts(option)) for option in options] == [
        (Slot(2, 720), (2, 0, 0)),
        (Slot(1, 540), (1, 0, 1)),
    ]


def test_minutes_outside_preferred_hours_are_those_of_the_people_who_come() -> None:
    """Ana likes the afternoon; the optional Cy likes the night, and is never there."""
    problem, series = pair(2)
    ana = replace(
        problem.people["ana"].boundary, hours={1: (WallWindow(840, 900),)}, preferred={1: (WallWindow(870, 1020),)}
    )
    cy = Boundary(zone="UTC", hours={}, preferred={day: (WallWindow(0, 60),) for day in range(7)})
    people = {"ana": Participant(id="ana", boundary=ana), "cy": Participant(id="cy", boundary=cy)}
    asked = replace(series, required=("ana",), optional=("cy",))
    (option,) = best_slots(replace(problem, people=people), asked, 5)
    assert (option.slot, option.outside) == (Slot(1, 840), 60)
    assert [session.absent for session in option.placement.sessions] == [("cy",), ("cy",)]


def test_no_common_hour_is_no_option() -> None:
    """An empty answer and no error, also where the sessions don't fit into the weeks."""
    problem, series = pair(hours={day: (WallWindow(0, 300),) for day in range(7)}, zone="Europe/London")
    assert best_slots(problem, series, 5) == ()
    assert best_slots(pair()[0], replace(series, sessions=5), 5) == ()
    assert best_slots(pair()[0], replace(series, sessions=0), 5) == ()


def test_sessions_of_an_option_keep_clear_of_each_other() -> None:
    """Monday 00:30 in London is Monday, then Sunday evening in Reykjavik: a cap of one a week is kept all the same."""
    night = {6: (WallWindow(1380, 1440),), 0: (WallWindow(0, 120),)}
    ana = Participant(id="ana", boundary=Boundary(zone="Europe/London", hours=night))
    bo = Participant(id="bo", boundary=Boundary(zone="Atlantic/Reykjavik", hours=night, max_per_week=1))
    problem = Problem(name="", horizon=Horizon(MONDAY, 6), people={"ana": ana, "bo": bo}, series=())
    series = Series(id="x", required=("ana", "bo"), duration=60, sessions=6, anchor_zone="Europe/London")
    options = best_slots(problem, series, 5)
    assert options
    for option in options:
        assert check(replace(problem, series=(series,)), Plan((option.placement,))).faults == ()


# --- against brute force


def counts(option: SlotOption) -> tuple[int, int, int]:
    """How many sessions are held, moved, lost."""
    held, moved, lost = (option.count(status) for status in (Status.HELD, Status.MOVED, Status.SKIPPED))
    return held, moved, lost


def fits(problem: Problem, series: Series, start: int) -> bool:
    """Whether the required and a quorum of the others can come, each asked by themselves."""
    end = start + series.duration
    can = {
        who: inside_hours(problem.horizon, person.boundary, start, end) and not is_busy(person, start, end)
        for who, person in problem.people.items()
    }
    return all(can[who] for who in series.required) and sum(can[who] for who in series.optional) >= series.quorum


def by_hand(problem: Problem, series: Series) -> Callable[[int, Slot], tuple[int, int, int]]:
    """Counts held, moved and lost sessions of a weekly rule, date by date."""

    @cache
    def good(day: date, time: int) -> bool:
        return fits(problem, series, instant(problem.horizon, series.anchor_zone, day, time))

    @cache
    def in_week(monday: date) -> bool:
        times = range(0, DAY_MINUTES, problem.grid_minutes)
        return any(good(monday + timedelta(days=offset), time) for offset in range(7) for time in times)

    def count(first: int, slot: Slot) -> tuple[int, int, int]:
        weeks = [first + index * series.cadence.every_weeks for index in range(series.sessions)]
        mondays = [problem.horizon.first_monday + timedelta(weeks=week) for week in weeks]
        missed = [monday for monday in mondays if not good(monday + timedelta(days=slot.weekday), slot.minute)]
        moved = sum(series.movable and in_week(monday) for monday in missed)
        return len(mondays) - len(missed), moved, len(missed) - moved

    return count


@pytest.mark.campaign(40)
def test_options_are_what_one_finds_by_going_through_all(seed: int) -> None:
    """On small problems without caps: every option's counts, and that no rule at all is better than the first."""
    problem, _ = random_problem(seed, size="tiny")
    people = {
        who: replace(person, boundary=replace(person.boundary, max_per_day=None, max_per_week=None))
        for who, person in problem.people.items()
    }
    problem, draw = replace(problem, people=people, series=(), grid_minutes=60), Random(seed)
    series = some_series(draw, problem, monthly=False)
    firsts = range(problem.horizon.weeks - (series.sessions - 1) * series.cadence.every_weeks)
    rules = [(first, Slot(day, hour * 60)) for first in firsts for day in range(7) for hour in range(24)]
    count = by_hand(problem, series)
    every = [count(*rule) for rule in rules]
    options = best_slots(problem, series, 4)
    for option in options:
        assert counts(option) == count(option.placement.first, option.slot)
    worths = [(lost, max(0, moved - problem.slack)) for held, moved, lost in every if held]
    assert bool(options) == bool(worths)
    if options:
        _, moved, lost = counts(options[0])
        assert (lost, max(0, moved - problem.slack)) == min(worths)


@pytest.mark.campaign(200)
def test_every_option_can_be_taken_as_it_is(seed: int) -> None:
    """Beside all that stands, with caps, buffers, travel and clock changes: the checker finds nothing wrong."""
    problem, _ = random_problem(seed)
    problem, draw = replace(problem, freeze_until=None), Random(seed)
    standing = greedy_plan(problem, draw)
    before = set(check(problem, standing).faults)
    series = some_series(draw, problem, monthly=draw.random() < 0.2)
    whole = replace(problem, series=(*problem.series, series))
    for option in best_slots(problem, series, 5, standing):
        assert set(check(whole, Plan((*standing.placements, option.placement))).faults) <= before


def some_series(draw: Random, problem: Problem, *, monthly: bool) -> Series:
    """Two or three people of a problem who want to meet."""
    members = draw.sample(list(problem.people), min(len(problem.people), draw.choice([2, 2, 3])))
    required = members[: draw.randint(0, len(members))]
    every = 1 if monthly else draw.choice([1, 1, 2])
    weeks = problem.horizon.weeks - draw.choice([0, 1])
    return Series(
        id="new",
        required=tuple(required),
        optional=tuple(members[len(required) :]),
        quorum=draw.randint(0 if required else 1, len(members) - len(required)) if len(members) > len(required) else 0,
        duration=draw.choice([30, 45, 60]),
        sessions=max(1, weeks // (4 if monthly else every)),
        cadence=Cadence(every_weeks=every, monthly=monthly),
        anchor_zone=draw.choice(ZONES),
        movable=draw.random() < 0.8,
    )


def test_what_stands_is_kept_clear_of() -> None:
    """A session of the standing plan is as good as an appointment, and none of the pair's."""
    problem, series = pair(1, zone="Europe/London", hours={1: (WallWindow(540, 600),)})
    start = minute(problem, MONDAY + timedelta(days=1), 9)
    other = replace(series, id="other", sessions=1)
    standing = Plan((Placement("other", 0, (Slot(1, 540),), (Session(start, Status.HELD),)),))
    assert best_slots(replace(problem, series=(other,)), series, 5, standing) == ()
    assert len(best_slots(replace(problem, series=(other,)), series, 5)) == 1
