"""One person at one time, on hand-made cases; random ones are in test_verify."""

from datetime import date

from scheduler.core.interval import DAY_MINUTES, Horizon, as_intervals
from scheduler.core.people import Boundary, Participant, Trip
from scheduler.core.presence import inside_hours, instant, is_busy, local, pain
from scheduler.core.walltime import WallWindow

HORIZON = Horizon(date(2027, 3, 22), 1)
TEN_TO_NOON = {weekday: (WallWindow(600, 720),) for weekday in range(7)}


def test_a_session_lies_inside_hours_when_windows_carry_it_to_its_end() -> None:
    """Windows that touch or overlap carry on, over midnight too; a gap of a minute does not."""
    hours = {0: (WallWindow(600, 660), WallWindow(650, 700), WallWindow(1380, 1440)), 1: (WallWindow(0, 30),)}
    limits = Boundary(zone="UTC", hours=hours)
    assert inside_hours(HORIZON, limits, 600, 700)
    assert not inside_hours(HORIZON, limits, 600, 701)
    assert not inside_hours(HORIZON, limits, 599, 650)
    assert inside_hours(HORIZON, limits, 1400, 1470)
    assert not inside_hours(HORIZON, limits, 1400, 1471)


def test_hours_are_those_of_the_date_at_home_on_the_clock_of_the_trip() -> None:
    """Days off win over overrides, those over hours; a trip moves the windows of its dates."""
    limits = Boundary(
        zone="UTC",
        hours=TEN_TO_NOON,
        days_off={date(2027, 3, 22): "leave"},
        overrides={date(2027, 3, 22): (WallWindow(0, 1440),), date(2027, 3, 23): (WallWindow(0, 60),)},
        travel=(Trip(date(2027, 3, 24), date(2027, 3, 24), "Asia/Kathmandu"),),
    )
    assert not inside_hours(HORIZON, limits, 600, 630)
    assert not inside_hours(HORIZON, limits, DAY_MINUTES + 600, DAY_MINUTES + 630)
    assert inside_hours(HORIZON, limits, DAY_MINUTES, DAY_MINUTES + 60)
    assert inside_hours(HORIZON, limits, 2 * DAY_MINUTES + 600 - 345, 2 * DAY_MINUTES + 720 - 345)
    assert not inside_hours(HORIZON, limits, 2 * DAY_MINUTES + 600, 2 * DAY_MINUTES + 630)


def test_nobody_is_met_where_nothing_is_known_of_them() -> None:
    """Hours hold for the horizon and three days at each end; beyond, no calendar was read and nobody counts as free."""
    limits = Boundary(zone="UTC", hours={weekday: (WallWindow(0, 1440),) for weekday in range(7)})
    met = [day for day in range(-30, 30) if inside_hours(HORIZON, limits, day * DAY_MINUTES, day * DAY_MINUTES + 60)]
    assert met == list(range(-3, 7 + 3))


def test_a_busy_time_and_its_buffer_are_half_open() -> None:
    """A session may touch the buffer of a busy time, and not reach a minute into it."""
    person = Participant(id="a", boundary=Boundary(zone="UTC", hours={}, buffer=5), busy=as_intervals([(100, 131)]))
    found = [is_busy(person, start, start + 10) for start in (85, 86, 110, 135, 136)]
    assert found == [False, True, True, True, False]


def test_pain_is_the_shift_to_the_nearest_preferred_window_that_is_long_enough() -> None:
    """Minutes too early or too late, at most 240; 240 where no window of the day is long enough; 0 without a wish."""
    limits = Boundary(zone="UTC", hours={}, preferred={0: (WallWindow(600, 660), WallWindow(900, 1020))})
    shifts = [pain(HORIZON, limits, start, 60) for start in (600, 590, 615, 700, 880, 1000, 0)]
    assert shifts == [0, 10, 15, 100, 20, 40, 240]
    assert pain(HORIZON, limits, 600, 90) == 240  # the first window is too short; the second is 300 minutes off
    assert pain(HORIZON, limits, 810, 90) == 90
    assert pain(HORIZON, limits, DAY_MINUTES + 600, 60) == 240
    assert pain(HORIZON, Boundary(zone="UTC", hours={}), 0, 60) == 0


def test_pain_is_felt_on_the_clock_of_the_trip_that_holds_the_date_at_home() -> None:
    """04:15 UTC on 22 March is ten o'clock in Kathmandu, for whoever is there."""
    trip = Trip(date(2027, 3, 22), date(2027, 3, 22), "Asia/Kathmandu")
    limits = Boundary(zone="UTC", hours={}, preferred=TEN_TO_NOON, travel=(trip,))
    assert pain(HORIZON, limits, 255, 60) == 0
    assert pain(HORIZON, limits, DAY_MINUTES + 255, 60) == 240
    assert pain(HORIZON, limits, DAY_MINUTES + 600, 60) == 0


def test_wall_times_and_instants_are_those_of_the_zone() -> None:
    """A skipped time has the offset before the gap, and the way back shows the clock."""
    assert instant(HORIZON, "Europe/London", date(2027, 3, 28), 90) == 6 * DAY_MINUTES + 90
    assert instant(HORIZON, "Europe/London", date(2027, 3, 28), 1440) == 7 * DAY_MINUTES - 60
    assert local(HORIZON, "Asia/Kathmandu", 0).isoformat() == "2027-03-22T05:45:00+05:45"
