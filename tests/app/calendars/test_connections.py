"""Accounts as their owners see them: which calendars count, how they do, and what a disconnection leaves behind."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.app.calendars import connections
from scheduler.app.calendars.connections import ORGANISATION, Ticked
from scheduler.app.wiring.programme import App
from scheduler.core.account import Account, Grant, Listed, Provider
from scheduler.core.address import label
from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from tests.desks import NOW, Desk

MINE, TEAM, OTHERS = "google:amara@example.org", "google:team@example.org", "google:chen@example.org"
SECRET_URL = "https://example.org/private-7f3d/basic.ics"


class Providers:
    """What providers answer: calendars by account address, or a fault; and what was revoked."""

    def __init__(self) -> None:
        self.calendars: dict[str, Sequence[str]] = {}
        self.fault: Exception | None = None
        self.left = ""
        self.asked: list[str] = []
        self.revoked: list[str] = []

    def listed(self, app: App, account: Account) -> tuple[Listed, ...]:
        """The calendars of an account."""
        self.asked.append(account.address)
        if self.fault:
            raise self.fault
        return tuple(
            Listed(address=each, name=f"Name of {each}", writable=True) for each in self.calendars[account.address]
        )

    def revoke(self, app: App, account: Account) -> str:
        """Revoke an account."""
        if self.fault:
            raise self.fault
        self.revoked.append(account.address)
        return self.left


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Providers:
    """In the place of the real ones."""
    found = Providers()
    monkeypatch.setattr(connections, "listed", found.listed)
    monkeypatch.setattr(connections, "revoke", found.revoke)
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Four people, nobody connected."""
    return Desk(tmp_path / "spring")


def google(name: str, *calendars: str, everybody: bool = False) -> Grant:
    """What came of signing in as somebody."""
    return Grant(
        identity=f"issuer {name}",
        address=f"{name}@example.org",
        secret=f"token of {name}",
        calendars=calendars or (f"google:{name}@example.org",),
        everybody=everybody,
    )


def copied(app: App, *kept: tuple[str, str], error: str = "") -> None:
    """Remember that calendars were read, by person and label."""
    app.store.keep_copies(
        [
            CalendarCopy(person=who, calendar=each, tried_at=NOW, error=error, read_at=NOW, free_busy=FreeBusy())
            for who, each in kept
        ]
    )


# --- overview


def test_calendars_are_told_with_ticks_names_and_last_reading(desk: Desk, providers: Providers) -> None:
    """Those that count first; names come from the provider now, and stand in no file."""
    account = connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    providers.calendars = {"amara@example.org": (TEAM, MINE)}
    copied(desk.app, ("amara", MINE))
    (seen,) = connections.overview(desk.app)
    assert (seen.account, seen.asked) == (account, True)
    assert seen.calendars == (
        Ticked(address=MINE, counts=True, name=f"Name of {MINE}", writable=True, read_at=NOW),
        Ticked(address=TEAM, counts=False, name=f"Name of {TEAM}", writable=True),
    )
    state = b"".join(file.read_bytes() for file in (desk.path / ".rondo").iterdir())
    assert b"Name of" not in state


def test_offline_nobody_is_asked(desk: Desk, providers: Providers) -> None:
    """What is known here is told without names."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    (seen,) = connections.overview(desk.app, offline=True)
    assert (seen.asked, seen.calendars) == (False, (Ticked(address=MINE, counts=True),))
    assert providers.asked == []


def test_a_provider_that_does_not_answer_is_told_and_remembered(desk: Desk, providers: Providers) -> None:
    """The others are shown; once it answers, it is well again."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    providers.calendars = {"amara@example.org": (MINE,)}
    providers.fault = CredentialsRejected("sign in again.")
    (seen,) = connections.overview(desk.app)
    assert (seen.asked, seen.account.error) == (False, "sign in again.")
    assert seen.calendars == (Ticked(address=MINE, counts=True),)
    assert connections.overview(desk.app, offline=True)[0].account.error == "sign in again."
    providers.fault = None
    assert connections.overview(desk.app)[0].account.error == ""
    assert desk.app.accounts.all()[0].error == ""


