"""Identity tokens of OpenID Connect as a provider signs them, and as one does that is not to be believed."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Json = dict[str, Any]
KEY_ID = "test"


@cache
def another_key() -> rsa.RSAPrivateKey:
    """A key that is nobody's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(slots=True)
class IdTokens:
    """What is wrong with the tokens from now on: claims that are other ones (None: missing), `algorithm`, and key."""

    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    stranger: bool = False
    missing: bool = False

    def signed(self, claims: Json, key: rsa.RSAPrivateKey) -> str:
        """The token."""
        told = {name: value for name, value in (claims | self.claims).items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(told, "", algorithm="none")
        if self.algorithm == "HS256":  # as if the public key were a secret, with which anybody could sign
            said = b".".join(_packed(part) for part in ({"alg": "HS256", "typ": "JWT", "kid": KEY_ID}, told))
            proof = hmac.digest(json.dumps(key_set(key)["keys"][0]).encode(), said, "sha256")
            return (said + b"." + urlsafe_b64encode(proof).rstrip(b"=")).decode()
        by = another_key() if self.stranger else key
        return jwt.encode(told, by, algorithm=self.algorithm, headers={"kid": KEY_ID})


def _packed(part: Json) -> bytes:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")


def key_set(key: rsa.RSAPrivateKey) -> Json:
    """The provider's JWKS (RFC 7517)."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}
