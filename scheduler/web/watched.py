"""What the doors need of the service."""

from collections.abc import Mapping
from typing import Protocol

from scheduler.core.health import Health


class Watched(Protocol):
    """The service as its doors see it; called from several threads at once."""

    def healthy(self) -> Health:
        """How it is. May take its time: it is asked by one thread at once."""
        ...

    def google_told(self, headers: Mapping[str, str]) -> None:
        """A message of Google came: its X-Goog-* headers, by their names in small letters, one that came twice joined.

        On return it is durable, or was none of ours (forged, ended, or unknown), which is counted and told to nobody.
        Raises Unavailable where the database can't take it.
        """
        ...

    def graph_told(self, body: bytes) -> None:
        """A message of Microsoft Graph came: notifications, lifecycle ones too. As `google_told`."""
        ...
