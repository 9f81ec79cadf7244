"""Calls to one CalDAV server with one account's password, which no other server is ever sent.

The few requests are our own, on the client that is handed in: the caldav library brings an http client that overwrites
files of another package, and goes around the guard of addresses.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from connectors._caldav.login import Login
from connectors._http.guard import MOST_REDIRECTS, REDIRECTS
from connectors._http.retry import Later, Pause
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from scheduler.ports import Secret

SECONDS = 30.0
MOST_BYTES = 10_000_000
BUSY = (408, 425, 429)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
DEFAULT_PORTS = {"https": 443, "http": 80}
STRONG = re.compile(r'"[!#-~]*"')
RECONNECT = "Its owner has to connect again: rondo connect caldav DIR --person ID --url URL --user NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; `url` is where it came from after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def good(self) -> bool:
        """Whether the server did as it was asked."""
        return 200 <= self.status < 300

    @property
    def etag(self) -> str:
        """The ETag where it can be the condition of a write (RFC 9110, 8.8.3): a weak one can't."""
        return strong(self.headers.get("etag", ""))


class CalDavSession:
    """One account on one server. The secret is JSON: {"url", "user", "password"}. Nothing is called at first.

    `client` should be one of connectors/_http/guard.py. Raises CredentialsRejected for a secret that is none.
    """

    def __init__(self, secret: Secret, *, client: httpx.Client, pause: Pause = time.sleep) -> None:
        self.url, self.user, password = _kept(secret.read())
        self.origin = origin_of(self.url)
        self.pause = pause
        self._client, self._login = client, Login(self.user, password)

    def absolute(self, href: str, base: str = "") -> str:
        """An address that the server names, as a URL. Raises Unavailable for one of another server."""
        try:
            url = urljoin(base or self.url, href.strip())
            same = origin_of(url) == self.origin
        except (InputError, ValueError):
            same = False
        if not same:
            raise Unavailable("The server names an address of another host, which is not called.")
        return url.partition("#")[0]

    def led(self, href: str, base: str = "") -> str:
        """Where the server sends us on: as `absolute`, but its owner is told of another host, which may be right.

        Raises InputError, with the host's name; Unavailable for what is no address.
        """
        try:
            url = urljoin(base or self.url, href.strip())
            origin = origin_of(url)
        except (InputError, ValueError):
            raise Unavailable("The server sends to what is no address.") from None
        if origin != self.origin:
            raise InputError(
                f"The server sends to another one, {_host(origin)}, which is not given the password.",
                hint="If it is the right one, connect with its address.",
            )
        return url.partition("#")[0]

    def request(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        most: int = MOST_BYTES,
    ) -> Reply:
        """What the server answers, through redirects on the same server.

        Raises Later where it is busy, slow or cut; CredentialsRejected for a wrong password; InputError where it leads
        to another host; Unavailable for an answer that is too large.
        """
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._one(method, self.absolute(url), body, sent, most)
            if reply.status not in REDIRECTS:
                return _judged(reply)
            url = self.led(reply.headers.get("location", ""), reply.url)
        raise Unavailable("The server sends from one address to the next without end.")

    def xml(self, method: str, url: str, body: bytes, depth: str) -> Reply:
        """As `request`, for a body of XML and so many levels below the URL."""
        headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        return self.request(method, url, body, headers=headers)

    def _one(self, method: str, url: str, body: bytes, headers: Mapping[str, str], most: int) -> Reply:
        until = time.monotonic() + SECONDS
        with (
            _told(),
            self._client.stream(
                method,
                url,
                content=body or None,
                headers=headers,
                auth=self._login,
                timeout=SECONDS,
                follow_redirects=False,
            ) as answer,
        ):
            parts, size = [], 0
            for part in answer.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > most:
                    raise Unavailable(f"The server's answer is larger than {most / 1_000_000:g} MB.")
                if time.monotonic() > until:
                    raise Later("The server takes too long to answer.")
            return Reply(status=answer.status_code, headers=answer.headers, body=b"".join(parts), url=url)


def origin_of(url: str) -> str:
    """Scheme, host and port. Raises InputError for what is no https address; plain http is for this machine alone."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        good = bool(host) and not parts.username and (parts.scheme == "https" or host in LOOPBACK)
        if good and parts.scheme in DEFAULT_PORTS:
            return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port or DEFAULT_PORTS[parts.scheme]}"
    except ValueError:
        pass
    raise InputError("A CalDAV server has an https address; plain http is for this machine alone.")


def calendar_url(address: str) -> str:
    """The URL of an address such as `caldav:https://...`, with the slash that a collection ends with."""
    return address.removeprefix("caldav:").rstrip("/") + "/"


def strong(etag: str) -> str:
    """An ETag that can be a condition, or nothing."""
    return etag if STRONG.fullmatch(etag) else ""


def _kept(text: str) -> tuple[str, str, str]:
    try:
        kept = json.loads(text)
        url, user, password = str(kept["url"]), str(kept["user"]), str(kept["password"])
        origin_of(url)
    except (ValueError, TypeError, KeyError, InputError):
        raise CredentialsRejected(f"What is kept of the CalDAV account can't be used. {RECONNECT}") from None
    return url, user, password


def _host(origin: str) -> str:
    host = urlsplit(origin).hostname or ""
    return host if host.replace("-", "").replace(".", "").isalnum() and host.isascii() else "elsewhere"


def _judged(reply: Reply) -> Reply:
    """The answer, unless it says that it is none: try later, or another password."""
    if reply.status == 401:
        raise CredentialsRejected(f"The CalDAV server does not accept the name or the password. {RECONNECT}")
    if reply.status in BUSY:
        raise Later("The CalDAV server is busy.", reply.headers.get("retry-after"))
    if reply.status >= 500 and reply.status not in (501, 507):
        raise Later(f"The CalDAV server failed ({reply.status}).", reply.headers.get("retry-after"))
    return reply


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the network in our own words: theirs may hold what the server said."""
    try:
        yield
    except httpx.TimeoutException:
        raise Later("The CalDAV server takes too long to answer.") from None
    except httpx.InvalidURL:
        raise InputError("The address of the CalDAV server is none.") from None
    except httpx.DecodingError:
        raise Unavailable("The CalDAV server's answer can't be unpacked.") from None
    except httpx.HTTPError:
        raise Later("The CalDAV server can't be reached, or its answer broke off.") from None
