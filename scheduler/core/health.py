"""How the service is: what a health check may know of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether it can work: its database answers, its engine runs. `counts`: numbers for its operator, by name."""

    database: bool
    engine: bool
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether all that it needs is there."""
        return self.database and self.engine
