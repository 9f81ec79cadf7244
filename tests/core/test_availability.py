"""Possible starts against a model that paints every minute by `zoneinfo`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from scheduler.core.availability import Availability, Lattice, availability, open_hours, possible_starts
from scheduler.core.interval import DAY_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant, Trip
from scheduler.core.walltime import WallWindow
from tests.problems import random_problem

PAD = 4 * DAY_MINUTES  # the model's minute 0 lies so far before the epoch
HORIZON = Horizon(date(2027, 3, 22), 1)
ALWAYS = {weekday: (WallWindow(0, DAY_MINUTES),) for weekday in range(7)}


@dataclass(frozen=True, slots=True)
class Painted:
    """One place a minute, from PAD before the epoch on."""

    open: NDArray[np.bool_]
    taken: NDArray[np.bool_]

    def fits(self, start: int, duration: int) -> bool:
        """Whether all minutes of a session are open and none is taken."""
        inside = slice(start + PAD, start + PAD + duration)
        return bool(self.open[inside].all() and not self.taken[inside].any())


def painted(person: Participant, horizon: Horizon) -> Painted:
    """The model: each window of each date, each busy time with its buffer, minute by minute."""
    size = horizon.weeks * 7 * DAY_MINUTES + 2 * PAD
    model = Painted(np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_))
    for offset in range(-3, horizon.weeks * 7 + 3):
        day = horizon.first_monday + timedelta(days=offset)
        zone = ZoneInfo(person.boundary.zone_on(day))
        for window in person.boundary.windows_on(day):
            start, end = (
                horizon.minute((datetime.combine(day, time(), zone) + timedelta(minutes=minute)).astimezone(UTC))
                for minute in (window.start, window.end)
            )
            model.open[start + PAD : end + PAD] = True
    for start, end in person.busy.tolist():
        model.taken[max(0, start - person.boundary.buffer + PAD) : end + person.boundary.buffer + PAD] = True
    return model


def always(busy: list[tuple[int, int]], *, buffer: int = 0) -> Availability:
    """Somebody who may be met round the clock, save at these minutes."""
    boundary = Boundary(zone="UTC", hours=ALWAYS, buffer=buffer)
    return availability(Participant(id="a", boundary=boundary, busy=as_intervals(busy)), HORIZON)


@pytest.mark.campaign(100)
def test_a_session_fits_where_every_minute_of_it_is_open_and_none_is_taken(seed: int) -> None:
    """For random people, lengths and all starts of the horizon the answer is that of the painted minutes."""
    problem, _ = random_problem(seed)
    duration = problem.series[0].duration
    starts = np.arange(-DAY_MINUTES, (problem.horizon.weeks * 7 + 1) * DAY_MINUTES, 7)
    for person in problem.people.values():
        known, model = availability(person, problem.horizon), painted(person, problem.horizon)
        expected = [model.fits(start, duration) for start in starts.tolist()]
        assert known.fits(starts, duration).tolist() == expected


@pytest.mark.campaign(100)
def test_the_bitmap_holds_the_starts_that_fit(seed: int) -> None:
    """A person's bitmap for a length is, at each place of the lattice, whether a session can begin there."""
    problem, _ = random_problem(seed)
    lattice = Lattice.of(problem.horizon, problem.grid_minutes)
    starts = lattice.first + lattice.step * np.arange(lattice.size)
    for person in problem.people.values():
        known = availability(person, problem.horizon)
        for duration in {series.duration for series in problem.series}:
            assert possible_starts(known, duration, lattice).tolist() == known.fits(starts, duration).tolist()


@pytest.mark.campaign(100)
def test_free_time_is_open_and_not_taken(seed: int) -> None:
    """The free minutes of a person are the painted ones."""
    problem, _ = random_problem(seed)
    for person in problem.people.values():
        model = painted(person, problem.horizon)
        free = np.zeros_like(model.open)
        for start, end in availability(person, problem.horizon).free.tolist():
            free[start + PAD : end + PAD] = True
        assert np.array_equal(free, model.open & ~model.taken)


def test_busy_times_are_exact_to_the_minute() -> None:
    """A session may end at the minute at which a busy time begins, and begin when it ends; not one minute off."""
    known = always([(601, 659)])
    starts = np.array([570, 571, 572, 658, 659])
    assert known.fits(starts, 30).tolist() == [True, True, False, False, True]


def test_a_buffer_is_kept_on_both_sides_of_a_busy_time() -> None:
    """Ten minutes before and after a busy time stay free."""
    known = always([(600, 660)], buffer=10)
    assert known.fits(np.array([560, 561, 669, 670]), 30).tolist() == [True, False, False, True]


def test_windows_that_touch_are_one_over_midnight_too() -> None:
    """A session may span two windows that touch, and stops where a minute is missing between them."""
    evening = {0: (WallWindow(1380, 1440),), 1: (WallWindow(0, 60), WallWindow(61, 120))}
    known = availability(Participant(id="a", boundary=Boundary(zone="UTC", hours=evening)), HORIZON)
    assert known.fits(np.array([1400, 1440, 1441, 1379]), 60).tolist() == [True, True, False, False]


def test_hours_follow_the_wall_clock_through_a_clock_change() -> None:
    """London's nine o'clock is an hour earlier after 28 March 2027, and its night an hour shorter."""
    hours = open_hours(Boundary(zone="Europe/London", hours=ALWAYS), HORIZON)
    assert len(hours) == 1
    nine = Boundary(zone="Europe/London", hours={weekday: (WallWindow(540, 600),) for weekday in (5, 6)})
    saturday, sunday = open_hours(nine, HORIZON)[-2:, 0].tolist()
    assert sunday - saturday == 23 * 60


def test_hours_on_a_trip_are_read_on_the_clock_of_the_trip() -> None:
    """On the dates of a trip the same windows mean another instant."""
    away = Trip(date(2027, 3, 23), date(2027, 3, 23), "Asia/Kathmandu")
    limits = Boundary(zone="UTC", hours={0: (WallWindow(540, 600),), 1: (WallWindow(540, 600),)}, travel=(away,))
    inside = [row for row in open_hours(limits, HORIZON).tolist() if 0 <= row[0] < 2 * DAY_MINUTES]
    assert inside == [[540, 600], [DAY_MINUTES + 540 - 345, DAY_MINUTES + 600 - 345]]


def test_nobody_without_hours_can_be_met() -> None:
    """No hours at all give no open stretch and no start."""
    known = availability(Participant(id="a", boundary=Boundary(zone="UTC", hours={})), HORIZON)
    assert known.free.shape == (0, 2)
    assert not possible_starts(known, 30, Lattice.of(HORIZON, 15)).any()


def test_the_lattice_holds_the_grid_of_every_zone() -> None:
    """Grids of twenty and sixty minutes meet zones that are a quarter of an hour apart on steps of five and fifteen."""
    assert Lattice.of(HORIZON, 20).step == 5
    assert Lattice.of(HORIZON, 60).step == 15
    lattice = Lattice.of(HORIZON, 60)
    assert lattice.index(np.array([-DAY_MINUTES, -DAY_MINUTES + 15, 0])).tolist() == [0, 1, 96]
    assert lattice.first + lattice.step * lattice.size == (HORIZON.weeks * 7 + 1) * DAY_MINUTES
