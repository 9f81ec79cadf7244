"""Ways out: each delivers what it promises, in a plan of the changed problem that the checker accepts."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, as_intervals, merged
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from scheduler.core.ways import PHRASES, Way, WayOut, edits, way_in_words
from scheduler.solve import Params
from scheduler.solve.advice.ways_out import ways_out
from tests.greedy import greedy_plan
from tests.problems import random_problem

WEEKS = 4
PAIR = Series(id="pair", required=("ana", "bo"), duration=60, sessions=WEEKS, anchor_zone="UTC")


def person(name: str, start: int, end: int, **limits: Any) -> Participant:
    """Somebody in UTC with the same hours from Monday to Friday."""
    hours = {weekday: (WallWindow(start, end),) for weekday in range(5)}
    return Participant(id=name, boundary=Boundary(**{"zone": "UTC", "hours": hours, **limits}))


def found(series: Series, *people: Participant, weeks: int = WEEKS) -> dict[Way, list[WayOut]]:
    """The ways out of a single series, by what they change."""
    problem = Problem(
        name="", horizon=Horizon(date(2027, 1, 4), weeks), people={each.id: each for each in people}, series=(series,)
    )
    ways: dict[Way, list[WayOut]] = {}
    for way in ways_out(problem, series, None, params=Params(polish=False)):
        ways.setdefault(way.way, []).append(way)
    return ways


def test_hours_that_miss_each_other_by_an_hour_shift_by_either() -> None:
    """Half an hour is not enough; who would stay longer and who would begin earlier are both told, with the cell."""
    ways = found(PAIR, person("ana", 540, 720), person("bo", 720, 900))
    (later,), (earlier,) = ways[Way.LATER], ways[Way.EARLIER]
    assert (later.carries, later.detail, later.price, later.happen) == (("ana",), "60", 90, 4)
    assert edits(later) == ("people.ana.hours=Mon-Fri 09:00-13:00",)
    assert edits(earlier) == ("people.bo.hours=Mon-Fri 11:00-15:00",)
    assert way_in_words(earlier, {"bo": "Bo B."}) == "Bo B. begins 60 minutes earlier: 4 of 4 sessions"


def test_the_larger_shift_is_told_where_it_brings_more() -> None:
    """Half an hour is enough for one length, and the other is not told again."""
    ways = found(PAIR, person("ana", 540, 720), person("bo", 690, 900))
    assert [way.detail for way in ways[Way.LATER]] == ["30"]


def test_a_shorter_session_fits_where_a_long_one_does_not() -> None:
    """The longest that is of use comes first."""
    ways = found(PAIR, person("ana", 540, 720), person("bo", 675, 900))
    assert [edits(way) for way in ways[Way.SHORTER]] == [("groups.pair.minutes=45",)]


def test_every_other_week_is_asked_for_with_half_as_many_sessions() -> None:
    """Where every second week is taken."""
    taken = [(week * WEEK_MINUTES, week * WEEK_MINUTES + 5 * DAY_MINUTES) for week in (1, 3)]
    bo = replace(person("bo", 540, 720), busy=merged(as_intervals(taken)))
    ways = found(PAIR, person("ana", 540, 720), bo)
    (way,) = ways[Way.FORTNIGHTLY]
    assert (way.happen, way.sessions) == (2, 2)
    assert edits(way) == ("groups.pair.every=2 weeks", "groups.pair.sessions=2")


def test_who_is_never_there_may_miss_sessions_or_meet_apart() -> None:
    """A circle of four in which two live at night: one of them optional is not enough, two pairs are."""
    circle = replace(PAIR, required=("ana", "bo", "cy", "di"))
    night = {"hours": {day: (WallWindow(0, 120),) for day in range(5)}}
    people = [person("ana", 540, 720), person("bo", 540, 720), person("cy", 0, 1, **night), person("di", 0, 1, **night)]
    ways = found(circle, *people)
    (split,) = ways[Way.SPLIT]
    assert {each.required for each in split.changed} == {("ana", "bo"), ("cy", "di")}
    assert (split.happen, split.sessions) == (8, 8)
    assert edits(split) == ()
    three = replace(PAIR, required=("ana", "bo", "cy"))
    (freed,) = found(three, *people[:3])[Way.OPTIONAL]
    assert (freed.carries, freed.happen) == (("cy",), 4)
    assert edits(freed) == ("groups.pair.cy.role=optional", "groups.pair.quorum=0")


def test_a_smaller_quorum_is_a_way_out() -> None:
    """Two still make a meeting."""
    circle = replace(PAIR, required=("ana",), optional=("bo", "cy"), quorum=2)
    ways = found(circle, person("ana", 540, 720), person("bo", 540, 720), person("cy", 0, 120))
    assert edits(ways[Way.QUORUM][0]) == ("groups.pair.quorum=1",)


def test_two_times_take_turns_where_one_is_free_on_each_second_week_only() -> None:
    """And another zone's clock may keep clear of what one's own runs into."""
    starts = [(day * DAY_MINUTES + week * WEEK_MINUTES) for week in range(WEEKS) for day in range(5)]
    taken = [(at, at + DAY_MINUTES) for at in starts if (at // DAY_MINUTES) % 7 != (1 if at // WEEK_MINUTES % 2 else 3)]
    bo = replace(person("bo", 540, 720), busy=merged(as_intervals(taken)))
    ways = found(replace(PAIR, movable=False), person("ana", 540, 720), bo)
    (way,) = ways[Way.ROTATE]
    assert (way.happen, edits(way)) == (4, ("groups.pair.rotation=2",))


def test_a_series_that_holds_all_needs_no_way_out() -> None:
    """Nothing is better than everything."""
    assert found(PAIR, person("ana", 540, 720), person("bo", 540, 720)) == {}


def test_every_way_has_words() -> None:
    """One that is added needs them."""
    assert PHRASES.keys() == set(Way)


@pytest.mark.campaign(60)
def test_every_way_out_delivers_what_it_promises(seed: int) -> None:
    """In a plan of everybody, by the checker: the others stay where they are, and no rule is broken."""
    problem, _ = random_problem(seed, size="tiny")
    problem = replace(problem, freeze_until=None, series=tuple(replace(each, pinned={}) for each in problem.series))
    plan = greedy_plan(problem, Random(seed))
    series = problem.series[0]
    others = [one for one in plan.placements if one.series != series.id]
    for way in ways_out(problem, series, plan, params=Params(polish=False)):
        whole = replace(way.problem, series=(*problem.series[1:], *way.changed))
        report = check(whole, Plan((*others, *way.placements)))
        assert report.faults == ()
        held = [session for one in way.placements for session in one.sessions if session.takes_place]
        assert (len(held), sum(len(one.sessions) for one in way.placements)) == (way.happen, way.sessions)
