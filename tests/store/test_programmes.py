"""Programmes in one database: their files, and that none sees anything of another."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from scheduler.core.account import Account, Provider
from scheduler.core.delivery import Channel, Delivery, Place
from scheduler.core.freebusy import CalendarCopy
from scheduler.core.subscription import Subscription
from scheduler.errors import ChangedElsewhere
from scheduler.store import Held, SqlAccounts, SqlEngine, SqlMarks, SqlProgrammes, SqlStore, SqlSubscriptions
from scheduler.store.tables import metadata
from tests.store.samples import NOW, PINS, decision, event, notice, saved

FILES = {"people.csv": b"id,name\n", "rules/a.toml": b"\x00\xff"}
ACCOUNT = Account(person="ana", provider=Provider.GOOGLE, identity="1", address="ana@example.org", connected_at=NOW)
PLACE = Place(Channel.GOOGLE, "ana")


def test_a_programme_comes_back_as_it_was_put(engine: SqlEngine, another: Callable[[], SqlEngine]) -> None:
    """Its files byte by byte, also for another process."""
    programmes = SqlProgrammes(engine)
    assert (programmes.all(), programmes.get("circles"), programmes.files("circles")) == ((), None, {})
    assert programmes.put("circles", "Circles", FILES, "sealed", NOW) == 1
    held = Held(id="circles", name="Circles", revision=1, stopped="", sealed_key="sealed", imported_at=NOW)
    again = SqlProgrammes(another())
    assert (again.all(), again.get("circles"), again.files("circles")) == ((held,), held, FILES)


def test_the_revision_grows_where_files_differ(engine: SqlEngine) -> None:
    """A changed one, one more, one less; the first key stays, and what was stopped."""
    programmes, revisions = SqlProgrammes(engine), list[int]()
    less, changed = {"people.csv": FILES["people.csv"]}, {**FILES, "people.csv": b"id\n"}
    for files in (FILES, dict(reversed(FILES.items())), less, FILES, changed, changed):
        revisions.append(programmes.put("circles", "Circles", files, f"sealed {len(revisions)}", NOW))
        SqlStore(engine, "circles").stop("asked to")
    assert revisions == [1, 1, 2, 3, 4, 4]
    held = programmes.get("circles")
    assert held is not None
    assert (held.sealed_key, held.stopped) == ("sealed 0", "asked to")


def test_of_two_who_change_a_programme_at_once_one_is_told(engine: SqlEngine, another: Callable[[], SqlEngine]) -> None:
    """Whoever expects another revision than there is; 0 is that of no programme. Its kind stays what it was first."""
    programmes, others = SqlProgrammes(engine), SqlProgrammes(another())
    assert programmes.put("two", "Two", FILES, "sealed", NOW, kind="pair", expected=0) == 1
    assert others.put("two", "Two", {}, "", NOW, expected=1) == 2
    for expected in (0, 1, 3):
        with pytest.raises(ChangedElsewhere):
            programmes.put("two", "Two", FILES, "", NOW, expected=expected)
    held = programmes.get("two")
    assert held is not None
    assert (held.kind, held.revision, programmes.files("two")) == ("pair", 2, {})


def test_what_was_only_stopped_is_no_programme(engine: SqlEngine) -> None:
    """It is one from its import on, and stopped still."""
    SqlStore(engine, "circles").stop("asked to")
    programmes = SqlProgrammes(engine)
    assert (programmes.all(), programmes.get("circles")) == ((), None)
    assert programmes.put("circles", "Circles", {}, "sealed", NOW) == 1
    assert [(each.stopped, each.sealed_key) for each in programmes.all()] == [("asked to", "sealed")]


def test_programmes_see_nothing_of_each_other(engine: SqlEngine) -> None:
    """Whatever one does, the same in another stays as it was: each word of the port in turn."""
    fill(engine, "a")
    before = everything(engine, "a")
    fill(engine, "b")
    assert everything(engine, "a") == before
    change(engine, "b")
    assert everything(engine, "a") == before
    assert everything(engine, "b") != everything(engine, "a")


def test_a_programme_that_is_removed_leaves_no_row(engine: SqlEngine) -> None:
    """And the others as they were."""
    fill(engine, "a")
    before, rows = everything(engine, "a"), count(engine)
    fill(engine, "b")
    assert all(number == 2 * rows[name] for name, number in count(engine).items())
    SqlProgrammes(engine).remove("b")
    assert (count(engine), everything(engine, "a")) == (rows, before)


def fill(engine: SqlEngine, programme: str) -> None:
    """Something in every table."""
    store, place = SqlStore(engine, programme), PLACE
    SqlProgrammes(engine).put(programme, "A programme", FILES, "sealed", NOW)
    store.keep_draft(saved(0))
    store.decide(saved(1), [event("x")], {}, PINS, NOW, decisions=[decision("d")], notices=[notice("d ana")])
    store.decide(saved(2), [event("x", 1)], {"x": 0}, PINS, NOW)
    store.keep_copies([CalendarCopy(person="ana", calendar="google:a", tried_at=NOW)])
    store.begin("x", place, event("x"))
    store.delivered("x", place, Delivery(event=event("x")), NOW)
    store.stop("asked to")
    SqlAccounts(engine, programme).keep(ACCOUNT, "sealed", alone=True)
    SqlMarks(engine).agree(programme, [("ana", "google:a")], NOW)
    told = Subscription(id=programme, provider=Provider.GOOGLE, person="ana", calendar="google:a", expires_at=NOW)
    SqlSubscriptions(engine).keep(programme, told, "hash")


def change(engine: SqlEngine, programme: str) -> None:
    """Everything that can be changed."""
    store, accounts, marks = SqlStore(engine, programme), SqlAccounts(engine, programme), SqlMarks(engine)
    store.put_off(event("x"), NOW)
    store.done(event("x", 1), NOW)
    store.keep_pins([])
    store.begin_notice("d ana")
    store.settle("d", decision("d").state.UNDONE)
    store.renew_copies([CalendarCopy(person="ana", calendar="google:a", tried_at=NOW, error="gone")])
    store.failed("x", PLACE)
    store.withdrawn("x", PLACE)
    store.stop("")
    accounts.count(ACCOUNT, ("google:b",))
    accounts.note(ACCOUNT, "broken")
    accounts.renew(ACCOUNT, "other")
    accounts.reseal(lambda _, sealed: sealed * 2)
    accounts.erase(ACCOUNT, [("ana", "google:a")])
    marks.dirty(programme)
    marks.synced(programme, marks.of(programme, NOW), NOW)
    marks.agree(programme, [], NOW)
    store.decide(None, [event("x", 2, cancelled=True)], {"x": 1}, [], NOW)
    SqlProgrammes(engine).put(programme, "Another", {}, "", NOW)


def everything(engine: SqlEngine, programme: str) -> list[object]:
    """All that can be asked about a programme."""
    store, accounts = SqlStore(engine, programme), SqlAccounts(engine, programme)
    plans = [plan and (plan.plan, plan.decided_at) for plan in (store.draft(), store.standing(), store.before())]
    copies = [replace(copy, free_busy=None) for copy in store.copies().values()]
    held = SqlProgrammes(engine).get(programme)
    return [
        *(plans, copies, store.events(), store.events_before(), store.pins(), store.pending(), store.owed(NOW)),
        *(store.deliveries("x"), store.standing_deliveries(), store.decisions(), store.notices(), store.stopped()),
        *(accounts.all(), accounts.sealed(ACCOUNT), SqlMarks(engine).of(programme, NOW)),
        *(held and replace(held, id=""), SqlProgrammes(engine).files(programme)),
    ]


def count(engine: SqlEngine) -> Mapping[str, int]:
    """How many rows each table has, but for the executors, which work for all."""
    with engine.connect() as connection:
        names = [table for table in metadata.sorted_tables if table.name != "executor"]
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in names}
