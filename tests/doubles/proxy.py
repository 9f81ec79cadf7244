"""A real server behind the script of faults: calls go through to it, unless they are told to fail."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.wrappers import Request, Response

from tests.doubles.server import Double, serving

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "proxy-connection"}


class Proxy(Double):
    """Passes calls on to a port of this machine, as they are, under the name that the client knows."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def answer(self, request: Request) -> Response:
        """What the server behind it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {name: value for name, value in request.headers if name.lower() not in HOP_BY_HOP}
        try:
            target = request.environ.get("RAW_URI") or request.full_path
            connection.request(request.method, target, request.get_data(), headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
            return Response(answer.read(), answer.status, kept)
        finally:
            connection.close()


@contextmanager
def in_front_of(port: int) -> Iterator[Proxy]:
    """The proxy on a port of its own, which its `url` names."""
    proxy = Proxy(port)
    with serving(proxy):
        yield proxy
