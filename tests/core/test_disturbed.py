"""Which sessions no longer hold: each cause by itself, what is never disturbed, and all of it against the checker."""

import time
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from random import Random
from typing import Any

import pytest

from scheduler.core.decision import Cause
from scheduler.core.disturbed import Disturbed, disturbed
from scheduler.core.explain import Limit, Notes
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, as_intervals, merged
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from tests.greedy import greedy_plan
from tests.problems import random_problem

MONDAY = date(2027, 1, 4)
WEEKS = 4
TEN = DAY_MINUTES + 10 * 60  # Tuesday 10:00 of the first week, in UTC
OFFICE = {weekday: (WallWindow(9 * 60, 17 * 60),) for weekday in range(5)}
PAIR = Series(id="pair", required=("ana", "bo"), duration=60, sessions=WEEKS, anchor_zone="UTC")
CIRCLE = replace(PAIR, required=("ana",), optional=("bo", "cy"), quorum=1)
OTHER = Series(id="other", required=("bo", "cy"), duration=30, sessions=WEEKS, anchor_zone="UTC")


def person(name: str, *busy: tuple[int, int], **limits: Any) -> Participant:
    """Somebody in UTC who works from nine to five."""
    return Participant(
        id=name, boundary=Boundary(**{"zone": "UTC", "hours": OFFICE, **limits}), busy=merged(as_intervals(busy))
    )


def posed(*series: Series, people: Collection[Participant] = (), **settings: Any) -> Problem:
    """Series of Ana, Bo and Cy, who have no limits but their hours unless they are told apart."""
    everybody = {name: person(name) for name in ("ana", "bo", "cy")} | {each.id: each for each in people}
    return Problem(name="", horizon=Horizon(MONDAY, WEEKS), people=everybody, series=series, **settings)


