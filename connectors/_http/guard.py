"""The one way out to addresses that a person typed: whatever they lead to, nothing but a public server is called.

https alone, to addresses that were checked, with an end in time and in size, without cookies, proxies and credentials
of the environment. What the operator allows beside that is named in the settings (`outbound.allow`), or typed on the
command line (one server of this machine).
"""

import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from connectors._http.addresses import Allowed, allowed, origin_of
from connectors._http.body import PACKED, PLAIN, capped, unpacked
from connectors._http.network import CheckedNetwork, Resolve, addresses_of
from connectors._http.retry import Later
from connectors._http.trust import certificates
from scheduler.errors import InputError, Unavailable

SECONDS = 10.0
MOST_BYTES = 5_000_000
MOST_REDIRECTS = 3
MOST_CONNECTIONS = 32
REDIRECTS = (301, 302, 303, 307, 308)
OK = 200
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization")


def guarded_client(
    *,
    allow: Sequence[str] = (),
    loopback: str = "",
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
    resolve: Resolve = addresses_of,
    context: ssl.SSLContext | None = None,
) -> httpx.Client:
    """A client that calls public servers, and what is allowed: hosts, networks, and the `loopback` origin of a URL.

    A request's timeout, `seconds` where it has none of its own, is that of its whole answer; `most_bytes` are those of
    an unpacked body. It follows no redirect by itself, and checks each that it is told to follow. Beside httpx's own
    errors it raises InputError for a URL that is not called, and Unavailable where a name leads to an address that is
    not public, a certificate is not valid, or an answer too large. Raises InputError for what can't be allowed.
    """
    transport = _Guarded(allowed(allow, loopback), resolve, most_bytes, context or certificates())
    return httpx.Client(
        transport=transport,
        timeout=seconds,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": "Rondo", "Accept-Encoding": "gzip"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer, with the body of a 200 alone; `url` is where it came from in the end. Only its status may be shown."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)


def fetch(
    client: httpx.Client,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    most_bytes: int = MOST_BYTES,
    seconds: float = SECONDS,
) -> Fetched:
    """What stands at an address, through at most three redirects, all within `seconds`.

    Raises InputError for an address that is not called, Later where it is slow or breaks off, Unavailable for the rest;
    no text of theirs has more of the address than its host.
    """
    until = time.monotonic() + seconds
    here, sent = _parsed(url), httpx.Headers(headers)
    with _in_words(seconds):
        for hop in range(MOST_REDIRECTS + 1):
            left = max(until - time.monotonic(), 0.001)
            with (
                _as_a_hop(hop),
                client.stream("GET", here, headers=sent, timeout=left, follow_redirects=False) as answer,
            ):
                if answer.status_code not in REDIRECTS or "location" not in answer.headers:
                    body = b"".join(capped(answer.iter_bytes(), most_bytes)) if answer.status_code == OK else b""
                    return Fetched(status=answer.status_code, headers=answer.headers, body=body, url=str(here))
                there = _joined(here, answer.headers["location"])
            if origin_of(there) != origin_of(here):
                for name in SECRET_HEADERS:
                    sent.pop(name, None)
            here = there
    raise Unavailable(f"It leads from one address to the next more than {MOST_REDIRECTS} times.")


class _Guarded(httpx.BaseTransport):
    """Checks each request, also those that follow a redirect, and bounds its answer."""

    def __init__(self, allowed_: Allowed, resolve: Resolve, most_bytes: int, context: ssl.SSLContext) -> None:
        self._allowed, self._most_bytes = allowed_, most_bytes
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=CheckedNetwork(allowed_, resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, whose body is still to come."""
        self._allowed.check(request.url)
        seconds = request.extensions.get("timeout", {}).get("read") or SECONDS
        until = time.monotonic() + seconds
        call = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": {"connect": until, "read": until, "write": until, "pool": seconds}},
        )
        with _as_httpx():
            answer = self._pool.handle_request(call)
        headers = httpx.Headers(answer.headers)
        packing = headers.pop("content-encoding", "").strip().lower()
        if packing in PACKED:
            headers.pop("content-length", None)
        elif packing not in PLAIN:
            answer.close()
            raise Unavailable("It answers in a packing that it was not asked for.")
        body = _Body(answer, packing in PACKED, self._most_bytes)
        return httpx.Response(answer.status, headers=headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """End all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, packed: bool, most: int) -> None:
        self._answer, self._packed, self._most = answer, packed, most

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            parts: Iterable[bytes] = self._answer.iter_stream()
            yield from capped(unpacked(parts) if self._packed else parts, self._most)

    def close(self) -> None:
        with _as_httpx():
            self._answer.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """The errors of httpcore under the same names in httpx."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as fault:
        raise getattr(httpx, type(fault).__name__)(str(fault)) from fault


@contextmanager
def _in_words(seconds: float) -> Iterator[None]:
    """What went wrong, in words that have nothing of the address and nothing that the server said."""
    try:
        yield
    except httpx.InvalidURL:  # httpx looks at redirects, though it doesn't follow them
        raise Unavailable("It leads on to what is no address.") from None
    except httpx.TimeoutException:
        raise Later(f"It takes more than {seconds:g} seconds to answer.") from None
    except httpx.DecodingError:
        raise Unavailable("Its answer can't be unpacked.") from None
    except httpx.ProtocolError:
        raise Later("It breaks off in its answer, or does not speak http.") from None
    except httpx.TransportError:
        raise Later("The connection fails or breaks off.") from None


@contextmanager
def _as_a_hop(hop: int) -> Iterator[None]:
    """What somebody typed is their mistake, and what a server leads on to is not."""
    try:
        yield
    except InputError as fault:
        if not hop:
            raise
        raise Unavailable(f"It leads on to what is not called: {fault.message}") from None


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        raise InputError("It is no address of the web.") from None


def _joined(here: httpx.URL, location: str) -> httpx.URL:
    there = here.join(location)
    if here.scheme == "https" and there.scheme != "https":
        raise Unavailable("It leads on to an address without https.")
    return there
