"""Places and seats, numbered."""

from typing import Any

import numpy as np

from scheduler.core.interval import Int64Array
from scheduler.core.plan import Placement, Session, Status
from scheduler.solve.bound.ground import CELL, DAY, DAY_ROOM, END, PERSON, PLACE, START, WEEK, WEEK_ROOM, Ground
from tests.solve.bench import DAY as DAY_MINUTES
from tests.solve.bench import ELEVEN, NINE, TEN, person, problem, series, tasks_of

FIRST_DAY = 740_000
"""Less than the ordinal of any local day of ours."""


def ground_of(people: list[Any], *groups: Any, **more: Any) -> Ground:
    """The ground of a problem."""
    asked = problem(people, *groups, **more)
    return Ground.of(asked, tasks_of(asked))


def seats_of(ground: Ground, number: int) -> Int64Array:
    """The seats of all places of a series."""
    return ground.seats(number, np.arange(len(ground.outlines[number].cell)))


def test_cells_and_places_are_numbered_through_all_series() -> None:
    """One week with three places each: the second series goes on where the first ends."""
    ground = ground_of([person("anna")], series("s", "anna"), series("t", "anna"))
    assert ground.cells.tolist() == [0, 1, 2]
    assert ground.places.tolist() == [0, 3, 6]
    assert [ground.series_of(cell) for cell in (0, 1)] == [0, 1]
    assert seats_of(ground, 1)[:, [CELL, PLACE]].tolist() == [[1, 3], [1, 4], [1, 5]]


def test_a_seat_has_its_buffer_and_each_person_a_stretch_of_the_axis() -> None:
    """From ten to eleven, and half an hour after it; Ben's is elsewhere."""
    people = [person("anna", buffer=30), person("ben", busy=[(NINE, TEN), (ELEVEN, ELEVEN + 60)])]
    rows = seats_of(ground_of(people, series("s", "anna", "ben")), 0)
    assert rows[:, [START, END]].tolist() == [[TEN, ELEVEN + 30], [PERSON + TEN, PERSON + ELEVEN]]


def test_optional_people_have_a_seat_where_the_quorum_needs_them() -> None:
    """Of two who are free at nine one is needed: nobody has to come. At ten only Cem is free: there he has."""
    people = [person("anna"), person("ben", busy=[(TEN, ELEVEN + 60)]), person("cem", busy=[(ELEVEN, ELEVEN + 60)])]
    rows = seats_of(ground_of(people, series("s", "anna", optional=("ben", "cem"), quorum=1)), 0)
    who = [(int(start // PERSON), int(start % PERSON)) for start in rows[:, START]]
    assert who == [(0, NINE), (0, TEN), (2, TEN)]


def test_caps_have_the_room_that_given_sessions_leave() -> None:
    """Two a day and none a week: a pin on Tuesday takes one of Tuesday's, and nothing of Monday's."""
    anna = person("anna", {0: person("x").boundary.hours[0], 1: person("x").boundary.hours[0]}, max_per_day=2)
    pinned = series("p", "anna", pinned={0: DAY_MINUTES + ELEVEN})
    rows = seats_of(ground_of([anna], series("s", "anna"), pinned), 0)
    assert rows[:, DAY_ROOM].tolist() == [2, 2, 2, 1, 1]
    assert len(set(rows[:, DAY].tolist())) == 2
    assert (rows[:, DAY] > FIRST_DAY - PERSON).all()
    assert (rows[:, WEEK] == -1).all()
    assert (rows[:, WEEK_ROOM] == 0).all()


def test_days_and_weeks_of_people_are_told_apart() -> None:
    """No period of one is one of another, nor a day a week."""
    people = [person("anna", max_per_day=1, max_per_week=1), person("ben", max_per_day=1, max_per_week=1)]
    rows = seats_of(ground_of(people, series("s", "anna", "ben")), 0)
    assert len(np.unique(rows[:, [DAY, WEEK]])) == 4


def test_what_given_sessions_block_is_counted() -> None:
    """A pin on one of three hours costs nothing, one on the only hour a session."""
    pinned = series("p", "anna", pinned={0: NINE})
    assert ground_of([person("anna")], series("s", "anna"), pinned).blocked == 0
    busy = person("anna", busy=[(TEN, ELEVEN + 60)])
    assert ground_of([busy], series("s", "anna"), pinned).blocked == 1


def test_a_guide_stands_where_it_can() -> None:
    """Sessions at starts that are no candidates, skipped ones and series that it does not have stand nowhere."""
    ground = ground_of([person("anna")], series("s", "anna", sessions=2), series("t", "anna"), weeks=2)
    sessions = (Session(TEN, Status.MOVED), Session(NINE, Status.SKIPPED), Session(7, Status.HELD))
    stands = ground.standing({"s": Placement("s", 0, (), sessions)})
    assert [mine.tolist() for mine in stands] == [[1], []]
