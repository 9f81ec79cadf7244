"""Long work that somebody asked for: what it is, how far it is, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where it is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # somebody asked for that; what was found by then is kept
    FAILED = "failed"


OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work. `arguments` and `progress` are JSON, as its kind has them; `told`: why it failed, for people.

    `stop`: somebody asked for that. `by`: who asked for the work.
    """

    programme: str
    id: str
    kind: str
    state: JobState
    by: str
    at: datetime
    arguments: Mapping[str, Any]
    progress: Mapping[str, Any]
    stop: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    told: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is not over yet."""
        return self.state in OPEN
