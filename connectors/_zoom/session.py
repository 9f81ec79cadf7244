"""Signed-in calls to Zoom's API, as a server-to-server app."""

import json
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import httpx

from connectors._http.guard import guarded_client
from connectors._http.retry import Pause
from connectors._zoom.answers import RECONNECT, DailyLimit, Json, meaning, sent
from scheduler.errors import CredentialsRejected, Unavailable
from scheduler.ports import Secret

SECONDS = 20.0
MARGIN = 60.0  # a token is renewed so many seconds before it ends
TOKEN = re.compile(r"[!-~]+")
LIMITED = ("POST", "PATCH")
PARTS = ("account_id", "client_id", "client_secret")
REFUSED = (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


def _now() -> datetime:
    return datetime.now(UTC)


class ZoomSession:
    """Calls with a token that is renewed when it ends; for many threads. One session serves all series.

    Once Zoom said that the limit of a day is met, it is asked to make and change nothing more until 00:00 UTC.

    `secret` is JSON of account_id, client_id and client_secret. An `api_endpoint` without a path is that of version 2.
    """

    def __init__(
        self,
        secret: Secret,
        *,
        api_endpoint: str,
        token_uri: str,
        pause: Pause = time.sleep,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """`pause` is for those who call again."""
        self.pause = pause
        self.scopes: tuple[str, ...] = ()
        self.agendas: dict[str, str] = {}  # by a meeting's number, what was read of it
        self._now = now
        self._full_on: date | None = None
        self._secret, self._token_uri = secret, token_uri
        base = api_endpoint.rstrip("/")
        self._base = base if urlsplit(base).path else f"{base}/v2"
        self._api = guarded_client(loopback=api_endpoint, seconds=SECONDS)
        self._door = guarded_client(loopback=token_uri, seconds=SECONDS)
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def ask(self, method: str, path: str, *, query: Json | None = None, body: Json | None = None) -> Json:
        """What Zoom says to one call, {} where that is nothing.

        Raises Later where it may answer better later, Gone for what is not there, DailyLimit, Unavailable,
        CredentialsRejected, InputError.
        """
        today = self._now().date()
        if method in LIMITED and self._full_on == today:
            raise DailyLimit
        token = self._bearer()
        answer = self._answer(token, method, path, query, body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            answer = self._answer(self._bearer(rejected=token), method, path, query, body)
        try:
            return meaning(answer)
        except DailyLimit:
            self._full_on = today
            raise

    def _answer(self, token: str, method: str, path: str, query: Json | None, body: Json | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self._base}{path}"
        return sent(self._api, self._api.build_request(method, url, params=query, json=body, headers=headers))

    def _bearer(self, rejected: str = "") -> str:
        """A token that holds, and is not the rejected one."""
        with self._lock:
            if self._token == rejected or time.monotonic() >= self._until:
                self._sign_in()
            return self._token

    def _sign_in(self) -> None:
        known = _credentials(self._secret.read())
        form = {"grant_type": "account_credentials", "account_id": known["account_id"]}
        request = self._door.build_request("POST", self._token_uri, data=form)
        answer = sent(self._door, request, httpx.BasicAuth(known["client_id"], known["client_secret"]))
        if answer.status_code in REFUSED:
            raise CredentialsRejected(f"Zoom rejects the app's account id, client id or client secret. {RECONNECT}")
        said = meaning(answer)
        token, seconds = said.get("access_token"), said.get("expires_in")
        if not isinstance(token, str) or not TOKEN.fullmatch(token) or not isinstance(seconds, int):
            raise Unavailable("zoom.token_uri gives no token.")
        self._token, self._until = token, time.monotonic() + seconds - MARGIN
        self.scopes = tuple(str(said.get("scope", "")).split())


def _credentials(text: str) -> dict[str, str]:
    try:
        known = json.loads(text)
        return {part: str(known[part]) for part in PARTS}
    except (ValueError, TypeError, KeyError):
        raise CredentialsRejected(f"What is kept of Zoom's app can't be read. {RECONNECT}") from None
