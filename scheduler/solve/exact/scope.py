"""What a few series may choose around others, and how much of it can matter to a best plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.core.plan import Placement
from scheduler.core.problem import Problem
from scheduler.solve.exact.dominance import undominated
from scheduler.solve.exact.options import Menu, menu
from scheduler.solve.exact.solo import NEVER, Solo, hopeless, least_strain, solo
from scheduler.solve.judge import gained_by, strain_of
from scheduler.solve.seats import Taken, cleared
from scheduler.solve.task import Task

ANY_STRAIN = NEVER - 1
"""No plan has more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The menus of some series among seats that are taken, and what each could reach if it were alone.

    `loss` of a plan: what it gains less than all of them could alone, summed up.
    """

    problem: Problem
    taken: Taken
    menus: tuple[Menu, ...]
    alone: tuple[Solo, ...]

    @staticmethod
    def of(problem: Problem, tasks: Sequence[Task], taken: Taken) -> "Scope":
        """All that these tasks may choose."""
        menus = undominated(problem, [menu(task) for task in cleared(problem, tasks, taken)])
        return Scope(problem, taken, menus, tuple(solo(one, problem.slack) for one in menus))

    @property
    def best(self) -> int:
        """The gain of all series, were each alone."""
        return sum(one.best for one in self.alone)

    def within(self, loss: int, most: int) -> "Scope":
        """What may be in a plan which loses at most `loss`, at a strain of at most `most`."""
        dropped = hopeless(self.alone, loss, most)
        menus = tuple(one.without(some) for one, some in zip(self.menus, dropped, strict=True))
        return Scope(self.problem, self.taken, menus, self.alone)

    def least_strain(self, loss: int) -> int:
        """A bound on the strain of plans that lose at most `loss`."""
        return least_strain(self.alone, loss)

    def loss_of(self, placed: Mapping[str, Placement]) -> int:
        """What placements of these series lose."""
        return self.best - sum(gained_by(one.task, placed[one.task.series.id]) for one in self.menus)

    def strain_of(self, placed: Mapping[str, Placement]) -> int:
        """The strain of placements of these series."""
        return sum(strain_of(one.task, placed[one.task.series.id], self.problem.slack) for one in self.menus)
