"""Calls to Google Calendar for one account: tokens, pace, patience, and errors in our words."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import google.auth.exceptions
import google.auth.jwt
import httplib2
from googleapiclient.discovery import build
from googleapiclient.http import HttpRequest

from connectors._google.credentials import Credentials, Key, parse_key
from connectors._google.faults import AGAIN, Unsure, fault
from connectors._google.shape import is_well_formed
from connectors._google.transport import TIMEOUT, UNREADABLE, TokenRequest, Transport
from connectors._http.pace import Pace
from connectors._http.retry import Pause, patiently
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from scheduler.ports import Secret

SCOPE = "https://www.googleapis.com/auth/"
READ = (f"{SCOPE}calendar.freebusy", f"{SCOPE}calendar.events.freebusy")
"""Free/busy of calendars, and which events changed (events.list without their texts)."""
WRITE = (f"{SCOPE}calendar.events.owned",)
"""Events on calendars that the account owns."""
LIST = (f"{SCOPE}calendar.calendarlist.readonly",)
"""The list of the account's calendars, to tick which count."""

GOOGLE = "https://oauth2.googleapis.com/token"
CALLS_A_MINUTE, AT_ONCE = 600, 8  # https://developers.google.com/workspace/calendar/api/guides/quota
Json: TypeAlias = dict[str, Any]


class Lost(Exception):
    """A write that may have taken effect: look before writing again. `later`: as which it is repeated."""

    def __init__(self, later: Unsure) -> None:
        self.later = later
        super().__init__(str(later))


