"""HTTP for Google's client libraries: one pool for all threads, with bounds on time and size, and no redirects.

Their usual one (httplib2) is for a single thread, follows redirects, and waits for ever for a server that drips.
"""

import json
import time
import weakref
from collections.abc import Mapping
from typing import Any

import google.auth.transport
import httpx

from connectors._google.faults import Unsure
from connectors._http.trust import certificates
from scheduler.errors import Unavailable

TIMEOUT = 30.0  # seconds for a whole answer
UNREADABLE = "What Google answered when asked for a token can't be read."
LARGEST = 32 * 2**20  # bytes; a page of 2,500 events with the fields that we ask for has two


class Transport:
    """Sends one request; raises Unsure where no whole answer came."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, verify=certificates())
        weakref.finalize(self, self._client.close)  # a session ends when nobody holds it any more

    def send(
        self, method: str, url: str, body: bytes | str | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers with small names, and body of the answer."""
        content = body.encode() if isinstance(body, str) else body
        try:
            with self._client.stream(method, url, content=content, headers=dict(headers)) as answer:
                return answer.status_code, dict(answer.headers), self._whole(answer)
        except httpx.HTTPError:  # its text may hold the address, and is of no use to anybody
            raise Unsure("Google Calendar can't be reached, or its answer broke off.") from None

    def _whole(self, answer: httpx.Response) -> bytes:
        until, parts, size = time.monotonic() + self._timeout, list[bytes](), 0
        for part in answer.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST or time.monotonic() > until:
                raise Unsure("Google Calendar's answer has no end.")
        return b"".join(parts)


class _Answer(google.auth.transport.Response):
    def __init__(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self._status, self._headers, self._data = status, headers, data

    @property
    def status(self) -> int:
        """The status code."""
        return self._status

    @property
    def headers(self) -> dict[str, str]:
        """The headers."""
        return self._headers

    @property
    def data(self) -> bytes:
        """The body."""
        return self._data


class TokenRequest(google.auth.transport.Request):
    """The transport as google-auth wants it, for tokens. Errors that pass are raised here, since it would sleep."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.scopes: tuple[str, ...] = ()  # that the token has, if it says so

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **kwargs: object,
    ) -> google.auth.transport.Response:
        """Status, headers and body. Raises Unsure for an error of the server, Unavailable for no sense."""
        status, received, data = self._transport.send(method, url, body, headers or {})
        if status in (408, 429) or status >= 500:
            raise Unsure(f"Google's tokens can't be had now ({status}).", received.get("retry-after"))
        if status == 200:
            self.scopes = tuple(_token(data).get("scope", "").split())
        return _Answer(status, received, data)


def _token(data: bytes) -> dict[str, Any]:
    """An answer in the form of RFC 6749, 5.1, which google-auth takes for granted. Raises Unavailable for any other."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    types = {"access_token": str, "expires_in": int, "scope": str}
    if not isinstance(said, dict) or "access_token" not in said:
        raise Unavailable(UNREADABLE)
    if not all(isinstance(said[name], type_) for name, type_ in types.items() if name in said):
        raise Unavailable(UNREADABLE)
    return said
