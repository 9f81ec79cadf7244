"""Two people by themselves: nothing stands before both chose the same, and then it stands once."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events

from scheduler.app.pairs import booking, pairs
from scheduler.app.planning.explaining import OWNER, member
from scheduler.app.planning.times import SHARED, best_times, series_of_group
from scheduler.app.wiring.programme import App
from scheduler.core.description import description
from scheduler.core.words import when
from scheduler.errors import InputError, StalePlan
from scheduler.programme import Group
from tests.site import Stand, standing

TENTH = 10  # a short run takes every tenth seed, and all clocks too
NOW = datetime(2027, 1, 4, tzinfo=UTC)


@pytest.fixture
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A service without programmes."""
    with standing(tmp_path_factory.mktemp("pairs") / "data", sample=False) as stand:
        yield stand


def begin(stand: Stand, once: str = "a secret of twenty signs", hours: str = "Mon-Fri 9-17") -> str:
    """A pair in London and New York; its programme."""
    begun = pairs.begin(
        stand.site,
        once=once,
        me=pairs.Side(name="Amara", zone="London", hours="Mon-Fri 9-17"),
        other=pairs.Side(name="Chen", zone="New York", hours=hours),
        every=1,
        minutes=45,
        first=date(2027, 1, 11),
        until=date(2027, 7, 11),
    )
    return begun.programme


def best(stand: Stand, programme: str, number: int = 0) -> booking.Booking:
    """What booking one of the best times would write."""
    app = stand.app(programme)
    group = pairs.group_of(app, pairs.GROUP)
    posed = app.pose()
    option = best_times(app, posed, series_of_group(posed, group.id), audience=OWNER)[number]
    return booking.prepared(app, group, option.key, OWNER)


def choose(stand: Stand, programme: str, person: str, chosen: booking.Booking) -> booking.Outcome:
    """Somebody's choice."""
    return booking.choose(stand.site, programme, pairs.GROUP, person, chosen.option.key, chosen.seen)


def test_a_form_that_is_sent_twice_begins_once(stand: Stand) -> None:
    """The second gets links of its own; long afterwards nobody comes in by a form that was sent."""
    one = begin(stand)
    assert begin(stand) == one
    stand.clock.at += timedelta(minutes=11)
    with pytest.raises(InputError, match="sent already"):
        begin(stand)
    assert begin(stand, "another secret, twenty signs") != one


def test_it_is_booked_when_both_chose_the_same(stand: Stand) -> None:
    """One choice waits, another time waits too, the same one is booked."""
    programme = begin(stand)
    chosen, another = best(stand, programme), best(stand, programme, 1)
    assert choose(stand, programme, pairs.FIRST, chosen) is booking.Outcome.WAITS
    assert choose(stand, programme, pairs.SECOND, another) is booking.Outcome.WAITS
    assert stand.app(programme).store.events() == ()
    assert choose(stand, programme, pairs.SECOND, chosen) is booking.Outcome.BOOKED
    assert choose(stand, programme, pairs.SECOND, chosen) is booking.Outcome.BOOKED
    [event] = stand.app(programme).store.events()
    assert [each.start for each in event.sessions] == [cell.start for cell in chosen.option.cells if cell.start]
    assert not stand.app(programme).store.pending()


def test_many_who_agree_at_once_book_once(stand: Stand) -> None:
    """Double clicks, and both of them at the same moment."""
    programme = begin(stand)
    chosen = best(stand, programme)
    outcomes: list[booking.Outcome] = []
    who = [pairs.FIRST, pairs.SECOND] * 3
    threads = [threading.Thread(target=lambda p=p: outcomes.append(choose(stand, programme, p, chosen))) for p in who]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert booking.Outcome.BOOKED in outcomes
    [event] = stand.app(programme).store.events()
    assert event.sequence == 0


