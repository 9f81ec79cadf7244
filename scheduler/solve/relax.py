"""The linear relaxation of a CP-SAT model: a bound that holds whatever the rounding, and often the solution itself.

The models of this package are nearly integral: mostly the simplex method ends in a vertex of whole numbers, in a
hundredth of the time of a proof by search. Nothing of it is taken on trust: values are checked in whole numbers against
every row, and the bound is computed anew from the duals (any duals give a bound; good ones give a good one).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]  # ortools ships no types for it
from ortools.sat.python.cp_model import CpModel, IntVar

FAR = 1 << 60  # beyond this a bound of CP-SAT means infinity
WHOLE = 1e-6  # what the simplex method may be off
DIVE_ITERATIONS = 30_000  # of the simplex method, in all
NEAR = 0.7  # what a dive takes for true
ROUNDING = 1e-9  # of the size of a bound's terms: more than float64 can lose

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Relaxed:
    """No solution costs less than `bound`; `values`, where there are any, are a solution of the whole model."""

    bound: int | None = None
    values: tuple[int, ...] | None = None


@dataclass(slots=True)
class Rows:
    """The constraints of a model as rows lower <= A x <= upper, entry by entry."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[int] = field(default_factory=list)

    def add(self, constraint: Any) -> None:
        """One row more. The models of this package know linear constraints and at most one of some, nothing else."""
        if constraint.has_at_most_one():
            columns = list(constraint.at_most_one.literals)
            values, lower, upper = [1] * len(columns), -FAR, 1
        else:
            columns, values = list(constraint.linear.vars), list(constraint.linear.coeffs)
            lower, upper = constraint.linear.domain
        self.row.extend([len(self.lower)] * len(columns))
        self.column.extend(columns)
        self.value.extend(values)
        self.lower.append(lower if lower > -FAR else -np.inf)
        self.upper.append(upper if upper < FAR else np.inf)

    def entries_from(self, first: int) -> Iterator[tuple[int, int, int]]:
        """Entries (row, column, value) from one on."""
        return zip(self.row[first:], self.column[first:], self.value[first:], strict=True)


