"""The accounts of a folder: bound to who they are, sealed, and which of them serves whom."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from scheduler.app.wiring.accounts import Accounts, Rotated, loopback_origin
from scheduler.core.account import Account, Grant, Provider
from scheduler.errors import CredentialsRejected, InputError
from scheduler.settings import Secrets
from scheduler.store.accounts import open_accounts
from scheduler.vault import KeyFile, new_key

CANARY = "CANARY-refresh-token-91aa"
GRANT = Grant(identity="issuer 1001", address="ana@example.org", secret=CANARY, calendars=("google:ana@example.org",))
OTHER = replace(GRANT, identity="issuer 1002", address="other@example.org")


@dataclass(slots=True)
class At:
    """A clock that goes on by an hour at each look."""

    instant: datetime = datetime(2027, 2, 20, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """The next hour."""
        self.instant += timedelta(hours=1)
        return self.instant


@dataclass(frozen=True)
class Office:
    """A state folder, its accounts opened anew at each look, and ways to connect."""

    state: Path
    secrets: Secrets = field(default_factory=Secrets)
    clock: At = field(default_factory=At)

    @property
    def accounts(self) -> Accounts:
        """As a new process sees them."""
        return Accounts(open_accounts(self.state), self.secrets, self.state)

    def connect(self, person: str, provider: Provider = Provider.GOOGLE, grant: Grant = GRANT) -> Account:
        """Connect somebody."""
        return self.accounts.connect(person, provider, grant, self.clock)

    def bytes(self) -> bytes:
        """All that lies in the folder but the keys."""
        return b"".join(file.read_bytes() for file in self.state.iterdir() if file.name != "keys")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A folder of its own."""
    return Office(tmp_path / "state")


# --- connecting


def test_an_account_is_kept_with_its_secret_sealed(office: Office) -> None:
    """Another process reads it back, and nothing of it lies about in clear."""
    account = office.connect("ana")
    assert office.accounts.all() == (account,)
    assert office.accounts.of("ana", Provider.GOOGLE) == account
    assert office.accounts.secret(account).read() == CANARY
    assert CANARY.encode() not in office.bytes()
    assert (office.state / "keys").stat().st_mode & 0o777 == 0o600


def test_no_key_is_made_before_there_is_something_to_seal(office: Office) -> None:
    """Whoever has files alone needs none."""
    assert office.accounts.all() == ()
    assert not (office.state / "keys").exists()


def test_connecting_again_renews_the_secret_and_keeps_the_ticks(office: Office) -> None:
    """The same account, with what it may do now."""
    account = office.connect("ana")
    office.accounts.count(account, ("google:team@example.org",))
    office.accounts.note(account, "it does not answer")
    again = office.connect("ana", grant=replace(GRANT, secret="renewed", scopes=("calendar.events.owned",)))
    assert office.accounts.all() == (again,)
    assert (again.calendars, again.scopes, again.error) == (
        ("google:team@example.org",),
        ("calendar.events.owned",),
        "",
    )
    assert office.accounts.secret(again).read() == "renewed"


def test_reconnecting_as_somebody_else_is_refused(office: Office) -> None:
    """What was connected stays, and the way out is told."""
    account = office.connect("ana")
    with pytest.raises(
        InputError, match=r"ana is connected to google as ana@example\.org.*other@example\.org"
    ) as error:
        office.connect("ana", grant=OTHER)
    assert "rondo disconnect google DIR --person ana" in str(error.value)
    assert CANARY not in str(error.value)
    assert office.accounts.all() == (account,)
    office.connect("ana", Provider.OUTLOOK, OTHER)
    office.connect("ben", grant=OTHER)
    assert len(office.accounts.all()) == 3


def test_a_person_may_have_several_feeds(office: Office) -> None:
    """Each address is an account."""
    office.connect("ana", Provider.ICS)
    office.connect("ana", Provider.ICS, OTHER)
    assert len(office.accounts.those_of("ana", Provider.ICS)) == 2


# --- secrets


def test_a_renewed_secret_is_kept(office: Office) -> None:
    """As providers give new tokens for old ones, from many threads."""
    secret = office.accounts.secret(office.connect("ana"))
    texts = [f"token {number}" for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(secret.keep, texts))
        assert set(pool.map(lambda _: secret.read(), range(8))) <= set(texts)


