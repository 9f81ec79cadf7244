"""The best rules of a series alone."""

from scheduler.solve.shortlist import MOST_RULES, shortlist
from tests.solve.bench import ELEVEN, NINE, TEN, WEEK, person, problem, series, tasks_of, window


def test_the_shortlist_begins_with_the_best() -> None:
    """More sessions first, then fewer moves, then what people like."""
    anna = person("anna", preferred={0: window(11, 12)}, busy=[[NINE, TEN]])
    rules = shortlist(tasks_of(problem([anna], series("s", "anna", sessions=2), weeks=2))[0])
    assert [rule.slots[0].minute for rule in rules] == [ELEVEN, TEN, NINE]
    assert [rule.gain for rule in rules] == [2, 2, 2]
    assert rules[0].starts.tolist() == [ELEVEN, WEEK + ELEVEN]
    assert rules[2].sessions.tolist() == [1]
    assert rules[0].weeks.tolist() == [0, 1]


def test_the_shortlist_of_a_rotation_combines_its_slots() -> None:
    """Slots of one rule count from the same week, and the list stays short."""
    anna = person("anna", {day: window(8, 20) for day in range(7)})
    rules = shortlist(tasks_of(problem([anna], series("s", "anna", sessions=6, rotation=3), weeks=9))[0])
    assert len(rules) == MOST_RULES
    assert all(len(rule.slots) == 3 for rule in rules)
    assert all(rule.starts.tolist() == sorted(rule.starts.tolist()) for rule in rules)
