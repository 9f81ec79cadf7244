"""Having providers tell when calendars change: a hint, beside which everything is read now and then anyway."""

import hmac
import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

from scheduler.app.wiring.programme import App
from scheduler.app.wiring.reading import OF_ACCOUNT
from scheduler.core.account import Account, Provider
from scheduler.core.address import parse_address
from scheduler.core.subscription import Hint, Subscription, Told
from scheduler.errors import RondoError
from scheduler.ports import Clock, Pusher
from scheduler.settings import Settings
from scheduler.store import SqlSubscriptions

LIFE = timedelta(days=6)  # both providers give at most seven
DOORS = {Provider.GOOGLE: "/hooks/google", Provider.OUTLOOK: "/hooks/graph"}
log = logging.getLogger(__name__)


class Pushing:
    """The subscriptions of all programmes. Their secrets are random, and only hashes of them are kept."""

    def __init__(self, subscriptions: SqlSubscriptions, settings: Settings, clock: Clock) -> None:
        self._held, self._url, self._clock = subscriptions, settings.service.public_url.rstrip("/"), clock

    def find(self, told: Told) -> tuple[str, Subscription] | None:
        """The programme and the subscription that a message is of; None where it is forged, or of none of ours."""
        found = self._held.find(told.provider, told.id)
        shown = sha256(told.secret.encode()).hexdigest()
        kept = found[2] if found else sha256(secrets.token_bytes(8)).hexdigest()
        return (found[0], found[1]) if hmac.compare_digest(shown, kept) and found else None

    def heed(self, told: Told, programme: str, subscription: Subscription) -> None:
        """What a message says of the subscription itself: the next `renew` prolongs it, or makes it anew."""
        ends = told.kind in (Hint.LAPSING, Hint.LOST)
        kept = self._held.find(told.provider, told.id) if ends else None
        if kept:
            self._held.keep(programme, replace(subscription, expires_at=self._clock.now()), kept[2])

    def renew(self, programme: str, app: App) -> frozenset[tuple[str, str]]:
        """Subscribe to every calendar of a programme that has a provider who tells, and renew what is half over.

        Answers person and calendar of what is new: what happened meanwhile was told to nobody. One that can't be had is
        left: its calendar is read as often as any. Without a public address nothing is done.
        """
        if not self._url:
            return frozenset()
        wanted = dict(_tellers(app))
        held = {each.calendar: each for owner, each in self._held.all() if owner == programme}
        new = set[tuple[str, str]]()
        for calendar, (person, account, pusher) in wanted.items():
            try:
                if self._keep(programme, calendar, account, pusher, held.get(calendar)):
                    new.add((person, calendar))
            except RondoError as fault:
                log.warning("not_subscribed", extra={"programme": programme, "fault": type(fault).__name__})
        for calendar, old in held.items():
            if calendar not in wanted:
                self._held.drop(old.provider, old.id)
        return frozenset(new)

    def forget(self) -> None:
        """Forget those that ended a day ago."""
        for _, old in self._held.ending(self._clock.now() - timedelta(days=1)):
            self._held.drop(old.provider, old.id)

    def _keep(self, programme: str, calendar: str, account: Account, pusher: Pusher, held: Subscription | None) -> bool:
        """Whether a new one stands now."""
        now, secret = self._clock.now(), secrets.token_urlsafe(32)
        if held and held.expires_at - now > LIFE / 2:
            return False
        door = self._url + DOORS[account.provider]
        if held:
            new = pusher.renew(held, door=door, secret=secret, until=now + LIFE)
        else:
            new = pusher.subscribe(calendar, id_=str(uuid4()), door=door, secret=secret, until=now + LIFE)
        kept = self._held.find(new.provider, new.id)
        shown = kept[2] if kept else sha256(secret.encode()).hexdigest()  # a prolonged one keeps its secret
        self._held.keep(programme, new, shown)
        if held and held.id != new.id:
            pusher.end(held)
            self._held.drop(held.provider, held.id)
        return held is None or held.id != new.id


def _tellers(app: App) -> Iterator[tuple[str, tuple[str, Account, Pusher]]]:
    """The calendars whose provider tells of changes, each with its owner and the account through which it does."""
    for person in app.programme.people:
        for calendar in person.calendars:
            address = parse_address(calendar)
            provider = OF_ACCOUNT.get(address.kind)
            account = app.accounts.serving(person.id, provider, calendar) if provider else None
            own = account and (account.person == person.id or account.everybody)
            pusher = app.connectors.pusher(account, address.rest) if account and own else None
            if account and pusher:
                yield calendar, (person.id, account, pusher)
