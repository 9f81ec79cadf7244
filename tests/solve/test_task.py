"""What of a series stands already, and what it was."""

import numpy as np
import pytest

from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.series import Slot
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of

PEOPLE = [person("anna"), person("ben")]


def stood(*sessions: Session) -> Plan:
    """A previous plan of the series s."""
    return Plan((Placement("s", 0, (Slot(0, NINE),), sessions),))


def test_open_and_given_sessions() -> None:
    """Pinned ones are given, whether they take place or not; optional seats of those that do are undecided."""
    asked = problem(PEOPLE, series("s", "anna", optional=("ben",), sessions=3, pinned={0: 7, 2: None}), weeks=3)
    task = tasks_of(asked)[0]
    assert task.open.tolist() == [1]
    assert task.given == {0: Session(7, Status.PINNED), 2: Session(0, Status.SKIPPED)}
    assert task.undecided == {0}


def test_what_was_before_the_freeze_is_given() -> None:
    """The start of the previous plan decides, to the minute; without a freeze nothing is frozen."""
    sessions = (Session(NINE, Status.MOVED, ("ben",)), Session(WEEK + NINE, Status.HELD))
    circle = series("s", "anna", optional=("ben",), sessions=2)
    asked = problem(PEOPLE, circle, weeks=2, freeze_until=WEEK + NINE)
    task = tasks_of(asked, stood(*sessions))[0]
    assert task.given == {0: sessions[0]}
    assert task.undecided == frozenset()
    assert tasks_of(problem(PEOPLE, circle, weeks=2), stood(*sessions))[0].given == {}


def test_a_frozen_session_whose_pin_is_gone_is_held() -> None:
    """It stays where it stands, but nobody pins it any more; who left the circle is not absent from it."""
    asked = problem(PEOPLE, series("s", "anna"), freeze_until=WEEK)
    task = tasks_of(asked, stood(Session(NINE, Status.PINNED, ("ben",))))[0]
    assert task.given == {0: Session(NINE, Status.HELD)}


def test_a_frozen_pin_keeps_who_is_absent() -> None:
    """Frozen and pinned at the same minute: as it was."""
    asked = problem(PEOPLE, series("s", "anna", optional=("ben",), pinned={0: NINE}), freeze_until=WEEK)
    task = tasks_of(asked, stood(Session(NINE, Status.PINNED, ("ben",))))[0]
    assert task.given == {0: Session(NINE, Status.PINNED, ("ben",))}
    assert task.undecided == frozenset()


@pytest.mark.parametrize(
    ("previous", "expected"),
    [
        (None, [1, 1]),
        (Plan(()), [3, 3]),
        (stood(Session(NINE, Status.HELD)), [4, 3]),
        (stood(Session(NINE, Status.SKIPPED)), [2, 2]),
    ],
)
def test_gains_of_nine_and_ten(previous: Plan | None, expected: list[int]) -> None:
    """One session; with a previous plan three, less the change, against what skipping would change."""
    task = tasks_of(problem(PEOPLE, series("s", "anna")), previous)[0]
    assert task.gain(0, np.array([NINE, TEN])).tolist() == expected


def test_nominal_minutes() -> None:
    """Where the session was, or the beginning of a week that could be its own."""
    task = tasks_of(
        problem(PEOPLE, series("s", "anna", sessions=3, every=2), weeks=6), stood(Session(99, Status.HELD))
    )[0]
    assert [task.nominal(i) for i in range(3)] == [99, 2 * WEEK, 4 * WEEK]
