"""What providers tell the doors: a hint, believed from those alone who know the secret; and its renewal in time."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scheduler.app.service import pushing
from scheduler.app.service.pushing import LIFE, Pushing
from scheduler.app.wiring.programme import App
from scheduler.core.account import Account, Provider
from scheduler.core.subscription import Hint, Subscription, Told
from scheduler.errors import Unavailable
from scheduler.settings import Settings
from scheduler.store import SqlSubscriptions, open_database
from tests.desks import NOW, At, Desk

CALENDAR = "google:ana@example.org"
ACCOUNT = Account(person="amara", provider=Provider.GOOGLE, identity="a", address="ana@example.org", connected_at=NOW)


@dataclass
class Channels:
    """A ports.Pusher: what it was asked for, with which secrets; each renewal is another channel, as at Google."""

    clock: At
    secrets: dict[str, str] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    fault: Unavailable | None = None

    def subscribe(self, calendar: str, *, id_: str, door: str, secret: str, until: datetime) -> Subscription:
        """Another one."""
        if self.fault:
            raise self.fault
        assert door == "https://rondo.example/hooks/google"
        self.secrets[id_] = secret
        return Subscription(
            id=id_, provider=Provider.GOOGLE, person="amara", calendar=calendar, expires_at=until, resource="r"
        )

    def renew(self, subscription: Subscription, *, door: str, secret: str, until: datetime) -> Subscription:
        """Another beside it."""
        id_ = f"{subscription.id}+"
        return self.subscribe(subscription.calendar, id_=id_, door=door, secret=secret, until=until)

    def end(self, subscription: Subscription) -> None:
        """No more."""
        self.ended.append(subscription.id)


class Doors:
    """The subscriptions of one programme, with one calendar whose provider tells."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, url: str = "https://rondo.example/") -> None:
        self.desk = Desk(folder / "spring")
        self.channels = Channels(self.desk.clock)
        self.held = SqlSubscriptions(open_database(folder / "rondo.db"))
        service = Settings().service.model_copy(update={"public_url": url})
        self.pushing = Pushing(self.held, Settings().model_copy(update={"service": service}), self.desk.clock)
        self.listed = [CALENDAR]
        monkeypatch.setattr(pushing, "_tellers", self._tellers)

    def renew(self) -> frozenset[tuple[str, str]]:
        """See that all goes on."""
        return self.pushing.renew("spring", self.desk.app)

    def told(self, kind: Hint = Hint.CHANGED, secret: str = "", id_: str = "") -> Told:
        """What comes through the newest channel, but for what is given."""
        newest = [*self.channels.secrets][-1]
        shown = secret or self.channels.secrets[newest]
        return Told(provider=Provider.GOOGLE, id=id_ or newest, secret=shown, kind=kind)

    def _tellers(self, _: App) -> Iterator[tuple[str, tuple[str, Account, Channels]]]:
        return iter([(calendar, ("amara", ACCOUNT, self.channels)) for calendar in self.listed])


@pytest.fixture
def doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doors:
    """Nothing is subscribed to yet."""
    return Doors(tmp_path, monkeypatch)


def test_what_is_new_is_read_and_then_left_until_half_its_life_is_over(doors: Doors) -> None:
    """Before it there was nobody to tell; a channel that takes its place is read for, too, and the old one ends."""
    assert doors.renew() == {("amara", CALENDAR)}
    assert doors.renew() == frozenset()
    doors.desk.clock.instant += LIFE / 2 - timedelta(seconds=1)
    assert doors.renew() == frozenset()
    doors.desk.clock.instant += timedelta(seconds=1)
    [(_, first)] = doors.held.all()
    assert doors.renew() == {("amara", CALENDAR)}
    [(programme, second)] = doors.held.all()
    assert (programme, doors.channels.ended, second.id) == ("spring", [first.id], f"{first.id}+")


def test_only_who_knows_the_secret_is_believed(doors: Doors) -> None:
    """Of the right channel; and only a hash of the secret is kept."""
    doors.renew()
    found = doors.pushing.find(doors.told())
    assert found
    assert found[0] == "spring"
    for forged in (doors.told(secret="guessed"), doors.told(id_="another"), doors.told(id_="another", secret="x")):
        assert doors.pushing.find(forged) is None
    [secret] = doors.channels.secrets.values()
    for file in doors.desk.path.parent.glob("rondo.db*"):
        assert secret.encode() not in file.read_bytes()


@pytest.mark.parametrize(("kind", "anew"), [(Hint.LAPSING, True), (Hint.LOST, True), (Hint.CHANGED, False)])
def test_what_lapses_or_is_lost_is_renewed_next_time(doors: Doors, kind: Hint, anew: bool) -> None:
    """What merely tells of a change goes on."""
    doors.renew()
    told = doors.told(kind)
    [(programme, subscription)] = doors.held.all()
    doors.pushing.heed(told, programme, subscription)
    assert bool(doors.renew()) is anew
    assert len(doors.held.all()) == 1


def test_one_that_can_not_be_had_is_left_and_tried_again(doors: Doors) -> None:
    """Its calendar is read as often as any meanwhile; a standing one is kept until it ends."""
    doors.channels.fault = Unavailable("it is down.")
    assert doors.renew() == frozenset()
    doors.channels.fault = None
    assert doors.renew()
    doors.desk.clock.instant += LIFE / 2
    doors.channels.fault = Unavailable("it is down.")
    assert doors.renew() == frozenset()
    assert doors.pushing.find(doors.told())


def test_a_calendar_that_is_listed_no_more_is_told_of_no_more(doors: Doors) -> None:
    """What still comes is of nobody's calendar."""
    doors.renew()
    doors.listed.clear()
    doors.renew()
    assert doors.held.all() == ()
    assert doors.pushing.find(doors.told()) is None


def test_without_a_public_address_nothing_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Polling is the guarantee anyway."""
    doors = Doors(tmp_path, monkeypatch, url="")
    assert doors.renew() == frozenset()
    assert doors.channels.secrets == {}


def test_what_ended_a_day_ago_is_forgotten(doors: Doors) -> None:
    """A message may still be on its way until then."""
    doors.renew()
    [(programme, subscription)] = doors.held.all()
    doors.held.keep(programme, replace(subscription, expires_at=NOW - timedelta(days=1)), "hash")
    doors.pushing.forget()
    assert len(doors.held.all()) == 1
    doors.desk.clock.instant += timedelta(seconds=1)
    doors.pushing.forget()
    assert doors.held.all() == ()
