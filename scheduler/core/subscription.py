"""A provider's promise to tell when a calendar changes: Google's channel, Graph's subscription."""

from dataclasses import dataclass

from scheduler.core.account import Provider
from scheduler.core.event import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What stands at a provider. `id` is ours at Google, the provider's at Graph; `resource` is what Google wants to
    be shown when it ends. Never renew by an assumed life: `expires_at` is what the provider said."""

    id: str
    provider: Provider
    person: str
    calendar: str
    expires_at: Instant
    resource: str = ""
