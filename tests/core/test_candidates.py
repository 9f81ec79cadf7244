"""Where sessions can stand, and the dates of their rules."""

from datetime import date

import numpy as np
import pytest

from scheduler.core.availability import Lattice
from scheduler.core.candidates import NOWHERE, Candidates, all_candidates, rule_dates, wall_grid
from scheduler.core.interval import Horizon, as_intervals
from scheduler.core.people import Boundary, Participant
from scheduler.core.problem import Problem
from scheduler.core.series import Cadence, Series, Slot
from scheduler.core.walltime import WallWindow

MONDAY = date(2027, 1, 4)
DAY, WEEK = 1440, 10_080
SPRING = date(2027, 3, 22)  # Europe goes to summer time on Sunday, 28 March
AUTUMN = date(2027, 10, 25)  # and leaves it on Sunday, 31 October


def somebody(name: str, busy: list[list[int]] | None = None, first: int = 540, last: int = 720) -> Participant:
    """A person in UTC who can be met on Mondays."""
    hours = {0: (WallWindow(first, last),)}
    return Participant(id=name, boundary=Boundary(zone="UTC", hours=hours), busy=as_intervals(busy or []))


def found(people: list[Participant], series: Series, *, weeks: int = 1, grid: int = 30) -> Candidates:
    """The candidates of the only series."""
    horizon = Horizon(MONDAY, weeks)
    everybody = {person.id: person for person in people}
    problem = Problem(name="", horizon=horizon, grid_minutes=grid, people=everybody, series=(series,))
    return all_candidates(problem)[0]


def meeting(*required: str, optional: tuple[str, ...] = (), quorum: int = 0, movable: bool = True) -> Series:
    """One hour of a series."""
    return Series(
        id="s", required=required, optional=optional, quorum=quorum, duration=60, sessions=1, anchor_zone="UTC",
        movable=movable,
    )  # fmt: skip


def test_starts_are_those_at_which_all_required_people_are_free() -> None:
    """Nine to twelve, less a busy quarter of an hour of one of them."""
    starts = found([somebody("anna"), somebody("ben", [[630, 645]])], meeting("anna", "ben")).starts
    assert starts.tolist() == [540, 570, 660]


def test_a_busy_minute_counts_to_the_minute() -> None:
    """Busy until 10:01, and ten is no start any more."""
    assert found([somebody("anna", [[540, 601]])], meeting("anna")).starts.tolist() == [630, 660]
    assert found([somebody("anna", [[540, 600]])], meeting("anna")).starts.tolist() == [600, 630, 660]


def test_the_quorum_is_needed_at_a_start() -> None:
    """Where the quorum is one, an optional person must be free; without a quorum it is only noted who is."""
    people = [somebody("anna"), somebody("ben", [[540, 600]])]
    assert found(people, meeting("anna", optional=("ben",), quorum=1)).starts.tolist() == [600, 630, 660]
    loose = found(people, meeting("anna", optional=("ben",)))
    assert loose.comes[:, 0].tolist() == [False, False, True, True, True]


def test_clear_of_seats_and_buffers() -> None:
    """Whoever sits elsewhere from 9 to 10 with a buffer of half an hour is free again at 10:30."""
    free = found([somebody("anna"), somebody("ben")], meeting("anna", optional=("ben",)))
    seats = {"anna": np.array([[540, 600]])}
    left = free.clear_of(seats, {"anna": 30, "ben": 0})
    assert left.starts.tolist() == [630, 660]
    assert left.starts[left.regular[0, 21]] == 630
    assert left.regular[0, 20] == NOWHERE
    optional = free.clear_of({"ben": np.array([[540, 600]])}, {"anna": 0, "ben": 30})
    assert optional.comes[:, 0].tolist() == [False, False, False, True, True]
    assert optional.starts.tolist() == free.starts.tolist()


def test_clear_of_seats_that_hold_others() -> None:
    """A short seat inside a long one does not shorten it."""
    free = found([somebody("anna")], meeting("anna"))
    assert free.clear_of({"anna": np.array([[480, 660], [500, 510]])}, {"anna": 0}).starts.tolist() == [660]


def test_what_may_not_be_moved_has_no_week_to_move_in() -> None:
    """Its starts are there for regular sessions alone."""
    fixed = found([somebody("anna")], meeting("anna", movable=False))
    assert fixed.week.tolist() == [NOWHERE] * 5
    assert fixed.regular[0, 18] == 0