def test_a_calendar_that_could_not_be_read_is_told(desk: Desk, providers: Providers) -> None:
    """With what went wrong at the last attempt."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    copied(desk.app, ("amara", MINE), error="it does not answer.")
    (seen,) = connections.overview(desk.app, offline=True)
    assert seen.calendars[0].error == "it does not answer."


def test_one_persons_accounts_alone(desk: Desk, providers: Providers) -> None:
    """Also of somebody who left the programme since; a name that nobody has is told."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    connections.connect(desk.app, "gone", Provider.GOOGLE, google("gone"))
    for who, count in (("amara", 1), ("gone", 1), ("chen", 0), ("", 2)):
        assert len(connections.overview(desk.app, person=who, offline=True)) == count
    with pytest.raises(InputError, match=r'nobody has the id "amra".*amara'):
        connections.overview(desk.app, person="amra", offline=True)


# --- ticks


def test_ticks_choose_which_calendars_count(desk: Desk, providers: Providers) -> None:
    """By their addresses, with or without the provider's name in front; twice is once."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    providers.calendars = {"amara@example.org": (MINE, TEAM)}
    connections.tick(desk.app, count=["team@example.org", TEAM], ignore=[])
    assert desk.app.accounts.all()[0].calendars == (MINE, TEAM)
    connections.tick(desk.app, count=[], ignore=[MINE])
    assert desk.app.accounts.all()[0].calendars == (TEAM,)
    connections.tick(desk.app, count=[MINE], ignore=[TEAM])
    assert desk.app.accounts.all()[0].calendars == (MINE,)


def test_a_tick_needs_a_calendar_that_the_account_has(desk: Desk, providers: Providers) -> None:
    """Nothing changes, not even what was right; and the nearest one is told."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    providers.calendars = {"amara@example.org": (MINE, TEAM)}
    with pytest.raises(InputError, match=r'has a calendar "google:teem@.*google:team@'):
        connections.tick(desk.app, count=["google:teem@example.org"], ignore=[MINE])
    assert desk.app.accounts.all()[0].calendars == (MINE,)


def test_a_calendar_of_two_accounts_needs_a_name(desk: Desk, providers: Providers) -> None:
    """A team's calendar counts for whom it is ticked."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    connections.connect(desk.app, "chen", Provider.GOOGLE, google("chen"))
    providers.calendars = {"amara@example.org": (MINE, TEAM), "chen@example.org": (OTHERS, TEAM)}
    with pytest.raises(InputError, match=r"in the accounts of amara, chen.*--person"):
        connections.tick(desk.app, count=[TEAM], ignore=[])
    connections.tick(desk.app, count=[TEAM], ignore=[], person="chen")
    assert [each.calendars for each in desk.app.accounts.all()] == [(MINE,), (OTHERS, TEAM)]


def test_what_counts_can_be_ignored_while_its_provider_does_not_answer(desk: Desk, providers: Providers) -> None:
    """And nothing new be counted."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara", MINE, TEAM))
    providers.fault = Unavailable("it does not answer.")
    connections.tick(desk.app, count=[], ignore=[TEAM])
    assert desk.app.accounts.all()[0].calendars == (MINE,)
    with pytest.raises(InputError, match="no connected account"):
        connections.tick(desk.app, count=[TEAM], ignore=[])


# --- disconnect


def test_disconnecting_revokes_and_erases(desk: Desk, providers: Providers) -> None:
    """The secret and the copies that were read with it; files, and what others have, stay."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    connections.connect(desk.app, "chen", Provider.GOOGLE, google("chen"))
    kept = [("amara", "calendars/amara.ics"), ("chen", OTHERS), ("dev", "google:dev@example.org")]
    copied(desk.app, ("amara", MINE), ("amara", TEAM), *kept)
    gone = connections.disconnect(desk.app, Provider.GOOGLE, "amara")
    assert (gone.revoked, gone.told, gone.copies) == (True, "", 2)
    assert providers.revoked == ["amara@example.org"]
    assert [each.person for each in desk.app.accounts.all()] == ["chen"]
    assert list(desk.app.store.copies()) == kept


@pytest.mark.parametrize("fault", [Unavailable("Google does not answer."), CredentialsRejected("another key.")])
def test_what_can_not_be_revoked_is_erased_all_the_same(desk: Desk, providers: Providers, fault: Exception) -> None:
    """And it is said, so that the owner can do it at the provider."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    providers.fault = fault
    gone = connections.disconnect(desk.app, Provider.GOOGLE, "amara")
    assert (gone.revoked, gone.told) == (False, str(fault))
    assert desk.app.accounts.all() == ()


