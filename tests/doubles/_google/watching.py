"""Google's channels: made, stopped, ended, and what they tell."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

from tests.doubles._google.base import ApiError, Asking, Base, Switches
from tests.doubles._google.expand import Json
from tests.doubles._google.store import Person, Store
from tests.doubles.pushes import Message, Pushes, is_here

ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
LONGEST_TOKEN = 256
URI = "https://www.googleapis.com/calendar/v3/calendars/{}/events?alt=json"


@dataclass(slots=True)
class Channel:
    """One channel; `seen`: the version of the calendar that was told last."""

    id: str
    by: str
    calendar: str
    door: str
    token: str
    expires: datetime
    seen: int
    number: int = 0
    stopped: bool = False

    @property
    def resource(self) -> str:
        """Google's id of what is watched: the same for each channel of a calendar."""
        return sha256(self.calendar.encode()).hexdigest()[:27]

    def message(self, state: str) -> Message:
        """The next one that it carries."""
        self.number += 1
        headers = {
            "X-Goog-Channel-ID": self.id,
            "X-Goog-Channel-Token": self.token,
            "X-Goog-Channel-Expiration": format_datetime(self.expires, usegmt=True),
            "X-Goog-Resource-ID": self.resource,
            "X-Goog-Resource-URI": URI.format(self.calendar),
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(self.number),
            "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        }
        return Message(door=self.door, id=self.id, secret=self.token, headers=headers)


class Watching(Base):
    """The methods about channels; `channels` are all that there ever were, since no id may be used again."""

    def __init__(self, store: Store, switches: Switches, pushes: Pushes) -> None:
        super().__init__(store, switches)
        self.channels: dict[str, Channel] = {}
        self._pushes = pushes

    def events_watch(self, asking: Asking) -> Json:
        """Open a channel, and send its first message."""
        person, body = self._seen(asking), asking.body
        if body.get("type") != "web_hook" or not ID.fullmatch(body.get("id", "")):
            raise ApiError(400, "required")
        if body["id"] in self.channels:
            raise ApiError(400, "channelIdNotUnique")
        if not body.get("address", "").startswith("https://") and not is_here(body.get("address", "")):
            raise ApiError(400, "push.webhookUrlNotHttps")
        if body["address"] in self.switches.foreign_doors:
            raise ApiError(401, "push.webhookUrlUnauthorized")
        if len(body.get("token", "")) > LONGEST_TOKEN:
            raise ApiError(400, "invalid")
        ends = self._pushes.now() + self.switches.channel_life
        if "expiration" in body:
            ends = min(ends, datetime.fromtimestamp(int(body["expiration"]) / 1000, UTC))
        channel = Channel(
            id=body["id"],
            by=asking.token.email,
            calendar=person.email,
            door=body["address"],
            token=body.get("token", ""),
            expires=ends,
            seen=_newest(person),
        )
        self.channels[channel.id], self.store.on_change = channel, self._pushes.wake
        self._pushes.post(channel.message("sync"))
        return {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource,
            "resourceUri": URI.format(person.email),
            "token": channel.token,
            "expiration": str(int(ends.timestamp() * 1000)),
        }

    def channels_stop(self, asking: Asking) -> Json:
        """No more of a channel."""
        channel = self.channels.get(asking.body.get("id", ""))
        shown = (asking.body.get("resourceId"), asking.token.email)
        if channel is None or not self._lives(channel) or shown != (channel.resource, channel.by):
            raise ApiError(404, "notFound")
        channel.stopped = True
        return {}

    def living(self) -> list[Channel]:
        """The channels that tell anything."""
        return [each for each in self.channels.values() if self._lives(each)]

    def end_channels(self) -> None:
        """All channels come to their end."""
        for each in self.living():
            each.expires = self._pushes.now() - timedelta(seconds=1)

    def messages(self) -> list[Message]:
        """Of each calendar that changed, to each of its channels."""
        found = []
        for each in self.living():
            newest = _newest(self.store.people[each.calendar])
            if newest > each.seen:
                each.seen = newest
                found.append(each.message("exists"))
        return found

    def _lives(self, channel: Channel) -> bool:
        return not channel.stopped and channel.expires > self._pushes.now()


def _newest(person: Person) -> int:
    return max([0, *(each.last_change for each in person.events.values()), *person.left.values()])
