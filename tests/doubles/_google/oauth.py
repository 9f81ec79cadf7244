"""Google's OAuth as far as it is used: consent with PKCE, refreshing, revoking, and service accounts' assertions."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import google.auth.jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.wrappers import Request, Response

from tests.doubles.id_tokens import IdTokens, key_set

Json = dict[str, Any]
SECRET = "GOCSPX-CANARY-client-secret"
ALWAYS = "https://oauth2.googleapis.com/token"  # whom service accounts' assertions are for, wherever they are sent
CLIENT = "rondo-test.apps.googleusercontent.com"
ISSUER = "https://accounts.google.com"


@dataclass(frozen=True, slots=True)
class Token:
    """Whom a token acts for (`email`), and what it may do. `service`: which account signed for it."""

    email: str
    scopes: frozenset[str]
    service: str = ""


@dataclass(slots=True)
class OAuth:
    """The tokens that are good. `subs`: people by address. `services`: service accounts, and what they may do for all.

    `grant`: the scopes that the person at the consent page allows; None: all. `consents`: who that person is.
    """

    subs: dict[str, str] = field(default_factory=dict)
    services: dict[str, frozenset[str]] = field(default_factory=dict)
    access: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, tuple[Token, str, str, str]] = field(default_factory=dict)
    id_tokens: IdTokens = field(default_factory=IdTokens)
    issuer: str = ""  # what it says at its return that it is (RFC 9207); empty: nothing
    consents: str = ""
    grant: frozenset[str] | None = None
    deny: bool = False
    foreign_state: bool = False
    rotate: bool = False
    with_id_token: bool = True
    issued: int = 0

    def fresh(self, kind: str) -> str:
        """Another token, which is not to be seen anywhere."""
        self.issued += 1
        return f"{kind}.CANARY-token-{self.issued}"

    def remember(self, email: str, scopes: tuple[str, ...]) -> str:
        """A refresh token of somebody who consented before."""
        token = self.fresh("1//refresh")
        self.refresh[token] = Token(email, frozenset(scopes))
        return token

    def revoke(self, email: str) -> None:
        """Take back all that somebody consented to."""
        self.access = {name: each for name, each in self.access.items() if each.email != email}
        self.refresh = {name: each for name, each in self.refresh.items() if each.email != email}

    def authorize(self, request: Request) -> Response:
        """The consent page, which answers at once."""
        asked = request.args
        back, state = asked.get("redirect_uri", ""), "none-of-yours" if self.foreign_state else asked.get("state", "")
        if self.deny:
            return _redirect(back, {"error": "access_denied", "state": state})
        if asked.get("code_challenge_method") != "S256" or asked.get("client_id") != CLIENT or not state:
            return _error(400, "invalid_request")
        scopes = frozenset(asked.get("scope", "").split())
        code = self.fresh("4/code")
        granted = scopes if self.grant is None else scopes & self.grant
        self.codes[code] = (
            Token(self.consents, granted),
            asked.get("code_challenge", ""),
            back,
            asked.get("nonce", ""),
        )
        named = {"iss": self.issuer} if self.issuer else {}
        return _redirect(back, {"code": code, "state": state, "scope": " ".join(sorted(granted)), **named})

    def discovery(self, url: str) -> Response:
        """The document of OpenID Connect."""
        return _json(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{url}/auth",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/certs",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def certs(self) -> Response:
        """The keys that sign identity tokens."""
        return _json(key_set(_key()))

    def token(self, request: Request, url: str) -> Response:
        """The token endpoint."""
        form = request.form
        match form.get("grant_type"):
            case "refresh_token":
                return self._by_refresh(form.get("refresh_token", ""), form.get("client_secret", ""))
            case "authorization_code":
                basic = request.authorization.password if request.authorization else ""
                return self._by_code(form, form.get("client_secret") or basic or "")
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                return self._by_assertion(form.get("assertion", ""), url)
        return _error(400, "unsupported_grant_type")

    def revoked(self, request: Request) -> Response:
        """The revocation endpoint (RFC 7009)."""
        held = self.refresh.get(request.form.get("token", ""))
        if held is None:
            return _error(400, "invalid_token")
        self.revoke(held.email)
        return _json({})

    def _by_refresh(self, token: str, secret: str) -> Response:
        held = self.refresh.get(token)
        if secret != SECRET:
            return _error(401, "invalid_client")
        if held is None:
            return _error(400, "invalid_grant")
        more = {}
        if self.rotate:
            del self.refresh[token]
            more["refresh_token"] = self.remember(held.email, tuple(held.scopes))
        return self._issue(held, more)

    def _by_code(self, form: Any, secret: str) -> Response:
        held, challenge, back, nonce = self.codes.pop(form.get("code", ""), (None, "", "", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
        if held is None or not proved or form.get("redirect_uri") != back or secret != SECRET:
            return _error(400, "invalid_grant")
        return self._issue(held, {"refresh_token": self.remember(held.email, tuple(held.scopes))}, nonce)

    def _by_assertion(self, assertion: str, url: str) -> Response:
        try:
            claims = google.auth.jwt.decode(assertion, certs=public_key(), audience=[url, ALWAYS])  # type: ignore[no-untyped-call]  # untyped there
        except ValueError:
            return _error(400, "invalid_grant")
        service, asked = claims["iss"], frozenset(claims.get("scope", "").split())
        if service not in self.services:
            return _error(400, "invalid_grant")
        subject = claims.get("sub", service)
        if subject == service:
            return self._issue(Token(service, asked, service), {})
        if not asked <= self.services[service] or subject not in self.subs:
            return _error(401, "unauthorized_client")
        return self._issue(Token(subject, asked, service), {})

    def _issue(self, held: Token, more: Json, nonce: str = "") -> Response:
        token = self.fresh("ya29")
        self.access[token] = held
        answer = {"access_token": token, "expires_in": 3599, "token_type": "Bearer", **more}
        if not held.service:
            answer["scope"] = " ".join(sorted(held.scopes))
            if self.with_id_token and "openid" in held.scopes:
                answer["id_token"] = self._id_token(held.email, nonce)
        return _json(answer)

    def _id_token(self, email: str, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": self.subs[email],
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + 3600,
            **({"nonce": nonce} if nonce else {}),
        }
        return self.id_tokens.signed(claims, _key())


@lru_cache(maxsize=1)
def private_key() -> str:
    """The one test key, of Google and of its service accounts; made anew in each process."""
    return (
        _key()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


@lru_cache(maxsize=1)
def public_key() -> str:
    """Its public half."""
    public = _key().public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@lru_cache(maxsize=1)
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _redirect(back: str, query: dict[str, str]) -> Response:
    return Response(status=302, headers={"Location": f"{back}?{urlencode(query)}"})


def _json(said: Json) -> Response:
    return Response(json.dumps(said), content_type="application/json")


def _error(status: int, code: str) -> Response:
    said = {"error": code, "error_description": f"CANARY-7f3d <script> {code}"}
    return Response(json.dumps(said), status=status, content_type="application/json")
