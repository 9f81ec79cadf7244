"""The durable engine: what is to be done, by which process, and again after a crash. Nobody else names DBOS.

Work is a handful of workflows of coarse steps, kept in the same database as the application's state. A step runs at
least once, so everything in `Jobs` may be repeated. Nothing in here is the only place that knows of a change: that is
in the application's own rows (marks, owed writes, owed notices), which a sweep asks for every few seconds. So a lost
nudge, an empty engine, or a workflow that failed delays work and loses none.
"""

from scheduler.engine.engine import Engine
from scheduler.engine.jobs import Jobs, Owed, Pace

__all__ = ["Engine", "Jobs", "Owed", "Pace"]
