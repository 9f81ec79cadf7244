"""A token of the API: who shows it may do what its scopes say, in one programme."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a token lets its bearer do; each but READ lets them do that alone."""

    READ = "read"  # look at everything that a coordinator sees
    PLAN = "plan"  # have plans made, and stop that
    APPLY = "apply"  # publish plans, and say what becomes of proposals: calendars are written, people are told
    PEOPLE = "people"  # change people's limits
    WEBHOOKS = "webhooks"  # look at webhooks, make and end them


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token; what it is shown as is known by its SHA-256 alone. None: never, or not yet."""

    programme: str
    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
