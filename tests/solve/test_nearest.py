"""The smallest change: what it touches, where it goes, and that no other change of as few sessions is better."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from random import Random
from typing import Any

import pytest

from scheduler.core.disturbed import Disturbed, disturbed
from scheduler.core.explain import Notes
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, as_intervals, merged
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.presence import pain
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from scheduler.solve import Changed, smallest_change
from tests.greedy import greedy_plan
from tests.problems import random_problem

MONDAY = date(2027, 1, 4)
WEEKS = 4
TEN = DAY_MINUTES + 10 * 60  # Tuesday 10:00 of the first week, in UTC
HOUR = 60
OFFICE = {weekday: (WallWindow(9 * HOUR, 17 * HOUR),) for weekday in range(5)}
PAIR = Series(id="pair", required=("ana", "bo"), duration=HOUR, sessions=WEEKS, anchor_zone="UTC")
OTHER = replace(PAIR, id="other", required=("bo", "cy"))
LONG_AGO = -(10**9)


def person(name: str, *busy: tuple[int, int], **limits: Any) -> Participant:
    """Somebody in UTC who works from nine to five."""
    return Participant(
        id=name, boundary=Boundary(**{"zone": "UTC", "hours": OFFICE, **limits}), busy=merged(as_intervals(busy))
    )


def posed(*series: Series, people: Sequence[Participant] = (), **settings: Any) -> Problem:
    """Series of Ana, Bo and Cy, who have no limits but their hours unless they are told apart."""
    everybody = {name: person(name) for name in ("ana", "bo", "cy")} | {each.id: each for each in people}
    return Problem(name="", horizon=Horizon(MONDAY, WEEKS), people=everybody, series=series, **settings)


def weekly(series: Series, start: int = TEN) -> Placement:
    """A series held every week from a minute on."""
    sessions = tuple(Session(start + week * WEEK_MINUTES, Status.HELD) for week in range(WEEKS))
    return Placement(series.id, 0, (Slot(start // DAY_MINUTES, start % DAY_MINUTES),), sessions)


def at(week: int, minute: int = TEN) -> int:
    """A minute of the pair's day in a week."""
    return week * WEEK_MINUTES + minute


def all_of(week: int, day: int = 1, first: int = 9, last: int = 17) -> tuple[int, int]:
    """The office hours of a day."""
    start = week * WEEK_MINUTES + day * DAY_MINUTES
    return start + first * HOUR, start + last * HOUR


def mended(problem: Problem, *placements: Placement, notes: Notes | None = None) -> Changed:
    """The smallest change of a plan."""
    plan, known = Plan(placements), notes or Notes()
    return smallest_change(problem, plan, disturbed(problem, plan, known, since=0), notes=known)


def test_a_plan_that_holds_stays_as_it_is() -> None:
    """Nothing is changed."""
    changed = mended(posed(PAIR), weekly(PAIR))
    assert changed == Changed(plan=Plan((weekly(PAIR),)), moved={}, options={}, shifted=frozenset())


def test_a_session_goes_to_the_nearest_time_that_is_as_good() -> None:
    """The earlier of two that are as near; all others stay, and rule and slots do."""
    changed = mended(posed(PAIR, people=[person("bo", (at(2), at(2) + HOUR))]), weekly(PAIR))
    assert changed.moved == {("pair", 2): at(2) - HOUR}
    sessions = list(weekly(PAIR).sessions)
    sessions[2] = Session(at(2) - HOUR, Status.MOVED)
    assert changed.plan == Plan((replace(weekly(PAIR), sessions=tuple(sessions)),))


def test_preferred_hours_count_more_than_nearness() -> None:
    """But only of those who come."""
    wish = {weekday: (WallWindow(14 * HOUR, 16 * HOUR),) for weekday in range(5)}
    bo = person("bo", (at(2), at(2) + HOUR), preferred=wish)
    assert mended(posed(PAIR, people=[bo]), weekly(PAIR)).moved == {("pair", 2): at(2) + 4 * HOUR}


def test_a_moved_session_goes_back_to_its_usual_time_where_that_is_best() -> None:
    """And is held there."""
    standing = weekly(PAIR)
    sessions = [
        replace(each, start=each.start + HOUR, status=Status.MOVED) if i == 1 else each
        for i, each in enumerate(standing.sessions)
    ]
    changed = mended(
        posed(PAIR, people=[person("bo", (at(1) + HOUR, at(1) + 9 * HOUR))]),
        replace(standing, sessions=tuple(sessions)),
    )
    assert changed.plan == Plan((standing,))


