"""Signing in with a browser on this machine: RFC 8252 (loopback), with PKCE (RFC 7636) and state."""

import json
import os
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error

from connectors._google.credentials import LOOPBACK
from scheduler.errors import CredentialsRejected, InputError, Unavailable

PATIENCE = 300  # seconds in which somebody has to answer the page
ANSWERED = "Rondo is connected. This page can be closed."


class _Flow(InstalledAppFlow):  # type: ignore[misc]  # the library ships no types
    """Google's flow, which tells the address of its page instead of printing it."""

    tell: Callable[[str], None]

    def authorization_url(self, **asked: str) -> tuple[str, str]:
        """The page's address, and the state that has to come back."""
        url, state = super().authorization_url(**asked)
        self.tell(url)
        return url, state


def sign_in(
    *,
    client_id: str,
    client_secret: str,
    auth_uri: str,
    token_uri: str,
    scopes: Sequence[str],
    tell: Callable[[str], None],
    open_browser: bool,
) -> str:
    """The credentials (authorized_user JSON) of whoever signs in at the page that `tell` is given.

    Raises InputError where not all scopes were granted, CredentialsRejected where nobody signed in, Unavailable.
    """
    app = {"client_id": client_id, "client_secret": client_secret, "auth_uri": auth_uri, "token_uri": token_uri}
    flow = _Flow.from_client_config({"installed": app | {"redirect_uris": ["http://127.0.0.1"]}}, scopes=list(scopes))
    flow.tell = tell
    try:
        with _oauthlib(plain=urlsplit(token_uri).hostname in LOOPBACK):
            held = flow.run_local_server(
                host="127.0.0.1",
                port=0,
                open_browser=open_browser,
                authorization_prompt_message=None,
                success_message=ANSWERED,
                timeout_seconds=PATIENCE,
                prompt="consent",  # else a second sign-in brings no refresh token
                access_type="offline",
            )
    except WSGITimeoutError:
        raise CredentialsRejected("Nobody signed in at Google in time.") from None
    except OAuth2Error:  # refused by the person, a state that is not ours, a code that is not good
        raise CredentialsRejected("Nobody signed in at Google, or the answer was not good.") from None
    except (requests.RequestException, ValueError, webbrowser.Error):
        raise Unavailable("Signing in at Google did not come to an end.") from None
    missing = [scope for scope in scopes if scope not in (held.granted_scopes or scopes)]
    if missing:
        named = ", ".join(scope.rsplit("/", 1)[-1] for scope in missing)
        raise InputError(f"Not everything was allowed at Google: {named}.", hint="Sign in again, and tick every box.")
    if not held.refresh_token:
        raise CredentialsRejected("Google gave nothing to stay signed in with.")
    secret = {
        "type": "authorized_user",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": held.refresh_token,
        "scopes": list(held.granted_scopes or scopes),
    }
    return json.dumps(secret)


@contextmanager
def _oauthlib(*, plain: bool) -> Iterator[None]:
    """oauthlib's two switches, for as long as it runs: they are read from the environment alone.

    Scopes are compared by us, since Google answers with others than were asked for. Plain http is for this machine.
    """
    wanted = {"OAUTHLIB_RELAX_TOKEN_SCOPE": "1"} | ({"OAUTHLIB_INSECURE_TRANSPORT": "1"} if plain else {})
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
