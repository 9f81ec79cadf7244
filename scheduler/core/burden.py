"""How much of a programme's inconvenience each person carries (formats.md, worst_burden)."""

from collections.abc import Mapping

import numpy as np

from scheduler.core.commitments import attended
from scheduler.core.pain import pain
from scheduler.core.plan import Plan
from scheduler.core.problem import Problem


def burdens(problem: Problem, plan: Plan) -> Mapping[str, float]:
    """Minutes outside preferred hours per session planned, of everybody who has any, the largest first."""
    owed = {who: sum(series.sessions for series in problem.series if who in series.members) for who in problem.people}
    shares = {who: _pain(problem, plan, who) / count for who, count in owed.items() if count}
    return dict(sorted(shares.items(), key=lambda share: (-share[1], share[0])))


def _pain(problem: Problem, plan: Plan, who: str) -> int:
    lengths = {series.id: series.duration for series in problem.series}
    limits = problem.people[who].boundary
    return sum(
        int(np.sum(pain(limits, sessions[:, 0], lengths[series], problem.horizon)))
        for series, sessions in attended(problem, plan, who).items()
    )