def test_where_its_week_has_no_room_a_session_is_skipped() -> None:
    """It is never moved out of its week, and no other time is known for it."""
    full = [all_of(2, day) for day in range(7)]
    changed = mended(posed(PAIR, people=[person("bo", *full)]), weekly(PAIR))
    assert (changed.moved, changed.options) == ({("pair", 2): None}, {("pair", 2): ()})
    assert changed.plan.placements[0].sessions[2] == Session(at(2), Status.SKIPPED)


def test_a_series_that_may_not_move_only_skips_but_has_options() -> None:
    """A person may still choose one of them."""
    problem = posed(replace(PAIR, movable=False), people=[person("bo", (at(2), at(2) + HOUR))])
    changed = mended(problem, weekly(PAIR))
    assert changed.moved == {("pair", 2): None}
    assert changed.options == {("pair", 2): (at(2) - HOUR, at(2) + HOUR, at(2) + 2 * HOUR)}


def test_nothing_goes_before_the_freeze_and_what_is_given_only_gets_options() -> None:
    """A frozen session and one that a person put there stay, and somebody has to say."""
    busy = [(at(week), at(week) + HOUR) for week in (0, 1, 3)]
    problem = posed(replace(PAIR, pinned={1: at(1)}), people=[person("bo", *busy)], freeze_until=at(0) + HOUR)
    sessions = list(weekly(PAIR).sessions)
    sessions[1] = Session(at(1), Status.PINNED)
    changed = mended(problem, replace(weekly(PAIR), sessions=tuple(sessions)))
    assert changed.moved == {("pair", 3): at(3) - HOUR}
    assert set(changed.options) == {("pair", 0), ("pair", 1), ("pair", 3)}
    assert all(at(0) + HOUR <= start < at(1, -DAY_MINUTES) for start in changed.options["pair", 0])
    assert len(changed.options["pair", 1]) == 3


def test_nothing_goes_into_unknown_time() -> None:
    """With somebody unknown there is no other time; an optional person who is unknown is absent there."""
    busy = person("bo", (at(2), at(2) + HOUR))
    changed = mended(posed(PAIR, people=[busy]), weekly(PAIR), notes=Notes(unknown={"ana": "was never read"}))
    assert (changed.moved, changed.options) == ({("pair", 2): None}, {("pair", 2): ()})
    circle = replace(PAIR, required=("bo",), optional=("ana", "cy"), quorum=1)
    changed = mended(posed(circle, people=[busy]), weekly(circle), notes=Notes(unknown={"ana": "was never read"}))
    assert changed.plan.placements[0].sessions[2] == Session(at(2) - HOUR, Status.MOVED, ("ana",))


def test_of_two_that_clash_one_stays() -> None:
    """Though both are disturbed: the change is of one session."""
    problem = posed(PAIR, OTHER)
    changed = mended(
        problem,
        weekly(PAIR),
        replace(
            weekly(OTHER, TEN + 5 * HOUR),
            sessions=(*weekly(OTHER, TEN + 5 * HOUR).sessions[:3], Session(at(3) + 30, Status.MOVED)),
        ),
    )
    assert changed.moved == {("pair", 3): at(3) - 30}


def test_two_that_want_the_last_free_hour_share_what_there_is() -> None:
    """The one that can go nowhere else gets it."""
    week = [all_of(2, day) for day in (0, 2, 3, 4)]
    cy = person("cy", *week, (at(2) - HOUR, at(2)), (at(2) + 2 * HOUR, at(2) + 7 * HOUR))
    bo = person("bo", *week, (at(2), at(2) + HOUR), (at(2) + 3 * HOUR, at(2) + 7 * HOUR))
    sessions = weekly(OTHER, TEN + 4 * HOUR)
    changed = mended(posed(PAIR, OTHER, people=[bo, cy], grid_minutes=60), weekly(PAIR), sessions)
    assert changed.moved == {("pair", 2): at(2) - HOUR, ("other", 2): at(2) + HOUR}


def test_a_series_that_mostly_broke_is_planned_anew() -> None:
    """At another regular time, where the others stay; and as much of it as can be stays as well."""
    busy = person("bo", *((at(week), at(week) + HOUR) for week in (1, 2)))
    changed = mended(posed(PAIR, OTHER, people=[busy], freeze_until=at(0) + 1), weekly(PAIR), weekly(OTHER, TEN + HOUR))
    assert changed.shifted == {"pair"}
    assert set(changed.moved) == {("pair", 1), ("pair", 2)}
    pair, other = changed.plan.placements
    assert pair.slots != weekly(PAIR).slots
    assert (pair.sessions[0], other) == (weekly(PAIR).sessions[0], weekly(OTHER, TEN + HOUR))
    assert [each.status for each in pair.sessions[1:3]] == [Status.HELD, Status.HELD]
    assert changed.options == {}


