"""What becomes of a plan before the judges: our checker, and that of the format where RONDO_SHARED says it is."""

import os
from pathlib import Path

from scheduler.core.plan import Plan, Score
from scheduler.core.problem import Problem
from scheduler.core.verify import check
from tests.reference import reference_of


def judged(problem: Problem, plan: Plan, previous: Plan | None) -> Score:
    """The score of a plan that nobody finds fault with."""
    report = check(problem, plan, previous)
    assert report.faults == ()
    if shared := os.environ.get("RONDO_SHARED"):
        reference = reference_of(Path(shared))
        verdict = reference.check(problem, plan, previous)
        assert not verdict.kinds
        assert verdict.score == reference.figures(report.score)
    return report.score


def levels(score: Score) -> tuple[float, ...]:
    """What is compared, in its order; less is better."""
    return -(score.happen if score.keep is None else score.keep), score.strain, score.worst_burden, score.discomfort
