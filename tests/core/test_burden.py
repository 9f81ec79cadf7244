"""How much each person carries: minutes outside preferred hours for each session planned."""

from datetime import date
from random import Random

import pytest

from scheduler.core.burden import burdens
from scheduler.core.interval import Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from tests.greedy import greedy_plan
from tests.problems import random_problem


def test_burdens_are_shared_out_over_all_sessions_planned() -> None:
    """Bo begins an hour early once of four times, and is not there the second time; Ana has no wishes; Cy no series."""
    wish = {0: (WallWindow(660, 720),)}
    people = {
        who: Participant(id=who, boundary=Boundary(zone="UTC", hours={}, preferred=wish if who == "bo" else {}))
        for who in ("ana", "bo", "cy")
    }
    series = Series(id="x", required=("ana",), optional=("bo",), duration=60, sessions=4, anchor_zone="UTC")
    problem = Problem(name="", horizon=Horizon(date(2027, 1, 4), 4), people=people, series=(series,))
    week = 7 * 24 * 60
    sessions = (
        Session(600, Status.HELD),
        Session(600 + week, Status.HELD, ("bo",)),
        Session(660 + 2 * week, Status.MOVED),
        Session(600 + 3 * week, Status.SKIPPED),
    )
    plan = Plan((Placement("x", 0, (Slot(0, 600),), sessions),))
    assert list(burdens(problem, plan).items()) == [("bo", 15.0), ("ana", 0.0)]


@pytest.mark.campaign(100)
def test_the_largest_burden_is_that_of_the_score(seed: int) -> None:
    """The checker counts it another way; the largest comes first."""
    problem, _ = random_problem(seed)
    plan = greedy_plan(problem, Random(seed))
    shares = list(burdens(problem, plan).values())
    assert shares == sorted(shares, reverse=True)
    assert round(max(shares, default=0.0), 3) == check(problem, plan).score.worst_burden
