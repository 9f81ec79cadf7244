"""Google's standard credentials as JSON: `authorized_user` (RFC 6749 refresh token) or `service_account` (RFC 7523)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import google.oauth2.credentials
from google.oauth2 import service_account

from scheduler.errors import InputError

LOOPBACK = ("localhost", "127.0.0.1", "::1")
NEEDED = {
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
    "service_account": ("client_email", "private_key"),
}
LONGEST = 100_000
Credentials = google.oauth2.credentials.Credentials | service_account.Credentials


@dataclass(frozen=True, slots=True)
class Key:
    """What somebody's Google account is opened with; never printed."""

    kind: str
    info: dict[str, Any]

    def __repr__(self) -> str:
        return f"Key({self.kind})"

    @property
    def is_service(self) -> bool:
        """Whether it is a service account."""
        return self.kind == "service_account"

    def credentials(self, token_uri: str, scopes: tuple[str, ...], subject: str) -> Credentials:
        """Credentials of google-auth; only a service account asks for scopes, a user has granted theirs."""
        info = self.info | {"token_uri": _token_uri(token_uri, self.info)}
        if not self.is_service:
            return google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]  # untyped there
                token=None, **{name: info[name] for name in (*NEEDED[self.kind], "token_uri")}
            )
        try:
            made: service_account.Credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # untyped there
                info, scopes=list(scopes), subject=subject or None
            )
        except ValueError:
            raise InputError("The private_key of these Google credentials can't be read.") from None
        return made

    def renewed(self, refresh_token: str) -> str:
        """The JSON with another refresh token."""
        return json.dumps(self.info | {"refresh_token": refresh_token})


def parse_key(text: str) -> Key:
    """The JSON of a file or a store. Raises InputError that names what is wrong, and nothing of its content."""
    try:
        info = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict):
        raise InputError("These Google credentials are no JSON object.", hint=_HINT)
    if "installed" in info or "web" in info:
        raise InputError("These are the credentials of an app, not of an account.", hint=_HINT)
    kind = info.get("type", "authorized_user")  # google-auth itself writes a user's without it
    if not isinstance(kind, str) or kind not in NEEDED:
        raise InputError("These Google credentials are of no known type.", hint=_HINT)
    for name in NEEDED[kind]:
        if not isinstance(info.get(name), str) or not info[name]:
            raise InputError(f"These Google credentials ({kind}) have no {name}.", hint=_HINT)
    return Key(kind, info)


def _token_uri(given: str, info: dict[str, Any]) -> str:
    """Where tokens are had: the settings say it, since a file could send them anywhere but to this machine."""
    own = info.get("token_uri")
    if isinstance(own, str) and _on_loopback(own) and not _on_loopback(given):
        return own
    if urlsplit(given).scheme != "https" and not _on_loopback(given):
        raise InputError("google.token_uri is no https address.")
    return given


def _on_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


_HINT = 'Google writes them with "type": "authorized_user" or "service_account".'
