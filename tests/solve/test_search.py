"""Running CP-SAT so that it can be stopped and gives the same twice."""

from random import Random
from threading import Event, Timer

import pytest
from ortools.sat.python.cp_model import CpModel, LinearExpr

from scheduler.solve.search import Params, Search


def hard() -> tuple[CpModel, LinearExpr]:
    """A model that takes far longer than a test: a knapsack of many dimensions."""
    draw = Random(1)
    cp = CpModel()
    things = [cp.new_bool_var("") for _ in range(150)]
    for _ in range(12):
        weights = [draw.randint(100, 999) for _ in things]
        cp.add(LinearExpr.weighted_sum(things, weights) <= sum(weights) // 2)
    return cp, LinearExpr.weighted_sum(things, [-draw.randint(100, 999) for _ in things])


def test_a_stop_ends_a_running_search_and_keeps_the_best() -> None:
    """Set from another thread, it ends the search long before its effort is spent."""
    cp, cost = hard()
    stop = Event()
    search = Search.begin(Params(), stop, 1e6)
    timer = Timer(0.3, stop.set)
    timer.start()
    answer = search.minimize(cp, cost, None)
    assert search.was_cut
    assert answer.values is not None
    assert not answer.proven


def test_a_limit_ends_it_too() -> None:
    """A fifth of a second."""
    cp, cost = hard()
    search = Search.begin(Params(time_limit=0.2), Event(), 1e6)
    assert not search.minimize(cp, cost, None).proven
    assert search.was_cut


def test_an_interrupt_ends_the_search_before_it_goes_on() -> None:
    """What the waiting thread raises comes out, and no search is left running."""
    cp, cost = hard()

    class Interrupting(Event):
        """Interrupts whoever looks a second time."""

        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            if self.looks > 1:
                raise KeyboardInterrupt
            return False

    with pytest.raises(KeyboardInterrupt):
        Search.begin(Params(), Interrupting(), 1e6).minimize(cp, cost, None)


def test_effort_is_counted_not_timed() -> None:
    """The same effort gives the same values, and cuts nothing short as far as anybody is told."""
    answers = []
    for _ in range(2):
        cp, cost = hard()
        search = Search.begin(Params(), Event(), 0.3)
        answers.append(search.minimize(cp, cost, None))
        assert not search.was_cut
    assert answers[0] == answers[1]


def test_what_is_impossible_has_no_values() -> None:
    """Neither with presolve nor without."""
    cp = CpModel()
    one = cp.new_bool_var("")
    cp.add(one + one == 1)
    assert Search.begin(Params(), Event(), 1.0).minimize(cp, one, None).values is None