def test_a_secret_of_before_a_disconnection_does_not_come_back(office: Office) -> None:
    """A long run that renews its token in the meantime changes nothing."""
    account = office.connect("ana")
    secret = office.accounts.secret(account)
    office.accounts.erase(account, ())
    secret.keep("ghost")
    assert office.accounts.all() == ()
    with pytest.raises(CredentialsRejected, match="was disconnected"):
        secret.read()
    office.connect("ana")
    secret.keep("ghost")
    assert secret.read() == CANARY


def test_a_row_that_somebody_copied_to_another_person_is_not_opened(office: Office) -> None:
    """Whoever can write the database can't act with another's account."""
    office.connect("ana")
    office.connect("eve", grant=OTHER)
    with sqlite3.connect(office.state / "state.db") as connection:
        connection.execute("UPDATE account SET secret = (SELECT secret FROM account WHERE person = 'ana')")
    eve = office.accounts.of("eve", Provider.GOOGLE)
    assert eve
    with pytest.raises(CredentialsRejected, match="belongs to another one"):
        office.accounts.secret(eve).read()


# --- keys


def test_lost_keys_are_told_and_never_made_anew_over_accounts(office: Office) -> None:
    """Else the accounts would be lost although a backup has the key; disconnecting needs none."""
    account = office.connect("ana")
    (office.state / "keys").rename(office.state / "aside")
    for use in (lambda: office.accounts.secret(account).read(), lambda: office.connect("ben")):
        with pytest.raises(CredentialsRejected, match=r"keys is gone.* from a backup"):
            use()
    (office.state / "aside").rename(office.state / "keys")
    assert office.accounts.secret(account).read() == CANARY
    (office.state / "keys").unlink()
    office.accounts.erase(account, ())
    office.connect("ben")


def test_another_key_opens_nothing(office: Office) -> None:
    """It is told, and no text comes of it."""
    account = office.connect("ana")
    KeyFile(office.state / "keys").replace([new_key()])
    with pytest.raises(CredentialsRejected, match="another key"):
        office.accounts.secret(account).read()


def _in_settings(folder: Path, key: str) -> Secrets:
    return Secrets(keys=SecretStr(f"{key}, {new_key()}"))


def _in_a_file(folder: Path, key: str) -> Secrets:
    file = KeyFile(folder / "rondo.keys")
    file.replace([key])
    return Secrets(key_file=str(file.path))


@pytest.mark.parametrize("place", [_in_settings, _in_a_file])
def test_keys_may_lie_elsewhere(tmp_path: Path, place: Callable[[Path, str], Secrets]) -> None:
    """In the environment or a file; none is made in the folder then."""
    secrets = place(tmp_path, new_key())
    office = Office(tmp_path / "state", secrets)
    account = office.connect("ana")
    assert office.accounts.secret(account).read() == CANARY
    assert not (office.state / "keys").exists()


def test_keys_of_the_settings_that_are_none_are_refused(office: Office) -> None:
    """A file that is missing is not made, and an empty word is no key."""
    for secrets, says in (
        (Secrets(key_file=str(office.state / "missing")), "missing: No such file"),
        (Secrets(keys=SecretStr(",")), "secrets.keys of the settings: key 1 is no key"),
        (Secrets(keys=SecretStr("changeme")), "secrets.keys of the settings: key 1 is no key"),
    ):
        with pytest.raises(InputError, match=says):
            replace(office, secrets=secrets).connect("ana")
    assert office.accounts.all() == ()


def test_keys_are_rotated(office: Office) -> None:
    """A new one first; the old one stays until it is dropped, and accounts are opened at every step."""
    account, file = office.connect("ana"), KeyFile(office.state / "keys")
    running = office.accounts.secret(account)
    (old,) = file.read()
    assert office.accounts.rotate() == Rotated(secrets=1, old_keys=1)
    new, *rest = file.read()
    assert rest == [old]
    assert running.read() == office.accounts.secret(account).read() == CANARY
    assert office.accounts.rotate(forget_old=True) == Rotated(secrets=1, old_keys=0)
    assert file.read() == (new,)
    assert running.read() == office.accounts.secret(account).read() == CANARY


