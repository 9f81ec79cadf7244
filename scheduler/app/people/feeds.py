"""Feeds: the meetings of a person or a group as a calendar that other programs subscribe to.

The address is the only key: a MAC (RFC 2104) by the programme's own key over owner and generation. Nothing of it is
kept, so that whoever reads the database can open no feed; counting the generation up ends what was handed out.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum

from connectors.published import OF_PERSON, feed
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App
from scheduler.core.delivery import as_told
from scheduler.core.event import Event
from scheduler.errors import RondoError
from scheduler.store import SqlFeeds

MAC_BYTES = 24  # 192 bits


class Whose(StrEnum):
    """Whose meetings a feed tells."""

    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A calendar (RFC 5545) and its entity tag, without quotes: another one as soon as a byte differs."""

    body: bytes
    tag: str


def mac(app: App, whose: Whose, owner: str) -> str:
    """What the address of a feed ends with, as it is now. Raises Unavailable, CredentialsRejected."""
    generation = _feeds(app).generation(f"{whose}/{owner}")
    said = f"feed/{whose}/{owner}/{generation}".encode()
    return urlsafe_b64encode(hmac.new(app.home.key, said, hashlib.sha256).digest()[:MAC_BYTES]).decode()


def renew(app: App, whose: Whose, owner: str) -> None:
    """Make the address of a feed anew: the one that was handed out ends."""
    _feeds(app).renew(f"{whose}/{owner}")


def content(site: Site, programme: str, whose: str, owner: str, shown: str) -> Content | None:
    """The calendar at an address; None for one that is wrong, has ended, or is of somebody who left."""
    try:
        app = site.app(programme)
        known = whose in tuple(Whose) and hmac.compare_digest(mac(app, Whose(whose), owner).encode(), shown.encode())
    except RondoError:
        return None
    if not known:
        return None
    if whose == Whose.PERSON:
        return _of_person(app, owner)
    return _of_group(app, owner)


def _of_person(app: App, person: str) -> Content | None:
    if person not in {each.id for each in app.programme.people}:
        return None
    mine = [event for event in app.store.events() if person in {each.id for each in event.attendees}]
    return _content(app, mine, OF_PERSON, reader=person)


def _of_group(app: App, group: str) -> Content | None:
    held = next((each for each in app.programme.groups if each.id == group), None)
    if held is None:
        return None
    return _content(app, [event for event in app.store.events() if event.group == group], held.title or held.id)


def _content(app: App, events: list[Event], name: str, *, reader: str = "") -> Content:
    told = [as_told(each, app.store.deliveries(each.uid)) for each in events]
    body = feed(told, name, reader=reader)
    return Content(body=body, tag=hashlib.sha256(body).hexdigest()[:32])


def _feeds(app: App) -> SqlFeeds:
    return SqlFeeds(app.home.engine, app.home.programme)
