"""Graph's subscriptions: the handshake with a door, what is told there, and what is told of their own lives."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import uuid4

import httpx

from tests.doubles._graph.api import ApiError, Asking, Json
from tests.doubles._graph.entra import Pass
from tests.doubles._graph.store import Store
from tests.doubles.pushes import Message, Pushes, is_here

PATH = "/subscriptions"
SHORTEST = timedelta(minutes=45)
TIMEOUT = 10.0  # seconds for a door to answer the handshake
LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")


@dataclass(slots=True)
class Standing:
    """One subscription: whose it is (empty: an app's), to whose events, what was asked for, and when it ends."""

    id: str
    by: str
    mailbox: str
    asked: Json
    expires: datetime
    lapsing: bool = False  # nothing is told until it is prolonged

    def shown(self, *, secret: bool) -> Json:
        """As it is answered."""
        more = {"id": self.id, "expirationDateTime": f"{self.expires:%Y-%m-%dT%H:%M:%S}.0000000Z"}
        return {**self.asked, **more, **({} if secret else {"clientState": None})}

    def message(self, door: str, items: list[Json]) -> Message:
        """What is told in one call."""
        common = {
            "subscriptionId": self.id,
            "subscriptionExpirationDateTime": f"{self.expires:%Y-%m-%dT%H:%M:%S+00:00}",
            "clientState": self.asked.get("clientState"),
            "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
        }
        return Message(
            door=self.asked[door],
            id=self.id,
            secret=self.asked.get("clientState") or "none",
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=json.dumps({"value": [common | each for each in items]}).encode(),
        )


class Subscriptions:
    """The methods below /subscriptions, and what changes of the store lead to."""

    def __init__(self, store: Store, pushes: Pushes) -> None:
        self.standing: dict[str, Standing] = {}
        self._store, self._pushes, self._seen = store, pushes, 0

    def called(self, method: str, asking: Asking, held: Pass) -> tuple[int, Json | None]:
        """The status and the body of an answer. Raises ApiError."""
        self._end()
        if asking.path == PATH:
            if method == "POST":
                return 201, self._made(asking.body, held).shown(secret=True)
            mine = [each for each in self.standing.values() if each.by == held.mailbox]
            return 200, {"value": [each.shown(secret=False) for each in mine]}
        found = self.standing.get(asking.path.removeprefix(f"{PATH}/"))
        if found is None or found.by != held.mailbox:
            raise ApiError(404, "ResourceNotFound")
        if method == "DELETE":
            del self.standing[found.id]
            return 204, None
        if asking.body.keys() != {"expirationDateTime"}:
            raise ApiError(400, "InvalidRequest")
        found.expires, found.lapsing = self._until(asking.body), False
        return 200, found.shown(secret=False)

    def messages(self) -> list[Message]:
        """A call for each subscription in whose mailbox anything changed."""
        self._end()
        new = self._store.touched[self._seen :]
        self._seen = len(self._store.touched)
        found = []
        for each in self.standing.values():
            items = [self._item(version, id_) for version, mailbox, id_ in new if mailbox == each.mailbox]
            wanted = [item for item in items if item["changeType"] in each.asked["changeType"].split(",")]
            if wanted and not each.lapsing:
                found.append(each.message("notificationUrl", wanted))
        return found

    def happens(self, event: str, mailbox: str) -> None:
        """Tell what becomes of the subscriptions to a mailbox."""
        assert event in LIFECYCLE
        for each in [each for each in self.standing.values() if each.mailbox == mailbox]:
            if event == "subscriptionRemoved":
                del self.standing[each.id]
            each.lapsing = event == "reauthorizationRequired"
            if "lifecycleNotificationUrl" in each.asked:
                self._pushes.post(each.message("lifecycleNotificationUrl", [{"lifecycleEvent": event}]))

    def _made(self, body: Json, held: Pass) -> Standing:
        mailbox = self._mailbox(body.get("resource", ""), held)
        needed = {"changeType", "notificationUrl", "resource", "expirationDateTime"}
        if needed - body.keys():
            raise ApiError(400, "InvalidRequest")
        same = (body["resource"], body["changeType"], held.mailbox)
        standing = self.standing.values()
        if self._store.switches.one_subscription and any(
            (each.asked["resource"], each.asked["changeType"], each.by) == same for each in standing
        ):
            raise ApiError(409, "Conflict")
        until = self._until(body)
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            if name in body:
                _shake_hands(body[name])
        for each in self.messages():  # what changed before is told to the others only
            self._pushes.post(each)
        made = Standing(str(uuid4()), held.mailbox, mailbox, body, until)
        self.standing[made.id], self._store.on_change = made, self._pushes.wake
        return made

    def _mailbox(self, resource: str, held: Pass) -> str:
        match resource.strip("/").split("/"):
            case ["me", "events"] if held.mailbox:
                mailbox = held.mailbox
            case ["users", named, "events"]:
                mailbox = named.casefold()
            case _:
                raise ApiError(400, "InvalidRequest")
        if mailbox not in self._store.mailboxes:
            raise ApiError(404, "ResourceNotFound")
        if held.mailbox not in ("", mailbox) or mailbox in self._store.switches.out_of_scope:
            raise ApiError(403, "ErrorAccessDenied")
        return mailbox

    def _until(self, body: Json) -> datetime:
        now, until = self._pushes.now(), datetime.fromisoformat(body["expirationDateTime"]).astimezone(UTC)
        if not now < until <= now + self._store.switches.subscription_life:
            raise ApiError(400, "InvalidRequest")
        return max(until, now + SHORTEST)

    def _item(self, version: int, id_: str) -> Json:
        stored = self._store.events.get(id_)
        changed = "deleted" if stored is None else "created" if version == stored.born + 1 else "updated"
        of_type = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": f"Users/u/Events/{id_}", "id": id_}
        return {"changeType": changed, "resource": of_type["@odata.id"], "resourceData": of_type}

    def _end(self) -> None:
        """Those whose time is over are no more; nobody is told."""
        now = self._pushes.now()
        self.standing = {id_: each for id_, each in self.standing.items() if each.expires > now}


def _shake_hands(door: str) -> None:
    """Ask a door whether it wants to be told. Raises ApiError where it does not answer with the very token."""
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid4()}"
    query = urlencode({"validationToken": token}, quote_via=quote)
    try:
        if not is_here(door):
            raise ApiError(400, "ValidationError")
        with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=False) as client:
            answer = client.post(f"{door}?{query}", headers={"Content-Type": "text/plain; charset=utf-8"})
    except httpx.HTTPError:
        raise ApiError(400, "ValidationError") from None
    plain = answer.headers.get("Content-Type", "").startswith("text/plain")
    if answer.status_code != httpx.codes.OK or answer.text != token or not plain:
        raise ApiError(400, "ValidationError")
