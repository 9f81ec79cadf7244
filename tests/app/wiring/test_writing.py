"""Whose calendar is written, through which account; and which rooms groups can have."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.app.wiring.rooms import GroupRooms
from scheduler.app.wiring.writing import Desks
from scheduler.core.account import Account, Provider
from scheduler.core.delivery import Channel, Reach
from scheduler.ports import Room
from scheduler.programme import Programme, Video, VideoProvider
from tests.desks import Desk

WRITE = "https://www.googleapis.com/auth/calendar.events.owned"
LONG_AGO = datetime(2027, 1, 1, tzinfo=UTC)
READ = "https://www.googleapis.com/auth/calendar.freebusy"


def account(person: str, provider: Provider = Provider.GOOGLE, **said: object) -> Account:
    """One that was connected."""
    known = {
        "identity": f"id {person}",
        "address": f"{person}@example.org",
        "connected_at": datetime(2027, 1, 1, tzinfo=UTC),
    }
    return Account(person=person, provider=provider, **known | said)  # type: ignore[arg-type]  # as the test says


@dataclass
class Connected:
    """Accounts without a database, which act for others where they may."""

    accounts: tuple[Account, ...]

    def all(self) -> tuple[Account, ...]:
        """All of them."""
        return self.accounts

    def of(self, person: str, provider: Provider) -> Account | None:
        """Somebody's own."""
        return next((each for each in self.accounts if (each.person, each.provider) == (person, provider)), None)

    def serving(self, person: str, provider: Provider, calendar: str = "") -> Account | None:
        """Their own, or the first."""
        return self.of(person, provider) or next((each for each in self.accounts if each.provider is provider), None)


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    """Amara, Chen, Dev and Ela: a pair and a circle."""
    return Desk(tmp_path / "spring").app.programme


def desks(programme: Programme, *accounts: Account) -> Desks:
    """Of these accounts."""
    return Desks(programme.people, Connected(accounts))  # type: ignore[arg-type]  # it has what is asked


def test_an_account_that_may_only_be_read_is_written_by_nobody(programme: Programme) -> None:
    """And it is said, with the way out; one that names no scopes is tried."""
    found = desks(programme, account("amara", scopes=(READ,)), account("chen", scopes=(READ, WRITE)), account("dev"))
    assert set(found.reach) == {"chen", "dev"}
    (pair,) = (group for group in programme.groups if group.organizer == "amara")
    (told,) = found.unwritten([pair])
    assert told.startswith("pair: amara's google account was connected to be read alone")
    assert "--write" in told
    assert found.unwritten([replace(pair, organizer="chen")]) == ()


def test_an_account_for_everybody_writes_in_the_mailbox_that_is_listed(programme: Programme) -> None:
    """Of people who name a mailbox at that provider, and of no others."""
    people = tuple(
        replace(person, calendars=(f"outlook:{person.id}@example.com",) if person.id == "dev" else person.calendars)
        for person in programme.people
    )
    app = account("amara", Provider.OUTLOOK, everybody=True, scopes=(".default",))
    found = desks(replace(programme, people=people), app)
    assert found.of("dev") == (app, "dev@example.com")
    assert found.of("chen") is None
    assert found.reach["dev"] == Reach(Channel.OUTLOOK, mails=True)


def test_a_scheduling_server_is_known_by_its_host(programme: Programme) -> None:
    """Plain ones invite nobody."""
    said = {"identity": "https://dav.example.org/principals/amara/", "schedules": True}
    assert desks(programme, account("amara", Provider.CALDAV, **said)).reach["amara"].server == "dav.example.org"
    assert desks(programme, account("amara", Provider.CALDAV)).reach["amara"].server == ""


@pytest.mark.parametrize(
    ("provider", "reach", "zoom", "maker"),
    [
        (VideoProvider.MEET, Reach(Channel.GOOGLE), False, "meet"),
        (VideoProvider.MEET, Reach(Channel.OUTLOOK), False, ""),
        (VideoProvider.TEAMS, Reach(Channel.OUTLOOK), False, "teams"),
        (VideoProvider.TEAMS, Reach(), False, ""),
        (VideoProvider.ZOOM, Reach(), True, "zoom"),
        (VideoProvider.ZOOM, Reach(), False, ""),
    ],
)
def test_a_room_that_can_not_be_had_has_a_fallback(
    programme: Programme, provider: VideoProvider, reach: Reach, zoom: bool, maker: str
) -> None:
    """Which is said, with the reason."""
    video = Video(provider=provider, fallback=VideoProvider.URL, url="https://meet.example.org/us")
    pair = replace(programme.groups[0], video=video)
    rooms = GroupRooms((pair,), scope="s", host="meet.jit.si", key=b"k" * 32, reach={pair.organizer: reach}, zoom=zoom)
    if maker:
        assert rooms.of(pair.id) == Room(maker=maker)
        assert rooms.fallbacks() == ()
    else:
        assert rooms.of(pair.id) == Room("https://meet.example.org/us")
        assert rooms.fallbacks()[0].endswith("so its room is from url.")
