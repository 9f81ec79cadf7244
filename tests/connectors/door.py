"""The doors of a service, as far as messages of providers are concerned: a server on loopback that notes what it hears.

A message counts where its secret is that of its subscription (`known`, by id), as the service has to see to.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.wrappers import Request, Response

from connectors._google import push as google
from connectors._graph import push as outlook
from scheduler.core.subscription import Told
from tests.doubles.server import Double, serving


class Door(Double):
    """`heard`: all that made sense; `accepted`: what came with the right secret; `status`: of its answers."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, str] = {}
        self.heard: list[Told] = []
        self.status = 202

    @property
    def google(self) -> str:
        """The address for Google."""
        return f"{self.url}/hooks/google"

    @property
    def graph(self) -> str:
        """The address for Graph."""
        return f"{self.url}/hooks/graph"

    @property
    def accepted(self) -> list[Told]:
        """What came with the right secret."""
        return [each for each in self.heard if self.known.get(each.id) == each.secret]

    def answer(self, request: Request) -> Response:
        """The handshake's token, or the same for everybody."""
        if request.path == "/hooks/google":
            said = google.told(dict(request.headers))
            self.heard += [said] if said else []
        elif token := request.args.get("validationToken"):
            return Response(token, mimetype="text/plain")
        else:
            self.heard += outlook.told(request.get_data())
        return Response(status=self.status)


@contextmanager
def door() -> Iterator[Door]:
    """One that is open."""
    opened = Door()
    with serving(opened):
        yield opened
