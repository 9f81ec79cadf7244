"""Somebody at the doors: who they are, and as whom they may act."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkKind(StrEnum):
    """What a link opens."""

    PERSON = "person"  # somebody's own limits and meetings; it may be used again until it ends
    SIGN_IN = "sign-in"  # a coordinator's mailbox
    FIRST = "first"  # the owner of the installation, from whoever may read its data directory
    INVITE = "invite"  # somebody is to coordinate a programme
    OWNER = "owner"  # the same, and they own the installation


INVITING = (LinkKind.INVITE, LinkKind.OWNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A coordinator, by who vouches for them and the name they have there (OpenID Connect: issuer and subject)."""

    id: str
    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that was handed to somebody; it is known by the SHA-256 of its secret alone."""

    hash: str
    kind: LinkKind
    programme: str
    person: str
    email: str
    single: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A person of a programme as whom somebody may act."""

    programme: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever shows a session: a coordinator of some programmes, some people of programmes, or both, or nobody.

    `owner`: of the installation, to whom programmes come that nobody coordinates.
    """

    session: str = ""
    identity: Identity | None = None
    owner: bool = False
    coordinates: frozenset[str] = frozenset()
    seats: frozenset[Seat] = frozenset()

    @property
    def may_begin(self) -> bool:
        """Whether they may begin programmes: the owner may, and whoever coordinates one."""
        return self.owner or bool(self.coordinates)

    def sits(self, programme: str) -> frozenset[str]:
        """The people of a programme as whom they may act."""
        return frozenset(seat.person for seat in self.seats if seat.programme == programme)


NOBODY = Visitor()
