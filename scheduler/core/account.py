"""An account that somebody connected: whose it is, what it may do, and which of its calendars count."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Provider(StrEnum):
    """Where an account is."""

    GOOGLE = "google"
    OUTLOOK = "outlook"
    CALDAV = "caldav"
    ICS = "ics"
    ZOOM = "zoom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A connected account. Its secret is kept apart, encrypted, under the same person, provider and identity.

    `identity` is what the provider knows it by and never changes (issuer and subject; server and user); `address` is
    its mailbox or URL as people know it. `everybody`: it may act for all people of its organisation (service account
    with delegation, application permission). `schedules`: a CalDAV server that invites its own people (RFC 6638).
    `calendars` are the addresses that count as busy times of the person. `error`: what was wrong at its last use.
    """

    person: str
    provider: Provider
    identity: str
    address: str
    scopes: tuple[str, ...] = ()
    everybody: bool = False
    schedules: bool = False
    calendars: tuple[str, ...] = ()
    connected_at: datetime
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What came of signing in: whose account it is, what it may do, and the secret that is kept (text, in clear).

    `calendars`: the addresses that count where nobody says otherwise.
    """

    identity: str
    address: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    everybody: bool = False
    schedules: bool = False
    calendars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One calendar of an account, for its owner to tick. `name` is shown to the owner, and kept nowhere."""

    address: str
    name: str
    writable: bool
