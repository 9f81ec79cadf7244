"""What is found of a series in its organiser's calendar, in terms of the sessions that were written there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.core.event import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A series as it stands: nothing of it where `gone`.

    `sessions`: by the number of a session (Occurrence.session) where it stands now; None: its date was deleted. A date
    that the provider does not tell of is left out. `others`: dates of the event that are none of its sessions.
    `declined`: by an attendee's id, the sessions to which they said no, once in the whole or one by one.
    `version` is the provider's own (an etag), empty where it has none.
    """

    gone: bool = False
    sessions: Mapping[int, Span | None] = field(default_factory=dict)
    others: tuple[Span, ...] = ()
    declined: Mapping[str, frozenset[int]] = field(default_factory=dict)
    version: str = ""
