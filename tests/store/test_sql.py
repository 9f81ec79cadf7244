"""The Store port on SQL: what goes in comes out, and a decision is made whole or not at all."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pytest
from sqlalchemy import event as hooks

from scheduler.core.decision import Decision
from scheduler.core.event import Event
from scheduler.core.freebusy import CalendarCopy, FreeBusy, ReadWarning
from scheduler.core.interval import as_intervals
from scheduler.core.notice import Notice
from scheduler.errors import ChangedElsewhere, Unavailable
from scheduler.store import SqlEngine, SqlStore, open_store
from scheduler.store.database import open_database
from tests.store.samples import NOW, PINS, decision, event, notice, saved


class Told(TypedDict):
    """What is told of a decision."""

    decisions: Sequence[Decision]
    notices: Sequence[Notice]


TOLD = Told(decisions=[decision("d")], notices=[notice("d ana")])


@pytest.fixture
def store(engine: SqlEngine) -> SqlStore:
    """An empty store."""
    return SqlStore(engine)


@pytest.fixture
def again(another: Callable[[], SqlEngine]) -> Callable[[], SqlStore]:
    """The same state as another process finds it."""
    return lambda: SqlStore(another())


def decided(store: SqlStore, *events: Event, seen: dict[str, int] | None = None, seed: int = 0) -> None:
    """A decision on events, with whatever is seen standing unless the test says otherwise."""
    standing = {each.uid: each.sequence for each in store.events() if not each.cancelled}
    store.decide(saved(seed), events, standing if seen is None else seen, store.pins(), NOW)


def test_an_empty_store_knows_nothing(store: SqlStore) -> None:
    """And says so without an error."""
    assert (store.copies(), store.draft(), store.standing(), store.events(), store.pending()) == (
        {},
        None,
        None,
        (),
        (),
    )


def test_a_copy_of_a_calendar_comes_back_as_it_was(store: SqlStore) -> None:
    """Times, warnings, completeness; of one that was never read only the fault."""
    known = FreeBusy(
        busy=as_intervals([(10, 20), (30, 2**40)]),
        unavailable=as_intervals([(0, 5)]),
        complete=False,
        warnings=(ReadWarning("its rule is odd", "uid-1", 12), ReadWarning("ends before it begins")),
    )
    read = CalendarCopy(person="a", calendar="a.ics", tried_at=NOW, read_at=NOW - timedelta(days=1), free_busy=known)
    lost = CalendarCopy(person="a", calendar="b.ics", tried_at=NOW, error="there is no such file")
    store.keep_copies([read, lost])
    back = store.copies()
    assert back["a", "b.ics"] == lost
    copy = back["a", "a.ics"]
    assert (copy.tried_at, copy.read_at, copy.error) == (read.tried_at, read.read_at, "")
    assert copy.free_busy is not None
    np.testing.assert_array_equal(copy.free_busy.busy, known.busy)
    np.testing.assert_array_equal(copy.free_busy.unavailable, known.unavailable)
    assert (copy.free_busy.complete, copy.free_busy.warnings) == (False, known.warnings)


def test_calendars_that_are_no_longer_listed_are_forgotten(store: SqlStore) -> None:
    """What is kept is what was read last."""
    copies = [CalendarCopy(person="a", calendar=name, tried_at=NOW) for name in ("x.ics", "y.ics")]
    other = CalendarCopy(person="b", calendar="x.ics", tried_at=NOW)
    store.keep_copies([*copies, other])
    assert (store.copies("b"), len(store.copies("a", "b")), store.copies("c")) == ({("b", "x.ics"): other}, 3, {})
    store.keep_copies(copies[1:])
    assert list(store.copies()) == [("a", "y.ics")]
    store.keep_copies([])
    assert store.copies() == {}


@pytest.mark.campaign(60)
def test_plans_come_back_as_they_were(store: SqlStore, seed: int) -> None:
    """Draft and standing are apart, until a decision makes them one; the last draft counts."""
    first, second = saved(seed), saved(seed + 1)
    store.keep_draft(second)
    store.decide(first, [], {}, [], NOW)
    decided_draft = store.draft()
    store.keep_draft(first)
    store.keep_draft(second)
    for back, kept in ((decided_draft, first), (store.draft(), second), (store.standing(), first)):
        assert back is not None
        assert (back.plan, back.decided_at) == (kept.plan, kept.decided_at)
        assert back.problem.series == kept.problem.series


def test_writes_are_owed_in_the_order_of_decisions_until_done(store: SqlStore, again: Callable[[], SqlStore]) -> None:
    """Older decisions first; what is done is owed no more, and its event stands."""
    decided(store, event("b"), event("a"))
    decided(store, event("b", 1))
    assert [(each.uid, each.sequence) for each in store.pending()] == [("b", 0), ("a", 0), ("b", 1)]
    store.done(event("b"), NOW)
    assert [(each.uid, each.sequence) for each in store.pending()] == [("a", 0), ("b", 1)]
    assert store.events() == (event("a"), event("b", 1))
    assert again().pending() == store.pending()


def test_what_is_owed_survives_a_new_start(store: SqlStore, again: Callable[[], SqlStore]) -> None:
    """Another process goes on where this one ended."""
    decided(store, event("a"), event("b"))
    store.done(event("a"), NOW)
    assert [each.uid for each in again().pending()] == ["b"]


@pytest.mark.parametrize(
    "seen", [{}, {"a": 0}, {"a": 1, "b": 0}, {"a": 1, "c": 0}], ids=["nothing", "older", "more", "other"]
)
def test_a_decision_that_others_overtook_is_refused_whole(store: SqlStore, seen: dict[str, int]) -> None:
    """It rests on events that stand no more as they were seen: the standing plan and what is owed stay."""
    decided(store, event("a"))
    decided(store, event("a", 1), event("gone", cancelled=True), seed=1)
    with pytest.raises(ChangedElsewhere, match="another apply came first"):
        decided(store, event("z"), seen=seen, seed=2)
    standing = store.standing()
    assert standing is not None
    assert standing.decided_at == saved(1).decided_at
    assert [each.uid for each in store.events()] == ["a", "gone"]
    assert len(store.pending()) == 3


def test_pins_come_back_as_they_were(store: SqlStore, again: Callable[[], SqlStore]) -> None:
    """By group and session; those that are kept last are all that there are."""
    store.keep_pins(PINS[::-1])
    assert again().pins() == PINS
    store.decide(saved(0), [], {}, PINS[1:], NOW)
    assert store.pins() == PINS[1:]
    store.keep_pins([])
    assert store.pins() == ()


def test_what_stood_before_is_known_with_its_events(store: SqlStore) -> None:
    """Also after a decision that nothing stands: that can be taken back in its turn."""
    decided(store, event("a"), event("b"), seed=1)
    assert (store.before(), store.events_before()) == (None, ())
    decided(store, event("a", 1), event("b", 1, cancelled=True), event("c"), seed=2)
    assert plan_before(store) == saved(1).plan
    assert store.events_before() == (event("a"), event("b"))
    store.decide(None, [event("a", 2, cancelled=True), event("c", 1, cancelled=True)], {"a": 1, "c": 0}, [], NOW)
    assert store.standing() is None
    assert plan_before(store) == saved(2).plan
    assert store.events_before() == (event("a", 1), event("b", 1, cancelled=True), event("c"))
    decided(store, event("d"), seed=3)
    assert (store.before(), store.events_before()) == (None, ())


def plan_before(store: SqlStore) -> object:
    """The plan that stood before."""
    before = store.before()
    return before and before.plan


class Cut(Exception):
    """The power fails."""


@contextmanager
def cut_at(store: SqlStore, statement: int) -> Iterator[list[str]]:
    """Fail before the nth statement; yields those that were begun."""
    begun: list[str] = []

    def begin(_: Any, __: Any, text: str, *rest: Any) -> None:
        begun.append(text)
        if len(begun) == statement:
            raise Cut

    hooks.listen(store._engine, "before_cursor_execute", begin)
    try:
        yield begun
    finally:
        hooks.remove(store._engine, "before_cursor_execute", begin)


STATEMENTS = 22


@pytest.mark.parametrize("statement", range(1, STATEMENTS + 1))
def test_a_decision_is_made_whole_or_not_at_all(store: SqlStore, again: Callable[[], SqlStore], statement: int) -> None:
    """Cut at any of its statements, what stood stands, nothing is owed, and it can be made again."""
    store.keep_pins(PINS)
    decided(store, event("a"), seed=0)
    store.done(event("a"), NOW)
    with cut_at(store, statement), pytest.raises(Cut):
        store.decide(saved(1), [event("a", 1), event("b")], {"a": 0}, [PINS[1]], NOW, **TOLD)
    after = again()
    standing = after.standing()
    assert standing is not None
    assert standing.decided_at == saved(0).decided_at
    assert (after.events(), after.pending()) == ((event("a"),), ())
    assert (after.before(), after.events_before(), after.pins()) == (None, (), PINS)
    assert (after.decisions(), after.notices()) == ((), ())
    decided(after, event("a", 1), event("b"), seed=1)
    assert [each.uid for each in after.pending()] == ["a", "b"]


def test_a_decision_has_as_many_statements_as_were_cut(store: SqlStore) -> None:
    """The test before this one reaches the last of them."""
    with cut_at(store, STATEMENTS + 1) as begun:
        store.decide(saved(1), [event("a"), event("b")], {}, PINS, NOW, **TOLD)
    assert len(begun) == STATEMENTS


def test_a_damaged_page_is_told_in_one_line(tmp_path: Path) -> None:
    """A file that opens may still be broken further in."""
    store = open_store(tmp_path / "state")
    decided(store, *(event(f"uid-{number}") for number in range(60)))
    path = tmp_path / "state" / "state.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    path.write_bytes(bytes(content))
    with pytest.raises(Unavailable, match="the state can't be used") as error:
        touch_all(open_store(tmp_path / "state"))
    assert "\n" not in str(error.value)


def touch_all(store: SqlStore) -> Sequence[object]:
    """Ask for everything that is kept."""
    return [store.copies(), store.draft(), store.standing(), store.events(), store.pending(), store.pins()]


def test_a_lock_that_is_not_given_back_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds the database does not make us hang for ever."""
    monkeypatch.setattr("scheduler.store.database.BUSY_SECONDS", 0.1)
    store = open_store(tmp_path / "state")
    with sqlite3.connect(tmp_path / "state" / "state.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="database is locked"):
            decided(store, event("a"))
        other.rollback()
    decided(store, event("a"))
    assert len(store.pending()) == 1


def test_no_column_can_hold_a_title(tmp_path: Path) -> None:
    """The tables of what was read have times, ids and faults."""
    engine = open_database(tmp_path / "state.db")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("PRAGMA table_info(calendar_copy)").all()
    assert {row[1] for row in rows} == {
        *("programme", "person", "calendar", "tried_at", "error", "read_at", "complete"),
        *("busy", "unavailable", "warnings", "tzdata", "token"),
    }
    assert replace(event("a"), title="") != event("a")
