"""The audit trail, what people are told, and the switch that stops all writes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.core.decision import State
from scheduler.core.notice import NoticeState
from scheduler.errors import ChangedElsewhere
from scheduler.store import SqlEngine, SqlStore
from scheduler.store.tables import notice as table
from tests.store.samples import NOW, decision, event, notice, saved


@pytest.fixture
def store(engine: SqlEngine) -> SqlStore:
    """An empty store."""
    return SqlStore(engine, "circles")


def test_decisions_are_added_once_in_their_order(store: SqlStore, another: Callable[[], SqlEngine]) -> None:
    """What is come to again stays as it was; the answer tells which are new."""
    first, second, third = decision("b"), decision("a", State.PROPOSED), decision("c")
    assert store.note([first, second]) == (first, second)
    assert store.note([replace(first, group="other"), third, third]) == (third,)
    assert SqlStore(another(), "circles").decisions() == store.decisions() == (first, second, third)


def test_a_proposal_is_settled_once(store: SqlStore) -> None:
    """Of two who answer, the second is told."""
    store.note([decision("a", State.PROPOSED), decision("b", State.PROPOSED)])
    store.settle("a", State.REFUSED)
    for state in (State.ACCEPTED, State.REFUSED, State.LAPSED):
        with pytest.raises(ChangedElsewhere, match="decided this before"):
            store.settle("a", state)
    assert [each.state for each in store.decisions()] == [State.REFUSED, State.PROPOSED]


def test_what_was_done_can_be_undone_once(store: SqlStore) -> None:
    """By itself, or after somebody accepted it; nothing else becomes of it."""
    store.note([decision("a"), decision("b", State.PROPOSED)])
    with pytest.raises(ChangedElsewhere):
        store.settle("b", State.PROPOSED)
    store.settle("b", State.ACCEPTED)
    for id_ in ("a", "b"):
        with pytest.raises(ChangedElsewhere):
            store.settle(id_, State.REFUSED)
        store.settle(id_, State.UNDONE)
        with pytest.raises(ChangedElsewhere):
            store.settle(id_, State.UNDONE)
    with pytest.raises(ChangedElsewhere):
        store.settle("nothing", State.UNDONE)


def test_accepting_a_proposal_is_one_with_what_it_changes(store: SqlStore) -> None:
    """The decision takes the place of the proposal that waited."""
    store.note([decision("a", State.PROPOSED), decision("b")])
    accepted = replace(decision("a", State.ACCEPTED), by="ana")
    store.decide(saved(0), [event("x")], {}, [], NOW, decisions=[accepted, decision("c")])
    assert store.decisions() == (accepted, decision("b"), decision("c"))


@pytest.mark.parametrize("state", [State.REFUSED, State.LAPSED, State.ACCEPTED, State.DONE])
def test_what_waits_no_more_is_not_accepted(store: SqlStore, state: State) -> None:
    """And nothing of the decision is made."""
    store.note([decision("a", State.PROPOSED)])
    store.settle("a", state)
    with pytest.raises(ChangedElsewhere, match="decided this before"):
        store.decide(saved(0), [event("x")], {}, [], NOW, decisions=[decision("a", State.ACCEPTED)])
    assert (store.standing(), store.events(), store.pending()) == (None, (), ())
    assert [each.state for each in store.decisions()] == [state]


def test_notices_are_owed_once_with_their_decision(store: SqlStore) -> None:
    """By their key, in order, whether the decision changes an event or not."""
    store.decide(saved(0), [], {}, [], NOW, notices=[notice("d ana"), notice("d ben")])
    store.note([decision("d")], [replace(notice("d ana"), text="again"), notice("a ana"), notice("a ana")])
    assert store.notices() == (notice("d ana"), notice("d ben"), notice("a ana"))


@pytest.mark.parametrize("ended", [None, NoticeState.SENT, NoticeState.FAILED])
def test_sending_is_begun_once(store: SqlStore, ended: NoticeState | None) -> None:
    """One that was begun and never ended may have been sent: it is not sent again."""
    store.note([], [notice("a"), notice("b")])
    assert store.begin_notice("a")
    if ended:
        store.end_notice("a", ended)
    assert not store.begin_notice("a")
    assert [each.state for each in store.notices()] == [ended or NoticeState.BEGUN, NoticeState.OWED]


def test_what_surely_was_not_sent_is_owed_again(store: SqlStore) -> None:
    """Only that; and a notice that nobody owes is not begun."""
    store.note([], [notice("a")])
    assert store.begin_notice("a")
    store.end_notice("a", NoticeState.OWED)
    assert store.begin_notice("a")
    assert not store.begin_notice("nobody's")


DAY = timedelta(days=1)


def test_what_was_told_is_forgotten_after_a_while(
    store: SqlStore, engine: SqlEngine, another: Callable[[], SqlEngine]
) -> None:
    """No address and no word of it stays, however it ended, and it is never sent again; what is owed waits on."""
    other = SqlStore(another(), "other")
    for each in (store, other):
        each.note([], [notice(key) for key in ("begun", "failed", "owed", "sent")])
        for key in ("begun", "failed", "sent"):
            assert each.begin_notice(key)
        each.end_notice("failed", NoticeState.FAILED)
        each.end_notice("sent", NoticeState.SENT)
    store.forget_notices(NOW - DAY, NOW)
    store.forget_notices(NOW, NOW + DAY)
    assert len(store.notices()) == 4
    store.forget_notices(NOW + DAY, NOW + 2 * DAY)
    assert store.notices() == (notice("owed"),)
    assert len(other.notices()) == 4
    with engine.connect() as connection:
        told = connection.execute(select(table.c.key, table.c.document).where(table.c.programme == "circles"))
        assert {key for key, document in told if document} == {"owed"}
    store.note([], [notice("sent"), notice("begun")])
    store.end_notice("begun", NoticeState.OWED)  # whoever began it comes to an end after all
    assert store.notices() == (notice("owed"),)
    assert not store.begin_notice("sent")
    assert not store.begin_notice("begun")
    assert store.begin_notice("owed")


def test_one_that_is_owed_again_is_kept_as_long_as_a_new_one(store: SqlStore) -> None:
    """Its time begins with its end."""
    store.note([], [notice("a")])
    store.begin_notice("a")
    store.forget_notices(NOW - DAY, NOW)
    store.end_notice("a", NoticeState.OWED)
    store.begin_notice("a")
    store.end_notice("a", NoticeState.SENT)
    store.forget_notices(NOW + DAY, NOW + 2 * DAY)
    assert [each.key for each in store.notices()] == ["a"]


def test_of_many_who_begin_at_once_one_sends(store: SqlStore, another: Callable[[], SqlEngine]) -> None:
    """Each with a connection of its own."""
    notices = [notice(f"{number}") for number in range(10)]
    store.note([], notices)
    stores = [SqlStore(another(), "circles") for _ in range(4)]

    def begin_all(one: SqlStore) -> list[str]:
        return [each.key for each in notices if one.begin_notice(each.key)]

    with ThreadPoolExecutor(len(stores)) as pool:
        begun = [key for keys in pool.map(begin_all, stores) for key in keys]
    assert sorted(begun) == sorted(each.key for each in notices)


@pytest.mark.parametrize("programme", ["", "circles"])
def test_all_writes_are_stopped_until_somebody_says_so(engine: SqlEngine, programme: str) -> None:
    """Of one programme, also of a folder's own."""
    store, other = SqlStore(engine, programme), SqlStore(engine, "other")
    assert store.stopped() == ""
    store.stop("more than a fifth of all events is gone")
    assert (store.stopped(), other.stopped()) == ("more than a fifth of all events is gone", "")
    store.stop("")
    assert store.stopped() == ""
