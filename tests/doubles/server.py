"""What the doubles of all providers share: a server on loopback, a script of faults, and a record of the calls."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Answer = Callable[[Request], Response]


@dataclass(slots=True)
class Fault:
    """What goes wrong with the calls that match: `times` of them, after the first `skip`; times=-1: with all.

    `after`: the call takes effect, and only its answer is lost. `status` 0: the connection is cut in mid-answer.
    `delay` seconds pass before the answer; with `drip`, its bytes come one a delay.
    """

    method: str = ""
    path: str = ""  # a regular expression, searched in the path
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str = b""
    times: int = 1
    skip: int = 0
    after: bool = False
    delay: float = 0.0
    drip: bool = False
    truncate: int = -1  # the real answer, cut after so many bytes, with its full Content-Length

    def meets(self, request: Request) -> bool:
        """Whether this call is one of those; counts it."""
        if self.times == 0 or (self.method and self.method != request.method):
            return False
        if not re.search(self.path, request.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= self.times > 0
        return True


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came; `status` is what it was answered."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    at: float


class Double:
    """The base of a provider's double: `answer` is the provider's, `faults` and `calls` are the test's.

    Whatever a request breaks of the provider's own description is in `broken`, and every test asks that it is empty.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.broken: list[str] = []
        self.url = ""
        self.lock = threading.RLock()
        self._running, self.most_at_once = Counter[str](), Counter[str]()

    def answer(self, request: Request) -> Response:
        """What the provider answers; called under the lock."""
        raise NotImplementedError

    def busy_key(self, request: Request) -> str:
        """By what the provider counts calls at once: a mailbox, a user, or everything."""
        return ""

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """The WSGI application."""
        request = Request(environ)
        body, key = request.get_data(), self.busy_key(request)
        with self.lock:
            self._running[key] += 1
            self.most_at_once[key] = max(self.most_at_once[key], self._running[key])
        try:
            response = self._answered(request)
        finally:
            with self.lock:
                self._running[key] -= 1
        with self.lock:
            headers = {name.lower(): value for name, value in request.headers.items()}
            call = Call(
                request.method,
                request.path,
                request.query_string.decode(),
                headers,
                body,
                response.status_code,
                time.monotonic(),
            )
            self.calls.append(call)
        return response(environ, start_response)

    def _answered(self, request: Request) -> Response:
        with self.lock:
            fault = next((each for each in self.faults if each.meets(request)), None)
            if fault is None:
                return self.answer(request)
            real = self.answer(request) if fault.after or fault.truncate >= 0 else None
        if fault.delay and not fault.drip:
            time.sleep(fault.delay)
        if fault.truncate >= 0 and real is not None:
            whole = real.get_data()
            cut = Response(_broken_off(whole[: fault.truncate]), status=real.status_code, headers=dict(real.headers))
            cut.headers["Content-Length"] = str(max(len(whole), fault.truncate + 1))
            return cut
        if fault.status == 0:
            return Response(_broken_off(b"HTTP"), status=200, headers={"Content-Length": "1000"})
        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
        return Response(_dripping(body, fault.delay) if fault.drip else body, fault.status, dict(fault.headers))

    def count(self, method: str = "", path: str = "") -> int:
        """How many calls there were of a kind; `path` is a regular expression."""
        return sum((not method or each.method == method) and bool(re.search(path, each.path)) for each in self.calls)


def _broken_off(begun: bytes) -> Iterator[bytes]:
    yield begun
    raise ConnectionResetError("the double cuts the connection on purpose")


def _dripping(body: bytes, delay: float) -> Iterator[bytes]:
    for byte in body:
        time.sleep(delay)
        yield bytes([byte])


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # the name is werkzeug's
        """Nothing: the test reads `calls`."""


@contextmanager
def serving(double: Double) -> Iterator[None]:
    """The double on a port of loopback; its `url` says which."""
    server: BaseWSGIServer = make_server("127.0.0.1", 0, double, threaded=True, request_handler=_Quiet)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
