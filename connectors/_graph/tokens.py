"""Access tokens of Entra ID, by msal. What it caches is kept back whenever it changed: refresh tokens rotate."""

import json
import threading
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import msal
import requests
from msal.exceptions import MsalServiceError
from requests.adapters import HTTPAdapter

from connectors._http.retry import Later
from scheduler.errors import CredentialsRejected, InputError
from scheduler.ports import Secret

LOGIN = "https://login.microsoftonline.com"
RESOURCE = "https://graph.microsoft.com"
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"  # where Microsoft keeps all personal accounts
ANY_TENANT = ("", "common", "organizations", "consumers")
DELEGATED, APP_ONLY = "delegated", "app-only"
TIMEOUT = 20.0
DISCOVERY = "/.well-known/openid-configuration"
EXPECTED = {"access_token", "device_code", "token_endpoint", "keys"}  # one of these is in every good answer
CLIENT_ERRORS, SERVER_ERRORS = 400, 500
BUSY = {"temporarily_unavailable", "server_error"}
OAUTH_ERRORS = (
    *("access_denied", "authorization_declined", "authorization_pending", "consent_required", "expired_token"),
    *("interaction_required", "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "login_required"),
    *("server_error", "slow_down", "temporarily_unavailable", "unauthorized_client", "unsupported_grant_type"),
)
UNREADABLE = "Microsoft's sign-in gives an answer that can't be read."
BROKEN = (
    *(ValueError, KeyError, TypeError, AttributeError, RuntimeError),  # what msal makes of a broken answer
    MsalServiceError,
)


class _Door(HTTPAdapter):
    """Calls with a timeout; with `inside`, to that origin on this machine in the place of Microsoft's.

    Where the sign-in is busy, Later is raised past msal, which would remember that answer for a while; and where its
    answer can't be read, which msal would log. Where it knows nothing of a tenant, no credentials are of any use there.
    """

    def __init__(self, inside: str = "") -> None:
        super().__init__()
        self._inside = inside

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request."""
        if self._inside and request.url:
            request.url = self._inside + request.url.removeprefix(LOGIN)
        kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
        response = super().send(request, *args, **kwargs)
        status, retry_after = response.status_code, response.headers.get("Retry-After")
        if status == requests.codes.too_many_requests or status >= SERVER_ERRORS:
            response.close()
            raise Later("Microsoft's sign-in is busy, or out of order.", retry_after)
        if status >= CLIENT_ERRORS and str(request.url).endswith(DISCOVERY):
            response.close()
            raise CredentialsRejected("Microsoft's sign-in knows no such tenant, or does not let us ask there.")
        if response.is_redirect:
            return response
        told = _object(response.content)
        if told is None or (status < CLIENT_ERRORS and not told.keys() & EXPECTED):
            raise Later(UNREADABLE)
        return _hushed(response, told) if status >= CLIENT_ERRORS else response


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _hushed(response: requests.Response, told: dict[str, Any]) -> requests.Response:
    """An error without any words but the code, and that only where it is one of OAuth's: msal logs all of it."""
    hushed = requests.Response()
    hushed.status_code, hushed.url, hushed.request = response.status_code, response.url, response.request
    code = told.get("error") if told.get("error") in OAUTH_ERRORS else "refused"
    hushed.raw = BytesIO(json.dumps({"error": code}).encode())
    return hushed


def http_client(authority: str) -> requests.Session:
    """What msal calls with: no redirections, and an authority on this machine in the place of Microsoft's.

    msal demands https of every endpoint, so plain http, which is for this machine alone, goes by Microsoft's name.
    """
    parts = urlsplit(authority)
    session = requests.Session()
    session.max_redirects = 0
    session.mount("https://", _Door())
    if parts.scheme == "http":
        session.trust_env = False
        session.mount(LOGIN, _Door(f"http://{parts.netloc}"))
    return session


def authority_url(authority: str) -> str:
    """The authority as msal takes it: https, with a tenant."""
    parts = urlsplit(authority)
    origin = LOGIN if parts.scheme == "http" else f"https://{parts.netloc}"
    return f"{origin}/{parts.path.strip('/') or 'organizations'}"


def kind_of(secret: str) -> tuple[str, dict[str, Any]]:
    """Which kind a secret is of, and all that it holds. Raises InputError without telling its content."""
    try:
        held = json.loads(secret)
        kind = held["kind"]
    except (ValueError, KeyError, TypeError):
        kind, held = "", {}
    if kind == APP_ONLY or (kind == DELEGATED and isinstance(held.get("cache"), str)):
        return kind, held
    raise InputError("This is no secret of an Outlook account.")


def delegated_secret(cache: msal.SerializableTokenCache, scopes: list[str], *, confidential: bool = False) -> str:
    """What is kept of an account that somebody signed in with.

    `confidential`: from a page, by a web app, whose refresh tokens are good together with its client secret alone.
    """
    held = {"kind": DELEGATED, "cache": cache.serialize(), "scopes": scopes}
    return json.dumps(held | ({"confidential": True} if confidential else {}))


class Tokens:
    """Gives access tokens for one secret; for many threads. Nothing is asked of any server before the first."""

    def __init__(self, secret: Secret, *, authority: str, client_id: str, client_secret: str, reconnect: str) -> None:
        self._secret, self._authority = secret, authority
        self._client_id, self._client_secret, self._reconnect = client_id, client_secret, reconnect
        self._lock = threading.Lock()
        self._app: Any = None
        self._cache = msal.SerializableTokenCache()
        self._scopes: list[str] = []
        self._confidential = False
        try:
            self.kind, held = kind_of(secret.read())
        except InputError as fault:
            raise CredentialsRejected(f"{fault} {reconnect}") from None
        if self.kind == DELEGATED:
            self._cache.deserialize(held["cache"])
            self._scopes = [str(scope) for scope in held.get("scopes", [])]
            self._confidential = held.get("confidential") is True

    @property
    def account(self) -> dict[str, str]:
        """The account that signed in, as msal knows it; nothing for an app by itself."""
        found = list(self._cache.search(msal.TokenCache.CredentialType.ACCOUNT))
        return found[0] if found else {}

    @property
    def personal(self) -> bool:
        """Whether this is a personal account, of nobody's organisation."""
        return str(self.account.get("home_account_id", "")).endswith(f".{PERSONAL_TENANT}")

    @property
    def tenant(self) -> str:
        """The organisation that the authority stands for, after the first token."""
        return str(self._app.authority.tenant)

    @property
    def scopes(self) -> tuple[str, ...]:
        """What was granted to whoever signed in."""
        return tuple(self._scopes)

    def token(self, *, fresh: bool = False) -> str:
        """An access token; `fresh`: not a held one. Raises CredentialsRejected; Later where nobody answers."""
        with self._lock:
            try:
                answer = self._asked(fresh)
            except requests.RequestException:
                raise Later("Microsoft's sign-in can't be reached.") from None
            except BROKEN:
                raise Later(UNREADABLE) from None
            finally:
                self._keep()
            if not answer:
                raise CredentialsRejected(f"Nobody is signed in to Outlook any more. {self._reconnect}")
            if str(answer.get("error")) in BUSY:
                raise Later("Microsoft's sign-in is busy.")
            if not isinstance(answer.get("access_token"), str):
                raise CredentialsRejected(f"Microsoft takes this sign-in no more. {self._reconnect}")
            return str(answer["access_token"])

    def _asked(self, fresh: bool) -> dict[str, Any]:
        app = self._opened()
        if self.kind == APP_ONLY:
            if fresh:
                app.remove_tokens_for_client()
            return dict(app.acquire_token_for_client([f"{RESOURCE}/.default"]) or {})
        accounts = app.get_accounts()
        if not accounts:
            return {}
        found = app.acquire_token_silent_with_error(self._scopes, account=accounts[0], force_refresh=fresh)
        return dict(found or {})

    def _opened(self) -> Any:
        if self._app is None:
            shows_secret = self.kind == APP_ONLY or self._confidential
            self._app = open_app(
                self._authority, self._client_id, self._client_secret if shows_secret else "", self._cache
            )
        return self._app

    def _keep(self) -> None:
        if self.kind == DELEGATED and self._cache.has_state_changed:
            self._secret.keep(delegated_secret(self._cache, self._scopes, confidential=self._confidential))


def open_app(authority: str, client_id: str, client_secret: str, cache: msal.SerializableTokenCache) -> Any:
    """msal's client: of a confidential app where there is a secret, else of a public one. Asks for the authority."""
    confidential = {"client_credential": client_secret} if client_secret else {}
    kind = msal.ConfidentialClientApplication if client_secret else msal.PublicClientApplication
    return kind(
        client_id,
        authority=authority_url(authority),
        token_cache=cache,
        http_client=http_client(authority),
        instance_discovery=False if urlsplit(authority).scheme == "http" else None,
        **confidential,
    )
