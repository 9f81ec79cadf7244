"""The exact way for a handful of series: one model, solved level by level of the score.

Parts of a problem that share nobody are solved apart. Their sessions, strain and discomfort add up, but the worst
burden is the largest of them: so every part first settles its first three levels, and only then, with the worst burden
of all of them known, spends on comfort what that leaves.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

import numpy as np
from ortools.sat.python.cp_model import IntVar

from scheduler.core.interval import Int64Array
from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.exact.costs import burden, discomfort, gained, pain_borne, strain
from scheduler.solve.exact.encode import encoded
from scheduler.solve.exact.least_pain import LeastPain
from scheduler.solve.exact.level import Level, least
from scheduler.solve.exact.model import Model, PersonVars
from scheduler.solve.exact.read import chosen
from scheduler.solve.exact.rules import add_rules
from scheduler.solve.exact.scope import ANY_STRAIN, Scope
from scheduler.solve.exact.solo import NEVER
from scheduler.solve.exact.variables import variables
from scheduler.solve.placing import placement
from scheduler.solve.relax import Relaxation
from scheduler.solve.search import Answer, Search
from scheduler.solve.seats import Taken
from scheduler.solve.task import Task


@dataclass(frozen=True, slots=True)
class Part:
    """A part on its way through the levels: a model bound to the levels reached, and values that keep to them.

    `values` is None until any are found; `cost` is that of the last level; `proven` says whether every level so far is
    known to be the best.
    """

    scope: Scope
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

    @property
    def placed(self) -> Mapping[str, Placement]:
        """The same by series."""
        return {one.series: one for one in self.placements}


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
    scope = Scope.of(problem, tasks, taken)
    part = _gained(scope, start, search)
    return part if part.values is None else _strained(scope, part, search)


def _gained(scope: Scope, start: Mapping[str, Placement] | None, search: Search) -> Part:
    """Level 1: as if nobody were in another's way, and else with all that matters at the loss which that came to."""
    part = _gaining(scope, 0, scope.least_strain(0), start, search)
    if part.values is not None and -part.cost == scope.best:
        return part
    known = part.placed or start
    return _gaining(scope, scope.loss_of(known) if known else scope.best, ANY_STRAIN, known, search)


def _gaining(scope: Scope, loss: int, most: int, start: Mapping[str, Placement] | None, search: Search) -> Part:
    """The most gain of what is within these limits; it is the most of all if it loses no more than that."""
    part = _built(scope.within(loss, most), start)
    return _settled(part, Level(-gained(part.model), bound=-scope.best), search)


def _strained(scope: Scope, reached: Part, search: Search) -> Part:
    """Level 2: with no more strain than all have alone, in passing; and else with as much as is known to do."""
    loss, most = scope.best + reached.cost, scope.strain_of(reached.placed)
    least = scope.least_strain(loss)
    part = reached
    for guess, how in ((min(least, most), search.in_passing), (most, search)):
        part = _built(scope.within(loss, guess), reached.placed, gain=scope.best - loss, proven=reached.proven)
        part = _settled(part, Level(strain(part.model), bound=least, after=discomfort(part.model)), how)
        if part.values is not None and part.cost <= guess:
            break
    return part


def _built(scope: Scope, start: Mapping[str, Placement] | None, *, gain: int = 0, proven: bool = True) -> Part:
    """A part with all its rules and at least so much gain; what of the start its menus can say may fall short of it."""
    model = variables(scope.problem, scope.menus, scope.taken)
    add_rules(model)
    model.cp.add(gained(model) >= gain)
    rules = sum(len(column) for series in model.series for column in series.column)
    part = Part(scope, model, Relaxation(model.cp, rules=rules), proven=proven)
    values = encoded(model, start) if start else ()
    return replace(part, values=values) if part.relaxation.is_solution(values) else part


def eased(part: Part, enough: Fraction, search: Search) -> Part:
    """The part with level 3 settled, as far as it matters: another part's worst burden is `enough`.

    The model is not bound to it, since a third part's may be larger.
    """
    if part.values is None or part.worst <= enough:
        return part
    worst, scale = burden(part.model)
    known, ignored, pains = ceil(part.worst * scale), floor(enough * scale), _least_pain(part)
    part.model.cp.add(worst >= ignored)
    bound = bisect_left(range(known), True, key=lambda most: pains.bearable(_most(part, most, scale)) is not None)
    level = Level(
        worst,
        bound=max(bound, ignored),
        hopeless=lambda most: _over(part, pains, _most(part, most, scale)),
        after=discomfort(part.model),
    )
    return _reached(part, least(part.relaxation, level, (*part.values, max(known, ignored)), search))


def _least_pain(part: Part) -> LeastPain:
    people, placed = part.model.people, part.placed
    loss, strained = part.scope.loss_of(placed), part.scope.strain_of(placed)
    return LeastPain.of(part.scope, [one.who for one in people], [one.taken_pain for one in people], loss, strained)


def _most(part: Part, worst: int, scale: int) -> Int64Array:
    """The pain that each person may bear so that no burden on a scale is more than the worst."""
    return np.array([worst * person.owed // scale if person.owed else NEVER - 1 for person in part.model.people])


def _over(part: Part, pains: LeastPain, most: Int64Array) -> list[IntVar]:
    """The variables of rules that would leave somebody more pain than that; all of them where there is no way."""
    kept = pains.bearable(most)
    if kept is None:
        return [var for series in part.model.series for column in series.column for var in column]
    return [
        var
        for series, one in zip(part.model.series, kept, strict=True)
        for column, some in zip(series.column, one, strict=True)
        for var, bearable in zip(column, some.tolist(), strict=True)
        if not bearable
    ]


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
    return _reached(part, answer)


def _reached(part: Part, answer: Answer) -> Part:
    if answer.values is None:
        return replace(part, proven=False)
    return replace(part, values=answer.values, cost=answer.cost, proven=part.proven and answer.proven)


def _pain(person: PersonVars, values: Sequence[int]) -> int:
    return person.taken_pain + sum(seat.pain * values[seat.var.index] for seat in (*person.seats, *person.pinned))
