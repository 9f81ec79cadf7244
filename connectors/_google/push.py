"""Google's channels: asked for, given up, and what comes through them.

https://developers.google.com/workspace/calendar/api/guides/push
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from connectors._google.faults import Refused
from connectors._google.reader import mailbox_of
from connectors._google.session import READ, GoogleSession, Json, Lost
from connectors._http.retry import Later, patiently
from scheduler.core.account import Provider
from scheduler.core.subscription import Hint, Subscription, Told
from scheduler.errors import Unavailable

SCOPES = READ[1:]  # free/busy of events: the least with which changes are told
FIELDS = "id,resourceId,expiration"
NOT_FOUND = 404
TAKEN = "channelIdNotUnique"
ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
TOKEN = re.compile(r"[!-~]{1,256}")
STATES = {"sync": Hint.SYNC, "exists": Hint.CHANGED, "not_exists": Hint.CHANGED}


class GooglePusher:
    """Channels for the calendars that one account sees; a ports.Pusher.

    `session` has to have calendar.events.freebusy or more: without it CredentialsRejected is raised. InputError where
    Google takes no such door. The channel's id is the one in the answer: where an earlier try had an effect that nobody
    knows of, another is made under another id. What comes through the first is of no known channel, and it ends by
    itself.
    """

    def __init__(self, session: GoogleSession, *, person: str = "") -> None:
        self._session, self._person = session, person

    def subscribe(self, calendar: str, *, id_: str, door: str, secret: str, until: datetime) -> Subscription:
        """A new channel; see Pusher. `id_`: up to 64 letters, digits and -_+/=, never used before."""
        mailbox = mailbox_of(calendar)

        def attempt() -> Json:
            nonlocal id_
            body = {"id": id_, "type": "web_hook", "address": door, "token": secret, "expiration": _millis(until)}
            call = self._session.calendar.events().watch(calendarId=mailbox, body=body, fields=FIELDS)
            try:
                return self._session.write(call, SCOPES)
            except Lost as lost:
                raise lost.later from None
            except Refused as refused:
                if refused.reason != TAKEN:
                    raise
                id_ = str(uuid4())
                raise Later("Google Calendar has a channel of that id.") from None

        said = patiently(attempt, pause=self._session.pause)
        return Subscription(
            id=id_,
            provider=Provider.GOOGLE,
            person=self._person,
            calendar=calendar,
            expires_at=_expiration(said),
            resource=str(said.get("resourceId") or ""),
        )

    def renew(self, subscription: Subscription, *, door: str, secret: str, until: datetime) -> Subscription:
        """Another channel beside the first, which the caller ends afterwards: Google prolongs none."""
        return self.subscribe(subscription.calendar, id_=str(uuid4()), door=door, secret=secret, until=until)

    def end(self, subscription: Subscription) -> None:
        """Stop a channel; a few messages may still come. See Pusher."""
        body = {"id": subscription.id, "resourceId": subscription.resource}

        def attempt() -> None:
            try:
                self._session.write(self._session.calendar.channels().stop(body=body), SCOPES)
            except Lost as lost:  # stopped or not: a second stop does no harm
                raise lost.later from None
            except Refused as refused:
                if refused.status != NOT_FOUND:
                    raise

        patiently(attempt, pause=self._session.pause)


def told(headers: Mapping[str, str]) -> Told | None:
    """What a message to our door says, by its headers alone (it has no body); None where it makes no sense.

    Headers come from anybody. No order of messages is relied on, and no state but `sync` tells more than "look".
    """
    known = {name.lower(): value for name, value in headers.items()}
    id_, token = known.get("x-goog-channel-id", ""), known.get("x-goog-channel-token", "")
    kind = STATES.get(known.get("x-goog-resource-state", ""))
    if kind is None or not ID.fullmatch(id_) or not TOKEN.fullmatch(token):
        return None
    return Told(provider=Provider.GOOGLE, id=id_, secret=token, kind=kind)


def _millis(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def _expiration(said: Json) -> datetime:
    """When the channel ends, as Google says: it may be much sooner than asked."""
    try:
        return datetime.fromtimestamp(int(said["expiration"]) / 1000, UTC).replace(microsecond=0)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Unavailable("Google Calendar does not say how long it will tell of changes.") from None
