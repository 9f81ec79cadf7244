"""Signing in at Google from a page of ours: the code flow (RFC 6749, 4.1) with PKCE (RFC 7636)."""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from connectors._google.account import revoke
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable

SECONDS = 10.0
BESIDES = {"openid", "email", "profile", "https://www.googleapis.com/auth/userinfo.profile"}  # open no calendar

logging.getLogger("authlib").setLevel(logging.INFO)  # below that it writes verifiers into the log


@dataclass(frozen=True, slots=True, kw_only=True)
class WebApp:
    """The app that is registered at Google, its addresses, and where people come back to."""

    client_id: str
    client_secret: str
    auth_uri: str
    token_uri: str
    revoke_uri: str
    back: str

    def departure(self, scopes: Sequence[str], *, state: str, verifier: str, mailbox: str = "") -> str:
        """The address of Google's page, which comes back with this state; `mailbox`: who is expected to sign in."""
        hint = {"login_hint": mailbox} if mailbox else {}
        with self._session(scopes) as session:
            url, _ = session.create_authorization_url(
                self.auth_uri,
                state=state,
                code_verifier=verifier,
                access_type="offline",
                prompt="consent select_account",  # without consent a second sign-in brings no refresh token
                **hint,
            )
        return str(url)

    def returned(self, scopes: Sequence[str], *, code: str, verifier: str) -> str:
        """The credentials (authorized_user JSON) of whoever consented to these scopes.

        Raises InputError where other scopes were granted than asked for, CredentialsRejected for a code that is not
        good, Unavailable.
        """
        token = self._token(scopes, code, verifier)
        granted = str(token.get("scope") or " ".join(scopes)).split()
        held = {
            "type": "authorized_user",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": str(token.get("refresh_token") or ""),
            "scopes": granted,
        }
        try:
            _check(granted, scopes, has_refresh=bool(token.get("refresh_token")))
        except RondoError:
            with suppress(RondoError):  # nothing is kept, and nothing should stay open there either
                revoke(json.dumps(held), revoke_uri=self.revoke_uri)
            raise
        return json.dumps(held)

    def _token(self, scopes: Sequence[str], code: str, verifier: str) -> dict[str, Any]:
        try:
            with self._session(scopes) as session:
                return dict(session.fetch_token(self.token_uri, code=code, code_verifier=verifier, timeout=SECONDS))
        except requests.RequestException:
            raise Unavailable("Google's sign-in can't be reached.") from None
        except (OAuthError, ValueError, LookupError, TypeError):
            raise CredentialsRejected("Nobody signed in at Google, or the answer was not good.") from None

    def _session(self, scopes: Sequence[str]) -> Any:
        session = OAuth2Session(
            self.client_id,
            self.client_secret,
            scope=" ".join(scopes),
            redirect_uri=self.back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post",
        )
        session.trust_env, session.max_redirects = False, 0
        return session


def _check(granted: Sequence[str], scopes: Sequence[str], *, has_refresh: bool) -> None:
    missing = [scope for scope in scopes if scope not in granted]
    if missing:
        named = ", ".join(_short(scope) for scope in missing)
        raise InputError(f"Not everything was allowed at Google: {named}.", hint="Sign in again, and tick every box.")
    more = [scope for scope in granted if scope not in scopes and scope not in BESIDES]
    if more:
        named = ", ".join(_short(scope) for scope in more)
        hint = "Nothing was kept. Sign in again; if it comes back, remove Rondo in your Google account first."
        raise InputError(f"Google gave more than was asked for: {named}.", hint=hint)
    if not has_refresh:
        raise CredentialsRejected("Google gave nothing to stay signed in with.")


def _short(scope: str) -> str:
    return scope.rsplit("/", 1)[-1]
