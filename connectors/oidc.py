"""Signing in at a provider by OpenID Connect: the code flow (OpenID Connect Core 1.0, 3.1) with PKCE, state and nonce.

An account is known by its issuer and its subject there. Its mail address may change and be another's tomorrow, so it is
only ever compared with the one that an invitation was for, and shown.
"""

import logging
from dataclasses import dataclass
from typing import Any

import requests
from authlib.integrations.base_client import OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session

from scheduler.core.address import MAILBOX
from scheduler.core.words import one_line
from scheduler.errors import CredentialsRejected, Unavailable

SECONDS = 10.0  # for each answer
LEEWAY = 60  # seconds by which clocks may differ
LONGEST_NAME = 100
TENANT = "{tenantid}"  # in the issuer of Microsoft's document for all tenants
ALGORITHMS = ["RS256"]  # nothing else: a token must not choose how it is checked (RFC 8725, 3.1)

logging.getLogger("authlib").setLevel(logging.INFO)  # below that it writes verifiers into the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where a browser is sent, and what has to be kept until it comes back."""

    url: str
    state: str
    verifier: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Whom a provider vouches for; `email` is empty where it tells none."""

    issuer: str
    subject: str
    email: str
    name: str


class OpenIdProvider:
    """An app of ours that is registered at a provider; from any thread. `name` is for people."""

    def __init__(self, name: str, *, discovery: str, client_id: str, client_secret: str) -> None:
        """`discovery` is the address of the provider's document (OpenID Connect Discovery 1.0)."""
        self.name = name
        self._app = _App(
            None,
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=discovery,
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_post",
                "default_timeout": SECONDS,
            },
        )

    def departure(self, back: str) -> Departure:
        """A sign-in that comes back to this address of ours. Raises Unavailable."""
        try:
            made = self._app.create_authorization_url(back, prompt="select_account")
        except Exception:  # noqa: BLE001  # whatever the libraries make of a document that is none
            raise Unavailable(f"{self.name}'s sign-in can't be reached. Try again later.") from None
        return Departure(url=made["url"], state=made["state"], verifier=made["code_verifier"], nonce=made["nonce"])

    def returned(self, *, code: str, issuer: str, back: str, verifier: str, nonce: str) -> Vouched:
        """Who signed in. `issuer`: as the address says that it came back to (RFC 9207), empty where it does not.

        Raises CredentialsRejected for an answer that is not good, whatever is wrong with it, and Unavailable.
        """
        try:
            known = self._app.load_server_metadata()
            if issuer and not self._is_issuer(issuer, known["issuer"]):
                raise self._refusal()
            token = self._app.fetch_access_token(back, code=code, code_verifier=verifier)
            claims = self._claims(token, nonce)
        except requests.RequestException:
            raise Unavailable(f"{self.name}'s sign-in can't be reached. Try again later.") from None
        except (OAuthError, LookupError, RuntimeError, ValueError):
            raise self._refusal() from None
        return _vouched(claims)

    def _claims(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        app = self._app
        options = {
            "iss": {
                "essential": True,
                "validate": lambda claims, said: _is_issuer_of(app.server_metadata, claims, said),
            },
            "aud": {"essential": True, "value": app.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        app.server_metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        try:
            claims = app.parse_id_token(token, nonce, claims_options=options, leeway=LEEWAY)
        except requests.RequestException:
            raise
        except Exception:  # noqa: BLE001  # it is not good, in whichever of many ways
            raise self._refusal() from None
        if not claims or not nonce:
            raise self._refusal()
        return dict(claims)

    def _is_issuer(self, said: str, known: str) -> bool:
        if TENANT in known:
            before, _, after = known.partition(TENANT)
            return said.startswith(before) and said.endswith(after)
        return said == known

    def _refusal(self) -> CredentialsRejected:
        return CredentialsRejected(f"Nobody signed in at {self.name}, or its answer was not good. Begin again.")


class _Session(OAuth2Session):  # type: ignore[misc]  # the library ships no types
    """Without proxies and credentials of the environment."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.trust_env = False


class _App(OAuth2Mixin, OpenIDMixin):  # type: ignore[misc]  # the library ships no types
    client_cls = _Session


def _is_issuer_of(known: dict[str, Any], claims: dict[str, Any], said: str) -> bool:
    """Whether a token was issued where it should: for all tenants of Microsoft, each has an issuer of its own."""
    issuer = str(known.get("issuer", ""))
    return bool(issuer) and said == issuer.replace(TENANT, str(claims.get("tid", "")))


def _vouched(claims: dict[str, Any]) -> Vouched:
    told = next((str(claims[key]) for key in ("email", "preferred_username") if claims.get(key)), "")
    return Vouched(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=told if MAILBOX.fullmatch(told) and told.isprintable() else "",
        name=one_line(str(claims.get("name") or ""))[:LONGEST_NAME],
    )