def test_dates_that_changed_are_looked_at_again(stand: Stand) -> None:
    """What was confirmed is what is booked, to the date; a time that is gone is told."""
    programme = begin(stand)
    chosen = best(stand, programme)
    assert (
        booking.choose(stand.site, programme, pairs.GROUP, pairs.FIRST, chosen.option.key, "other")
        is booking.Outcome.CHANGED
    )
    pairs.introduce(stand.site, programme, pairs.SECOND, pairs.Side(name="Chen", zone="New York", hours="Sat 9-10"))
    with pytest.raises(StalePlan):
        choose(stand, programme, pairs.FIRST, chosen)


@pytest.mark.parametrize("keep", ["America/New_York", SHARED])
def test_the_time_is_kept_on_the_clock_that_they_chose(stand: Stand, keep: str) -> None:
    """The rule of what is written counts on it."""
    programme = begin(stand)
    app = stand.app(programme)
    posed = app.pose()
    [option, *_] = best_times(app, posed, series_of_group(posed, pairs.GROUP, keep), audience=OWNER)
    chosen = booking.prepared(app, pairs.group_of(app, pairs.GROUP), option.key, OWNER)
    for person in (pairs.FIRST, pairs.SECOND):
        outcome = choose(stand, programme, person, chosen)
    assert outcome is booking.Outcome.BOOKED
    [event] = stand.app(programme).store.events()
    assert event.rule.zone == keep


def test_a_booking_is_taken_back_within_an_hour(stand: Stand) -> None:
    """And can be made anew; after an hour it stays."""
    programme = begin(stand)
    for _ in range(2):
        chosen = best(stand, programme)
        for person in (pairs.FIRST, pairs.SECOND):
            choose(stand, programme, person, chosen)
        assert booking.is_booked(stand.app(programme), pairs.group_of(stand.app(programme), pairs.GROUP))
        stand.clock.at += timedelta(minutes=59)
        booking.take_back(stand.site, programme, pairs.GROUP)
        app = stand.app(programme)
        assert all(event.cancelled for event in app.store.events())
        assert booking.choices(app, pairs.group_of(app, pairs.GROUP)) == {}
    chosen = best(stand, programme)
    for person in (pairs.FIRST, pairs.SECOND):
        choose(stand, programme, person, chosen)
    stand.clock.at += timedelta(minutes=60)
    with pytest.raises(StalePlan):
        booking.take_back(stand.site, programme, pairs.GROUP)


ZONES = ("Europe/London", "America/New_York", SHARED, "Asia/Kolkata", "Australia/Lord_Howe")


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[list[booking.Booking]]]:
    """Forty times of two people with long days, on each of five clocks."""
    with standing(tmp_path_factory.mktemp("offered") / "data", sample=False) as stand:
        programme = begin(stand, hours="Mon-Sun 5-22")
        pairs.introduce(stand.site, programme, pairs.FIRST, pairs.Side(name="A", zone="London", hours="Mon-Sun 7-22"))
        app = stand.app(programme)
        group = pairs.group_of(app, pairs.GROUP)
        yield [list(_offered(booking.kept_for(app, group, f"0.0.0.09:00.{zone}"), group)) for zone in ZONES]


def _offered(app: App, group: Group) -> Iterator[booking.Booking]:
    posed = app.pose()
    for option in best_times(app, posed, series_of_group(posed, group.id), top=40, audience=member(pairs.FIRST)):
        yield booking.booking_of(app, group, posed, option)


@pytest.mark.campaign(200)
def test_the_same_instants_in_four_places(offered: list[list[booking.Booking]], seed: int) -> None:
    """Of 200 slots: the card's cells, what the confirm page writes, the mail's text and the calendar file agree."""
    chosen = offered[(seed + seed // TENTH) % len(ZONES)][seed // len(ZONES)]
    shown = [cell.start for cell in chosen.option.cells if cell.start]
    [event] = chosen.events
    assert [each.start for each in event.sessions] == shown
    text = description(event, pairs.FIRST)
    for clock in chosen.option.clocks:
        assert when(clock.at, clock.zone) in text
    file = icalendar.Calendar.from_ical(booking.calendar_file(chosen.events, pairs.FIRST, NOW))
    found = recurring_ical_events.of(file).between(date(2027, 1, 1), date(2027, 8, 1))
    assert sorted(each["DTSTART"].dt for each in found) == shown
