"""Seats that can't all be taken."""

import numpy as np

from scheduler.core.interval import Int64Array
from scheduler.solve.bound.clash import Around, clashes
from scheduler.solve.bound.ground import NO_SEATS, PERSON

NO_CAP = (-1, 0, -1, 0)


def seats(*rows: tuple[int, int, int, tuple[int, int, int, int]]) -> Int64Array:
    """Rows of (cell, start, end, (day, room, week, room)); places are numbered as the rows are."""
    return np.array([(cell, place, start, end, *caps) for place, (cell, start, end, caps) in enumerate(rows)])


def test_seats_that_share_an_instant_clash() -> None:
    """Not those that touch, nor those of one cell."""
    some = seats((1, 0, 60, NO_CAP), (2, 60, 120, NO_CAP), (3, 90, 150, NO_CAP), (3, 100, 160, NO_CAP))
    assert set(clashes(some, some)) == {(2, 3)}


def test_a_long_seat_clashes_with_all_inside_it() -> None:
    """Also where others lie between."""
    some = seats((1, 0, 300, NO_CAP), (2, 10, 20, NO_CAP), (3, 30, 40, NO_CAP))
    assert sorted(clashes(some, some)) == [(1, 2), (1, 3)]


def test_a_cap_counts_cells() -> None:
    """Room for two a day: three are too many, and two places of one cell are one."""
    day = (5, 2, -1, 0)
    three = seats((1, 0, 1, day), (2, 10, 11, day), (3, 20, 21, day))
    assert list(clashes(three, three)) == [(1, 2), (1, 3)]
    two = seats((1, 0, 1, day), (2, 10, 11, day), (2, 20, 21, day))
    assert list(clashes(two, two)) == []


def test_only_people_with_recent_seats_are_looked_at() -> None:
    """Anna's clash is old; Ben's is new."""
    some = seats((1, 0, 60, NO_CAP), (2, 30, 90, NO_CAP), (3, PERSON, PERSON + 60, NO_CAP), (4, PERSON, PERSON, NO_CAP))
    some[3, 3] += 60
    assert list(clashes(some, some[2:3])) == [(3, 4)]
    assert list(clashes(some, NO_SEATS)) == []


def test_a_place_is_unwelcome_where_somebody_sits_or_the_day_is_full() -> None:
    """What touches a seat is free; so is a day with room."""
    full, roomy = (5, 1, -1, 0), (6, 2, -1, 0)
    around = Around.of(seats((1, 100, 200, full), (2, 1000, 1100, roomy)))
    asked = seats((3, 0, 100, NO_CAP), (3, 150, 250, NO_CAP), (3, 200, 300, full), (3, 300, 400, roomy))
    assert around.unwelcome(asked).tolist() == [1, 2]
    assert Around.of(NO_SEATS).unwelcome(asked).tolist() == []
