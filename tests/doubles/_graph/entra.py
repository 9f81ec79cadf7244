"""Entra ID as msal sees it: discovery, consent with PKCE, device codes, refresh tokens that rotate, client credentials.

Discovery announces Microsoft's own https addresses, since msal takes no others: its http client has to lead them here.
"""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from functools import cache
from html import escape
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_DNS, uuid5

import msal
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.wrappers import Request, Response

from tests.doubles.id_tokens import IdTokens, key_set

LOGIN = "https://login.microsoftonline.com"
TENANT = "7f0a6c1e-25a4-4a55-9c0f-3e1d1f5b8a42"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
CLIENT, CLIENT_SECRET = "0c3d9f10-aaaa-4bbb-8ccc-123456789abc", "client-secret-for-tests"
REDIRECTS = ("http://localhost:", "http://127.0.0.1:")
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """The one key that signs id tokens."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Pass:
    """What an access token stands for; an app by itself has no `mailbox`."""

    mailbox: str
    scopes: frozenset[str]


@dataclass(slots=True)
class Entra:
    """The state of the sign-in. `signs_in` is who answers the next consent page or device code."""

    signs_in: str = ""
    refuses: bool = False
    personal: set[str] = field(default_factory=set)
    passes: dict[str, Pass] = field(default_factory=dict)
    refreshes: dict[str, Pass] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    devices: dict[str, dict[str, str]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    id_tokens: IdTokens = field(default_factory=IdTokens)
    at_home: bool = False  # discovery announces where this double is, for libraries that take such addresses

    def answer(self, request: Request) -> Response | None:
        """What Entra answers; None where it is not asked."""
        tenant, _, path = request.path.lstrip("/").partition("/")
        if path == "v2.0/.well-known/openid-configuration":
            base = request.host_url.rstrip("/") if self.at_home else LOGIN
            return _json(_discovery(base, tenant)) if _is_tenant(tenant) else _json({"error": "invalid_tenant"}, 400)
        if path == "discovery/v2.0/keys":
            return _json(key_set(signing_key()))
        pages = {"authorize": self._consent, "token": self._token, "devicecode": self._device}
        page = pages.get(path.removeprefix("oauth2/v2.0/"))
        return page(request, tenant) if page and path.startswith("oauth2/v2.0/") else None

    def new_pass(self, mailbox: str, scopes: frozenset[str]) -> str:
        """An access token."""
        token = f"access-{token_urlsafe(24)}"
        self.passes[token] = Pass(mailbox, scopes)
        return token

    def revoke(self, mailbox: str) -> None:
        """Somebody takes back their consent: no token of theirs is of any use."""
        for held in (self.passes, self.refreshes):
            for token in [token for token, each in held.items() if each.mailbox == mailbox]:
                del held[token]

    def secret(self, mailbox: str, scopes: tuple[str, ...]) -> str:
        """What is kept of somebody who signed in, as msal caches it."""
        cache_ = msal.SerializableTokenCache()
        answer = self._granted(Pass(mailbox, frozenset(scopes)), CLIENT, "")
        cache_.add(
            {
                "client_id": CLIENT,
                "scope": list(scopes),
                "token_endpoint": f"{LOGIN}/{TENANT}/oauth2/v2.0/token",
                "grant_type": "authorization_code",
                "response": answer,
                "params": {},
                "data": {},
            }
        )
        return json.dumps({"kind": "delegated", "cache": cache_.serialize(), "scopes": list(scopes)})

    def _consent(self, request: Request, tenant: str) -> Response:
        asked = request.args
        if asked.get("client_id") != CLIENT or not asked.get("redirect_uri", "").startswith(REDIRECTS):
            self.broken.append("consent is asked for an app or an address that is not registered")
        if asked.get("code_challenge_method") != "S256" or not asked.get("state"):
            self.broken.append("consent is asked for without PKCE or state")
        code = token_urlsafe(16)
        self.codes[code] = {**asked.to_dict(), "mailbox": self.signs_in}
        told = {"error": "access_denied"} if self.refuses else {"code": code}
        fields = {**told, "state": asked.get("state", "")}
        if asked.get("response_mode") == "query":
            return Response(status=302, headers={"Location": f"{asked.get('redirect_uri', '')}?{urlencode(fields)}"})
        inputs = "".join(f'<input name="{name}" value="{escape(value)}">' for name, value in fields.items())
        page = f'<form method="post" action="{escape(asked.get("redirect_uri", ""))}">{inputs}</form>'
        return Response(page, content_type="text/html")

    def _device(self, request: Request, tenant: str) -> Response:
        code = token_urlsafe(16)
        self.devices[code] = {"scope": request.form.get("scope", ""), "looks": "0"}
        told = {
            "device_code": code,
            "user_code": "ABCD-1234",
            "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": 900,
            "interval": 1,
            "message": "sign in",
        }
        return _json(told)

    def _token(self, request: Request, tenant: str) -> Response:
        form = request.form
        grant = form.get("grant_type", "")
        if form.get("client_id") != CLIENT:
            return _json({"error": "invalid_client"}, 400)
        if grant == "client_credentials":
            return self._app_only(form.get("client_secret", ""), tenant)
        if grant == "refresh_token":
            held = self.refreshes.pop(form.get("refresh_token", ""), None)
            return _json(self._granted(held, CLIENT, "")) if held else _json({"error": "invalid_grant"}, 400)
        if grant == "authorization_code":
            return self._by_code(form.to_dict())
        if grant == DEVICE_GRANT:
            return self._by_device(form.get("device_code", ""))
        return _json({"error": "unsupported_grant_type"}, 400)

    def _app_only(self, secret: str, tenant: str) -> Response:
        if tenant in ("organizations", "common", "consumers") or secret != CLIENT_SECRET:
            return _json({"error": "invalid_client"}, 401)
        token = self.new_pass("", frozenset({".default"}))
        return _json({"access_token": token, "token_type": "Bearer", "expires_in": 3599})

    def _by_code(self, form: dict[str, str]) -> Response:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not asked or asked.get("code_challenge") != _b64(digest):
            return _json({"error": "invalid_grant"}, 400)
        held = Pass(asked["mailbox"], _scopes(asked["scope"]))
        return _json(self._granted(held, CLIENT, asked.get("nonce", "")))

    def _by_device(self, code: str) -> Response:
        asked = self.devices.get(code)
        if not asked:
            return _json({"error": "expired_token"}, 400)
        asked["looks"] = str(int(asked["looks"]) + 1)
        if int(asked["looks"]) < 2:
            return _json({"error": "authorization_pending"}, 400)
        if self.refuses:
            return _json({"error": "authorization_declined"}, 400)
        return _json(self._granted(Pass(self.signs_in, _scopes(asked["scope"])), CLIENT, ""))

    def _granted(self, held: Pass, client: str, nonce: str) -> dict[str, Any]:
        refresh = f"refresh-{token_urlsafe(24)}"
        self.refreshes[refresh] = held
        tenant = PERSONAL if held.mailbox in self.personal else TENANT
        oid = str(uuid5(NAMESPACE_DNS, held.mailbox))
        now = int(time.time())
        claims = {
            "iss": f"{LOGIN}/{tenant}/v2.0",
            "aud": client,
            "sub": f"sub-{oid}",
            "oid": oid,
            "tid": tenant,
            "preferred_username": held.mailbox,
            "iat": now,
            "nbf": now - 10,
            "exp": now + 3600,
            **({"nonce": nonce} if nonce else {}),
        }
        return {
            "access_token": self.new_pass(held.mailbox, held.scopes),
            "refresh_token": refresh,
            "id_token": self.id_tokens.signed(claims, signing_key()),
            "client_info": _b64(json.dumps({"uid": oid, "utid": tenant}).encode()),
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": " ".join(sorted(held.scopes)),
        }


def _scopes(text: str) -> frozenset[str]:
    return frozenset(text.split()) - {"openid", "profile", "offline_access"}


def _is_tenant(tenant: str) -> bool:
    return tenant in (TENANT, PERSONAL, "organizations", "common")


def _discovery(base: str, tenant: str) -> dict[str, Any]:
    named = TENANT if tenant in (TENANT, PERSONAL) else "{tenantid}"
    return {
        "issuer": f"{LOGIN}/{named}/v2.0",
        "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
    }


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