def test_a_rotation_that_was_killed_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the new key and before the secrets, and between the secrets; the next one ends it."""
    account, file = office.connect("ana"), KeyFile(office.state / "keys")

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("scheduler.store.accounts.SqlAccounts.reseal", killed)
        with pytest.raises(KeyboardInterrupt):
            office.accounts.rotate()
        assert len(file.read()) == 2
        assert office.accounts.secret(account).read() == CANARY
        with pytest.raises(KeyboardInterrupt):
            office.accounts.rotate(forget_old=True)
        assert len(file.read()) == 2
    assert office.accounts.secret(account).read() == CANARY
    assert office.accounts.rotate(forget_old=True) == Rotated(secrets=1, old_keys=0)
    assert office.accounts.secret(account).read() == CANARY


def test_no_key_is_dropped_while_a_secret_needs_it(office: Office) -> None:
    """One that no key opens stops the rotation."""
    office.connect("ana")
    with sqlite3.connect(office.state / "state.db") as connection:
        connection.execute("UPDATE account SET secret = 'damaged'")
    office.connect("ben", grant=OTHER)
    for forget_old in (False, True):
        with pytest.raises(CredentialsRejected, match="ana google"):
            office.accounts.rotate(forget_old=forget_old)
    assert len(KeyFile(office.state / "keys").read()) == 2


def test_keys_of_the_settings_are_rotated_by_hand(office: Office) -> None:
    """A new one in front, then this, then the old one may go."""
    old, new = new_key(), new_key()
    before = replace(office, secrets=Secrets(keys=SecretStr(old)))
    account = before.connect("ana")
    both = replace(office, secrets=Secrets(keys=SecretStr(f"{new},{old}")))
    assert both.accounts.rotate() == Rotated(secrets=1, old_keys=1)
    after = replace(office, secrets=Secrets(keys=SecretStr(new)))
    assert after.accounts.secret(account).read() == CANARY
    with pytest.raises(InputError, match="take the old ones out there"):
        both.accounts.rotate(forget_old=True)


# --- which account serves whom


def test_a_person_is_served_by_their_own_account_first(office: Office) -> None:
    """Then by one that acts for everybody, then by the first colleague's; on their own, not at all."""
    assert office.accounts.serving("ana", Provider.GOOGLE) is None
    ben = office.connect("ben")
    assert office.accounts.serving("ana", Provider.GOOGLE) == ben
    zoe = office.connect("zoe", grant=replace(OTHER, everybody=True))
    assert office.accounts.serving("ana", Provider.GOOGLE) == zoe
    ana = office.connect("ana")
    assert office.accounts.serving("ana", Provider.GOOGLE) == ana
    assert office.accounts.serving("ana", Provider.OUTLOOK) is None


def test_a_password_serves_calendars_of_its_own_server_alone(office: Office) -> None:
    """No other server is sent it; and nobody reads through another's secret address."""
    dav = Grant(identity="https://dav.example.org/ben/", address="https://dav.example.org/", secret=CANARY)
    ben = office.connect("ben", Provider.CALDAV, dav)
    serving = office.accounts.serving
    assert serving("ana", Provider.CALDAV, "caldav:https://dav.example.org/ana/") == ben
    assert serving("ana", Provider.CALDAV, "caldav:https://evil.example.org/ana/") is None
    assert serving("ana", Provider.CALDAV, "caldav:https://dav.example.org:8443/ana/") is None
    assert serving("ana", Provider.CALDAV) is None
    assert serving("ben", Provider.CALDAV) == ben
    feed = office.connect("ben", Provider.ICS)
    assert serving("ana", Provider.ICS) is None
    assert office.accounts.serving("ben", Provider.ICS) == feed


# --- addresses on this machine


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:5232/ana/", "http://127.0.0.1:5232"),
        ("http://localhost/", "http://localhost"),
        ("https://[::1]:8443/x", "https://[::1]:8443"),
        ("caldav:http://127.0.0.1:5232/ana/", ""),
        ("https://dav.example.org/", ""),
        ("http://127.0.0.1.example.org/", ""),
        ("http://10.0.0.1/", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_what_was_typed_on_this_machine_may_lead_to_it(url: str, origin: str) -> None:
    """One origin, and no other address of it."""
    assert loopback_origin(url) == origin


def test_the_leave_for_this_machine_stays_with_the_account(office: Office) -> None:
    """By what it was connected with."""
    dav = Grant(identity="1", address="x", secret='{"url": "http://127.0.0.1:5232/ana/", "user": "a", "password": "b"}')
    feed = Grant(identity="2", address="x", secret="http://localhost:8000/secret.ics")
    accounts = office.accounts
    assert accounts.loopback(office.connect("ana", Provider.CALDAV, dav)) == "http://127.0.0.1:5232"
    assert accounts.loopback(office.connect("ana", Provider.ICS, feed)) == "http://localhost:8000"
    far = replace(feed, identity="3", secret="https://example.org/secret.ics")
    assert accounts.loopback(office.connect("ana", Provider.ICS, far)) == ""
    assert accounts.loopback(office.connect("ana")) == ""
