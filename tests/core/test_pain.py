"""How far sessions stand from preferred hours."""

from datetime import date

import numpy as np
import pytest

from scheduler.core.interval import Horizon
from scheduler.core.pain import MOST_PAIN, clock_lived_by, pain
from scheduler.core.people import Boundary, Trip, WeekHours
from scheduler.core.walltime import WallWindow

HORIZON = Horizon(date(2027, 1, 4), 4)
TEN_TO_NOON: WeekHours = {0: (WallWindow(600, 720),)}


def pains(boundary: Boundary, *starts: int, duration: int = 60) -> list[int]:
    """The pain at some minutes."""
    found: list[int] = pain(boundary, np.array(starts), duration, HORIZON).tolist()
    return found


@pytest.mark.parametrize(
    ("start", "expected"),
    [(600, 0), (660, 0), (585, 15), (675, 15), (480, 120), (0, MOST_PAIN), (1380, MOST_PAIN)],
)
def test_minutes_to_the_window(start: int, expected: int) -> None:
    """As many minutes as the session would have to shift, 240 at most."""
    assert pains(Boundary(zone="UTC", hours={}, preferred=TEN_TO_NOON), start) == [expected]


def test_the_nearest_window_counts() -> None:
    """Between two windows it is the nearer one."""
    windows = (WallWindow(540, 600), WallWindow(720, 840))
    assert pains(Boundary(zone="UTC", hours={}, preferred={0: windows}), 570, 690) == [30, 30]


def test_a_window_that_is_too_short_does_not_count() -> None:
    """Half an hour is no place for an hour, but for half an hour it is."""
    boundary = Boundary(zone="UTC", hours={}, preferred={0: (WallWindow(540, 570),)})
    assert pains(boundary, 540) == [MOST_PAIN]
    assert pains(boundary, 540, duration=30) == [0]


def test_a_day_without_windows_is_the_worst() -> None:
    """Tuesday is not preferred at all, though Monday is."""
    assert pains(Boundary(zone="UTC", hours={}, preferred=TEN_TO_NOON), 1440 + 600) == [MOST_PAIN]


def test_without_preferences_every_hour_is_as_good() -> None:
    """Nothing preferred, no pain."""
    assert pains(Boundary(zone="UTC", hours={}), 0, 600) == [0, 0]


def test_durations_of_many_sessions() -> None:
    """Each session has its own length."""
    boundary = Boundary(zone="UTC", hours={}, preferred=TEN_TO_NOON)
    assert pain(boundary, np.array([660, 660]), np.array([60, 90]), HORIZON).tolist() == [0, 30]


def test_the_clock_of_the_trip_that_holds_the_day_at_home() -> None:
    """In Bogota since Monday the 11th, five hours behind: ten there is 15:00 UTC; the first trip wins."""
    trips = (
        Trip(date(2027, 1, 11), date(2027, 1, 17), "America/Bogota"),
        Trip(date(2027, 1, 11), date(2027, 1, 24), "Asia/Tokyo"),
    )
    boundary = Boundary(zone="UTC", hours={}, preferred=TEN_TO_NOON, travel=trips)
    week = 10_080
    assert pains(boundary, 600, week + 600, week + 900, 2 * week + 60) == [0, MOST_PAIN, 0, 0]


def test_the_day_of_the_trip_is_read_at_home() -> None:
    """At 23:00 on Sunday at home the trip of Monday has not begun, whatever the day is there."""
    trip = Trip(date(2027, 1, 11), date(2027, 1, 11), "Pacific/Auckland")
    boundary = Boundary(zone="UTC", hours={}, travel=(trip,))
    starts = np.array([10_080 - 60, 10_080])
    shown = HORIZON.minutes(clock_lived_by(boundary, starts, HORIZON))
    assert (shown - starts).tolist() == [0, 13 * 60]
