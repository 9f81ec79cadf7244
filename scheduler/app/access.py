"""Coming in: sessions, links, and who may do what. A secret that opens something is kept as its SHA-256 alone."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from scheduler.core.visitor import NOBODY, Identity, Link, LinkKind, Visitor
from scheduler.errors import InputError
from scheduler.ports import Clock
from scheduler.store import SqlAccess, SqlEngine

SECRET_BYTES = 24  # 192 bits
SESSION, PERSONS_LINK, SIGN_IN_LINK = timedelta(days=30), timedelta(days=200), timedelta(minutes=15)
GONE = "this link has ended, or was used already."


class Access:
    """Sessions and links of a service. Methods raise Unavailable where the database fails."""

    def __init__(self, database: SqlEngine, clock: Clock) -> None:
        self.store, self._clock = SqlAccess(database), clock

    def visitor(self, cookie: str) -> Visitor:
        """Whoever shows this session; nobody where there is none."""
        return (self.store.visitor(digest(cookie), self._clock.now()) if cookie else None) or NOBODY

    def hand_out(self, kind: LinkKind, programme: str = "", person: str = "", *, email: str = "") -> str:
        """A new link's secret, to be told once and kept by nobody."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        lasts = PERSONS_LINK if kind is LinkKind.PERSON else SIGN_IN_LINK
        link = Link(
            hash=digest(secret),
            kind=kind,
            programme=programme,
            person=person,
            email=email,
            single=kind is not LinkKind.PERSON,
            expires_at=self._clock.now() + lasts,
        )
        self.store.keep_link(link, self._clock.now())
        return secret

    def shown(self, secret: str) -> Link:
        """What a link would open. Raises InputError where that is nothing, whatever the reason."""
        return self._open(self.store.link(digest(secret), self._clock.now()))

    def enter(self, secret: str, cookie: str) -> tuple[str, Link]:
        """Take a link's seat or sign in by it; the cookie of the session that goes on so. Raises InputError."""
        link = self._open(self.store.use_link(digest(secret), self._clock.now()))
        who = None if link.kind is LinkKind.PERSON else self._by_link(link)
        new = self.begin(cookie, who)
        if link.kind is LinkKind.PERSON:
            self.store.take_seat(digest(new), link)
        return new, link

    def begin(self, cookie: str, who: Identity | None = None) -> str:
        """A new session in place of the one that was shown, which ends: nobody can have planted this one."""
        new, now = secrets.token_urlsafe(SECRET_BYTES), self._clock.now()
        self.store.begin_session(
            digest(new), who.id if who else None, now + SESSION, now, instead_of=digest(cookie) if cookie else ""
        )
        return new

    def known(self, issuer: str, subject: str, email: str, name: str) -> Identity:
        """The identity that an issuer vouches for, with its address as it is now."""
        held = self.store.identity(issuer, subject)
        id_ = held.id if held else secrets.token_hex(16)
        who = Identity(id=id_, issuer=issuer, subject=subject, email=email, name=name)
        self.store.keep_identity(who, self._clock.now())
        return who

    def end(self, cookie: str) -> None:
        """Sign out."""
        self.store.end_session(digest(cookie))

    def _by_link(self, link: Link) -> Identity:
        if link.kind is LinkKind.FIRST:
            return self.known("here", "first", "", "")
        return self.known("mail", link.email.casefold(), link.email, "")

    def _open(self, link: Link | None) -> Link:
        if link is None:
            raise InputError(GONE, hint="Ask whoever sent it for a new one.")
        return link


def digest(secret: str) -> str:
    """SHA-256, in hexadecimal: of a secret that nobody can guess it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(cookie: str) -> str:
    """What a form of this session carries: pages of others can't know it, and it tells nothing of the session."""
    return hmac.new(cookie.encode(), b"form", hashlib.sha256).hexdigest()
