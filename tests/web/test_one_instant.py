"""The same instant on the card, before booking, in the text that is mailed and in the calendar file: on both clocks."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar

from scheduler.app.pairs import booking, pairs
from scheduler.app.planning.explaining import member
from scheduler.app.planning.times import TimeOption, best_times, series_of_group
from scheduler.app.wiring.programme import App
from scheduler.programme.problem import Posed
from scheduler.web.pictures.card import cards
from tests.site import standing

PLACES = {"Europe/London": "London", "Asia/Tokyo": "Tokyo"}
A_SEED = 10
Options = tuple[App, Posed, Sequence[TimeOption]]


@pytest.fixture(scope="module")
def options(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Options]:
    """Times of a week that two people could take who are always free."""
    most = 200 if request.config.getoption("--long") else 40
    with standing(tmp_path_factory.mktemp("instants") / "data", sample=False) as stand:
        first = stand.clock.now().date()
        one, other = (pairs.Side(name=PLACES[zone], zone=zone, hours="Mon-Sun 0-24") for zone in PLACES)
        begun = pairs.begin(
            stand.site,
            once="for instants",
            me=one,
            other=other,
            every=1,
            minutes=45,
            first=first,
            until=first + timedelta(weeks=26, days=-1),
        )
        app = stand.app(begun.programme)
        posed = app.pose()
        series = series_of_group(posed, pairs.GROUP)
        yield app, posed, best_times(app, posed, series, top=most, audience=member("first"))


@pytest.mark.campaign(20)
def test_a_time_is_the_same_wherever_it_is_told(seed: int, options: Options) -> None:
    """Its usual time in words, and every date of it as an instant."""
    app, posed, found = options
    assert len(found) >= 40
    for option in Random(seed).sample(found, A_SEED):
        [card] = cards((option,))
        booked = booking.booking_of(app, pairs.group_of(app, pairs.GROUP), posed, option)
        texts = {one.person.id: one.text for one in booked.invited}
        file = booking.calendar_file(booked.events, pairs.FIRST, app.clock.now())
        starts = [each["DTSTART"].dt for each in recurring_ical_events.of(Calendar.from_ical(file)).between(2026, 2028)]
        assert sorted(starts) == [cell.start for cell in option.cells if cell.start]
        for clock, told in zip(option.clocks, card.times, strict=True):
            assert f"{clock.at.astimezone(ZoneInfo(clock.zone)):%a %H:%M} {PLACES[clock.zone]}" == told
            assert clock.at in starts
            assert all(told in text for text in texts.values())
        assert card.headline == " · ".join(card.times)


def test_a_day_that_rolls_over_is_named_on_both_sides(options: Options) -> None:
    """An evening in London is the next day in Tokyo, and the headline says both."""
    days = [{told.split()[0] for told in card.times} for card in cards(tuple(options[2]))]
    assert {len(each) for each in days} == {1, 2}
