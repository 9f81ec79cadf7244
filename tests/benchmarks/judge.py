"""What plans of one problem are worth, by our checker and, where RONDO_SHARED says it is, by that of the format.

    python -m tests.benchmarks.judge problem.json plan.json ...

Prints a JSON list with the figures of each plan.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scheduler.core.candidates import Candidates, all_candidates
from scheduler.core.fairness import best_alone
from scheduler.core.plan import Plan, Score, plan_from_json
from scheduler.core.problem import Problem, problem_from_json
from scheduler.core.verify import check
from tests.benchmarks.rules import all_rules
from tests.reference import reference_of


def main(problem_file: str, *plan_files: str) -> None:
    """Judge each plan."""
    problem = problem_from_json(Path(problem_file).read_bytes())
    alone = Alone.of(problem)
    plans = (plan_from_json(Path(file).read_bytes()) for file in plan_files)
    print(json.dumps([figures(problem, plan, alone) for plan in plans]))


@dataclass(frozen=True, slots=True)
class Alone:
    """The candidates of each series, what burden nobody can avoid, and the most sessions if each series were alone."""

    found: Sequence[Candidates]
    least: Mapping[str, float]
    most: int

    @staticmethod
    def of(problem: Problem) -> "Alone":
        """That of a problem without a previous plan."""
        found = all_candidates(problem)
        return Alone(found, best_alone(problem), sum(all_rules(one).most_happening for one in found))


def figures(problem: Problem, plan: Plan, alone: Alone) -> dict[str, Any]:
    """One row of the table, without what only the whole table knows."""
    report, bears = check(problem, plan), burdens(plan, alone.found)
    return {
        "planned": report.score.planned,
        "happen": report.score.happen,
        "bound": min(alone.most, plan.meta.get("bound", alone.most)),
        "moved": report.score.moved,
        "skipped": report.score.skipped,
        "strain": report.score.strain,
        "worst_burden": report.score.worst_burden,
        "above_own_best": round(max((bears[who] - alone.least[who] for who in bears), default=0.0), 3),
        "discomfort": report.score.discomfort,
        "violations": len(report.faults),
        "violations_by_format": faults_of_reference(problem, plan, report.score),
    }


def faults_of_reference(problem: Problem, plan: Plan, score: Score) -> int | None:
    """What the checker of the format finds, and whether it scores the plan as we do; None where it is not here."""
    shared = os.environ.get("RONDO_SHARED")
    if not shared:
        return None
    reference = reference_of(Path(shared))
    verdict = reference.check(problem, plan, None)
    return verdict.kinds.total() + (verdict.score != reference.figures(score))


def burdens(plan: Plan, found: Sequence[Candidates]) -> dict[str, float]:
    """The pain of everybody by session planned (formats.md, worst_burden)."""
    pains, owed, places = Counter[str](), Counter[str](), plan.by_series()
    for one in found:
        owed.update(dict.fromkeys(one.series.members, one.series.sessions))
        there = [session for session in places[one.series.id].sessions if session.takes_place]
        at = np.searchsorted(one.starts, [session.start for session in there])
        for session, row in zip(there, one.pain[at].tolist(), strict=True):
            for who, pain in zip(one.series.members, row, strict=True):
                pains[who] += pain if who not in session.absent else 0
    return {who: pains[who] / count for who, count in owed.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
