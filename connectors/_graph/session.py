"""One account at Microsoft Graph: calls within its limits, patient with it, and deaf to what it says in error."""

import json
import threading
import time
import weakref
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from connectors._graph.tokens import APP_ONLY, Tokens
from connectors._http.pace import Pace
from connectors._http.retry import LONGEST, Later, Pause, patiently, seconds_of
from connectors._http.trust import certificates
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from scheduler.ports import Secret

CALLS, SPAN, AT_ONCE = 10_000, 600.0, 4  # what Microsoft allows an app in one mailbox
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
SECONDS = 60.0  # for a whole answer, however it trickles in
MOST_BYTES = 50_000_000
MOST_PAGES = 2_000
PREFER = 'IdType="ImmutableId", outlook.timezone="{}"'
BUSY = {423, 429, 500, 502, 503, 504, 509}
EMPTY = {202, 204}
CODES = {
    "ErrorAccessDenied",
    "ErrorDuplicateTransactionId",
    "ErrorExceededMaxRecurrences",
    "ErrorInvalidIdMalformed",
    "ErrorInvalidRecipients",
    "ErrorInvalidRequest",
    "ErrorInvalidTimeZone",
    "ErrorItemNotFound",
    "ErrorOccurrenceCrossingBoundary",
    "MailboxNotEnabledForRESTAPI",
    "RequestBodyRead",
    "ResourceNotFound",
    "ValidationError",
    "resyncRequired",
    "syncStateInvalid",
    "syncStateNotFound",
}
"""What Graph's own documentation names; nothing else of an error is ever repeated."""


