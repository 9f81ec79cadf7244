"""Which moves no best plan needs."""

from scheduler.core.problem import Problem
from scheduler.solve.exact.dominance import undominated
from scheduler.solve.exact.options import menu
from tests.solve.bench import DAY, ELEVEN, NINE, TEN, WEEK, person, problem, series, tasks_of, window

ALL = [NINE, TEN, ELEVEN]


def moves(asked: Problem, number: int = 0) -> list[int]:
    """The minutes to which sessions of a series may still be moved."""
    one = undominated(asked, [menu(task) for task in tasks_of(asked)])[number]
    starts: list[int] = one.task.candidates.starts[one.week >= 0].tolist()
    return starts


def test_of_starts_that_are_alike_the_first_is_left() -> None:
    """Nobody minds nine, ten or eleven."""
    assert moves(problem([person("anna")], series("s", "anna"))) == [NINE]


def test_less_pain_wins_and_different_pain_stays() -> None:
    """Anna likes ten best, which is all that counts alone; Ben likes eleven, and both must be weighed."""
    anna, ben = person("anna", preferred={0: window(10, 11)}), person("ben", preferred={0: window(11, 12)})
    assert moves(problem([anna], series("s", "anna"))) == [TEN]
    assert moves(problem([anna, ben], series("s", "anna", "ben"))) == [TEN, ELEVEN]


def test_who_can_come_counts() -> None:
    """Ben can't come at nine."""
    ben = person("ben", busy=[[NINE, TEN]])
    assert moves(problem([person("anna"), ben], series("s", "anna", optional=("ben",)))) == [TEN]


def test_a_start_that_meets_other_seats_is_no_better_than_one_that_meets_others() -> None:
    """Anna's other series may take any of the hours, so each may be needed; where it can't be, it wins."""
    anna, ben = person("anna"), person("ben", {0: window(9, 11)})
    assert moves(problem([anna], series("s", "anna"), series("t", "anna"))) == ALL
    assert moves(problem([anna, ben], series("s", "anna"), series("t", "anna", "ben"))) == [ELEVEN]


def test_gaps_between_sessions_count() -> None:
    """Nine meets nine, and ten meets ten; with a gap of ten minutes each meets both, so that one is enough."""
    groups = series("s", "anna"), series("t", "anna")
    assert moves(problem([person("anna", {0: window(9, 11)})], *groups)) == [NINE, TEN]
    assert moves(problem([person("anna", {0: window(9, 11)}, buffer=10)], *groups)) == [NINE]


def test_pinned_seats_that_may_stay_empty_are_seats() -> None:
    """Ben may come to a pinned session at nine, unless he sits elsewhere then."""
    people = [person("anna"), person("ben"), person("cleo")]
    pinned = series("t", "cleo", optional=("ben",), pinned={0: NINE})
    assert moves(problem(people, series("s", "anna", "ben"), pinned)) == [TEN]


def test_days_count_where_there_is_a_cap_on_them() -> None:
    """Monday is as good as Tuesday, but not for somebody with a cap of one session a day."""
    hours = {0: window(9, 10), 1: window(9, 10)}
    assert moves(problem([person("anna", hours)], series("s", "anna"))) == [NINE]
    assert moves(problem([person("anna", hours, max_per_day=1)], series("s", "anna"))) == [NINE, DAY + NINE]


def test_starts_near_to_another_week_beat_nothing() -> None:
    """Around Sunday's midnight two sessions of the series could meet: of the second week, one o'clock is the best."""
    midnight = {6: window(23, 24), 0: window(0, 2)}
    asked = problem([person("anna", midnight, buffer=30)], series("s", "anna", sessions=2), weeks=2)
    assert moves(asked) == [0, WEEK + 60]


def test_what_cannot_be_moved_stays_so() -> None:
    """No start is left where there was none."""
    assert moves(problem([person("anna")], series("s", "anna", movable=False))) == []
