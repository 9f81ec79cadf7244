"""Repair: as little as can be is planned anew."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from scheduler.core.interval import as_intervals, merged
from scheduler.core.people import Participant
from scheduler.core.plan import Plan, Status
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from scheduler.solve import solve
from scheduler.solve.many.repair import answered, stand
from tests.problems import random_problem
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, window

BUSY_TIMES = 6


def busier(asked: Problem, who: str, draw: Random) -> Participant:
    """Somebody with some new events of an hour."""
    starts = [draw.randrange(asked.horizon.weeks * WEEK // 60) * 60 for _ in range(BUSY_TIMES)]
    old = asked.people[who]
    return replace(old, busy=merged(np.concatenate([old.busy, as_intervals([(at, at + 60) for at in starts])])))


def with_person(asked: Problem, changed: Participant) -> Problem:
    """The problem with one person as they are now."""
    return replace(asked, people={**asked.people, changed.id: changed})


@pytest.mark.campaign(60)
def test_one_persons_change_is_answered_by_a_plan_that_keeps_every_rule(seed: int) -> None:
    """Change after change, each from the stand that the last one left; and no stand is written to."""
    asked = replace(random_problem(seed, size="medium")[0], freeze_until=None)
    plan, draw = solve(asked), Random(seed)
    now = stand(asked, plan)
    assert [entry.sessions for entry in now.plan.placements] == [entry.sessions for entry in plan.placements]
    for _ in range(3):
        someone = busier(now.problem, draw.choice(list(now.problem.people)), draw)
        before = now.plan
        answer = answered(now, someone, freeze_until=WEEK)
        assert now.plan == before
        report = check(answer.stand.problem, answer.stand.plan, before)
        assert report.faults == ()
        others = {entry.series: entry for entry in before.placements}
        assert {entry.series for entry in answer.changed} == {
            entry.series for entry in answer.stand.plan.placements if entry != others[entry.series]
        }
        now = answer.stand


@pytest.mark.campaign(60)
def test_a_repaired_plan_changes_less_than_a_new_one_and_breaks_no_rule(seed: int) -> None:
    """Many series, and a few people with new events."""
    asked, _ = random_problem(seed, size="medium")
    plan, draw = solve(asked), Random(seed)
    changed = replace(asked, freeze_until=WEEK)
    for who in draw.sample(list(asked.people), 2):
        changed = with_person(changed, busier(changed, who, draw))
    repaired = solve(changed, plan)
    report = check(changed, repaired, plan)
    assert report.faults == ()
    lost = check(changed, plan, plan).faults
    assert lost or report.score.changed == 0 or report.score.happen > check(asked, plan).score.happen


def test_what_still_stands_stays() -> None:
    """Of two weekly series only the one whose date is taken moves, and only on that date."""
    groups = [series("s", "anna", sessions=3), series("t", "ben", sessions=3)]
    asked = problem([person("anna"), person("ben")], *groups, weeks=3)
    now = stand(asked, solve(asked))
    answer = answered(now, person("anna", busy=[[WEEK + NINE, WEEK + TEN]]))
    [changed] = answer.changed
    assert changed.series == "s"
    assert [session.status for session in changed.sessions] == [Status.HELD, Status.MOVED, Status.HELD]


def test_others_make_way_where_a_session_would_be_lost() -> None:
    """Anna can only at ten now, where ben's series stands; he goes to nine."""
    people = [person(who, {0: window(9, 11)}) for who in ("anna", "ben", "mentor")]
    asked = problem(people, series("s", "ben", "mentor"), series("t", "anna", "mentor"))
    now = stand(asked, solve(asked))
    free = {entry.series: entry.sessions[0].start for entry in now.plan.placements}
    answer = answered(now, person("anna", {0: window(9, 11)}, busy=[[free["t"], free["t"] + 60]]))
    assert check(answer.stand.problem, answer.stand.plan).score.happen == 2
    assert {entry.series for entry in answer.changed} == {"s", "t"}


def test_frozen_sessions_stay_even_if_they_clash_now() -> None:
    """The freeze holds the first date, which anna can't attend any more."""
    asked = problem([person("anna")], series("s", "anna", sessions=2), weeks=2)
    now = stand(asked, solve(asked))
    answer = answered(now, person("anna", busy=[[NINE, TEN]]), freeze_until=WEEK)
    assert answer.changed == ()
    assert answer.stand.plan.placements == now.plan.placements


def test_a_new_series_and_one_without_a_rule_are_planned() -> None:
    """The previous plan knows only one of them."""
    asked = problem([person("anna"), person("ben")], series("s", "anna"), series("t", "ben"))
    only = replace(asked, series=asked.series[:1])
    before = Plan(solve(only).placements)
    assert stand(asked, before).plan.placements[0] == before.placements[0]
    assert check(asked, solve(asked, before), before).score.happen == 2


def test_a_series_that_is_over_or_never_was_stays() -> None:
    """All of one is frozen, and another has no session at all."""
    asked = problem([person("anna")], series("s", "anna"), series("t", "anna", sessions=0), weeks=2)
    before = solve(asked)
    assert solve(replace(asked, freeze_until=WEEK), before).placements == before.placements
