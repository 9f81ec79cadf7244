"""The standing of plans on the way is their score."""

from fractions import Fraction

import pytest

from scheduler.core.plan import Placement, Session, Status
from scheduler.core.series import Slot
from scheduler.core.verify import check
from scheduler.solve import solve
from scheduler.solve.judge import gained_by, judged, strain_of
from scheduler.solve.task import all_tasks
from tests.problems import random_problem
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of


@pytest.mark.campaign(40)
def test_it_agrees_with_the_independent_check(seed: int) -> None:
    """Worst burden and discomfort are those of the score; strain too, but for what is frozen and can't be helped."""
    asked, previous = random_problem(seed, size="small")
    plan = solve(asked, previous)
    tasks = all_tasks(asked, previous)
    standing = judged(asked, tasks, plan.by_series())
    score = check(asked, plan, previous).score
    frozen = [len(session.absent) for task in tasks for i, session in task.given.items() if i not in task.undecided]
    assert standing.strain + sum(frozen) == score.strain
    assert round(float(standing.worst), 3) == round(score.worst_burden, 3)
    assert standing.discomfort == score.discomfort


def test_gain_and_strain_of_a_placement() -> None:
    """Two of three sessions gain two; two moves beyond no slack, and an empty seat, are three."""
    asked = problem([person("anna"), person("ben")], series("s", "anna", optional=("ben",), sessions=3), weeks=3)
    sessions = (
        Session(NINE, Status.MOVED),
        Session(WEEK + NINE, Status.MOVED, ("ben",)),
        Session(2 * WEEK + NINE, Status.SKIPPED, ("ben",)),
    )
    placement = Placement("s", 0, (Slot(0, TEN),), sessions)
    task = tasks_of(asked)[0]
    assert gained_by(task, placement) == 2
    assert strain_of(task, placement, slack=0) == 3
    assert strain_of(task, placement, slack=1) == 2
    assert judged(asked, [task], {"s": placement}) == (-2, 2, Fraction(0), 120)
