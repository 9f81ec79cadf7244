"""What pages and API work on: the programmes of a service, and who may come in."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from scheduler.app.access.readers import Readers
from scheduler.app.access.sessions import Access
from scheduler.app.access.signing_in import SigningIn
from scheduler.app.meetings.overview import Overview, Overviews
from scheduler.app.planning.reviewing import Reviews
from scheduler.app.service.service import Service
from scheduler.app.wiring.programme import App

T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """A service as its pages and its API see it. From any thread."""

    service: Service
    address: str  # where it listens: what links begin with, unless the settings say where it is reached

    @cached_property
    def access(self) -> Access:
        """Sessions, links and roles."""
        return Access(self.service.database, self.service.clock)

    @cached_property
    def signing_in(self) -> SigningIn:
        """How coordinators sign in."""
        return SigningIn(self.service, self.access, self.public_url)

    @cached_property
    def readers(self) -> Readers:
        """How visitors want to read."""
        return Readers(self.service.database)

    @property
    def public_url(self) -> str:
        """What links begin with."""
        return self.service.settings.service.public_url or self.address

    def lately(self, key: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` answers of who comes: once a second, since seats end by themselves, and again after any change."""
        return self.service.unchanged.of((key, int(self.service.clock.now().timestamp())), ask)

    def app(self, programme: str) -> App:
        """A programme as it is now. Raises Unavailable."""
        return self.service.app(programme)

    @cached_property
    def reviews(self) -> Reviews:
        """What publishing would do, as far as it is in memory."""
        return Reviews(self.service)

    @cached_property
    def overviews(self) -> Overviews:
        """What lists show, as far as it is in memory."""
        return Overviews(self.service.unchanged)

    def overview(self, programme: str) -> Overview:
        """A programme as its lists show it now. Raises Unavailable."""
        return self.overviews.of(self.app(programme), programme)
