"""connectors/_found/dates.py: which session a date is, and what nobody did by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors._found.dates import Date, adopted, found_of, nothing_of
from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Event, Span
from scheduler.core.found import Found
from tests.connectors.contract import lengthened, plan, shortened, tuesdays, with_session

TUESDAY = datetime(2027, 3, 23, 10, 30, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def event() -> Event:
    """Six Tuesdays in London."""
    return tuesdays("ana@example.org", "ben@example.org")


def shown(event: Event, by: timedelta = timedelta()) -> list[Date]:
    """Its dates by their rule, so much later."""
    at = [each.recurrence_id + by for each in event.occurrences]
    return [Date(original=each, span=(each, event.duration)) for each in at]


def found(event: Event, dates: list[Date], now: Event | None = None, stood: tuple[Span, ...] = ()) -> Found:
    """What is told of an event that was written so."""
    return found_of(now or event, Delivery(event=event, receipt=Receipt(stood=stood)), dates, {}, "v1")


def test_dates_come_in_any_order(event: Event) -> None:
    """Each is its session's, and the version is passed on."""
    result = found(event, shown(event)[::-1])
    assert result == Found(sessions=dict(enumerate(plan(event))), version="v1")
    assert list(result.sessions) == sorted(result.sessions)


@pytest.mark.parametrize("by", [HOUR, -HOUR, 3 * DAY, -5 * DAY, 4 * DAY, 11 * HOUR, WEEK * 9], ids=str)
def test_a_whole_series_is_known_by_how_most_of_it_moved(event: Event, by: timedelta) -> None:
    """By hours, days or many weeks."""
    moved = {number: (start + by, 50) for number, (start, _) in enumerate(plan(event))}
    assert found(event, shown(event, by)).sessions == moved


@pytest.mark.parametrize("by", [HOUR, -HOUR, 3 * DAY, -3 * DAY, 11 * HOUR], ids=str)
def test_a_series_that_moved_within_its_week_may_lack_a_date(event: Event, by: timedelta) -> None:
    """The first or the last: the shorter way is taken."""
    moved = {number: (start + by, 50) for number, (start, _) in enumerate(plan(event))}
    assert found(event, shown(event, by)[1:]).sessions == moved | {0: None}
    assert found(event, shown(event, by)[:-1]).sessions == moved | {5: None}


def test_a_date_beside_a_session_does_not_take_its_place(event: Event) -> None:
    """Somebody added one on the same day; the nearer is ours."""
    extra = Date(original=TUESDAY - HOUR, span=(TUESDAY - HOUR, 50))
    result = found(event, [extra, *shown(event)])
    assert result.sessions == dict(enumerate(plan(event)))
    assert result.others == ((TUESDAY - HOUR, 50),)


def test_most_dates_deleted_is_no_move(event: Event) -> None:
    """What is left stays what it is."""
    result = found(event, shown(event)[4:])
    assert result.sessions == dict.fromkeys(range(4)) | {4: plan(event)[4], 5: plan(event)[5]}
    assert result.others == ()


def test_where_the_rule_has_it_is_no_edit_whatever_the_zone_data(event: Event) -> None:
    """A date that nobody touched is told where our own clocks have it; one that somebody put there is told as it is."""
    odd = [replace(each, span=(each.original + HOUR, 50), by_rule=n != 1) for n, each in enumerate(shown(event))]
    assert found(event, odd).sessions == dict(enumerate(plan(event))) | {1: (plan(event)[1][0] + HOUR, 50)}


def test_what_is_new_is_told_and_what_is_no_more_wanted_too(event: Event) -> None:
    """Both numbers are known: of the written event, and of the one that should stand."""
    longer = lengthened(event, 8)
    assert found(event, shown(longer), longer).sessions == dict(enumerate(plan(longer)))
    assert found(event, shown(event), longer).sessions == dict(enumerate(plan(event)))
    assert found(longer, shown(longer), shortened(longer, 6)).sessions == dict(enumerate(plan(longer)))


def test_what_was_missing_from_the_beginning_is_not_deleted(event: Event) -> None:
    """Nor is what stood otherwise moved; what changed since is told."""
    stood = (*(span for span in plan(event) if span[0] != TUESDAY), (TUESDAY + DAY, 50))
    dates = [each for each in shown(event) if each.original != TUESDAY]
    assert found(event, dates, stood=stood).sessions == dict(enumerate(plan(event)))
    moved = [*dates, Date(original=TUESDAY, span=(TUESDAY + DAY, 50))]
    assert found(event, moved, stood=stood).sessions == dict(enumerate(plan(event)))
    again = [*dates, Date(original=TUESDAY, span=(TUESDAY + 2 * DAY, 50))]
    assert found(event, again, stood=stood).sessions[2] == (TUESDAY + 2 * DAY, 50)
    assert found(event, dates[1:], stood=stood).sessions[0] is None


def test_an_answer_to_one_date_goes_before_one_to_all(event: Event) -> None:
    """Ben said no to the whole, and yes to one; ana said no to one that does not take place."""
    event = with_session(event, 3, None)
    dates = shown(event)
    dates[1] = replace(dates[1], answers={"ben": False})
    dates[3] = replace(dates[3], span=None, answers={"ana": True})
    result = found_of(event, Delivery(event=event), dates, {"ben": True, "somebody": True}, "")
    assert result.declined == {"ben": frozenset({0, 2, 4, 5})}


def test_what_stands_as_it_should_counts_as_written(event: Event) -> None:
    """And nothing else: neither who is absent, nor what stands elsewhere."""
    wanted = with_session(with_session(event, 2, TUESDAY + HOUR, absent=("ben",)), 4, None)
    dates = shown(event)
    dates[2] = replace(dates[2], span=(TUESDAY + HOUR, 50))
    there = found(event, dates, wanted)
    known = adopted(wanted, Delivery(event=event, receipt=Receipt(id="x")), there)
    assert known.receipt.id == "x"
    starts = [each.start for each in known.event.occurrences]
    assert starts == [start if start != TUESDAY else TUESDAY + HOUR for start, _ in plan(event)]
    assert known.event.occurrences[2].absent == ()


def test_nothing_is_gone_only_where_something_was(event: Event) -> None:
    """An event without a date stands nowhere."""
    empty = replace(event, occurrences=tuple(replace(each, start=None) for each in event.occurrences))
    assert nothing_of(Delivery(event=event)) == Found(gone=True)
    assert nothing_of(Delivery(event=empty)) == Found(sessions=dict.fromkeys(range(6)))
