"""A model of CP-SAT as rows of whole numbers: what the simplex method works on, and what any answer is checked by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.sat.python.cp_model import CpModel

CRASHES = (RuntimeError, MemoryError, ValueError, IndexError, OverflowError)  # what exceptions of C++ become here
FAR = 1 << 60  # beyond this a bound of CP-SAT means infinity


@dataclass(slots=True)
class Rows:
    """The variables of a model, from `least` to `most`, and its constraints, lower <= A x <= upper, entry by entry."""

    least: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[int] = field(default_factory=list)

    def read(self, cp: CpModel) -> "Rows":
        """Take in what a model got since it was read last."""
        variables, constraints = cp.proto.variables, cp.proto.constraints
        for number in range(len(self.least), len(variables)):
            least, most = variables[number].domain
            self.least.append(least)
            self.most.append(most)
        for number in range(len(self.lower), len(constraints)):
            self._add(constraints[number])
        return self

    def _add(self, constraint: Any) -> None:
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

    def keeps(self, values: Sequence[int]) -> bool:
        """Whether values of all variables lie in their limits and keep every row, counted in whole numbers."""
        if len(values) != len(self.least):
            return False
        found = np.array(values, dtype=np.int64)
        sums = np.zeros(len(self.lower), dtype=np.int64)
        np.add.at(sums, np.array(self.row, dtype=np.int64), np.array(self.value, dtype=np.int64) * found[self.column])
        inside = (found >= np.array(self.least)) & (found <= np.array(self.most))
        return bool(inside.all() and ((sums >= np.array(self.lower)) & (sums <= np.array(self.upper))).all())


def cost_of(cp: CpModel, values: Sequence[int]) -> int:
    """What a model's objective says of values."""
    goal = cp.proto.objective
    total = sum(values[variable] * value for variable, value in zip(goal.vars, goal.coeffs, strict=True))
    return int(total + goal.offset)
