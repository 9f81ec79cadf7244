"""The exact way for a handful of series: one model, solved level by level of the score.

Parts of a problem that share nobody are solved apart. Their sessions, strain and discomfort add up, but the worst
burden is the largest of them: so every part first settles its first three levels, and only then, with the worst burden
of all of them known, spends on comfort what that leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from ortools.sat.python.cp_model import LinearExprT

from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.costs import burden, discomfort, gained, pain_borne, strain
from scheduler.solve.model import Model, PersonVars
from scheduler.solve.read import chosen, placement
from scheduler.solve.rules import add_rules
from scheduler.solve.search import Search
from scheduler.solve.seats import Taken
from scheduler.solve.task import Task
from scheduler.solve.variables import variables

EFFORT = 120.0
"""Deterministic time for one level of one part: a hopeless proof ends after some minutes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part on its way through the levels: a model bound to the levels reached, and values that keep to them.

    `values` is None until any are found; `proven` says whether every level so far is known to be the best.
    """

    model: Model
    values: tuple[int, ...] | None = None
    proven: bool = True

    @property
    def worst(self) -> Fraction:
        """The largest burden of a person."""
        people = [person for person in self.model.people if person.owed]
        return max((Fraction(self._pain(person), person.owed) for person in people), default=Fraction(0))

    @property
    def placements(self) -> tuple[Placement, ...]:
        """Where everything stands; nothing where no values were found."""
        if self.values is None:
            return ()
        horizon = self.model.problem.horizon
        return tuple(placement(series.task, horizon, chosen(series, self.values)) for series in self.model.series)

    def _pain(self, person: PersonVars) -> int:
        values = self.values or ()
        return person.taken_pain + sum(seat.pain * values[seat.var.index] for seat in (*person.seats, *person.pinned))


def opened(problem: Problem, tasks: Sequence[Task], taken: Taken, search: Search, effort: float = EFFORT) -> Part:
    """A part with levels 1 and 2 settled: all that can happen does, with as little strain as that allows."""
    model = variables(problem, tasks, taken)
    add_rules(model)
    part = _settled(Part(model), -gained(model), search, effort)
    return _settled(part, strain(model), search, effort)


def eased(part: Part, enough: Fraction, search: Search, effort: float = EFFORT) -> Part:
    """The part with level 3 settled, as far as it matters: another part's worst burden is `enough`."""
    if part.values is None or part.worst <= enough:
        return part
    bare = replace(part.model, cp=part.model.cp.clone())
    worst, scale = burden(bare)
    bare.cp.add(worst >= floor(enough * scale))
    answer = search.minimize(bare.cp, worst, part.values, effort)
    values = answer.values[: len(part.values)] if answer.values else part.values
    return replace(part, values=values, proven=part.proven and answer.proven)


def comforted(part: Part, worst: Fraction, search: Search, effort: float = EFFORT) -> Part:
    """The part with level 4 settled, where nobody's burden may pass the worst one of all parts."""
    if part.values is None:
        return part
    for person in part.model.people:
        part.model.cp.add(pain_borne(person) <= floor(worst * person.owed))
    return _settled(part, discomfort(part.model), search, effort)


def _settled(part: Part, cost: LinearExprT, search: Search, effort: float) -> Part:
    """One level more, and the model bound to what it reached."""
    answer = search.minimize(part.model.cp, cost, part.values, effort)
    if answer.values is None:
        return replace(part, proven=False)
    part.model.cp.add(cost <= answer.cost)
    return replace(part, values=answer.values, proven=part.proven and answer.proven)
