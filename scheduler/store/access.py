"""Who may come in: identities, the programmes that they coordinate, sessions with their seats, and links."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, exists, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from scheduler.core.visitor import INVITING, Identity, Link, LinkKind, Seat, Visitor
from scheduler.store.database import alone
from scheduler.store.rows import instant, seconds
from scheduler.store.tables import programme
from scheduler.store.web_tables import coordinator, identity, link, seat, session, sign_in

EVERYWHERE = ""
"""In the place of a programme: whoever coordinates this owns the installation."""
SEEN_EVERY = timedelta(minutes=5)
"""How closely it is known when a session was shown last: not every look at a page is a write."""


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

    def coordinators(self, programme_: str) -> tuple[Identity, ...]:
        """Of a programme, by address."""
        query = select(identity).join(coordinator, coordinator.c.identity == identity.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(coordinator.c.programme == programme_)).mappings().all()
        return tuple(sorted(map(_identity, rows), key=lambda each: (each.email, each.id)))

    def any_coordinator(self) -> bool:
        """Whether the service has one at all."""
        with self._engine.connect() as connection:
            return connection.execute(select(coordinator.c.identity).limit(1)).first() is not None

    def coordinates(self, who: str) -> bool:
        """Whether an identity coordinates anything."""
        with self._engine.connect() as connection:
            query = select(coordinator.c.programme).where(coordinator.c.identity == who).limit(1)
            return connection.execute(query).first() is not None

    def let_coordinate(self, programme_: str, who: str, at: datetime) -> None:
        """Make an identity a coordinator of a programme."""
        mine = (coordinator.c.programme == programme_) & (coordinator.c.identity == who)
        with alone(self._engine, "access") as connection:
            connection.execute(delete(coordinator).where(mine))
            connection.execute(insert(coordinator), {"programme": programme_, "identity": who, "since": seconds(at)})

    def remove_coordinator(self, programme_: str, who: str) -> bool:
        """Take that back, and sign them out everywhere; not from the last one that a programme has."""
        theirs = coordinator.c.programme == programme_
        with alone(self._engine, "access") as connection:
            others = connection.execute(
                select(coordinator.c.identity).where(theirs, coordinator.c.identity != who).limit(1)
            )
            if others.first() is None:
                return False
            connection.execute(delete(coordinator).where(theirs, coordinator.c.identity == who))
            _sign_out(connection, who)
        return True

    def adopt(self, at: datetime) -> None:
        """Let the owners of the installation coordinate what nobody coordinates; never a private pair."""
        orphan = ~exists().where(coordinator.c.programme == programme.c.id)
        theirs = (programme.c.kind == "programme") & programme.c.imported_at.is_not(None) & orphan
        with alone(self._engine, "access") as connection:
            orphans = connection.execute(select(programme.c.id).where(theirs)).scalars().all()
            owners = connection.execute(
                select(coordinator.c.identity).where(coordinator.c.programme == EVERYWHERE)
            ).scalars()
            rows = [
                {"programme": each, "identity": who, "since": seconds(at)} for who in owners.all() for each in orphans
            ]
            if rows:
                connection.execute(insert(coordinator), rows)

    def visitor(self, hash_: str, now: datetime, *, idle: timedelta) -> Visitor | None:
        """Whose session it is; None for one that ended or never was. Seats end with the links they were taken by.

        Whoever was signed in and not seen for as long as `idle` is so no more, and keeps the seats.
        """
        with self._engine.connect() as connection:
            mine = (session.c.hash == hash_) & (session.c.expires_at > seconds(now))
            held = connection.execute(select(session).where(mine)).mappings().first()
            if held is None:
                return None
            awake = instant(held["seen_at"]) > now - idle
            found = _visitor(connection, hash_, held["identity"] if awake else None, now)
        if now - instant(held["seen_at"]) >= SEEN_EVERY:
            self._seen(hash_, now, awake=awake)
        return found

    def _seen(self, hash_: str, now: datetime, *, awake: bool) -> None:
        values: dict[str, object] = {"seen_at": seconds(now)} | ({} if awake else {"identity": None})
        with alone(self._engine, "access") as connection:
            connection.execute(update(session).where(session.c.hash == hash_).values(values))

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
            _sign_out(connection, who)

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

    def links_of(self, programme_: str, person: str, now: datetime) -> Sequence[Link]:
        """Somebody's links that still open something."""
        theirs = (link.c.programme == programme_) & (link.c.person == person)
        with self._engine.connect() as connection:
            rows = connection.execute(select(link).where(theirs, _opens(now))).mappings().all()
        return [_link(row) for row in rows]

    def linked(self, programme_: str, now: datetime) -> frozenset[str]:
        """The people of a programme who have a link that still opens something."""
        with self._engine.connect() as connection:
            theirs = (link.c.programme == programme_) & _opens(now)
            return frozenset(connection.execute(select(link.c.person).where(theirs).distinct()).scalars()) - {"", None}

    def invitations(self, programme_: str, now: datetime) -> Sequence[Link]:
        """Those to coordinate a programme that nobody has taken yet, by address."""
        theirs = (link.c.programme == programme_) & link.c.kind.in_([str(kind) for kind in INVITING])
        with self._engine.connect() as connection:
            rows = connection.execute(select(link).where(theirs, _opens(now))).mappings().all()
        return sorted(map(_link, rows), key=lambda each: (each.email, each.hash))

    def revoke_link(self, programme_: str, hash_: str, now: datetime) -> None:
        """End one link of a programme."""
        with alone(self._engine, "access") as connection:
            meant = (link.c.programme == programme_) & (link.c.hash == hash_)
            connection.execute(update(link).where(meant).values(revoked_at=seconds(now)))

    def revoke_links(self, programme_: str, person: str, now: datetime) -> int:
        """End all links of somebody, and the seats that were taken by them; how many."""
        theirs = (link.c.programme == programme_) & (link.c.person == person) & link.c.revoked_at.is_(None)
        with alone(self._engine, "access") as connection:
            return connection.execute(update(link).where(theirs).values(revoked_at=seconds(now))).rowcount

    def tidy(self, now: datetime) -> None:
        """Forget sessions, links and sign-ins that ended."""
        with alone(self._engine, "access") as connection:
            ended = select(session.c.hash).where(session.c.expires_at <= seconds(now)).scalar_subquery()
            connection.execute(delete(seat).where(seat.c.session.in_(ended)))
            connection.execute(delete(session).where(session.c.expires_at <= seconds(now)))
            connection.execute(delete(link).where(link.c.expires_at <= seconds(now)))
            connection.execute(delete(sign_in).where(sign_in.c.expires_at <= seconds(now)))


def _visitor(connection: Connection, hash_: str, who: str | None, now: datetime) -> Visitor:
    known = connection.execute(select(identity).where(identity.c.id == who)).mappings().first()
    coordinates = set(
        connection.execute(select(coordinator.c.programme).where(coordinator.c.identity == who)).scalars()
    )
    seats = connection.execute(
        select(seat.c.programme, seat.c.person)
        .join(link, (link.c.hash == seat.c.link) & (link.c.programme == seat.c.programme))
        .where(seat.c.session == hash_, link.c.revoked_at.is_(None), link.c.expires_at > seconds(now))
    )
    return Visitor(
        session=hash_,
        identity=_identity(known) if known else None,
        owner=EVERYWHERE in coordinates,
        coordinates=frozenset(coordinates - {EVERYWHERE}),
        seats=frozenset(Seat(programme=each.programme, person=each.person) for each in seats),
    )


def _sign_out(connection: Connection, who: str) -> None:
    theirs = select(session.c.hash).where(session.c.identity == who).scalar_subquery()
    connection.execute(delete(seat).where(seat.c.session.in_(theirs)))
    connection.execute(delete(session).where(session.c.identity == who))


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
