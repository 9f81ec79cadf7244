"""What pages and API work on: the programmes of a service, and who may come in."""

from dataclasses import dataclass
from functools import cached_property

from scheduler.app.access.readers import Readers
from scheduler.app.access.sessions import Access
from scheduler.app.access.signing_in import SigningIn
from scheduler.app.meetings.overview import Overview, Overviews
from scheduler.app.planning.publishing import Reviews
from scheduler.app.service.service import Service
from scheduler.app.wiring.programme import App


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
        return Overviews()

    def overview(self, programme: str) -> Overview:
        """A programme as its lists show it now. Raises Unavailable."""
        return self.overviews.of(self.app(programme), programme)
