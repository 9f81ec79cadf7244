"""The stage of calendars at addresses: a web server that publishes two people's calendars under secret names."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import httpx

from connectors._http.guard import guarded_client
from connectors.feeds import IcsFeeds
from scheduler.core.delivery import Place
from scheduler.ports import CalendarReader, CalendarWriter, ChangeFeed
from tests.connectors.stage import Seen
from tests.connectors.stages.appointments import appointment, calendar
from tests.doubles.feeds import Feeds
from tests.doubles.server import Double, serving

PEOPLE = ("ana", "ben")


class FeedStage:
    """Feeds are read and never written, so no series of ours is ever here."""

    name = "feed"

    def __init__(self, feeds: Feeds, client: httpx.Client) -> None:
        self.feeds, self.client = feeds, client
        self.paused: list[float] = []
        self.appointments: dict[str, dict[str, str]] = {person: {} for person in PEOPLE}
        for person in PEOPLE:
            self._publish(person)

    def double(self) -> Double | None:
        """The web server."""
        return self.feeds

    def pauses(self) -> list[float]:
        """The seconds that our connector would have waited."""
        return self.paused

    def reader(self) -> CalendarReader | None:
        """Our reader of feeds."""
        return IcsFeeds(self.client, pause=self.paused.append)

    def feed(self) -> ChangeFeed | None:
        """The same."""
        return IcsFeeds(self.client, pause=self.paused.append)

    def writer(self, place: Place) -> CalendarWriter | None:
        """None: nobody can write there."""
        return None

    def address(self, person: str) -> str:
        """Whoever knows it may read it."""
        return f"{self.feeds.url}{_path(person)}"

    def email(self, person: str) -> str:
        """The person's mail address."""
        return f"{person}@example.org"

    def add(self, person: str, start: datetime, minutes: int) -> str:
        """An appointment full of CANARY."""
        uid = str(uuid4())
        self.appointments[person][uid] = appointment(uid, start, minutes)
        self._publish(person)
        return uid

    def drop(self, person: str, id_: str) -> None:
        """Take it out again."""
        del self.appointments[person][id_]
        self._publish(person)

    def dates(self, person: str) -> Sequence[Seen]:
        """None of ours."""
        return []

    def masters(self, person: str) -> int:
        """None of ours."""
        return 0

    def rooms(self, person: str) -> frozenset[str]:
        """None of ours."""
        return frozenset()

    def invited(self) -> int:
        """Nobody."""
        return 0

    def move_by_hand(self, person: str, start: datetime, to: datetime) -> None:
        """There is nothing of ours to be moved."""
        raise NotImplementedError

    def move_all_by_hand(self, person: str, by: timedelta) -> None:
        """Nothing either."""
        raise NotImplementedError

    def delete_date_by_hand(self, person: str, start: datetime) -> None:
        """Nothing either."""
        raise NotImplementedError

    def add_date_by_hand(self, person: str, start: datetime) -> None:
        """Nothing either."""
        raise NotImplementedError

    def decline_by_hand(self, start: datetime | None) -> None:
        """Nothing either."""
        raise NotImplementedError

    def delete_by_hand(self, person: str) -> None:
        """There is nothing of ours to be deleted."""
        raise NotImplementedError

    def _publish(self, person: str) -> None:
        self.feeds.texts[_path(person)] = calendar(self.appointments[person].values())


@contextmanager
def feed_stage() -> Iterator[FeedStage]:
    """A web server of this machine, which the guard is told to allow."""
    feeds = Feeds()
    with serving(feeds), guarded_client(allow=["127.0.0.1"]) as client:
        yield FeedStage(feeds, client)


def _path(person: str) -> str:
    return f"/private-9f3c61d07be2/{person}/basic.ics"
