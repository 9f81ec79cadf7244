"""The linear relaxation of a CP-SAT model: a bound that holds whatever the rounding, and often the solution itself.

The models of this package are nearly integral: mostly the simplex method ends in a vertex of whole numbers, in a
hundredth of the time of a proof by search. Nothing of it is taken on trust: values are checked in whole numbers against
every row, and the bound is computed anew from the duals (any duals give a bound; good ones give a good one).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]  # ortools ships no types for it
from ortools.sat.python.cp_model import CpModel, IntVar

from scheduler.solve.rows import CRASHES, Rows, cost_of

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
class Relaxation:
    """The relaxation of a model that grows: each call adds what the model got since.

    The first `rules` variables of the model are those that decide most.
    """

    cp: CpModel
    lp: pywraplp.Solver = field(default_factory=lambda: pywraplp.Solver.CreateSolver("GLOP"))
    rows: Rows = field(default_factory=Rows)
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
        self.rows.read(self.cp)
        self._build()
        objective = self._set_objective()
        self.interrupted, self.effort = False, effort
        if not self._solved():
            return Relaxed()
        duals = np.array([row.dual_value() for row in self.lp.constraints()])
        bound = self._bound(objective, duals) if np.isfinite(duals).all() else None
        values = self._values()
        return Relaxed(bound, self._dived() if dive and values is None else values)

    def _solved(self) -> bool:
        """Solve; once more with another scaling, where the simplex method has lost its way in numbers of all sizes."""
        status = pywraplp.Solver.ABNORMAL
        for how in ("", " scaling_method: LINEAR_PROGRAM"):
            if status == pywraplp.Solver.ABNORMAL and not self.interrupted:
                self.lp.SetSolverSpecificParametersAsString(f"max_deterministic_time: {self.effort}{how}")
                status = self._run()
        return bool(status == pywraplp.Solver.OPTIMAL)

    def _run(self) -> int:
        try:
            return int(self.lp.Solve())
        except CRASHES:
            return int(pywraplp.Solver.ABNORMAL)

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
        return cost_of(self.cp, values)

    def _build(self) -> None:
        """Give the simplex method what was read since."""
        rows, built = self.rows, self.lp.NumConstraints()
        for number in range(self.lp.NumVariables(), len(rows.least)):
            self.lp.NumVar(rows.least[number], rows.most[number], "")
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

    def _bound(self, cost: Floats, duals: Floats) -> int:
        """The Lagrangian bound of these duals, less what rounding may have added."""
        lower, upper = np.array(self.rows.lower), np.array(self.rows.upper)
        side = np.where(duals > 0, lower, upper)
        duals = np.where(np.isfinite(side), duals, 0.0)
        taken = np.bincount(
            self.rows.column, weights=np.array(self.rows.value) * duals[self.rows.row], minlength=len(cost)
        )
        least, most = np.array(self.rows.least), np.array(self.rows.most)
        # being a little off in the price of a variable that may be large would cost much: shrink that away
        over = (most > 1) & (taken > cost) & (cost > 0)
        shrink = float((cost[over] / taken[over]).min(initial=1.0))
        reduced = cost - taken * shrink
        terms = np.concatenate(
            [duals * shrink * np.where(duals, side, 0.0), reduced * np.where(reduced > 0, least, most)]
        )
        least_cost = float(terms.sum() - ROUNDING * (np.abs(terms).sum() + np.abs(taken).sum()) - WHOLE)
        return ceil(least_cost + self.cp.proto.objective.offset)

    def _values(self) -> tuple[int, ...] | None:
        """The relaxation's solution, if it is one in whole numbers."""
        found = np.array([variable.solution_value() for variable in self.lp.variables()])
        if not np.isfinite(found).all():
            return None
        values = np.rint(found).astype(np.int64)
        if np.abs(found - values).max(initial=0) > WHOLE or not self.is_solution(values.tolist()):
            return None
        return tuple(values.tolist())

    def is_solution(self, values: Sequence[int]) -> bool:
        """Whether values of all variables keep every row, counted in whole numbers."""
        return self.rows.read(self.cp).keeps(values)
