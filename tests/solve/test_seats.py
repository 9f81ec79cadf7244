"""Who sits where."""

import numpy as np

from scheduler.core.plan import Placement, Session, Status
from scheduler.core.series import Slot
from scheduler.solve.seats import cleared, pain_of, taken_seats
from tests.solve.bench import ELEVEN, NINE, TEN, person, problem, series, tasks_of, window

PEOPLE = [person("anna", buffer=30, preferred={0: window(9, 10)}), person("ben")]
PINNED = series("s", "anna", optional=("ben",), pinned={0: NINE})


def test_given_sessions_take_the_seats_that_are_decided() -> None:
    """The optional seat of a pinned session is not taken before somebody decides it."""
    taken = taken_seats(tasks_of(problem(PEOPLE, PINNED)), {})
    assert {who: rows.tolist() for who, rows in taken.items()} == {"anna": [[NINE, TEN, 0]]}


def test_placed_sessions_take_all_their_seats() -> None:
    """But not those of absent people; what we placed is marked as chosen, what was given is not."""
    tasks = tasks_of(problem(PEOPLE, PINNED, series("t", "anna", optional=("ben",))))
    placed = {
        "s": Placement("s", 0, (), (Session(NINE, Status.PINNED),)),
        "t": Placement("t", 0, (Slot(0, ELEVEN),), (Session(ELEVEN, Status.HELD, ("ben",)),)),
    }
    taken = taken_seats(tasks, placed)
    assert taken["anna"].tolist() == [[NINE, TEN, 0], [ELEVEN, ELEVEN + 60, 1]]
    assert taken["ben"].tolist() == [[NINE, TEN, 0]]


def test_cleared_candidates_keep_the_buffer() -> None:
    """Anna needs half an hour after ten."""
    asked = problem(PEOPLE, PINNED, series("t", "anna"), grid=30)
    tasks = tasks_of(asked)
    assert cleared(asked, tasks, taken_seats(tasks, {}))[1].candidates.starts.tolist() == [TEN + 30, ELEVEN]


def test_the_pain_of_seats() -> None:
    """Each with its own length."""
    asked = problem(PEOPLE)
    assert pain_of(asked, "anna", np.array([[NINE, TEN, 0], [TEN, TEN + 60, 1], [NINE, NINE + 30, 1]])) == 60
    assert pain_of(asked, "ben", np.array([[TEN, ELEVEN, 1]])) == 0