@dataclass(slots=True)
class Relaxation:
    """The relaxation of a model that grows: each call adds what the model got since.

    The first `rules` variables of the model are those that decide most.
    """

    cp: CpModel
    lp: pywraplp.Solver = field(default_factory=lambda: pywraplp.Solver.CreateSolver("GLOP"))
    rows: Rows = field(default_factory=Rows)
    least: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    entries: int = 0
    rules: int = 0
    effort: float = 0.0
    interrupted: bool = False

    def without(self, variables: Sequence[IntVar]) -> "Relaxation":
        """That of the same model where these variables are 0."""
        cp = self.cp.clone()
        for variable in variables:
            cp.add(variable == 0)
        return Relaxation(cp, rules=self.rules)

    def interrupt(self) -> None:
        """End a running `minimized`, from another thread."""
        self.interrupted = True
        self.lp.InterruptSolve()

    def minimized(self, effort: float, *, dive: bool) -> Relaxed:
        """Minimize the model's objective, in at most this deterministic time; a bound of None is none."""
        self._read()
        self._build()
        objective = self._set_objective()
        self.interrupted, self.effort = False, effort
        if not self._solved():
            return Relaxed()
        duals = np.array([row.dual_value() for row in self.lp.constraints()])
        bound = self._bound(objective, duals) + self.cp.proto.objective.offset
        values = self._values()
        return Relaxed(ceil(bound), self._dived() if dive and values is None else values)

    def _solved(self) -> bool:
        """Solve; once more with another scaling, where the simplex method has lost its way in numbers of all sizes."""
        status = pywraplp.Solver.ABNORMAL
        for how in ("", " scaling_method: LINEAR_PROGRAM"):
            if status == pywraplp.Solver.ABNORMAL and not self.interrupted:
                self.lp.SetSolverSpecificParametersAsString(f"max_deterministic_time: {self.effort}{how}")
                status = self.lp.Solve()
        return bool(status == pywraplp.Solver.OPTIMAL)

    def _dived(self) -> tuple[int, ...] | None:
        """A solution found by making true what is nearest to it, again and again, rules first."""
        made_true: list[int] = []
        values, left = None, DIVE_ITERATIONS
        while values is None and left > 0 and (nearest := self._nearest()):
            for variable in nearest:
                self.lp.variable(variable).SetLb(1.0)
            made_true += nearest
            if not self._solved():
                break
            values, left = self._values(), left - self.lp.iterations()
        for variable in made_true:
            self.lp.variable(variable).SetLb(0.0)
        return values

    def _nearest(self) -> list[int]:
        """Of the torn Booleans: the rule that is nearest to true, else all others that are near, else the nearest."""
        at = np.array([v.solution_value() if v.Ub() == 1.0 else 0.0 for v in self.lp.variables()])
        torn = np.flatnonzero((at > WHOLE) & (at < 1 - WHOLE))
        rules = torn[: np.searchsorted(torn, self.rules)]
        near = torn[at[torn] > NEAR] if not len(rules) else rules[:0]
        wanted = rules if len(rules) else torn
        chosen: list[int] = near.tolist() or wanted[np.argsort(-at[wanted], kind="stable")[:1]].tolist()
        return chosen

    def cost_of(self, values: Sequence[int]) -> int:
        """What the model's objective says of a solution."""
        goal = self.cp.proto.objective
        total = sum(values[variable] * value for variable, value in zip(goal.vars, goal.coeffs, strict=True))
        return int(total + goal.offset)

    def _read(self) -> None:
        """Take in what the model got since."""
        variables, constraints = self.cp.proto.variables, self.cp.proto.constraints
        for number in range(len(self.least), len(variables)):
            least, most = variables[number].domain
            self.least.append(least)
            self.most.append(most)
        for number in range(len(self.rows.lower), len(constraints)):
            self.rows.add(constraints[number])

    def _build(self) -> None:
        """Give the simplex method what was read since."""
        rows, built = self.rows, self.lp.NumConstraints()
        for number in range(self.lp.NumVariables(), len(self.least)):
            self.lp.NumVar(self.least[number], self.most[number], "")
        made = [self.lp.Constraint(*limits) for limits in zip(rows.lower[built:], rows.upper[built:], strict=True)]
        variables = self.lp.variables()
        for row, column, value in rows.entries_from(self.entries):
            made[row - built].SetCoefficient(variables[column], value)
        self.entries = len(rows.row)

    def _set_objective(self) -> Floats:
        goal, objective, variables = self.cp.proto.objective, self.lp.Objective(), self.lp.variables()
        cost = np.zeros(len(variables))
        objective.Clear()
        for variable, value in zip(goal.vars, goal.coeffs, strict=True):
            cost[variable] = value
            objective.SetCoefficient(variables[variable], value)
        objective.SetMinimization()
        return cost

    def _bound(self, cost: Floats, duals: Floats) -> float:
        """The Lagrangian bound of these duals, less what rounding may have added."""
        lower, upper = np.array(self.rows.lower), np.array(self.rows.upper)
        side = np.where(duals > 0, lower, upper)
        duals = np.where(np.isfinite(side), duals, 0.0)
        taken = np.bincount(
            self.rows.column, weights=np.array(self.rows.value) * duals[self.rows.row], minlength=len(cost)
        )
        least, most = np.array(self.least), np.array(self.most)
        # being a little off in the price of a variable that may be large would cost much: shrink that away
        over = (most > 1) & (taken > cost) & (cost > 0)
        shrink = float((cost[over] / taken[over]).min(initial=1.0))
        reduced = cost - taken * shrink
        terms = np.concatenate(
            [duals * shrink * np.where(duals, side, 0.0), reduced * np.where(reduced > 0, least, most)]
        )
        return float(terms.sum() - ROUNDING * (np.abs(terms).sum() + np.abs(taken).sum()) - WHOLE)

    def _values(self) -> tuple[int, ...] | None:
        """The relaxation's solution, if it is one in whole numbers."""
        found = np.array([variable.solution_value() for variable in self.lp.variables()])
        values = np.rint(found).astype(np.int64)
        if np.abs(found - values).max(initial=0) > WHOLE or not self.is_solution(values.tolist()):
            return None
        return tuple(values.tolist())

    def is_solution(self, values: Sequence[int]) -> bool:
        """Whether values of all variables keep every row, counted in whole numbers."""
        self._read()
        if len(values) != len(self.least):
            return False
        sums = np.zeros(len(self.rows.lower), dtype=np.int64)
        np.add.at(sums, self.rows.row, np.array(self.rows.value) * np.array(values)[self.rows.column])
        return bool(((sums >= np.array(self.rows.lower)) & (sums <= np.array(self.rows.upper))).all())