def test_a_series_that_is_planned_anew_leaves_what_people_decided() -> None:
    """Even who is there: somebody absent from a session that a person moved may well be free by now."""
    circle = replace(PAIR, required=("bo",), optional=("ana", "cy"), quorum=1, pinned={0: at(0) + HOUR})
    busy = person("bo", *((at(week), at(week) + HOUR) for week in range(1, 4)))
    sessions = (Session(at(0) + HOUR, Status.PINNED, ("cy",)), *weekly(circle).sessions[1:])
    changed = mended(posed(circle, people=[busy]), replace(weekly(circle), sessions=sessions))
    assert changed.shifted == {"pair"}
    assert changed.plan.placements[0].sessions[0] == sessions[0]


def test_a_series_of_somebody_unknown_is_not_planned_anew() -> None:
    """Its sessions are looked at one by one."""
    busy = person("bo", *((at(week), at(week) + HOUR) for week in range(4)))
    changed = mended(posed(PAIR, people=[busy]), weekly(PAIR), notes=Notes(unknown={"ana": "was never read"}))
    assert (changed.shifted, set(changed.moved.values())) == (frozenset(), {None})


# --- random problems


@pytest.mark.campaign(450)
def test_a_change_brings_no_new_fault_and_touches_nothing_else(seed: int) -> None:
    """Afterwards all that is ours holds; what was not disturbed stays, and the answer is the same again."""
    problem, plan = random_problem(seed)
    plan = plan or greedy_plan(problem, Random(seed))
    plan = Plan(tuple(each for each in plan.placements if each.series != "gone"))
    found = disturbed(problem, plan, Notes(), since=LONG_AGO)
    changed = smallest_change(problem, plan, found)
    assert changed == smallest_change(problem, plan, found)
    assert not [each for each in disturbed(problem, changed.plan, Notes(), since=LONG_AGO) if each.ours]
    assert faults(problem, changed.plan, plan) <= faults(problem, plan, plan)
    ours, was = {each.key for each in found if each.ours}, plan.by_series()
    for placement in changed.plan.placements:
        for i, session in enumerate(placement.sessions):
            if (placement.series, i) not in ours and placement.series not in changed.shifted:
                assert session == was[placement.series].sessions[i]


def faults(problem: Problem, plan: Plan, before: Plan) -> set[str]:
    """What the checker finds, without the number of sessions in a day or week that has more than its cap."""
    return {fault.partition(" sessions in the ")[2] or fault for fault in check(problem, plan, before).faults}


# --- beside all that could be done


def crowded(draw: Random) -> tuple[Problem, Plan]:
    """A few people with short weeks who share series, a plan for them, and what came into their calendars since."""
    people = []
    for i in range(4):
        hours = {day: (WallWindow(9 * HOUR, 13 * HOUR),) for day in draw.sample(range(5), 3)}
        wish = {day: (WallWindow(10 * HOUR, 12 * HOUR),) for day in draw.sample(range(5), 2)}
        limits = {"max_per_day": draw.choice([None, 1, 2]), "max_per_week": draw.choice([None, 2, 3])}
        zone = draw.choice(["UTC", "Europe/Lisbon", "Europe/Paris"])
        buffer = draw.choice([0, 0, 10])
        people.append(person(f"p{i}", hours=hours, preferred=wish, zone=zone, buffer=buffer, **limits))
    names = [each.id for each in people]
    series = []
    for i in range(draw.randint(2, 4)):
        members = draw.sample(names, draw.choice([2, 2, 3]))
        optional = tuple(members[draw.randint(1, 2) :])
        quorum = draw.randint(0, len(optional))
        required = tuple(members[: len(members) - len(optional)])
        series.append(replace(PAIR, id=f"s{i}", required=required, optional=optional, quorum=quorum, sessions=3))
    problem = Problem(
        name="",
        horizon=Horizon(MONDAY, 3),
        grid_minutes=60,
        people={each.id: each for each in people},
        series=tuple(series),
    )
    plan = greedy_plan(problem, draw)
    return replace(problem, people={each.id: busier(draw, each, problem, plan) for each in people}), plan


def busier(draw: Random, who: Participant, problem: Problem, plan: Plan) -> Participant:
    """Somebody with new appointments, some of them over sessions."""
    theirs = [
        session.start
        for series, placement in zip(problem.series, plan.placements, strict=True)
        for session in placement.sessions
        if who.id in series.members and session.takes_place
    ]
    rows = [(start, start + HOUR) for start in theirs if draw.random() < 0.3]
    rows += [(start, start + draw.randint(10, 150)) for start in draw.sample(range(0, 3 * WEEK_MINUTES, 30), 12)]
    return replace(who, busy=merged(as_intervals(rows)))


