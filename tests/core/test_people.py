"""What a person's limits say of one date."""

from datetime import date

from scheduler.core.people import Boundary, Trip
from scheduler.core.walltime import WallWindow

MORNING, EVENING = WallWindow(9 * 60, 12 * 60), WallWindow(18 * 60, 20 * 60)
MONDAY, TUESDAY = date(2027, 1, 4), date(2027, 1, 5)


def test_hours_come_by_weekday_and_a_weekday_without_any_has_none() -> None:
    """Windows of a date are those of its weekday."""
    limits = Boundary(zone="UTC", hours={0: (MORNING, EVENING)})
    assert limits.windows_on(MONDAY) == (MORNING, EVENING)
    assert limits.windows_on(TUESDAY) == ()


def test_an_override_takes_the_place_of_hours_and_a_day_off_of_both() -> None:
    """An override opens or closes one date; a day off wins over everything."""
    limits = Boundary(
        zone="UTC",
        hours={0: (MORNING,)},
        overrides={MONDAY: (), TUESDAY: (EVENING,), date(2027, 1, 11): (EVENING,)},
        days_off={date(2027, 1, 11): "leave"},
    )
    assert limits.windows_on(MONDAY) == ()
    assert limits.windows_on(TUESDAY) == (EVENING,)
    assert limits.windows_on(date(2027, 1, 11)) == ()
    assert limits.windows_on(date(2027, 1, 18)) == (MORNING,)


def test_the_first_trip_that_holds_a_date_sets_the_clock() -> None:
    """Both ends of a trip belong to it; of two that overlap the first counts; between trips it is home."""
    limits = Boundary(
        zone="Europe/London",
        hours={},
        travel=(
            Trip(date(2027, 1, 5), date(2027, 1, 7), "Asia/Kolkata"),
            Trip(date(2027, 1, 7), date(2027, 1, 9), "America/Bogota"),
        ),
    )
    zones = [limits.zone_on(date(2027, 1, day)) for day in range(4, 11)]
    away = ["Asia/Kolkata"] * 3 + ["America/Bogota"] * 2
    assert zones == ["Europe/London", *away, "Europe/London"]
