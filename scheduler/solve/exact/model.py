"""The variables of the exact model: which rule a series follows, where its sessions stand, who attends.

The model has two halves. A series chooses columns (rules) and options (places of sessions); whatever it chooses makes
`at[start]` true. People see only that, and the seats of optional ones: all that a person limits is said of `seats`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ortools.sat.python.cp_model import CpModel, IntVar

from scheduler.core.interval import Int64Array
from scheduler.core.people import Boundary
from scheduler.core.problem import Problem
from scheduler.solve.exact.options import Columns, Options
from scheduler.solve.task import Task


@dataclass(frozen=True, slots=True)
class SeriesVars:
    """The variables of one series.

    `column[slot][c]`: the rule that a slot of the rotation follows. `stands[option]`: a session stands there;
    `held[option]`: because its rule puts it there (None where no rule does). `at[start]`: a session stands at a start,
    for those starts where one can. `comes[start, k]`: it does, and the k-th optional person attends.
    `stays[session, k]`: the k-th optional person attends this pinned session. `excess`: at least the moves beyond the
    slack. `group[start]`: of starts with one number at most one is chosen.
    """

    task: Task
    columns: tuple[Columns, ...]
    options: Options
    column: tuple[tuple[IntVar, ...], ...]
    stands: tuple[IntVar, ...]
    held: tuple[IntVar | None, ...]
    at: Mapping[int, IntVar]
    comes: Mapping[tuple[int, int], IntVar]
    stays: Mapping[tuple[int, int], IntVar]
    excess: IntVar
    group: Int64Array


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that a person may take: where, in which group of mutually exclusive seats, at what pain."""

    start: int
    end: int
    group: tuple[int, int]
    pain: int
    var: IntVar


@dataclass(frozen=True, slots=True)
class PersonVars:
    """What one person may attend: `seats` of sessions that we place, `pinned` seats of sessions that stand.

    `taken`: rows (start, end, chosen) of what the person attends already, with its pain in all; `owed`: the sessions
    planned of all series of the person.
    """

    who: str
    boundary: Boundary
    seats: tuple[Seat, ...]
    pinned: tuple[Seat, ...]
    taken: Int64Array
    taken_pain: int
    owed: int


@dataclass(frozen=True, slots=True)
class Model:
    """The whole: CP-SAT's model and the variables in it, by series and by person."""

    cp: CpModel
    problem: Problem
    series: tuple[SeriesVars, ...]
    people: tuple[PersonVars, ...]
