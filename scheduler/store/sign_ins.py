"""Trips to a provider and back (OAuth 2.0, RFC 6749): known by the hash of their state, each ends at its return."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from scheduler.store.database import alone
from scheduler.store.rows import seconds
from scheduler.store.web_tables import sign_in


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTrip:
    """`session` is the SHA-256 of the cookie that began it; `programme` is empty where it is to sign in."""

    state_hash: str
    session: str
    provider: str
    programme: str
    person: str
    sealed: str
    next: str


class SqlSignIns:
    """Every method raises Unavailable where the database fails. Hashes are SHA-256 in hexadecimal."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, trip: KeptTrip, until: datetime) -> None:
        """Somebody sets out."""
        row = {name: getattr(trip, name) for name in KeptTrip.__slots__} | {"expires_at": seconds(until)}
        with alone(self._engine, "access") as connection:
            connection.execute(insert(sign_in), row)

    def take(self, state_hash: str, session: str, now: datetime) -> KeptTrip | None:
        """The trip of a state, once, to the session that began it, in time; None for all else."""
        theirs = (sign_in.c.state_hash == state_hash) & (sign_in.c.session == session)
        with alone(self._engine, "access") as connection:
            row = connection.execute(select(sign_in).where(theirs)).mappings().first()
            connection.execute(delete(sign_in).where(theirs))
        if row is None or row["expires_at"] <= seconds(now):
            return None
        return KeptTrip(**{name: row[name] for name in KeptTrip.__slots__})
