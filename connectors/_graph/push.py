"""Graph's subscriptions: made, prolonged, deleted, and what comes of them.

https://learn.microsoft.com/graph/change-notifications-overview
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors._graph.reading import mailbox_of
from connectors._graph.session import GraphSession, Refusal
from connectors._graph.times import parsed, present
from scheduler.core.account import Provider
from scheduler.core.subscription import Hint, Subscription, Told
from scheduler.errors import Unavailable

LONGEST = timedelta(minutes=10_080 - 10)  # a little less, since clocks differ
LONGEST_BEFORE = timedelta(minutes=4_230 - 10)  # and what it was before, should a tenant still have that
CHANGES = "created,updated,deleted"
KEPT = ("value", "@odata.nextLink", "id", "resource", "notificationUrl", "expirationDateTime")
BAD_REQUEST, NOT_FOUND, CONFLICT = 400, 404, 409

MOST_BYTES, MOST_ITEMS = 1_000_000, 1_000
ID = re.compile(r"[A-Za-z0-9-]{1,64}")
STATE = re.compile(r"[!-~]{1,128}")
NO_EVENT = ""  # in the place of a lifecycle event: something changed in the calendar
HINTS = {
    NO_EVENT: Hint.CHANGED,
    "missed": Hint.CHANGED,
    "reauthorizationRequired": Hint.LAPSING,
    "subscriptionRemoved": Hint.LOST,
}


class OutlookPusher:
    """Subscriptions to the events of a mailbox: the account's own or, for an app by itself, any; a ports.Pusher.

    One door takes notifications and lifecycle messages. It has to be open while `subscribe` runs: Graph calls it first.
    """

    def __init__(self, session: GraphSession, *, person: str = "", now: Callable[[], datetime] = present) -> None:
        self._session, self._person, self._now = session, person, now

    def subscribe(self, calendar: str, *, id_: str, door: str, secret: str, until: datetime) -> Subscription:
        """A new subscription, whose id is Graph's; see Pusher. `secret`: up to 128 printable characters."""
        body = {
            "changeType": CHANGES,
            "notificationUrl": door,
            "lifecycleNotificationUrl": door,
            "resource": self._resource(calendar),
            "clientState": secret,
        }
        try:
            said = self._until(until, lambda end: self._made(body | end))
        except Refusal as refusal:
            asked = " Can it reach the address of this service?" if refusal.status == BAD_REQUEST else ""
            raise Unavailable(f"{refusal.words}{asked}") from None
        return self._subscription(calendar, said)

    def renew(self, subscription: Subscription, *, door: str, secret: str, until: datetime) -> Subscription:
        """Prolong it, which also answers Graph's wish to see the account's rights again.

        The same id: its secret is still the one that it was made with. Another id: it is a new one with `secret`, since
        the old one was gone or led to another door.
        """
        path = _path(subscription)
        try:
            said = self._until(until, lambda end: self._session.call("PATCH", path, body=end, keep=KEPT))
        except Refusal as refusal:
            if refusal.status != NOT_FOUND:
                raise Unavailable(refusal.words) from None
        else:
            if (said.get("notificationUrl") or door) == door:
                return self._subscription(subscription.calendar, said)
            self.end(subscription)
        return self.subscribe(subscription.calendar, id_="", door=door, secret=secret, until=until)

    def end(self, subscription: Subscription) -> None:
        """Delete it; see Pusher."""
        try:
            self._session.call("DELETE", _path(subscription))
        except Refusal as refusal:
            if refusal.status != NOT_FOUND:
                raise Unavailable(refusal.words) from None

    def _resource(self, calendar: str) -> str:
        """What is subscribed to. An account is never told of another's mailbox, so it does not ask either."""
        mailbox = mailbox_of(calendar)
        if not self._session.everybody and not self._session.is_own(mailbox):
            raise Unavailable(f"Outlook tells this account of its own calendar only, and nothing of {mailbox}.")
        return f"{self._session.root(mailbox)}/events"

    def _until(
        self, until: datetime, ask: Callable[[dict[str, str]], dict[str, Any]], longest: timedelta = LONGEST
    ) -> dict[str, Any]:
        """The answer for as late an end as Graph takes. Raises Refusal, Unavailable, CredentialsRejected."""
        end = min(until, self._now() + longest)
        try:
            return ask({"expirationDateTime": f"{end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"})
        except Refusal as refusal:
            if refusal.status != BAD_REQUEST or end <= self._now() + LONGEST_BEFORE:
                raise
        return self._until(until, ask, LONGEST_BEFORE)

    def _made(self, body: dict[str, str]) -> dict[str, Any]:
        """Make one. Where it stands already, of an earlier run, nobody knows its secret any more: it makes way."""
        try:
            return self._session.call("POST", "/subscriptions", body=body, keep=KEPT)
        except Refusal as refusal:
            if refusal.status != CONFLICT:
                raise
        for each in self._standing(body["resource"], body["notificationUrl"]):
            self._session.call("DELETE", f"/subscriptions/{quote(each, safe='')}")
        return self._session.call("POST", "/subscriptions", body=body, keep=KEPT)

    def _standing(self, resource: str, door: str) -> list[str]:
        """The ids of subscriptions of ours; those that lead to another door are another installation's."""
        return [
            each["id"]
            for page in self._session.pages("/subscriptions", keep=KEPT)
            for each in page["value"]
            if isinstance(each, dict)
            and isinstance(each.get("id"), str)
            and str(each.get("resource")).strip("/").casefold() == resource.strip("/").casefold()
            and each.get("notificationUrl") == door
        ]

    def _subscription(self, calendar: str, said: dict[str, Any]) -> Subscription:
        try:
            id_, end = str(said["id"]), parsed(said["expirationDateTime"])
            ends = (end if end.tzinfo else end.replace(tzinfo=UTC)).astimezone(UTC)
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
            raise Unavailable("Outlook does not say how long it will tell of changes.") from None
        return Subscription(id=id_, provider=Provider.OUTLOOK, person=self._person, calendar=calendar, expires_at=ends)


def told(body: bytes) -> tuple[Told, ...]:
    """What a call of our door says, each thing once: changes and lifecycle messages; empty where it makes no sense.

    Anybody may have sent it: more than 1 MB or 1,000 items are not even looked at, and an item that is none is skipped.
    """
    if len(body) > MOST_BYTES:
        return ()
    try:
        items = json.loads(body)["value"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        return ()
    return tuple(dict.fromkeys(each for each in map(_item, items) if each))


def _item(item: object) -> Told | None:
    match item:
        case {"subscriptionId": str(id_), "clientState": str(state), **more}:
            event = more.get("lifecycleEvent") or NO_EVENT
        case _:
            return None
    kind = HINTS.get(event) if isinstance(event, str) else None
    if kind is None or not ID.fullmatch(id_) or not STATE.fullmatch(state):
        return None
    return Told(provider=Provider.OUTLOOK, id=id_, secret=state, kind=kind)


def _path(subscription: Subscription) -> str:
    return f"/subscriptions/{quote(subscription.id, safe='')}"
