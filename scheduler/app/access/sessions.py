"""Coming in: sessions, links, and who may do what. A secret that opens something is kept as its SHA-256 alone.

Whoever runs the service owns the installation: a link that only they are shown lets them in as its first coordinator,
and coordinates what comes in by the command line. All others are invited.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import noted
from scheduler.core.visitor import INVITING, NOBODY, Identity, Link, LinkKind, Visitor
from scheduler.errors import InputError
from scheduler.ports import Clock
from scheduler.store import SqlAccess, SqlEngine

SECRET_BYTES = 24  # 192 bits
SESSION, IDLE = timedelta(days=30), timedelta(hours=12)
"""How long a session lasts, and how long a coordinator stays signed in who is not seen."""
LASTS = {
    LinkKind.PERSON: timedelta(days=200),
    LinkKind.SIGN_IN: timedelta(minutes=15),
    LinkKind.FIRST: timedelta(hours=1),
    LinkKind.INVITE: timedelta(days=14),
    LinkKind.OWNER: timedelta(days=14),
}
MAILBOX, HERE = "mail", "here"
"""Issuers of ours, beside those of OpenID Connect: a mailbox that somebody can read, and who runs the service."""
EVERYWHERE = ""
"""In the place of a programme: the installation itself."""
GONE = noted("this link has ended, or was used already.")
MASK = hashlib.sha256().digest_size


class Access:
    """Sessions and links of a service. Methods raise Unavailable where the database fails."""

    def __init__(self, database: SqlEngine, clock: Clock) -> None:
        self.store, self._clock = SqlAccess(database), clock

    def visitor(self, cookie: str) -> Visitor:
        """Whoever shows this session; nobody where there is none."""
        return (self.store.visitor(digest(cookie), self._clock.now(), idle=IDLE) if cookie else None) or NOBODY

    def hand_out(self, kind: LinkKind, programme: str = "", person: str = "", *, email: str = "") -> str:
        """A new link's secret, to be told once and kept by nobody."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        link = Link(
            hash=digest(secret),
            kind=kind,
            programme=programme,
            person=person,
            email=email,
            single=kind is not LinkKind.PERSON,
            expires_at=self._clock.now() + LASTS[kind],
        )
        self.store.keep_link(link, self._clock.now())
        return secret

    def shown(self, secret: str) -> Link:
        """What a link would open. Raises InputError where that is nothing, whatever the reason."""
        return self._open(self.store.link(digest(secret), self._clock.now()))

    def enter(self, secret: str, cookie: str) -> tuple[str, Link]:
        """Take a link's seat or sign in by it; the cookie of the session that goes on so. Raises InputError."""
        link = self._taken(secret)
        if link.kind is LinkKind.PERSON:
            new = self.begin(cookie)
            self.store.take_seat(digest(new), link)
            return new, link
        who = self.known(HERE, "first", "", "") if link.kind is LinkKind.FIRST else self.by_mailbox(link.email)
        self._admit(link, who)
        return self.begin(cookie, who), link

    def accept(self, secret: str, who: Identity) -> Link:
        """Take an invitation as somebody whom a provider vouches for. Raises InputError."""
        if self.shown(secret).kind not in INVITING:
            raise InputError(_("this is no invitation."))
        link = self._taken(secret)
        self._admit(link, who)
        return link

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

    def by_mailbox(self, email: str) -> Identity:
        """Whoever reads a mailbox."""
        return self.known(MAILBOX, email.casefold(), email, "")

    def expected(self, email: str) -> Identity | None:
        """Who coordinates and signs in by this mailbox."""
        held = self.store.identity(MAILBOX, email.casefold())
        return held if held and self.store.coordinates(held.id) else None

    def adopt(self) -> None:
        """Let the owners coordinate programmes that came by the command line."""
        self.store.adopt(self._clock.now())

    def tidy(self) -> None:
        """Forget what ended."""
        self.store.tidy(self._clock.now())

    def _admit(self, link: Link, who: Identity) -> None:
        now = self._clock.now()
        if link.programme:
            self.store.let_coordinate(link.programme, who.id, now)
        if link.kind in (LinkKind.FIRST, LinkKind.OWNER):
            self.store.let_coordinate(EVERYWHERE, who.id, now)
            self.store.adopt(now)

    def _taken(self, secret: str) -> Link:
        return self._open(self.store.use_link(digest(secret), self._clock.now()))

    def _open(self, link: Link | None) -> Link:
        if link is None:
            raise InputError(_(GONE), hint=_("Ask whoever sent it for a new one."))
        return link


def digest(secret: str) -> str:
    """SHA-256, in hexadecimal: of a secret that nobody can guess it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(cookie: str) -> str:
    """What a form of this session carries: pages of others can't know it, and it tells nothing of the session.

    It looks different each time, so that nobody finds it out by how well pages are compressed (BREACH).
    """
    mask = secrets.token_bytes(MASK)
    return urlsafe_b64encode(mask + _masked(mask, _proof(cookie))).decode()


def fits(token: str, cookie: str) -> bool:
    """Whether a token is one of this session's."""
    try:
        content = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    mask, told = content[:MASK], content[MASK:]
    return bool(cookie) and len(content) == 2 * MASK and hmac.compare_digest(_masked(mask, told), _proof(cookie))


def _proof(cookie: str) -> bytes:
    return hmac.digest(cookie.encode(), b"form", "sha256")


def _masked(mask: bytes, content: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, content, strict=False))
