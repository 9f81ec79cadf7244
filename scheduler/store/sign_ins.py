"""Sign-ins at a provider that are under way: known by the hash of their state, each ends once, where it began."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from scheduler.store.database import alone
from scheduler.store.rows import instant, seconds
from scheduler.store.web_tables import sign_in


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """`session` is the SHA-256 of the cookie that began it; `programme` is empty where it is to come in.

    `sealed`: verifier and nonce, as the vault sealed them. `next`: where it leads when it is done.
    """

    state_hash: str
    session: str
    provider: str
    programme: str = ""
    person: str = ""
    sealed: str
    next: str = ""
    expires_at: datetime


class SqlSignIns:
    """Every method raises Unavailable where the database fails. Hashes are SHA-256 in hexadecimal."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, begun: SignIn, now: datetime) -> None:
        """Somebody sets out; whoever did so long ago and never came back is forgotten."""
        names = [name for name in SignIn.__slots__ if name != "expires_at"]
        row = {name: getattr(begun, name) for name in names} | {"expires_at": seconds(begun.expires_at)}
        with alone(self._engine, "access") as connection:
            connection.execute(delete(sign_in).where(sign_in.c.expires_at <= seconds(now)))
            connection.execute(insert(sign_in), row)

    def take(self, state_hash: str, session: str, provider: str, now: datetime) -> SignIn | None:
        """The sign-in of a state, once, to the session and from the provider where it began; None for all else."""
        mine = (sign_in.c.state_hash == state_hash) & (sign_in.c.session == session) & (sign_in.c.provider == provider)
        with alone(self._engine, "access") as connection:
            row = connection.execute(select(sign_in).where(mine)).mappings().first()
            connection.execute(delete(sign_in).where(mine))
        if row is None or row["expires_at"] <= seconds(now):
            return None
        return SignIn(**{**row, "expires_at": instant(row["expires_at"])})
