"""Plans the sessions of a problem: exactly where there are few series, else near a stated bound."""

from scheduler.solve.search import Params
from scheduler.solve.solver import Progress, solve

__all__ = ["Params", "Progress", "solve"]
