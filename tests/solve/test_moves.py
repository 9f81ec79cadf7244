"""Seating sessions one by one."""

import numpy as np

from scheduler.core.plan import Status
from scheduler.solve.moves import Book, seated
from scheduler.solve.shortlist import shortlist
from tests.solve.bench import NINE, TEN, WEEK, person, problem, series, tasks_of


def test_the_book_knows_who_is_free() -> None:
    """Not at the same time, not inside a buffer, not beyond a cap."""
    careful = person("anna", buffer=30)
    capped = person("ben", max_per_day=1)
    book = Book(problem([careful, capped]), {})
    starts = np.array([NINE, TEN, TEN + 30, WEEK + NINE])
    assert book.is_free("anna", starts, 60).all()
    book.sit(["anna", "ben"], NINE, 60)
    assert book.is_free("anna", starts, 60).tolist() == [False, False, True, True]
    assert book.is_free("ben", starts, 60).tolist() == [False, False, False, True]


def test_what_its_rule_cannot_hold_is_moved_and_what_nobody_can_hold_is_skipped() -> None:
    """The second session at ten, since nine is busy; the third not at all."""
    anna = person("anna", busy=[[WEEK + NINE, WEEK + TEN], [2 * WEEK, 3 * WEEK]])
    asked = problem([anna], series("s", "anna", sessions=3), weeks=3)
    tasks = tasks_of(asked)
    nine = next(rule for rule in shortlist(tasks[0]) if rule.slots[0].minute == NINE)
    placement = seated(asked, tasks, {"s": nine}, {})["s"]
    assert [session.status for session in placement.sessions] == [Status.HELD, Status.MOVED, Status.SKIPPED]