class Refusal(Exception):
    """Graph refuses a call for good: its status, and its reason where that is one of CODES."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(f"{status} {code}".strip())

    @property
    def words(self) -> str:
        """For people."""
        return f"Outlook refuses it ({self.code or self.status})."


@dataclass(slots=True)
class _Limits:
    """The pace of one mailbox, and until when (on the monotonic clock) it asked to be left alone."""

    pace: Pace
    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class GraphSession:
    """Calls as one account: who signed in (/me), or an app by itself, for `mailbox` and every other (/users/...).

    `endpoint` without a path means version 1.0; `authority` is Entra's, with the tenant. Each is https, or http on this
    machine. `owner` is the person whose account it is, for messages. `seconds`: the longest that an answer may take.
    Raises CredentialsRejected where the secret is none.
    """

    def __init__(
        self,
        secret: Secret,
        *,
        endpoint: str,
        authority: str,
        client_id: str,
        client_secret: str = "",
        mailbox: str = "",
        owner: str = "",
        pause: Pause = time.sleep,
        seconds: float = SECONDS,
    ) -> None:
        parts = urlsplit(endpoint)
        self._base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1.0'}"
        self.pause, self._seconds = pause, seconds
        self._reconnect = f"Connect it again: rondo connect outlook DIR --person {owner or 'ID'}"
        self.tokens = Tokens(
            secret, authority=authority, client_id=client_id, client_secret=client_secret, reconnect=self._reconnect
        )
        self.mailbox = mailbox
        self._names = {name.casefold() for name in (mailbox, self.tokens.account.get("username", "")) if name}
        self._client = httpx.Client(
            timeout=TIMEOUT, follow_redirects=False, trust_env=parts.scheme == "https", verify=certificates()
        )
        self._limits: dict[str, _Limits] = {}
        self._lock = threading.Lock()
        weakref.finalize(self, self._client.close)

    @property
    def everybody(self) -> bool:
        """Whether an app is here by itself, without anybody who signed in."""
        return self.tokens.kind == APP_ONLY

    def is_own(self, mailbox: str) -> bool:
        """Whether a mailbox is the session's own, by each name that is known of it."""
        return not self._names or mailbox.casefold() in self._names

    def root(self, mailbox: str = "") -> str:
        """The path of a mailbox, by default of the session's own."""
        named = mailbox or self.mailbox
        if not self.everybody and (not named or self.is_own(named)):
            return "/me"
        if not named:
            raise InputError("An app by itself has to name a mailbox.", hint="Name it with --mailbox.")
        return f"/users/{quote(named, safe='@')}"

    def call(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        """`once`, with patience. Raises Unavailable as well; a write may have happened all the same."""
        return patiently(lambda: self.once(method, path, **what), pause=self.pause)

    def pages(
        self, path: str, params: Mapping[str, str] | None = None, keep: Collection[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """All answers of a list, each with its `value`. Raises as `call`."""
        for _ in range(MOST_PAGES):
            answer = self.call("GET", path, params=params, keep=keep)
            if not isinstance(answer.get("value"), list):
                raise Unavailable("Outlook's list has nothing in it that can be read.")
            yield answer
            if not answer.get("@odata.nextLink"):
                return
            path, params = self.followed(answer["@odata.nextLink"]), None
        raise Unavailable("Outlook's list does not end.")

    def followed(self, link: object) -> str:
        """The path of a link that Graph gave; none leads to another host, which would be given our token."""
        if not isinstance(link, str) or not link.startswith(f"{self._base}/"):
            raise Unavailable("Outlook's list goes on at another place, which is not followed.")
        return link.removeprefix(self._base)

    def once(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        etag: str = "",
        zone: str = "UTC",
        keep: Collection[str] = (),
    ) -> dict[str, Any]:
        """One call, and its answer as JSON; of that only the names in `keep`, unless it is empty.

        `zone`: on whose clocks it is to tell when events begin and end, by its own zone data.
        Raises Later, Refusal, Unavailable, and CredentialsRejected.
        """
        with self._turn(path) as limits:
            response = self._sent(method, path, params, body, _headers(etag, zone), self.tokens.token())
            if response.status_code == httpx.codes.UNAUTHORIZED:
                response = self._sent(method, path, params, body, _headers(etag, zone), self.tokens.token(fresh=True))
        return self._read(response, limits, keep)

    @contextmanager
    def _turn(self, path: str) -> Iterator[_Limits]:
        """A call's turn in its mailbox: not before it may be asked again, and within its pace."""
        mailbox = "/".join(path.split("?")[0].split("/")[1 : 2 if path.startswith("/me") else 3]).casefold()
        with self._lock:
            limits = self._limits.setdefault(mailbox, _Limits(self._pace()))
        with limits.lock:  # one waits, and the others behind it
            rest, limits.until = limits.until - time.monotonic(), 0.0
            if rest > 0:
                self.pause(rest)
        with limits.pace.turn():
            yield limits

    def _pace(self) -> Pace:
        return Pace(calls=CALLS, span=SPAN, at_once=AT_ONCE, pause=self.pause)

    def _sent(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        token: str,
    ) -> httpx.Response:
        url, signed = self._base + path, {**headers, "Authorization": f"Bearer {token}"}
        request = self._client.build_request(method, url, params=params, json=body, headers=signed)
        began = time.monotonic()
        try:
            response = self._client.send(request, stream=True)
            with closing(response):
                parts, size = [], 0
                for part in response.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > MOST_BYTES:
                        raise Unavailable("Outlook's answer is too long.")
                    if time.monotonic() - began > self._seconds:
                        raise Later("Outlook answers too slowly.")
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Later("Outlook can't be reached, or does not answer.") from None
        headers_too = {name: response.headers[name] for name in ("Retry-After",) if name in response.headers}
        return httpx.Response(response.status_code, headers=headers_too, content=b"".join(parts))

    def _read(self, response: httpx.Response, limits: _Limits, keep: Collection[str]) -> dict[str, Any]:
        status = response.status_code
        if status in EMPTY and not response.content:
            return {}
        if status in BUSY:
            after = response.headers.get("Retry-After")
            limits.until = time.monotonic() + min(seconds_of(after) or 0.0, LONGEST)
            raise Later(f"Outlook is busy, or out of order ({status}).", after)
        answer = _json(response.content, keep)
        if response.is_success and answer is not None:
            return answer
        if response.is_success:
            raise Later("Outlook's answer can't be read.")
        code = _code(_json(response.content, ()))
        if status == httpx.codes.UNAUTHORIZED:
            raise CredentialsRejected(f"Outlook takes this sign-in no more. {self._reconnect}")
        if status == httpx.codes.FORBIDDEN:
            raise CredentialsRejected(f"Outlook does not allow this account to do that. {self._reconnect}")
        if status < httpx.codes.BAD_REQUEST:
            raise Unavailable("Outlook sends us to another place, which is not followed.")
        raise Refusal(status, code)


def _headers(etag: str, zone: str) -> dict[str, str]:
    headers = {"Prefer": PREFER.format(zone), "Accept": "application/json"}
    return headers | ({"If-Match": etag} if etag else {})


def _json(content: bytes, keep: Collection[str]) -> dict[str, Any] | None:
    """An object, or None. What is not to be kept is dropped as it is read, at any depth: it never becomes a value."""

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: value for name, value in pairs if not keep or name in keep}

    try:
        found = json.loads(content, object_pairs_hook=kept)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _code(answer: dict[str, Any] | None) -> str:
    match answer:
        case {"error": {"code": str(code)}} if code in CODES:
            return code
    return ""
