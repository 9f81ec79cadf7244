"""Tokens of the API: made by coordinators, told once, and known by their SHA-256 alone."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from scheduler.core.token import ApiToken, Scope
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.ports import Clock
from scheduler.store import SqlEngine, SqlTokens

BEGINNING = "rondo_"
"""What every token begins with, so that those who look for lost secrets find ours."""
BYTES = 32
LONGEST_NAME = 100
MOST = 50
USED = timedelta(minutes=1)  # is told to no more than that


class Tokens:
    """The tokens of a service. Methods raise Unavailable where the database fails."""

    def __init__(self, database: SqlEngine, clock: Clock) -> None:
        self._store, self._clock = SqlTokens(database), clock

    def of(self, programme: str) -> tuple[ApiToken, ...]:
        """A programme's that were not revoked, the newest first; some may have expired."""
        return self._store.of(programme)

    def issue(
        self, programme: str, name: str, scopes: Collection[Scope], lasts: timedelta | None = None
    ) -> tuple[str, ApiToken]:
        """A new token, and what is shown: to be told once, and kept by nobody here. Raises InputError."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise InputError(_("a token needs a name of at most 100 signs."), hint=_("Say what will use it."))
        if not scopes:
            raise InputError(_("a token without any right opens nothing."), hint=_("Tick what it may do."))
        if len(self.of(programme)) >= MOST:
            raise InputError(
                _("there are %(most)s tokens already.") % {"most": MOST}, hint=_("Revoke those that are not used.")
            )
        secret, now = BEGINNING + secrets.token_urlsafe(BYTES), self._clock.now()
        token = ApiToken(
            programme=programme,
            id=secrets.token_hex(8),
            name=name,
            scopes=frozenset(scopes),
            created_at=now,
            expires_at=None if lasts is None else now + lasts,
        )
        self._store.keep(token, _digest(secret))
        return secret, token

    def shown(self, secret: str) -> ApiToken | None:
        """The token that is shown so; None: it never was, ended, or was revoked."""
        if not secret.startswith(BEGINNING):
            return None
        token, now = self._store.by_hash(_digest(secret)), self._clock.now()
        if token is None or not token.is_open(now):
            return None
        if token.used_at is None or not token.used_at <= now < token.used_at + USED:
            self._store.used(token, now)
        return token

    def revoke(self, programme: str, id_: str) -> None:
        """End a token, now and for ever."""
        self._store.revoke(programme, id_, self._clock.now())


def _digest(secret: str) -> str:
    """SHA-256, in hexadecimal: of a secret that nobody can guess it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
