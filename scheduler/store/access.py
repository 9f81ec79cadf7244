"""Who may come in: identities, the programmes that they coordinate, sessions with their seats, and links."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.visitor import Identity, Link, LinkKind, Seat, Visitor
from scheduler.store.database import alone
from scheduler.store.rows import instant, seconds
from scheduler.store.web_tables import coordinator, identity, link, seat, session


class SqlAccess:
    """Every method raises Unavailable where the database fails. Hashes are SHA-256 in hexadecimal."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def identity(self, issuer: str, subject: str) -> Identity | None:
        """Who is known by that name there."""
        mine = (identity.c.issuer == issuer) & (identity.c.subject == subject)
        with self._engine.connect() as connection:
            row = connection.execute(select(identity).where(mine)).mappings().first()
        return _identity(row) if row else None

    def keep_identity(self, who: Identity, at: datetime) -> None:
        """Add an identity, or take its address and name as they are now."""
        values = {"issuer": who.issuer, "subject": who.subject, "email": who.email, "name": who.name}
        with alone(self._engine, "access") as connection:
            if not connection.execute(update(identity).where(identity.c.id == who.id).values(values)).rowcount:
                connection.execute(insert(identity), {"id": who.id, **values, "created_at": seconds(at)})

    def coordinators(self, programme: str) -> tuple[Identity, ...]:
        """Of a programme, by address."""
        query = select(identity).join(coordinator, coordinator.c.identity == identity.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(coordinator.c.programme == programme)).mappings().all()
        return tuple(sorted(map(_identity, rows), key=lambda each: (each.email, each.id)))

    def any_coordinator(self) -> bool:
        """Whether the service has one at all."""
        with self._engine.connect() as connection:
            return connection.execute(select(coordinator.c.identity).limit(1)).first() is not None

    def let_coordinate(self, programme: str, who: str, at: datetime) -> None:
        """Make an identity a coordinator of a programme."""
        mine = (coordinator.c.programme == programme) & (coordinator.c.identity == who)
        with alone(self._engine, "access") as connection:
            connection.execute(delete(coordinator).where(mine))
            connection.execute(insert(coordinator), {"programme": programme, "identity": who, "since": seconds(at)})

    def forget_coordinator(self, programme: str, who: str) -> None:
        """Take that back."""
        mine = (coordinator.c.programme == programme) & (coordinator.c.identity == who)
        with alone(self._engine, "access") as connection:
            connection.execute(delete(coordinator).where(mine))

    def visitor(self, hash_: str, now: datetime) -> Visitor | None:
        """Whose session it is; None for one that ended or never was. Seats end with the links they were taken by."""
        with self._engine.connect() as connection:
            mine = (session.c.hash == hash_) & (session.c.expires_at > seconds(now))
            held = connection.execute(select(session).where(mine)).mappings().first()
            if held is None:
                return None
            who = connection.execute(select(identity).where(identity.c.id == held["identity"])).mappings().first()
            coordinates = connection.execute(
                select(coordinator.c.programme).where(coordinator.c.identity == held["identity"])
            ).scalars()
            seats = connection.execute(
                select(seat.c.programme, seat.c.person)
                .join(link, (link.c.hash == seat.c.link) & (link.c.programme == seat.c.programme))
                .where(seat.c.session == hash_, link.c.revoked_at.is_(None), link.c.expires_at > seconds(now))
            )
            return Visitor(
                session=hash_,
                identity=_identity(who) if who else None,
                coordinates=frozenset(coordinates),
                seats=frozenset(Seat(programme=each.programme, person=each.person) for each in seats),
            )

    def begin_session(
        self, hash_: str, who: str | None, until: datetime, now: datetime, *, instead_of: str = ""
    ) -> None:
        """A new session, with the seats of the one that it takes the place of; who had none signs in with it."""
        row = {"hash": hash_, "created_at": seconds(now), "seen_at": seconds(now), "expires_at": seconds(until)}
        with alone(self._engine, "access") as connection:
            before = connection.execute(select(session.c.identity).where(session.c.hash == instead_of)).scalar()
            connection.execute(insert(session), {**row, "identity": who or before})
            connection.execute(update(seat).where(seat.c.session == instead_of).values(session=hash_))
            connection.execute(delete(session).where(session.c.hash == instead_of))

    def end_session(self, hash_: str) -> None:
        """Sign out."""
        with alone(self._engine, "access") as connection:
            connection.execute(delete(seat).where(seat.c.session == hash_))
            connection.execute(delete(session).where(session.c.hash == hash_))

    def end_sessions_of(self, who: str) -> None:
        """Sign an identity out everywhere."""
        with alone(self._engine, "access") as connection:
            theirs = select(session.c.hash).where(session.c.identity == who).scalar_subquery()
            connection.execute(delete(seat).where(seat.c.session.in_(theirs)))
            connection.execute(delete(session).where(session.c.identity == who))

    def take_seat(self, hash_: str, taken: Link) -> None:
        """Let a session act as the person of a link."""
        row = {"programme": taken.programme, "session": hash_, "person": taken.person, "link": taken.hash}
        mine = (seat.c.session == hash_) & (seat.c.programme == taken.programme) & (seat.c.person == taken.person)
        with alone(self._engine, "access") as connection:
            connection.execute(delete(seat).where(mine))
            connection.execute(insert(seat), row)

    def keep_link(self, new: Link, now: datetime) -> None:
        """Hand out a link."""
        row = {
            "programme": new.programme,
            "hash": new.hash,
            "kind": str(new.kind),
            "person": new.person,
            "email": new.email,
            "single": new.single,
            "created_at": seconds(now),
            "expires_at": seconds(new.expires_at),
        }
        with alone(self._engine, "access") as connection:
            connection.execute(insert(link), row)

    def link(self, hash_: str, now: datetime) -> Link | None:
        """A link that still opens something."""
        with self._engine.connect() as connection:
            return _open_link(connection, hash_, now)

    def use_link(self, hash_: str, now: datetime) -> Link | None:
        """As `link`, once for one that opens once: of two at the same time one gets it."""
        with alone(self._engine, "access") as connection:
            found = _open_link(connection, hash_, now)
            if found:
                connection.execute(update(link).where(link.c.hash == hash_).values(used_at=seconds(now)))
        return found

    def links_of(self, programme: str, person: str, now: datetime) -> Sequence[Link]:
        """Somebody's links that still open something."""
        theirs = (link.c.programme == programme) & (link.c.person == person)
        with self._engine.connect() as connection:
            rows = connection.execute(select(link).where(theirs, _opens(now))).mappings().all()
        return [_link(row) for row in rows]

    def revoke_links(self, programme: str, person: str, now: datetime) -> int:
        """End all links of somebody, and the seats that were taken by them; how many."""
        theirs = (link.c.programme == programme) & (link.c.person == person) & link.c.revoked_at.is_(None)
        with alone(self._engine, "access") as connection:
            return connection.execute(update(link).where(theirs).values(revoked_at=seconds(now))).rowcount

    def tidy(self, now: datetime) -> None:
        """Forget sessions and links that ended."""
        with alone(self._engine, "access") as connection:
            ended = select(session.c.hash).where(session.c.expires_at <= seconds(now)).scalar_subquery()
            connection.execute(delete(seat).where(seat.c.session.in_(ended)))
            connection.execute(delete(session).where(session.c.expires_at <= seconds(now)))
            connection.execute(delete(link).where(link.c.expires_at <= seconds(now)))


def _open_link(connection: Connection, hash_: str, now: datetime) -> Link | None:
    row = connection.execute(select(link).where(link.c.hash == hash_, _opens(now))).mappings().first()
    return _link(row) if row else None


def _opens(now: datetime) -> ColumnElement[bool]:
    unused = or_(link.c.single.is_(False), link.c.used_at.is_(None))
    return link.c.revoked_at.is_(None) & (link.c.expires_at > seconds(now)) & unused


def _identity(row: RowMapping) -> Identity:
    return Identity(id=row["id"], issuer=row["issuer"], subject=row["subject"], email=row["email"], name=row["name"])


def _link(row: RowMapping) -> Link:
    return Link(
        hash=row["hash"],
        kind=LinkKind(row["kind"]),
        programme=row["programme"],
        person=row["person"],
        email=row["email"],
        single=row["single"],
        expires_at=instant(row["expires_at"]),
    )
