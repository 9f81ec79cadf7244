"""Connected accounts in the database: what goes in comes out, and what is erased is gone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.core.account import Account, Provider
from scheduler.core.freebusy import CalendarCopy
from scheduler.store import SqlAccounts, SqlEngine, SqlStore, open_accounts, open_state

NOW = datetime(2027, 2, 20, 12, tzinfo=UTC)
ANA = Account(
    person="ana",
    provider=Provider.GOOGLE,
    identity="https://accounts.google.com 1001",
    address="ana@example.org",
    scopes=("calendar.freebusy", "calendar.events.owned"),
    calendars=("google:ana@example.org",),
    connected_at=NOW,
)
BEN = Account(
    person="ben",
    provider=Provider.CALDAV,
    identity="https://dav.example.org /ben/",
    address="https://dav.example.org/ben/",
    everybody=True,
    schedules=True,
    connected_at=NOW + timedelta(days=1),
    error="it does not answer",
)


@pytest.fixture
def accounts(engine: SqlEngine) -> SqlAccounts:
    """A database without any."""
    return SqlAccounts(engine)


@pytest.fixture
def again(another: Callable[[], SqlEngine]) -> Callable[[], SqlAccounts]:
    """The same as another process finds them."""
    return lambda: SqlAccounts(another())


def test_what_goes_in_comes_out(accounts: SqlAccounts, again: Callable[[], SqlAccounts]) -> None:
    """Each field, in the order of persons, also for whoever opens it next; the sealed secret apart."""
    accounts.keep(BEN, "sealed-ben", alone=True)
    accounts.keep(ANA, "sealed-ana", alone=True)
    assert again().all() == (ANA, BEN)
    assert (again().sealed(ANA), again().sealed(BEN)) == ("sealed-ana", "sealed-ben")


def test_connecting_again_takes_the_place_of_what_was(accounts: SqlAccounts) -> None:
    """The same person, provider and identity is one account; any other is another."""
    accounts.keep(ANA, "one", alone=True)
    accounts.keep(replace(ANA, scopes=(), connected_at=NOW + timedelta(hours=1)), "two", alone=True)
    assert [each.scopes for each in accounts.all()] == [()]
    assert accounts.sealed(ANA) == "two"
    accounts.keep(replace(ANA, provider=Provider.OUTLOOK), "three", alone=True)
    assert len(accounts.all()) == 2


def test_another_account_of_a_person_is_kept_where_there_may_be_several(
    accounts: SqlAccounts, again: Callable[[], SqlAccounts]
) -> None:
    """Else the one that stands is answered, and nothing changed: of two who connect at once, one is told."""
    other = replace(ANA, identity="other")
    assert accounts.keep(ANA, "one", alone=True) is None
    assert again().keep(other, "two", alone=True) == ANA
    assert (accounts.all(), accounts.sealed(ANA)) == ((ANA,), "one")
    assert accounts.keep(other, "two", alone=False) is None
    assert accounts.all() == (ANA, other)


def test_ticks_and_health_are_noted_alone(accounts: SqlAccounts) -> None:
    """Nothing else of the account changes, and no other account."""
    accounts.keep(ANA, "sealed", alone=True)
    accounts.keep(BEN, "sealed", alone=True)
    accounts.count(ANA, ("google:a@example.org", "google:b@example.org"))
    accounts.note(BEN, "")
    ticked = replace(ANA, calendars=("google:a@example.org", "google:b@example.org"))
    assert accounts.all() == (ticked, replace(BEN, error=""))


def test_a_secret_is_renewed_in_its_connection_alone(accounts: SqlAccounts) -> None:
    """A process of before a disconnection, or of before another connection, brings nothing back."""
    accounts.keep(ANA, "one", alone=True)
    accounts.renew(ANA, "two")
    assert accounts.sealed(ANA) == "two"
    later = replace(ANA, connected_at=NOW + timedelta(hours=1))
    accounts.keep(later, "three", alone=True)
    accounts.renew(ANA, "stale")
    accounts.note(ANA, "stale")
    assert (accounts.sealed(later), accounts.all()[0].error) == ("three", "")
    accounts.erase(later, [])
    accounts.renew(later, "ghost")
    assert accounts.all() == ()
    assert accounts.sealed(later) == ""


def test_what_is_erased_is_gone(accounts: SqlAccounts, engine: SqlEngine) -> None:
    """The row, and the copies that are named; what others have stays."""
    accounts.keep(ANA, "sealed-canary", alone=True)
    accounts.keep(BEN, "other", alone=True)
    read = [("ana", "google:ana@example.org"), ("ana", "calendars/ana.ics"), ("ben", "google:ana@example.org")]
    store = SqlStore(engine)
    store.keep_copies([CalendarCopy(person=who, calendar=what, tried_at=NOW) for who, what in read])
    accounts.erase(ANA, [read[0]])
    assert (sorted(store.copies()), accounts.all()) == (read[1:], (BEN,))
    assert (accounts.sealed(ANA), accounts.sealed(BEN)) == ("", "other")


def test_no_trace_of_what_is_erased_stays_in_the_files(tmp_path: Path) -> None:
    """Neither in free pages nor in the write-ahead log."""
    accounts = open_accounts(tmp_path / "state")
    accounts.keep(BEN, "other", alone=True)
    accounts.keep(ANA, "sealed-canary" * 1000, alone=True)
    accounts.erase(ANA, [])
    with open_state(tmp_path / "state").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1
    content = b"".join(file.read_bytes() for file in (tmp_path / "state").iterdir())
    assert b"other" in content
    assert b"canary" not in content


def test_all_secrets_are_sealed_anew_or_none(accounts: SqlAccounts) -> None:
    """What goes wrong with the last leaves the first as it was."""
    accounts.keep(ANA, "a", alone=True)
    accounts.keep(BEN, "b", alone=True)
    assert accounts.reseal(lambda account, sealed: f"{account.person}+{sealed}") == 2
    assert (accounts.sealed(ANA), accounts.sealed(BEN)) == ("ana+a", "ben+b")

    def broken(account: Account, sealed: str) -> str:
        if account.person == "ben":
            raise ValueError("not this one")
        return "lost"

    with pytest.raises(ValueError, match="not this one"):
        accounts.reseal(broken)
    assert (accounts.sealed(ANA), accounts.sealed(BEN)) == ("ana+a", "ben+b")
