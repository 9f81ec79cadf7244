"""What is to be written now: the newest form of each event, unless it was put off."""

from datetime import timedelta

import pytest

from scheduler.core.event import Event
from scheduler.store import SqlEngine, SqlStore
from tests.store.samples import NOW, event, saved

SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(minutes=10)


@pytest.fixture
def store(engine: SqlEngine) -> SqlStore:
    """Owes two events, of which one was changed before it was written."""
    store = SqlStore(engine, "circles")
    store.decide(saved(0), [event("b"), event("a")], {}, [], NOW)
    store.decide(saved(1), [event("b", 1)], {"a": 0, "b": 0}, [], NOW)
    return store


def test_events_are_owed_in_their_newest_form(store: SqlStore) -> None:
    """In the order of the decisions that gave it to them."""
    assert store.owed(NOW) == ((event("a"), 0), (event("b", 1), 0))


def test_what_failed_is_owed_again_when_its_time_has_come(store: SqlStore) -> None:
    """With the number of its failures; the older form stays out of the way, and nothing is lost meanwhile."""
    assert [store.put_off(event("b", 1), SOON), store.put_off(event("b", 1), LATER)] == [1, 2]
    assert store.owed(SOON) == ((event("a"), 0),)
    assert store.owed(LATER) == ((event("a"), 0), (event("b", 1), 2))
    assert forms(store.pending()) == [("b", 0), ("a", 0), ("b", 1)]


def test_what_was_put_off_before_the_clock_went_back_is_owed_at_once(store: SqlStore) -> None:
    """A clock that was a day ahead holds up nothing for a day."""
    store.put_off(event("b", 1), SOON + timedelta(days=1))
    assert store.owed(NOW) == ((event("a"), 0), (event("b", 1), 1))


def test_a_new_form_of_what_was_put_off_is_owed_at_once(store: SqlStore) -> None:
    """It may be what the provider takes."""
    store.put_off(event("b", 1), LATER)
    store.decide(saved(2), [event("b", 2)], {"a": 0, "b": 1}, [], NOW)
    assert store.owed(NOW) == ((event("a"), 0), (event("b", 2), 0))


def test_what_is_written_is_owed_no_more_in_any_older_form(store: SqlStore) -> None:
    """Of an event that changed while it was being written, the new form is."""
    store.done(event("b"), NOW)
    assert forms(store.pending()) == [("a", 0), ("b", 1)]
    store.done(event("b", 1), NOW)
    store.done(event("a"), NOW)
    assert (store.pending(), store.owed(NOW)) == ((), ())


def forms(events: tuple[Event, ...]) -> list[tuple[str, int]]:
    """UID and SEQUENCE of each."""
    return [(each.uid, each.sequence) for each in events]
