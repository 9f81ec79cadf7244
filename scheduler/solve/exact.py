"""The exact way for a handful of series: one model, solved level by level of the score.

Parts of a problem that share nobody are solved apart. Their sessions, strain and discomfort add up, but the worst
burden is the largest of them: so every part first settles its first three levels, and only then, with the worst burden
of all of them known, spends on comfort what that leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from ortools.sat.python.cp_model import IntVar

from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.costs import burden, discomfort, gained, pain_borne, strain
from scheduler.solve.encode import encoded
from scheduler.solve.judge import gained_by, strain_of
from scheduler.solve.level import Level, least
from scheduler.solve.model import Model, PersonVars, SeriesVars
from scheduler.solve.options import Menu, menu
from scheduler.solve.read import chosen, placement
from scheduler.solve.relax import Relaxation
from scheduler.solve.rules import add_rules
from scheduler.solve.search import Answer, Search
from scheduler.solve.seats import Taken, cleared
from scheduler.solve.solo import NEVER, Solo, hopeless, solo
from scheduler.solve.task import Task
from scheduler.solve.variables import variables


@dataclass(frozen=True, slots=True)
class Part:
    """A part on its way through the levels: a model bound to the levels reached, and values that keep to them.

    `values` is None until any are found; `cost` is that of the last level; `proven` says whether every level so far is
    known to be the best.
    """

    model: Model
    relaxation: Relaxation
    values: tuple[int, ...] | None = None
    cost: int = 0
    proven: bool = True

    @property
    def worst(self) -> Fraction:
        """The largest burden of a person; nobody bears any where no values were found."""
        if self.values is None:
            return Fraction(0)
        burdens = [Fraction(_pain(person, self.values), person.owed) for person in self.model.people if person.owed]
        return max(burdens, default=Fraction(0))

    @property
    def placements(self) -> tuple[Placement, ...]:
        """Where everything stands; nothing where no values were found."""
        if self.values is None:
            return ()
        horizon = self.model.problem.horizon
        return tuple(placement(series.task, horizon, chosen(series, self.values)) for series in self.model.series)


def opened(
    problem: Problem,
    tasks: Sequence[Task],
    taken: Taken,
    search: Search,
    start: Mapping[str, Placement] | None = None,
) -> Part:
    """A part with levels 1 and 2 settled: all that can happen does, with as little strain as that allows.

    The search starts from placements of its series, where there are any.
    """
    menus = [menu(task) for task in cleared(problem, tasks, taken)]
    if start:
        menus = _no_worse(problem, menus, start)
    alone = [solo(one, problem.slack) for one in menus]
    model = variables(problem, menus, taken)
    add_rules(model)
    first, second = -gained(model), strain(model)
    rules = sum(len(column) for series in model.series for column in series.column)
    part = Part(model, Relaxation(model.cp, rules=rules), encoded(model, start) if start else None)
    best = sum(one.best for one in alone)
    part = _settled(part, Level(first, bound=-best), search)
    if part.values is None:
        return part
    loss = best + part.cost
    least_strain = sum(one.least_strain(loss) for one in alone)
    level = Level(second, least_strain, lambda most: _hopeless(model.series, alone, loss, most), discomfort(model))
    return _settled(part, level, search)


def _no_worse(problem: Problem, menus: Sequence[Menu], start: Mapping[str, Placement]) -> list[Menu]:
    """The menus without what is in no plan that is at least as good as a known one in the first two levels."""
    alone = [solo(one, problem.slack) for one in menus]
    known = [(one.task, start[one.task.series.id]) for one in menus]
    loss = sum(one.best for one in alone) - sum(gained_by(task, placement) for task, placement in known)
    most = sum(strain_of(task, placement, problem.slack) for task, placement in known) if loss == 0 else NEVER
    return [one.without(dropped) for one, dropped in zip(menus, hopeless(alone, loss, most), strict=True)]


def eased(part: Part, enough: Fraction, search: Search) -> Part:
    """The part with level 3 settled, as far as it matters: another part's worst burden is `enough`.

    The model is not bound to it, since a third part's may be larger.
    """
    if part.values is None or part.worst <= enough:
        return part
    worst, scale = burden(part.model)
    part.model.cp.add(worst >= floor(enough * scale))
    return _reached(part, least(part.relaxation, Level(worst, after=discomfort(part.model)), part.values, search))


def comforted(part: Part, worst: Fraction, search: Search) -> Part:
    """The part with level 4 settled, where nobody's burden may pass the worst one of all parts."""
    if part.values is None:
        return part
    for person in part.model.people:
        part.model.cp.add(pain_borne(person) <= floor(worst * person.owed))
    return _settled(part, Level(discomfort(part.model)), search)


def _settled(part: Part, level: Level, search: Search) -> Part:
    """One level more, and the model bound to what it reached."""
    answer = least(part.relaxation, level, part.values, search)
    if answer.values is not None:
        part.model.cp.add(level.cost <= answer.cost)
        level.forbid(part.model.cp, answer.cost)
    return _reached(part, answer)


def _reached(part: Part, answer: Answer) -> Part:
    if answer.values is None:
        return replace(part, proven=False)
    return replace(part, values=answer.values, cost=answer.cost, proven=part.proven and answer.proven)


def _hopeless(series: Sequence[SeriesVars], alone: Sequence[Solo], loss: int, most: int) -> list[IntVar]:
    """The variables of hopeless rules."""
    pairs = [
        (var, over)
        for vars_, dropped in zip(series, hopeless(alone, loss, most), strict=True)
        for column, some in zip(vars_.column, dropped, strict=True)
        for var, over in zip(column, some.tolist(), strict=True)
    ]
    return [var for var, over in pairs if over]


def _pain(person: PersonVars, values: Sequence[int]) -> int:
    return person.taken_pain + sum(seat.pain * values[seat.var.index] for seat in (*person.seats, *person.pinned))
