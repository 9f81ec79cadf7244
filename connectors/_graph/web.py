"""Signing in at Microsoft from a page of ours: the code flow with PKCE, as msal does it for web apps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msal
import requests

from connectors._graph.tokens import BROKEN, LOGIN, delegated_secret, open_app
from connectors._http.retry import Later
from scheduler.errors import CredentialsRejected, InputError, Unavailable

FORM, QUERY = "response_mode=form_post", "response_mode=query"
UNREACHED = "Microsoft's sign-in can't be reached."


@dataclass(frozen=True, slots=True, kw_only=True)
class WebApp:
    """The app that is registered at Microsoft, and where people come back to."""

    client_id: str
    client_secret: str
    authority: str
    back: str

    def departure(self, scopes: Sequence[str], *, state: str, mailbox: str = "") -> tuple[str, str]:
        """The address of Microsoft's page, and what msal needs to end it (JSON, a secret). Raises Unavailable."""
        try:
            flow = self._app(msal.SerializableTokenCache()).initiate_auth_code_flow(
                list(scopes),
                redirect_uri=self.back,
                state=state,
                prompt="select_account",
                login_hint=mailbox or None,
                response_mode="form_post",
            )
        except Later as later:
            raise Unavailable(later.reason) from None
        except (requests.RequestException, *BROKEN):
            raise Unavailable(UNREACHED) from None
        # msal warns of anything but a form, with which a browser sends no cookie of ours along
        url = str(flow.pop("auth_uri")).replace(FORM, QUERY)
        parts = urlsplit(self.authority)
        inside = f"http://{parts.netloc}" if parts.scheme == "http" else LOGIN  # see tokens.http_client
        return url.replace(LOGIN, inside), json.dumps(flow)

    def returned(self, scopes: Sequence[str], flow: str, said: Mapping[str, str]) -> str:
        """The secret of the account that consented; `said`: what came back with it.

        Raises InputError where not all scopes were granted, CredentialsRejected for a code that is not good,
        Unavailable.
        """
        cache = msal.SerializableTokenCache()
        try:
            answer = self._app(cache).acquire_token_by_auth_code_flow(json.loads(flow), dict(said))
        except Later as later:
            raise Unavailable(later.reason) from None
        except requests.RequestException:
            raise Unavailable(UNREACHED) from None
        except BROKEN:
            answer = {}
        if not isinstance(answer, dict) or "access_token" not in answer:
            raise CredentialsRejected("Nobody signed in at Microsoft, or the answer was not good.")
        granted = {scope.rsplit("/", 1)[-1].casefold() for scope in str(answer.get("scope", "")).split()}
        missing = [scope for scope in scopes if scope.casefold() not in granted]
        if missing:
            raise InputError(f"Not everything was allowed at Microsoft: {', '.join(missing)}.", hint="Sign in again.")
        return delegated_secret(cache, list(scopes), confidential=bool(self.client_secret))

    def _app(self, cache: msal.SerializableTokenCache) -> Any:
        return open_app(self.authority, self.client_id, self.client_secret, cache)
