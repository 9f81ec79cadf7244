"""Stamps are others as soon as what they are of changed, and the same as long as it did not; on both databases."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.core.account import Account, Provider
from scheduler.core.decision import Action, Decision, State
from scheduler.core.freebusy import CalendarCopy, FreeBusy
from scheduler.store import SqlAccounts, SqlEngine, SqlProgrammes, SqlStamps, SqlStore, Stamps

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)


def file_changed(engine: SqlEngine) -> None:
    """Another revision of the files."""
    SqlProgrammes(engine).put("a", "A", {"people.csv": b"other"}, "key", NOW)


def stopped(engine: SqlEngine) -> None:
    """Nothing may be written."""
    SqlStore(engine, "a").stop("too many changes")


def settled(engine: SqlEngine) -> None:
    """A proposal is answered."""
    SqlStore(engine, "a").settle("one", State.REFUSED)


def failed(engine: SqlEngine) -> None:
    """A calendar can't be read in the very second in which it was read before."""
    SqlStore(engine, "a").renew_copies([reading("gone")])


def connected(engine: SqlEngine) -> None:
    """Somebody's sign-in ended."""
    SqlAccounts(engine, "a").note(account(), "sign in again")


def account() -> Account:
    """An account of Ana."""
    return Account(person="ana", provider=Provider.GOOGLE, identity="1", address="ana@example.org", connected_at=NOW)


def reading(error: str = "") -> CalendarCopy:
    """How the reading of Ana's calendar went."""
    return CalendarCopy(
        person="ana", calendar="x", tried_at=NOW, error=error, read_at=NOW, free_busy=FreeBusy(complete=True)
    )


@pytest.fixture
def filled(engine: SqlEngine) -> SqlEngine:
    """A programme with a bit of everything."""
    SqlProgrammes(engine).put("a", "A", {"people.csv": b"one"}, "key", NOW)
    store = SqlStore(engine, "a")
    store.note([Decision(id="one", at=NOW, action=Action.MOVE, state=State.PROPOSED, group="g", session=0)])
    store.keep_copies([reading()])
    SqlAccounts(engine, "a").keep(account(), "sealed", alone=True)
    return engine


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("files", file_changed),
        ("stopped", stopped),
        ("decisions", settled),
        ("copies", failed),
        ("accounts", connected),
    ],
)
def test_a_change_shows_in_the_stamp_of_its_part_and_in_no_other(
    filled: SqlEngine, part: str, change: Callable[[SqlEngine], None]
) -> None:
    """So that nothing old is shown, and nothing is read in vain."""
    stamps = SqlStamps(filled, "a")
    before = stamps.stamps()
    assert stamps.stamps() == before
    change(filled)
    after = stamps.stamps()
    assert [each.name for each in fields(Stamps) if getattr(before, each.name) != getattr(after, each.name)] == [part]


def test_another_programme_changes_no_stamp(filled: SqlEngine) -> None:
    """Rows of others count for nothing."""
    before = SqlStamps(filled, "a").stamps()
    SqlProgrammes(filled).put("b", "B", {}, "key", NOW)
    SqlStore(filled, "b").keep_copies([reading("gone")])
    assert SqlStamps(filled, "a").stamps() == before


def test_readings_say_how_it_went_and_nothing_of_busy_times(filled: SqlEngine) -> None:
    """Lists need no more."""
    SqlStore(filled, "a").renew_copies([CalendarCopy(person="bo", calendar="y", tried_at=NOW + timedelta(1))])
    found = {each.person: each for each in SqlStamps(filled, "a").readings()}
    assert found["ana"].free_busy is not None
    assert not len(found["ana"].free_busy.busy)
    assert found["bo"].free_busy is None