def test_regular_times_in_a_gap_are_read_with_the_offset_before_it() -> None:
    """02:30 on 28 March 2027 does not exist in Berlin: it is 03:30 there, and 01:30 UTC (RFC 5545, 3.3.5)."""
    horizon = Horizon(SPRING, 1)
    lattice = Lattice.of(horizon, 30)
    grid = wall_grid("Europe/Berlin", horizon, 30, lattice)
    minute = lattice.first + grid.regular[6, 5] * lattice.step
    assert minute == 6 * DAY + 90
    assert grid.regular[6, 5] == grid.regular[6, 7]


def test_regular_times_that_occur_twice_mean_the_first_and_moves_may_use_both() -> None:
    """02:00 on 31 October 2027 in Berlin is 00:00 UTC as a rule; a session may be moved to 01:00 UTC as well."""
    horizon = Horizon(AUTUMN, 1)
    lattice = Lattice.of(horizon, 60)
    grid = wall_grid("Europe/Berlin", horizon, 60, lattice)
    twice = lattice.index(np.array([6 * DAY, 6 * DAY + 60]))
    assert grid.regular[6, 2] == twice[0]
    assert grid.week[twice].tolist() == [0, 0]


def test_a_time_that_is_off_the_grid_after_a_gap_is_no_place_for_a_move() -> None:
    """Lord Howe's clocks skip half an hour: 02:00 means 02:30, on a grid of hours a regular time but no other."""
    horizon = Horizon(date(2027, 9, 27), 1)
    lattice = Lattice.of(horizon, 60)
    grid = wall_grid("Australia/Lord_Howe", horizon, 60, lattice)
    assert grid.week[grid.regular[6, 2]] == NOWHERE
    assert grid.week[grid.regular[6, 1]] == 0


def test_weeks_are_those_of_the_anchor_zone() -> None:
    """Sunday 23:00 UTC is Monday in Auckland, so it belongs to the week that begins there."""
    horizon = Horizon(MONDAY, 2)
    lattice = Lattice.of(horizon, 60)
    week = wall_grid("Pacific/Auckland", horizon, 60, lattice).week
    assert week[lattice.index(np.array([-60, WEEK - 60, 2 * WEEK - 60]))].tolist() == [0, 1, NOWHERE]


def test_weekly_dates() -> None:
    """Every second week from any first one; what would lie outside the horizon is nowhere."""
    series = Series(
        id="s", required=(), duration=60, sessions=2, cadence=Cadence(every_weeks=2), anchor_zone="UTC"
    )  # fmt: skip
    choices, dates = rule_dates(series.cadence, series.sessions, Horizon(MONDAY, 4))
    assert choices[3] == Slot(3, 0)
    assert dates.shape == (4, 7, 2)
    assert dates[1, 3].tolist() == [10, 24]
    assert dates[2, 0].tolist() == [14, NOWHERE]


@pytest.mark.parametrize(
    ("nth", "weekday", "expected"),
    [(1, 0, [0, 28]), (1, 4, [NOWHERE, 32]), (-1, 6, [27, 55]), (4, 3, [24, 52])],
)
def test_monthly_dates(nth: int, weekday: int, expected: list[int]) -> None:
    """The nth weekday of January and February 2027; 1 January is before the horizon begins."""
    series = Series(id="s", required=(), duration=60, sessions=2, cadence=Cadence(monthly=True), anchor_zone="UTC")
    choices, dates = rule_dates(series.cadence, series.sessions, Horizon(MONDAY, 8))
    assert dates[0, choices.index(Slot(weekday, 0, nth))].tolist() == expected


def test_no_sessions_and_no_room_are_no_error() -> None:
    """A series of nothing, and one that no horizon holds, have candidates that lead nowhere."""
    nothing = Series(id="s", required=(), duration=60, sessions=0, anchor_zone="UTC")
    long = Series(id="s", required=(), duration=60, sessions=5, anchor_zone="UTC")
    assert rule_dates(nothing.cadence, nothing.sessions, Horizon(MONDAY, 2))[1].shape == (2, 7, 0)
    assert (rule_dates(long.cadence, long.sessions, Horizon(MONDAY, 2))[1][:, :, -1] == NOWHERE).all()


def test_the_slot_of_a_choice() -> None:
    """A day and a time of day on the grid make a slot."""
    assert found([somebody("anna")], meeting("anna")).slot(2, 19) == Slot(2, 570)
