"""Generated programmes are what they are said to be like."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from scheduler.core.availability import open_hours
from scheduler.core.candidates import all_candidates
from scheduler.core.interval import WEEK_MINUTES, clipped, intersection
from scheduler.core.problem import Problem, problem_from_json, problem_to_json
from scheduler.core.walltime import WallWindow
from tests.benchmarks.instances import MANNERS, SIZES, WEEKS, instance, instance_of
from tests.benchmarks.rules import all_rules


@pytest.fixture(scope="module", params=[1, 2])
def middling(request: pytest.FixtureRequest) -> Problem:
    """A programme of 200 series."""
    return instance("M", request.param)


def busy_share(problem: Problem, weeks: int) -> float:
    """How much of everybody's preferred hours is taken in the first weeks."""
    taken = liked = 0
    for person in problem.people.values():
        preferred = open_hours(replace(person.boundary, hours=person.boundary.preferred), problem.horizon)
        inside = clipped(preferred, 0, weeks * WEEK_MINUTES)
        liked += int(np.diff(inside).sum())
        taken += int(np.diff(intersection(inside, person.busy)).sum())
    return taken / liked


def lost_share(problem: Problem) -> tuple[float, float]:
    """The share of sessions that nobody can hold even if each series were alone, and of series without any start."""
    most = [all_rules(found).most_happening for found in all_candidates(problem)]
    planned = sum(series.sessions for series in problem.series)
    return 1 - sum(most) / planned, most.count(0) / len(most)


def test_calendars_are_as_full_as_they_were_measured(middling: Problem) -> None:
    """Busy shares of the first weeks and of all, and the number of busy times."""
    assert busy_share(middling, 4) == pytest.approx(0.47, abs=0.02)
    assert busy_share(middling, WEEKS) == pytest.approx(0.39, abs=0.02)
    assert np.mean([len(person.busy) for person in middling.people.values()]) == pytest.approx(285, abs=15)


def test_groups_are_as_they_were_measured(middling: Problem) -> None:
    """Pairs and circles, two people to a series, mentors with up to 8, 3,490 sessions, zones of the whole world."""
    sizes = [len(series.members) for series in middling.series]
    assert (sizes.count(2), min(sizes), max(sizes)) == (150, 2, 8)
    assert len(middling.people) == pytest.approx(400, rel=0.05)
    assert 6 <= max(Counter(who for series in middling.series for who in series.members).values()) <= 8
    assert sum(series.sessions for series in middling.series) == pytest.approx(3490, rel=0.01)
    assert len({person.boundary.zone for person in middling.people.values()}) == 32
    assert len({tuple(person.boundary.hours) for person in middling.people.values()}) > 20


def test_a_fifth_of_the_sessions_can_be_held_by_nobody(middling: Problem) -> None:
    """What no planner can do: the rest is what planners are compared by."""
    sessions, series = lost_share(middling)
    assert 0.15 < sessions < 0.3
    assert 0.08 < series < 0.16


def test_some_circles_span_the_world_and_sit_at_odd_hours() -> None:
    """12 % of the circles; everybody in them accepts 06:00 to 22:30. In `global` half of all, and some rotate."""
    for kind, circles, rotating in (("M", 6, 0), ("global", 50, 20)):
        problem = instance(kind)
        around = dict.fromkeys(range(7), (WallWindow(6 * 60, 22 * 60 + 30),))
        wide = {who for who, person in problem.people.items() if person.boundary.hours.items() <= around.items()}
        far = [series for series in problem.series if len(series.members) > 2 and wide.issuperset(series.members)]
        assert len(far) >= circles
        assert sum(series.cadence.rotation == 2 for series in far) >= rotating


def test_a_tight_programme_has_few_mentors_with_many_series_on_two_days() -> None:
    """Each of them has two days a week, and as many series as on a long programme day."""
    problem = instance("tight")
    load = Counter(series.required[0] for series in problem.series)
    assert len(load) <= 24
    assert max(load.values()) >= 10
    assert {len(problem.people[who].boundary.hours) for who in load} == {2}


@pytest.mark.parametrize("kind", ["S", *MANNERS])
def test_a_seed_gives_the_same_programme(kind: str) -> None:
    """Twice the same, and by its JSON form; another seed gives another."""
    text = json.dumps(problem_to_json(instance(kind, 3)))
    assert json.dumps(problem_to_json(instance(kind, 3))) == text
    assert json.dumps(problem_to_json(problem_from_json(text))) == text
    assert json.dumps(problem_to_json(instance(kind, 4))) != text


def test_the_same_people_begin_on_another_date() -> None:
    """A start changes dates and clocks, and neither groups nor hours."""
    one, other = instance("S", 1), instance("S", 1, date(2026, 9, 7))
    assert one.series == other.series
    assert other.horizon.first_monday == date(2026, 9, 7)
    assert all(one.people[who].boundary.hours == other.people[who].boundary.hours for who in one.people)


def test_any_number_of_series_can_be_had() -> None:
    """Sizes between those with a name."""
    assert len(instance_of(7).series) == 7
    assert SIZES["XL"] == 10_000
