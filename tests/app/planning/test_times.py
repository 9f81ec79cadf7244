"""The best recurring times as values: counts that agree, options that differ, and no verdict that the solver denies."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest

from scheduler.app.planning.explaining import COORDINATOR, OWNER, explained, member
from scheduler.app.planning.times import SHARED, best_times, series_of_group, standing, time_of
from scheduler.app.wiring.programme import App
from scheduler.core.candidates import candidates_of
from scheduler.core.interval import DAY_MINUTES
from scheduler.core.plan import Status
from scheduler.core.series import Slot
from scheduler.core.words import usual_time
from scheduler.programme.problem import Posed
from tests.site import standing as site_standing

GROUP = "pair-amara-chen"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The sample programme, planned and not yet published."""
    with site_standing(tmp_path_factory.mktemp("times") / "data", published=False) as stand:
        yield stand.app()


@pytest.fixture(scope="module")
def posed(app: App) -> Posed:
    """Its problem."""
    return app.pose()


@pytest.mark.parametrize("keep", ["", "America/New_York", SHARED])
def test_options_differ_and_hold_what_they_say(app: App, posed: Posed, keep: str) -> None:
    """Another weekday or an hour apart, one cell a session, counts of cells as of the placement, and a reason each."""
    series = series_of_group(posed, GROUP, keep)
    options = best_times(app, posed, series, audience=OWNER)
    assert len(options) == 5
    for one, other in combinations((option.slot for option in options), 2):
        assert one.weekday != other.weekday or abs(one.minute - other.minute) >= 60
    for option in options:
        assert len(option.cells) == series.sessions == 26
        for status in Status:
            assert option.count(status) == sum(each.status is status for each in option.placement.sessions)
        assert option.reasons
        assert time_of(app, posed, series, option.key, OWNER) == option


def test_a_cell_differs_exactly_where_a_clock_shows_another_time(app: App, posed: Posed) -> None:
    """The dates that the sentences on clocks name, and none else."""
    for option in best_times(app, posed, series_of_group(posed, GROUP), audience=OWNER):
        held = [cell for cell in option.cells if cell.status is Status.HELD]
        by_words = {day for clock in option.clocks for shift in clock.shifts for run in shift.runs for day in run}
        differing = [cell for cell in held if cell.differs]
        assert len(by_words) == len(differing)
        for clock in option.clocks:
            assert usual_time([clock.at], clock.zone) == clock.usual


def test_the_hours_around_a_meeting_hold_it(app: App, posed: Posed) -> None:
    """Where it is held, it lies in hours that are open; what is good is open too."""
    for option in best_times(app, posed, series_of_group(posed, GROUP), audience=OWNER):
        for clock in option.clocks:
            start = int((clock.at - clock.hours.first).total_seconds()) // 60
            assert any(opens <= start and start + 45 <= closes for opens, closes in clock.hours.open)
            assert all(
                any(opens <= good and end <= closes for opens, closes in clock.hours.open)
                for good, end in clock.hours.good
            )


def test_what_is_not_booked_does_not_stand(app: App, posed: Posed) -> None:
    """Nothing was published."""
    assert standing(app, posed, series_of_group(posed, GROUP), OWNER) is None


def test_the_verdict_is_the_solvers(app: App, posed: Posed) -> None:
    """For 500 random slots: a date holds exactly where the solver sees a possible start."""
    draw = Random(18)
    possible = {each.id: set(candidates_of(posed.problem, each).starts.tolist()) for each in posed.problem.series}
    for _ in range(500):
        series = draw.choice(posed.problem.series)
        slot = Slot(draw.randrange(7), draw.randrange(0, DAY_MINUTES, 15))
        found = explained(app, posed, series, slot=slot, audience=COORDINATOR)
        assert set(found.told.holds) == set(found.told.starts) & possible[series.id]


def test_of_others_a_member_learns_only_that_they_are_not_free(app: App, posed: Posed) -> None:
    """Neither the kind of limit nor a time of a calendar; a coordinator learns kinds, and no times."""
    series = series_of_group(posed, GROUP)
    for weekday in range(5):
        for audience in (member("amara"), member("chen"), COORDINATOR):
            found = explained(app, posed, series, slot=Slot(weekday, 15 * 60), audience=audience)
            others = [each for each in found.told.blockers if each.person != audience.person]
            assert not [each for each in others if each.times]
            assert len({str(each.limit) for each in others}) <= 1 or audience is COORDINATOR
            for part in found.people:
                if audience.person and part.person != audience.person:
                    assert all("is not free on" in sentence for sentence in part.sentences)
