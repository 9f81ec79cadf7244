"""A provider's promise to tell when a calendar changes: Google's channel, Graph's subscription; and what is told."""

from dataclasses import dataclass, field
from enum import StrEnum

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


class Hint(StrEnum):
    """What a message says of its calendar. No message says what changed there: that has to be read."""

    CHANGED = "changed"  # something did, or may have while nothing could be told
    SYNC = "sync"  # nothing yet: the first message of a channel
    LAPSING = "lapsing"  # soon nothing will be told any more: renew it
    LOST = "lost"  # nothing is told any more: subscribe anew, and read everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody told one of our doors about subscription `id`; it is the provider where `secret` is the right one.

    Both are printable ASCII of at most 256 characters.
    """

    provider: Provider
    id: str
    secret: str = field(repr=False)
    kind: Hint