def test_what_is_left_to_be_done_at_the_provider_is_told(desk: Desk, providers: Providers) -> None:
    """A service account's key, for one."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    providers.left = "Delete its key."
    gone = connections.disconnect(desk.app, Provider.GOOGLE, "amara")
    assert (gone.revoked, gone.told) == (False, "Delete its key.")


def test_with_an_account_for_everybody_goes_what_it_read_of_others(desk: Desk, providers: Providers) -> None:
    """But not what they have through accounts of their own."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara", everybody=True))
    connections.connect(desk.app, "chen", Provider.GOOGLE, google("chen"))
    copied(desk.app, ("amara", MINE), ("chen", OTHERS), ("dev", "google:dev@example.org"), ("dev", "calendars/dev.ics"))
    assert connections.disconnect(desk.app, Provider.GOOGLE, "amara").copies == 2
    assert list(desk.app.store.copies()) == [("chen", OTHERS), ("dev", "calendars/dev.ics")]


def test_one_of_several_feeds_is_named_by_its_address(desk: Desk, providers: Providers) -> None:
    """And takes its own copy along alone."""
    shown = [label(f"{SECRET_URL}?{number}") for number in range(2)]
    for number, each in enumerate(shown):
        grant = Grant(identity=str(number), address=each, secret=f"{SECRET_URL}?{number}", calendars=(each,))
        connections.connect(desk.app, "ela", Provider.ICS, grant)
    copied(desk.app, *(("ela", label(each)) for each in shown))
    with pytest.raises(InputError, match=r"ela has 2 ics accounts.*--address"):
        connections.disconnect(desk.app, Provider.ICS, "ela")
    with pytest.raises(InputError, match='no ics account "x" connected'):
        connections.disconnect(desk.app, Provider.ICS, "ela", "x")
    assert connections.disconnect(desk.app, Provider.ICS, "ela", shown[0]).copies == 1
    assert [each.address for each in desk.app.accounts.all()] == [shown[1]]
    assert list(desk.app.store.copies()) == [("ela", label(shown[1]))]


def test_what_was_never_connected_is_told(desk: Desk, providers: Providers) -> None:
    """By person and provider."""
    with pytest.raises(InputError, match="amara has no google account connected"):
        connections.disconnect(desk.app, Provider.GOOGLE, "amara")
    with pytest.raises(InputError, match="the organisation has no zoom account connected"):
        connections.disconnect(desk.app, Provider.ZOOM, ORGANISATION)


def test_after_disconnecting_somebody_else_may_be_connected(desk: Desk, providers: Providers) -> None:
    """The account was bound, not the person."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    with pytest.raises(InputError, match="Disconnect that one first"):
        connections.connect(desk.app, "amara", Provider.GOOGLE, google("other"))
    connections.disconnect(desk.app, Provider.GOOGLE, "amara")
    desk.clock.instant += timedelta(hours=1)
    assert connections.connect(desk.app, "amara", Provider.GOOGLE, google("other")).address == "other@example.org"


# --- keys


def test_keys_are_rotated_while_nobody_writes(desk: Desk) -> None:
    """An apply may renew a token at any moment."""
    connections.connect(desk.app, "amara", Provider.GOOGLE, google("amara"))
    with desk.app.writing(), pytest.raises(Unavailable, match="another apply"):
        connections.rotate(desk.app, forget_old=False)
    assert connections.rotate(desk.app, forget_old=False).old_keys == 1
    assert connections.rotate(desk.app, forget_old=True).old_keys == 0