def fates(series: Series, plan: Plan, each: Disturbed) -> Iterator[Session]:
    """What may become of one session, by itself: skipped, or at any hour of its week at which anybody works."""
    placement = plan.by_series()[series.id]
    [slot] = placement.slots
    usual = (placement.first + each.session) * WEEK_MINUTES + slot.weekday * DAY_MINUTES + slot.minute
    yield Session(usual, Status.SKIPPED)
    monday = usual // WEEK_MINUTES * WEEK_MINUTES
    starts = (monday + day * DAY_MINUTES + hour * HOUR for day in range(7) for hour in range(7, 14))
    absents = [absent for count in range(len(series.optional) + 1) for absent in combinations(series.optional, count)]
    for start, absent in product(starts, absents):
        yield Session(start, Status.HELD if start == usual else Status.MOVED, absent)


def with_fates(plan: Plan, keys: Sequence[Disturbed], chosen: Sequence[Session]) -> Plan:
    """The plan with these sessions in it."""
    new = {each.key: session for each, session in zip(keys, chosen, strict=True)}
    return Plan(
        tuple(
            replace(p, sessions=tuple(new.get((p.series, i), session) for i, session in enumerate(p.sessions)))
            for p in plan.placements
        )
    )


def cost(problem: Problem, series: Series, each: Disturbed, session: Session) -> tuple[int, ...]:
    """What a fate costs, in the order in which it counts."""
    if not session.takes_place:
        return (0, 0, 0, 0, 0)
    there = [who for who in series.members if who not in session.absent]
    pains = [pain(problem.horizon, problem.people[who].boundary, session.start, series.duration) for who in there]
    far = 2 * abs(session.start - each.start) + (session.start > each.start)
    return (-1, int(session.start != each.start), len(session.absent), sum(pains), far)


def total(costs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """What all fates cost."""
    return tuple(map(sum, zip(*costs, strict=True)))


@pytest.mark.campaign(150)
def test_no_other_change_of_the_same_sessions_is_better(seed: int) -> None:
    """Up to three disturbed sessions: every combination of what may become of them is tried, the most hopeful first."""
    draw = Random(seed)
    problem, plan = crowded(draw)
    series = {each.id: each for each in problem.series}
    first = {each.group: each for each in disturbed(problem, plan, Notes(), since=LONG_AGO)}
    asked = list(first.values())[:3]
    changed = smallest_change(problem, plan, asked)
    assert not changed.shifted
    nowhere = [Session(next(fates(series[each.group], plan, each)).start, Status.SKIPPED) for each in asked]
    known = faults(problem, with_fates(plan, asked, nowhere), plan)
    possible = []
    for i, each in enumerate(asked):
        alone = [[*nowhere[:i], fate, *nowhere[i + 1 :]] for fate in fates(series[each.group], plan, each)]
        kept = [row[i] for row in alone if faults(problem, with_fates(plan, asked, row), plan) <= known]
        possible.append([(cost(problem, series[each.group], each, fate), fate) for fate in kept])
    ours = [next(p for p in changed.plan.placements if p.series == each.group).sessions[each.session] for each in asked]
    costs = [cost(problem, series[each.group], each, fate) for each, fate in zip(asked, ours, strict=True)]
    assert faults(problem, changed.plan, plan) <= known
    better = (row for row in product(*possible) if asked and total([c for c, _ in row]) < total(costs))
    for row in sorted(better, key=lambda row: total([c for c, _ in row])):
        assert not faults(problem, with_fates(plan, asked, [fate for _, fate in row]), plan) <= known, row


def test_the_random_problems_are_worth_it() -> None:
    """Enough sessions are disturbed, moved, skipped and left where they are, alone and together."""
    moved: list[int | None] = []
    together = 0
    for seed in range(20):
        problem, plan = crowded(Random(seed))
        found = disturbed(problem, plan, Notes(), since=LONG_AGO)
        moved += smallest_change(problem, plan, found).moved.values()
        together += len({each.group for each in found}) > 1
    assert moved.count(None) > 10
    assert len(moved) - moved.count(None) > 10
    assert together > 10


def test_sessions_that_rested_come_back_where_they_can() -> None:
    """To their regular times, and only where these are taken elsewhere in the week; their series does not shift."""
    standing = weekly(PAIR)
    rested = replace(standing, sessions=tuple(Session(each.start, Status.SKIPPED) for each in standing.sessions))
    again = [Disturbed(group="pair", session=i, start=at(i), causes=()) for i in range(1, WEEKS)]
    problem = posed(PAIR, people=[person("bo", (at(2), at(2) + HOUR))])
    changed = smallest_change(problem, Plan((rested,)), again)
    assert changed.moved == {("pair", 1): at(1), ("pair", 2): at(2) - HOUR, ("pair", 3): at(3)}
    assert changed.shifted == frozenset()
