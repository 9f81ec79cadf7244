"""The providers of a simulation: doubles of Google and Graph, a real Radicale behind a proxy that fails as told, and a
mail server.

They are started once in a process; each world begins with them empty, under the same addresses.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from connectors._google import session as google_session
from connectors.caldav import CalDavSession
from connectors.google import GoogleSession
from connectors.mail import MailWriter
from connectors.outlook import GraphSession
from scheduler.app.wiring import reading
from tests.doubles._graph import subscriptions
from tests.doubles.google import Google
from tests.doubles.graph import GraphDouble
from tests.doubles.proxy import Proxy, in_front_of
from tests.doubles.server import Double, serving
from tests.mailbox import Mailbox, mail_server
from tests.servers import ServerOfPeople, radicale_of_people

UNHURRIED = (GoogleSession, GraphSession, CalDavSession, MailWriter)
"""Connectors that would wait between two tries."""


@dataclass(slots=True)
class Servers:
    """All of them; `dav` is what our connector talks to, `caldav` is the server behind it, to which people talk."""

    google: Google
    graph: GraphDouble
    dav: Proxy
    caldav: ServerOfPeople
    mailbox: Mailbox

    @property
    def doubles(self) -> tuple[Double, ...]:
        """Those that can be told to fail."""
        return self.google, self.graph, self.dav

    def empty(self) -> None:
        """As new: nobody has an account or an appointment, and no call was made."""
        for double in (self.google, self.graph):
            url = double.url
            double.__init__()  # type: ignore[misc]  # its address stays, and with it what our connectors have built on it
            double.url = url
        self.google.quota = 10**9
        self.dav.faults.clear()
        self.dav.calls.clear()
        self.mailbox.mails.clear()
        self.mailbox.answers.clear()
        for person, path in self.caldav.calendars.items():
            self.caldav.request(person, "DELETE", path)
            status, _ = self.caldav.request(person, "MKCALENDAR", path)
            assert status == 201


@contextmanager
def servers() -> Iterator[Servers]:
    """All of them, and connectors that are in no hurry but never wait."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        google, graph = Google(), GraphDouble()
        for double in (google, graph):
            stack.enter_context(serving(double))
        caldav = stack.enter_context(radicale_of_people(folder))
        proxy = stack.enter_context(in_front_of(caldav.port))
        mailbox = stack.enter_context(mail_server())
        stack.enter_context(_without_waiting())
        yield Servers(google, graph, proxy, caldav, mailbox)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """No pause between two tries, no doors, and one calendar after the other, so that a seed tells the whole story."""
    with ExitStack() as stack:
        for each in UNHURRIED:
            defaults = each.__init__.__kwdefaults__
            assert defaults
            stack.enter_context(patch.dict(defaults, pause=_at_once))
        stack.enter_context(patch.object(subscriptions, "_shake_hands", _at_once))
        stack.enter_context(patch.object(google_session, "CALLS_A_MINUTE", 10**9))
        stack.enter_context(patch.object(reading, "AT_ONCE", 1))
        yield


def _at_once(*_: object) -> None:
    """Waits not at all, and asks nobody."""
