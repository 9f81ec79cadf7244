"""Which calendars are to be read: no change is lost between being told and being read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from scheduler.core.notice import NoticeState
from scheduler.store import Mark, SqlEngine, SqlMarks, SqlStore
from tests.store.samples import NOW, event, notice, saved

SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)
ANA, BEN, BENS = ("ana", "google:a"), ("ben", "google:a"), ("ben", "b.ics")


@pytest.fixture
def marks(engine: SqlEngine) -> SqlMarks:
    """Three calendars of a programme, all read just now and due in five minutes."""
    marks = SqlMarks(engine)
    marks.agree("circles", [ANA, BEN, BENS], NOW)
    read(marks)
    return marks


def read(marks: SqlMarks) -> None:
    """Read all calendars that are to be read."""
    marks.synced("circles", marks.of("circles", NOW), SOON)


def marked(marks: SqlMarks) -> list[tuple[str, str]]:
    """What is to be read now."""
    return [(each.person, each.calendar) for each in marks.of("circles", NOW)]


def test_new_calendars_are_to_be_read_at_once(engine: SqlEngine) -> None:
    """Those that are listed no more are forgotten, and the others go on as they were."""
    marks = SqlMarks(engine)
    marks.agree("circles", [ANA, BEN], NOW)
    assert marked(marks) == [ANA, BEN]
    read(marks)
    marks.agree("circles", [ANA, BENS, BENS], NOW)
    assert marked(marks) == [BENS]
    assert marks.of("circles", SOON) == (
        Mark(person="ana", calendar="google:a", dirty_seq=1),
        Mark(person="ben", calendar="b.ics", dirty_seq=1),
    )


def test_calendars_are_due_again_after_their_time(marks: SqlMarks) -> None:
    """Also if nobody tells anything."""
    assert (marks.due(NOW), marked(marks)) == ((), [])
    assert (marks.due(SOON), len(marks.of("circles", SOON))) == (("circles",), 3)


@pytest.mark.parametrize(
    ("told", "expected"),
    [((), [ANA, BENS, BEN]), (("ben",), [BENS, BEN]), (BEN, [BEN]), (("", "google:a"), [ANA, BEN]), (("eve",), [])],
)
def test_what_is_told_to_have_changed_is_to_be_read(
    marks: SqlMarks, told: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    """Of a programme, a person, or one calendar; of no other programme."""
    marks.agree("other", [ANA], NOW)
    marks.synced("other", marks.of("other", NOW), SOON)
    marks.dirty("circles", *told)
    assert marked(marks) == expected
    assert marks.due(NOW) == (("circles",) if expected else ())


def test_a_change_that_comes_during_a_reading_is_not_lost(marks: SqlMarks) -> None:
    """What was counted before the reading began is read, and no more."""
    marks.dirty("circles", *ANA)
    begun = marks.of("circles", NOW)
    marks.dirty("circles", *ANA)
    marks.synced("circles", begun, SOON)
    assert marked(marks) == [ANA]
    read(marks)
    assert marked(marks) == []


def test_a_reading_that_ends_late_takes_nothing_back(marks: SqlMarks) -> None:
    """Another one began after it and ended before it."""
    marks.dirty("circles", *ANA)
    late = marks.of("circles", NOW)
    marks.dirty("circles", *ANA)
    read(marks)
    marks.synced("circles", late, SOON)
    assert marked(marks) == []


def test_every_hint_counts_however_many_come_at_once(marks: SqlMarks, another: Callable[[], SqlEngine]) -> None:
    """Each through a connection of its own."""
    doors = [SqlMarks(another()) for _ in range(4)]
    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(lambda door: [door.dirty("circles") for _ in range(5)], doors))
    assert {each.dirty_seq for each in marks.of("circles", NOW)} == {21}


def test_owed_writes_make_a_programme_due_when_they_may_be_tried(engine: SqlEngine) -> None:
    """Also where it has no calendar."""
    marks, store = SqlMarks(engine), SqlStore(engine, "circles")
    store.decide(saved(0), [event("a")], {}, [], NOW)
    assert marks.due(NOW) == ("circles",)
    store.put_off(event("a"), LATER)
    assert (marks.due(SOON), marks.due(LATER)) == ((), ("circles",))
    store.done(event("a"), LATER)
    assert marks.due(LATER) == ()


def test_owed_notices_make_a_programme_due(engine: SqlEngine) -> None:
    """One that was begun is not sent again."""
    marks, store = SqlMarks(engine), SqlStore(engine, "circles")
    store.note([], [notice("a"), notice("b")])
    assert marks.telling() == ("circles",)
    store.begin_notice("a")
    store.begin_notice("b")
    store.end_notice("b", NoticeState.SENT)
    assert marks.telling() == ()
