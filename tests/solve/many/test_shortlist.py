"""The best rules of a series alone."""

from scheduler.solve.many.shortlist import MOST_RULES, shortlist
from scheduler.solve.task import NEVER
from tests.solve.bench import ELEVEN, NINE, TEN, WEEK, person, problem, series, tasks_of, window


def test_the_shortlist_begins_with_the_best() -> None:
    """More sessions first, then fewer moves, then what people like."""
    anna = person("anna", preferred={0: window(11, 12)}, busy=[[NINE, TEN]])
    [task] = tasks_of(problem([anna], series("s", "anna", sessions=2), weeks=2))
    mine = shortlist(task, 0)
    rules = [mine.rules.rule(number) for number in range(len(mine))]
    assert [rule.slots(task.candidates)[0].minute for rule in rules] == [ELEVEN, TEN, NINE]
    assert mine.rules.gain.tolist() == [2, 2, 2]
    assert mine.rules.strain.tolist() == [0, 0, 1]
    assert mine.starts.tolist() == [[ELEVEN, WEEK + ELEVEN], [TEN, WEEK + TEN], [NEVER, WEEK + NINE]]
    assert mine.best == 2


def test_the_shortlist_of_a_rotation_combines_its_slots() -> None:
    """Slots of one rule count from the same week, and the list stays short."""
    anna = person("anna", {day: window(8, 20) for day in range(7)})
    [task] = tasks_of(problem([anna], series("s", "anna", sessions=6, rotation=3), weeks=9))
    mine = shortlist(task, 1)
    assert len(mine) == MOST_RULES
    assert all(len(mine.rules.rule(number).slots(task.candidates)) == 3 for number in range(len(mine)))
    assert all(row == sorted(row) for row in mine.starts.tolist())


def test_what_gains_nothing_is_on_no_shortlist() -> None:
    """Nobody is free."""
    [task] = tasks_of(problem([person("anna", busy=[[0, WEEK]])], series("s", "anna")))
    assert len(shortlist(task, 1)) == 0
