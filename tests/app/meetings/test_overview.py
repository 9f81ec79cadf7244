"""What lists show is kept in memory, and made anew as soon as anything of it is another."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from operator import attrgetter

import pytest

from scheduler.app.meetings.overview import CalendarState, Overview, Overviews
from scheduler.app.repair.pausing import pause
from scheduler.core.coverage import Cell
from scheduler.core.freebusy import CalendarCopy
from tests.site import SAMPLE, Stand, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path_factory.mktemp("overview") / "data") as stand:
        yield stand


def test_what_did_not_change_is_the_same_object(stand: Stand) -> None:
    """No plan is read twice."""
    one, other = stand.site.overview(SAMPLE), stand.site.overview(SAMPLE)
    assert one.standing is other.standing
    assert one.groups is other.groups
    assert one.people is other.people
    assert one.coverage is other.coverage


def test_no_two_visitors_wait_for_each_other(stand: Stand) -> None:
    """Whichever part each asks for first, and whatever that is made of."""
    parts = ("people", "groups", "sums", "coverage", "outside", "names", "events", "decisions", "standing")
    asked: Sequence[Callable[[Overview], object]] = [
        *(attrgetter(part) for part in parts),
        lambda overview: overview.people_by("outside", lambda row: row.outside),
        lambda overview: overview.made("of groups", lambda: [overview.sums, overview.groups]),
        lambda overview: overview.told("of people", lambda: [overview.people, overview.events]),
    ]
    for _ in range(20):
        overviews, begin = Overviews(stand.service.unchanged), threading.Barrier(len(asked))

        def visit(ask: Callable[[Overview], object], of: Overviews = overviews, at: threading.Barrier = begin) -> None:
            at.wait()
            ask(of.of(stand.app(), SAMPLE))

        threads = [threading.Thread(target=visit, args=(ask,), daemon=True) for ask in asked]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)


def test_a_decision_shows_at_once(stand: Stand) -> None:
    """In the trail and in the sums."""
    before = stand.site.overview(SAMPLE)
    stood = len(before.decisions)
    row = next(row for row in before.groups if row.group.id == "circle-writers")
    pause(stand.app(), "circle-writers", None, "coordinator")
    after = stand.site.overview(SAMPLE)
    assert len(after.decisions) == stood + 1
    assert after.groups[row.row].counts[Cell.SKIPPED] == row.counts[Cell.HOLDS] + row.counts[Cell.MOVES]


def test_a_calendar_that_can_not_be_read_any_more_shows_once_it_is_too_old(stand: Stand) -> None:
    """Until then what was read counts."""
    app = stand.app()
    copy = next(iter(app.copies_of(app.person("amara"))))
    failed = CalendarCopy(
        person=copy.person,
        calendar=copy.calendar,
        tried_at=copy.tried_at + timedelta(seconds=1),
        error="the file is gone",
        read_at=copy.read_at,
        free_busy=copy.free_busy,
    )
    app.store.renew_copies([failed])
    rows = {row.person.id: row for row in stand.site.overview(SAMPLE).people}
    assert rows["amara"].calendar is CalendarState.CONNECTED
    assert rows["amara"].error == "the file is gone"
    stand.clock.at += timedelta(days=30)
    rows = {row.person.id: row for row in stand.site.overview(SAMPLE).people}
    assert rows["amara"].calendar is CalendarState.UNREAD
    assert rows["kwame"].calendar is CalendarState.PAINTED


def test_an_unpublished_plan_and_a_stop_are_known_without_reading_plans(stand: Stand) -> None:
    """By stamps alone."""
    assert not stand.site.overview(SAMPLE).unpublished
    stand.app().store.stop("too much at once")
    assert stand.site.overview(SAMPLE).stopped == "too much at once"
    stand.app().store.stop("")
    assert not stand.site.overview(SAMPLE).stopped