def weekly(series: Series, start: int = TEN, **absent: tuple[str, ...]) -> Placement:
    """A series held every week from a minute on; `absent` by the number of a session: _2=("bo",)."""
    starts = [start + week * WEEK_MINUTES for week in range(WEEKS)]
    sessions = (Session(at, Status.HELD, absent.get(f"_{i}", ())) for i, at in enumerate(starts))
    return Placement(series.id, 0, (Slot(start // DAY_MINUTES, start % DAY_MINUTES),), tuple(sessions))


def found(
    problem: Problem, *placements: Placement, since: int = 0, **known: Any
) -> list[tuple[int, tuple[Cause, ...]]]:
    """The numbers of disturbed sessions, and why."""
    notes = known.pop("notes", Notes())
    told = disturbed(problem, Plan(placements), notes, since=since, **known)
    return [(each.session, each.causes) for each in told]


def at(week: int, minute: int = TEN) -> int:
    """A minute of the pair's day in a week."""
    return week * WEEK_MINUTES + minute


def test_a_plan_that_holds_is_not_disturbed() -> None:
    """Neither by its own sessions, nor by one that ends when another begins."""
    other = weekly(OTHER, TEN + 60)
    assert found(posed(PAIR, OTHER), weekly(PAIR), other) == []


@pytest.mark.parametrize(
    ("bo", "cause"),
    [
        (person("bo", (at(2, TEN + 59), at(2, TEN + 70))), Cause("bo", Limit.CALENDAR)),
        (person("bo", (at(2, TEN + 60), at(2, TEN + 70)), buffer=10), Cause("bo", Limit.BUFFER)),
        (
            person("bo", days_off={date(2027, 1, 19): "public holiday: X"}),
            Cause("bo", Limit.DAY_OFF, "public holiday: X"),
        ),
        (person("bo", overrides={date(2027, 1, 19): (WallWindow(601, 900),)}), Cause("bo", Limit.HOURS)),
    ],
)
def test_a_session_is_disturbed_by_what_keeps_somebody_required(bo: Participant, cause: Cause) -> None:
    """Just the one on that date."""
    assert found(posed(PAIR, people=[bo]), weekly(PAIR)) == [(2, (cause,))]


def test_what_has_begun_is_past() -> None:
    """And what begins this minute is not."""
    problem = posed(PAIR, people=[person("bo", (at(1), at(1) + 5), (at(3), at(3) + 5))])
    assert [i for i, _ in found(problem, weekly(PAIR), since=at(1) + 1)] == [3]
    assert [i for i, _ in found(problem, weekly(PAIR), since=at(1))] == [1, 3]


def test_a_session_that_does_not_take_place_is_not_disturbed() -> None:
    """Nor one that the series has no more."""
    problem = posed(replace(PAIR, sessions=3), people=[person("bo", (at(1), at(1) + 5), (at(3), at(3) + 5))])
    standing = weekly(PAIR)
    sessions = tuple(
        replace(each, status=Status.SKIPPED) if i == 1 else each for i, each in enumerate(standing.sessions)
    )
    assert found(problem, replace(standing, sessions=sessions)) == []


def test_whoever_is_unknown_disturbs_nothing() -> None:
    """Their busy minutes are no reason, nor is their notice; another's still are."""
    notes = Notes(unknown={"bo": "was never read"}, closed_until={"ana": at(3)})
    busy = [person("bo", (at(1), at(1) + 5)), person("ana", (at(2), at(2) + 5))]
    assert found(posed(PAIR, people=busy), weekly(PAIR), notes=notes) == [(2, (Cause("ana", Limit.CALENDAR),))]


def test_calendars_count_and_not_what_is_closed() -> None:
    """The busy minutes of a problem hold the freeze as well, and what is frozen still may hold."""
    problem = posed(PAIR, people=[person("ana", (0, at(2))), person("bo", (0, at(2)))], freeze_until=at(2))
    free = Notes(calendars={"ana": as_intervals([]), "bo": as_intervals([(at(0), at(0) + 5), (at(3), at(3) + 5)])})
    told = disturbed(problem, Plan((weekly(PAIR),)), free, since=0)
    assert [(each.session, each.frozen, each.ours) for each in told] == [(0, True, False), (3, False, True)]


def test_an_optional_person_disturbs_only_where_the_quorum_breaks() -> None:
    """Whoever is absent there already is not counted twice, nor needed."""
    busy = person("bo", (at(1), at(1) + 5), (at(2), at(2) + 5))
    problem = posed(CIRCLE, people=[busy])
    assert found(problem, weekly(CIRCLE)) == []
    assert found(problem, weekly(CIRCLE, _2=("cy",))) == [(2, (Cause("bo", Limit.CALENDAR),))]
    assert found(problem, weekly(CIRCLE, _1=("bo",), _2=("bo",))) == []
    assert found(posed(replace(CIRCLE, quorum=0), people=[busy]), weekly(CIRCLE, _2=("cy",))) == []


def test_sessions_that_meet_disturb_each_other() -> None:
    """Where neither was given to us, either may give way; and a person's gap counts."""
    problem = posed(PAIR, OTHER, people=[person("bo", buffer=5)])
    told = disturbed(problem, Plan((weekly(PAIR), weekly(OTHER, TEN + 64))), Notes(), since=at(3))
    assert [each.causes for each in told] == [
        (Cause("bo", Limit.SERIES, "other"),),
        (Cause("bo", Limit.SERIES, "pair"),),
    ]
    assert found(problem, weekly(PAIR), weekly(OTHER, TEN + 65)) == []


def test_sessions_of_the_same_series_count_as_well() -> None:
    """One that a person put beside the next."""
    problem = posed(replace(PAIR, pinned={0: at(1, TEN + 30)}))
    sessions = list(weekly(PAIR).sessions)
    sessions[0] = Session(at(1, TEN + 30), Status.PINNED)
    told = found(problem, replace(weekly(PAIR), sessions=tuple(sessions)))
    assert told == [(1, (Cause("ana", Limit.SERIES, "pair"), Cause("bo", Limit.SERIES, "pair")))]


def test_what_was_given_to_us_is_disturbed_by_its_like_alone() -> None:
    """Two that people put at one time clash, and somebody has to say; else the other one gives way."""
    pair, other = (replace(series, pinned={1: at(1)}) for series in (PAIR, OTHER))
    stands = [replace(weekly(s), sessions=tuple(weekly(s).sessions)) for s in (PAIR, OTHER)]
    apart = replace(
        stands[1], sessions=tuple(replace(s, start=s.start + 120 * (i != 1)) for i, s in enumerate(stands[1].sessions))
    )
    told = disturbed(posed(pair, OTHER), Plan((stands[0], apart)), Notes(), since=0)
    assert [(each.key, each.pinned) for each in told] == [(("other", 1), False)]
    told = disturbed(posed(pair, other), Plan((stands[0], apart)), Notes(), since=0)
    assert [(each.key, each.pinned) for each in told] == [(("pair", 1), True), (("other", 1), True)]


@pytest.mark.parametrize(
    ("limits", "limit"), [({"max_per_day": 1}, Limit.DAY_CAP), ({"max_per_week": 1}, Limit.WEEK_CAP)]
)
def test_caps_that_are_lower_now_disturb_what_uses_them_up(limits: dict[str, int], limit: Limit) -> None:
    """All of a day or week, since any of them may give way."""
    problem = posed(PAIR, OTHER, people=[person("bo", **limits)])
    told = found(problem, weekly(PAIR), weekly(OTHER, TEN + 120), since=at(3))
    assert told == [(3, (Cause("bo", limit, "1"),)), (3, (Cause("bo", limit, "1"),))]


def test_only_the_series_that_are_asked_for_are_looked_at() -> None:
    """None of a programme's others."""
    problem = posed(PAIR, OTHER, people=[person("bo", (at(1), at(1) + 200))])
    placed = weekly(PAIR), weekly(OTHER, TEN + 120)
    assert len(disturbed(problem, Plan(placed), Notes(), since=0)) == 2
    told = disturbed(problem, Plan(placed), Notes(), since=0, only={"other"})
    assert told == (Disturbed(group="other", session=1, start=at(1, TEN + 120), causes=(Cause("bo", Limit.CALENDAR),)),)


# --- agreement with the checker

OF_SEATS = (" is busy", "outside the hours", "minutes apart", "sessions in the", "its quorum")


def seat_faults(problem: Problem, plan: Plan, before: Plan) -> set[str]:
    """What the checker says of who sits where."""
    return {fault for fault in check(problem, plan, before).faults if any(words in fault for words in OF_SEATS)}


def with_session(plan: Plan, series: str, index: int, session: Session) -> Plan:
    """The plan with another session in place of one."""
    return Plan(
        tuple(
            replace(p, sessions=(*p.sessions[:index], session, *p.sessions[index + 1 :])) if p.series == series else p
            for p in plan.placements
        )
    )


def holds(problem: Problem, plan: Plan, series: Series, index: int, session: Session) -> bool:
    """Whether the checker has nothing against a session beside what it has against all others."""
    without = seat_faults(problem, with_session(plan, series.id, index, replace(session, status=Status.SKIPPED)), plan)
    can_miss = [who for who in series.optional if who not in session.absent]
    for absent in chain.from_iterable(combinations(can_miss, count) for count in range(len(can_miss) + 1)):
        fewer = replace(session, absent=(*session.absent, *absent))
        if seat_faults(problem, with_session(plan, series.id, index, fewer), plan) <= without:
            return True
    return False


@pytest.mark.campaign(150)
def test_what_is_disturbed_is_what_the_checker_refuses(seed: int) -> None:
    """Every session that is ours, of random problems whose people got other busy times and caps since they planned."""
    problem, plan = random_problem(seed)
    plan = plan or greedy_plan(problem, Random(seed))
    told = {each.key for each in disturbed(problem, plan, Notes(), since=-(10**9)) if each.ours}
    placements = plan.by_series()
    for series in problem.series:
        sessions = placements[series.id].sessions if series.id in placements else ()
        for index, session in enumerate(sessions):
            given = index in series.pinned or session.status is Status.PINNED
            frozen = problem.freeze_until is not None and session.start < problem.freeze_until
            if session.takes_place and not given and not frozen:
                assert ((series.id, index) not in told) == holds(problem, plan, series, index, session), (series, index)


def test_five_of_two_hundred_series_are_looked_at_quickly() -> None:
    """Half a year of pairs in weekly series: a change is answered in a tenth of a second."""
    names = [f"p{i}" for i in range(200)]
    people = {name: person(name) for name in names}
    series = [replace(PAIR, id=f"s{i}", required=(names[i], names[(i + 1) % 200]), sessions=26) for i in range(200)]
    problem = Problem(name="", horizon=Horizon(MONDAY, 26), people=people, series=tuple(series))
    starts = [tuple(Session(TEN + 60 * (i % 2) + w * WEEK_MINUTES, Status.HELD) for w in range(26)) for i in range(200)]
    plan = Plan(tuple(Placement(s.id, 0, (Slot(1, 600),), at) for s, at in zip(series, starts, strict=True)))
    only = {f"s{i}" for i in range(0, 200, 40)}
    took = []
    for _ in range(3):
        began = time.perf_counter()
        assert disturbed(problem, plan, Notes(), since=0, only=only) == ()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.1, took
