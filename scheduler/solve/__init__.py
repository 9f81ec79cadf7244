"""Plans the sessions of a problem: exactly where there are few series, else near a stated bound."""

from scheduler.solve.bound.sharpen import Bound, certified
from scheduler.solve.many.repair import Answer, Stand, answered, stand
from scheduler.solve.nearest import Changed, smallest_change
from scheduler.solve.progress import Progress
from scheduler.solve.search import Params
from scheduler.solve.solver import solve

__all__ = [
    "Answer",
    "Bound",
    "Changed",
    "Params",
    "Progress",
    "Stand",
    "answered",
    "certified",
    "smallest_change",
    "solve",
    "stand",
]
