"""The checker that comes with the format, loaded from where RONDO_SHARED says."""

import importlib.util
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from scheduler.core.plan import Plan, Score, plan_to_json
from scheduler.core.problem import Problem, problem_to_json

KINDS: tuple[tuple[str, str], ...] = (
    (": twice in a plan", "twice"),
    (": not in the problem", "unknown"),
    (": missing, or not", "missing"),
    ("slots for rotation", "slots"),
    ("pinned by nobody", "unpinned"),
    ("changed, and it was frozen", "frozen"),
    ("not where a person pinned it", "pin"),
    ("takes place without a slot", "slotless"),
    ("slot off the grid", "slot grid"),
    ("its rule leaves the horizon", "horizon"),
    (", its rule says", "regular"),
    ("moved, and it may not be", "unmoved"),
    ("moved off the grid or out of", "moved"),
    (": nth ", "rule"),
    ("required or unknown people absent", "absent"),
    ("below its quorum", "quorum"),
    ("outside hours", "hours"),
    (" busy", "busy"),
    (" closer than ", "apart"),
    ("in the day of", "day"),
    ("in the week of", "week"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reference says: how many faults of each kind, and the figures of the score."""

    kinds: Counter[str]
    score: dict[str, float]


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference, asked with our values."""

    checker: Any  # a module that is loaded by its path has no type

    def check(self, problem: Problem, plan: Plan, previous: Plan | None) -> Verdict:
        """What it says of a plan."""
        before = plan_to_json(previous) if previous else None
        faults, score = self.checker.check(problem_to_json(problem), plan_to_json(plan), before)
        kinds = Counter(next(kind for words, kind in KINDS if words in fault) for fault in faults)
        return Verdict(kinds, {name: figure for name, figure in score.items() if name != "violations"})

    @staticmethod
    def figures(score: Score) -> dict[str, float]:
        """Our score in the words of the reference; it has no `keep` without a previous plan."""
        names = [
            *("planned", "happen", "held", "moved", "pinned", "skipped", "unplaced_series", "changed", "absences"),
            *("excess_moves", "strain", "worst_burden", "total_pain", "discomfort"),
        ]
        return {name: getattr(score, name) for name in names} | ({} if score.keep is None else {"keep": score.keep})


@lru_cache(maxsize=1)
def reference_of(shared: Path) -> Reference:
    """The reference of a shared folder."""
    spec = importlib.util.spec_from_file_location("check_plan", shared / "formats" / "check_plan.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Reference(module)
