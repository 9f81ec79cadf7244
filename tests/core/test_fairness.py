"""What nobody can avoid: each person's least burden, every series alone."""

from dataclasses import replace
from datetime import date
from math import lcm

import pytest

from scheduler.core.burden import burdens
from scheduler.core.fairness import best_alone
from scheduler.core.interval import WEEK_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series
from scheduler.core.walltime import WallWindow
from scheduler.solve import solve
from tests.fates import Choices, Fate
from tests.problems import random_problem

MONDAY = {0: (WallWindow(600, 720),)}  # 10:00 to 12:00
LATE = WallWindow(660, 720)


def person(who: str, *busy: tuple[int, int], likes: WallWindow = LATE) -> Participant:
    """Somebody who is there on Monday mornings, and likes the hour from eleven."""
    return Participant(
        id=who, boundary=Boundary(zone="UTC", hours=MONDAY, preferred={0: (likes,)}), busy=as_intervals(list(busy))
    )


def problem(series: Series, *people: Participant) -> Problem:
    """Four weeks, on the half hour."""
    return Problem(
        name="",
        horizon=Horizon(date(2027, 1, 4), 4),
        grid_minutes=30,
        people={one.id: one for one in people},
        series=(series,),
    )


PAIR = Series(id="pair", required=("ana", "bo"), duration=60, sessions=4, anchor_zone="UTC")


def test_a_burden_that_a_free_hour_spares_is_none() -> None:
    """Both are free from eleven, as they like it."""
    assert best_alone(problem(PAIR, person("ana"), person("bo"))) == {"ana": 0.0, "bo": 0.0}


def test_what_somebody_elses_calendar_leaves_is_unavoidable() -> None:
    """Bo can't come after eleven in the second week: Ana is an hour early once of four times."""
    busy = (WEEK_MINUTES + 660, WEEK_MINUTES + 720)
    found = best_alone(problem(PAIR, person("ana"), person("bo", busy)))
    assert found == {"ana": 15.0, "bo": 15.0}


def test_a_session_that_is_lost_spares_nobody() -> None:
    """In the second week no hour is free at all; the other three are as everybody likes them."""
    busy = (WEEK_MINUTES + 600, WEEK_MINUTES + 720)
    assert best_alone(problem(PAIR, person("ana"), person("bo", busy)))["ana"] == 0.0


def test_a_series_that_must_not_move_keeps_one_time() -> None:
    """With moves one early hour would do; without them all four sessions are early, for none is to be lost."""
    people = person("ana"), person("bo", (WEEK_MINUTES + 660, WEEK_MINUTES + 720))
    assert best_alone(problem(replace(PAIR, movable=False), *people))["ana"] == 60.0


def test_turns_are_taken_from_the_same_first_week() -> None:
    """Of two slots in turn, one has the two weeks in which eleven is not free."""
    busy = [(week * WEEK_MINUTES + 660, week * WEEK_MINUTES + 720) for week in (0, 2)]
    turning = replace(PAIR, movable=False, cadence=Cadence(rotation=2))
    assert best_alone(problem(turning, person("ana"), person("bo", *busy)))["ana"] == 30.0


def test_the_optional_stay_away_where_the_quorum_holds_without_them() -> None:
    """Of two who find no hour good, either may stay away, but not both."""
    soon = WallWindow(600, 630)
    circle = replace(PAIR, required=("ana",), optional=("bo", "cy"), quorum=1)
    people = person("ana"), person("bo", likes=soon), person("cy", likes=soon)
    assert best_alone(problem(circle, *people)) == {"ana": 0.0, "bo": 0.0, "cy": 0.0}
    assert best_alone(problem(replace(circle, quorum=2), *people))["bo"] == 240.0


def test_pinned_and_frozen_sessions_stand() -> None:
    """Bo pinned the last session to nine; the first stands at half past ten, as an earlier plan had it."""
    early = replace(PAIR, pinned={3: 3 * WEEK_MINUTES + 540})
    asked = problem(early, person("ana"), person("bo"))
    assert best_alone(asked)["ana"] == 30.0
    busy = replace(asked, people={"ana": person("ana", (660, 720)), "bo": person("bo")}, series=(PAIR,))
    before = solve(busy)
    begun = replace(asked, freeze_until=WEEK_MINUTES)
    assert before.placements[0].sessions[0].start < 660
    assert best_alone(begun, before)["ana"] == (120 + 660 - before.placements[0].sessions[0].start) / 4


def test_who_is_in_no_series_has_no_burden() -> None:
    """Cy is in the programme, and nobody has asked Cy for anything."""
    assert "cy" not in best_alone(problem(PAIR, person("ana"), person("bo"), person("cy")))


@pytest.mark.campaign(200)
def test_no_combination_of_fates_is_better(seed: int) -> None:
    """Every rule and every fate of each session, tried one by one with zoneinfo, on tiny problems."""
    asked, previous = random_problem(seed, size="tiny")
    assert dict(best_alone(asked, previous)) == pytest.approx(_by_trying_all(asked, previous))


@pytest.mark.campaign(100)
def test_a_plan_that_loses_nothing_gives_nobody_less(seed: int) -> None:
    """Whatever its slack."""
    asked, _ = random_problem(seed, size="tiny")
    asked = replace(asked, slack=seed % 3 * 2)
    alone = best_alone(asked)
    plan = solve(asked)
    lost = {one.series for one in plan.placements if not all(each.takes_place for each in one.sessions)}
    touched = {who for one in asked.series if one.id in lost for who in one.members}
    for who, burden in burdens(asked, plan).items():
        assert who in touched or burden >= alone[who] - 1e-9


def _by_trying_all(asked: Problem, previous: Plan | None) -> dict[str, float]:
    """From the fates of brute force, whose pains are shares of a burden on a common scale."""
    owed = {who: sum(one.sessions for one in asked.series if who in one.members) for who in asked.people}
    scale = lcm(*(count for count in owed.values() if count)) if any(owed.values()) else 1
    least = [0] * len(asked.people)
    for series in asked.series:
        kept = [[_taking_place(fates) for fates in rule.fates] for rule in Choices(asked, series, previous).rules()]
        most = max(sum(map(bool, sessions)) for sessions in kept)
        best = [sessions for sessions in kept if sum(map(bool, sessions)) == most]
        for number in range(len(least)):
            least[number] += min(_least(sessions, number) for sessions in best)
    return {who: pains / scale for who, pains in zip(asked.people, least, strict=True) if owed[who]}


def _taking_place(fates: list[Fate]) -> list[Fate]:
    return [fate for fate in fates if fate.session.takes_place]


def _least(sessions: list[list[Fate]], number: int) -> int:
    return sum(min(fate.pains[number] for fate in fates) for fates in sessions if fates)