class GoogleSession:
    """One account at Google, for many threads; make one and share it, since the pace is counted here.

    `secret`: Google's JSON (authorized_user, or service_account, which then acts for the mailbox `subject` by
    domain-wide delegation). `owner` is named where they have to sign in again. `timeout`: seconds for one answer.
    """

    def __init__(
        self,
        secret: Secret,
        *,
        endpoint: str,
        subject: str = "",
        owner: str = "",
        token_uri: str = GOOGLE,
        pause: Pause = time.sleep,
        pace: Pace | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self.pause, self._secret, self._subject, self._owner = pause, secret, subject, owner
        self.calendar = _methods(endpoint)
        self._token_uri = token_uri
        self._pace = pace or Pace(calls=CALLS_A_MINUTE, span=60, at_once=AT_ONCE, pause=pause)
        self._transport = Transport(timeout)
        self._lock = threading.RLock()
        self._key: Key | None = None
        self._credentials: dict[tuple[str, ...], Credentials] = {}
        self._granted: tuple[str, ...] = ()

    def read(self, request: HttpRequest, scopes: Sequence[str] = READ) -> Json:
        """What a request that changes nothing is answered. Raises Unavailable (also as Refused), CredentialsRejected.

        `scopes`: those that the step needs, all that a service account asks for.
        """
        return patiently(lambda: self._once(request, tuple(scopes)), pause=self.pause)

    def write(self, request: HttpRequest, scopes: Sequence[str] = WRITE) -> Json:
        """What a write is answered. Raises as `read`, InputError, and Lost where it may have happened."""

        def once() -> Json:
            try:
                return self._once(request, tuple(scopes))
            except Unsure as unsure:
                raise Lost(unsure) from None

        return patiently(once, pause=self.pause)

    @property
    def is_service(self) -> bool:
        """Whether it is a service account. Raises CredentialsRejected, InputError."""
        with self._lock:
            self._key = self._key or parse_key(self._secret.read())
            return self._key.is_service

    def granted(self, scopes: Sequence[str] = READ) -> tuple[tuple[str, ...], Json]:
        """The scopes that were granted, and the claims of the id_token, if one came. Raises as `read`."""
        patiently(lambda: self._bearer(tuple(scopes), ""), pause=self.pause)
        token = getattr(self._credentials[self._asked(tuple(scopes))], "id_token", None)
        try:
            # straight from the token endpoint it needs no check of its signature (OpenID Connect Core, 3.1.3.7)
            claims = google.auth.jwt.decode(token, verify=False) if token else {}  # type: ignore[no-untyped-call]  # untyped there
        except ValueError:
            claims = {}
        return self._granted, dict(claims)

    def _once(self, request: HttpRequest, scopes: tuple[str, ...]) -> Json:
        try:
            answer = request.execute(http=_Http(self, scopes))
        except (ValueError, RecursionError):  # a login page with 200, or no JSON
            raise Unavailable("What Google Calendar answered can't be read.") from None
        if answer in ("", b""):
            return {}  # 204: deleted
        if not is_well_formed(answer):
            raise Unavailable("What Google Calendar answered can't be read.")
        return dict(answer)

    def send(
        self, method: str, url: str, body: bytes | str | None, headers: dict[str, str], scopes: tuple[str, ...]
    ) -> tuple[int, dict[str, str], bytes]:
        """One call in its turn, with a token that is renewed once where it is refused."""
        used = ""
        for _ in range(2):
            used = self._bearer(scopes, refused=used)
            with self._pace.turn():
                status, received, data = self._transport.send(
                    method, url, body, headers | {"authorization": f"Bearer {used}"}
                )
            if status != 401:
                break
        return status, received, data

    def _bearer(self, scopes: tuple[str, ...], refused: str) -> str:
        """A token that is good as far as we know, and not the one that was refused."""
        with self._lock:
            asked = self._asked(scopes)
            if asked not in self._credentials:
                assert self._key is not None
                self._credentials[asked] = self._key.credentials(self._token_uri, scopes, self._subject)
            held = self._credentials[asked]
            if not held.valid or held.token == refused:
                self._renew(held)
            return str(held.token)

    def _asked(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        return scopes if self.is_service else ()  # a user's token carries all that they granted

    def _renew(self, held: Credentials) -> None:
        before, request = getattr(held, "refresh_token", None), TokenRequest(self._transport)
        try:
            held.refresh(request)  # type: ignore[no-untyped-call]  # untyped there
        except google.auth.exceptions.RefreshError as error:
            raise self._rejected(error) from None
        except (google.auth.exceptions.GoogleAuthError, ValueError, RecursionError):
            raise Unavailable(UNREADABLE) from None
        self._granted = request.scopes
        after = getattr(held, "refresh_token", None)
        if after and after != before and self._key:
            self._secret.keep(self._key.renewed(after))

    def _rejected(self, error: google.auth.exceptions.RefreshError) -> Exception:
        known = error.args[1].get("error") if len(error.args) > 1 and isinstance(error.args[1], dict) else ""
        if not known:  # no error of OAuth's (RFC 6749, 5.2), but of something between us and Google
            return Unavailable(UNREADABLE)
        whose = f"{self._owner}: " if self._owner else ""
        if self.is_service and known in ("unauthorized_client", "access_denied"):
            return InputError(
                f"{whose}This service account may not act for that mailbox.",
                hint="Allow its client id the scopes under domain-wide delegation in the admin console.",
            )
        return CredentialsRejected(f"{whose}Google no longer lets us into this account. {AGAIN}")


class _Http:
    """What googleapiclient takes for httplib2: it is given an answer, or our own exception."""

    def __init__(self, session: GoogleSession, scopes: tuple[str, ...]) -> None:
        self._session, self._scopes = session, scopes

    def request(
        self, uri: str, method: str, body: bytes | str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[httplib2.Response, bytes]:
        sent = {name: value for name, value in (headers or {}).items() if name.lower() != "content-length"}
        status, received, data = self._session.send(method, uri, body, sent, self._scopes)
        if status >= 300:
            raise fault(status, received, data)
        return httplib2.Response({"status": str(status)}), data


class Methods:
    """Google's description of its API as methods that make requests, and send nothing by themselves.

    Each collection of them is built once: that takes longer than many a call.
    """

    def __init__(self, service: Any) -> None:
        self.events, self.freebusy = self._once(service.events), self._once(service.freebusy)
        self.calendarList = self._once(service.calendarList)  # the name is Google's
        self.channels = self._once(service.channels)

    def _once(self, build_it: Callable[[], Any]) -> Callable[[], Any]:
        built = build_it()
        return lambda: built


@lru_cache(maxsize=8)
def _methods(endpoint: str) -> Methods:
    """By the description that Google's client carries, for one address of the API."""
    base = endpoint.rstrip("/") if urlsplit(endpoint).path.strip("/") else f"{endpoint.rstrip('/')}/calendar/v3"
    options = {"api_endpoint": f"{base}/"}
    return Methods(build("calendar", "v3", http=_Nothing(), static_discovery=True, client_options=options))


class _Nothing:
    """In the place of a connection, where none is made."""

    def close(self) -> None:
        """Nothing."""
