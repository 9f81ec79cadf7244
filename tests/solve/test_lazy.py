"""The best rules of many series together."""

from threading import Event

from scheduler.core.problem import Problem
from scheduler.solve.lazy import best_rules
from scheduler.solve.search import Params, Search
from scheduler.solve.shortlist import shortlist
from tests.solve.bench import ELEVEN, NINE, TEN, person, problem, series, tasks_of

ANNA = person("anna")
BEN = person("ben")
MENTOR = person("mentor")


def search(limit: float | None = None) -> Search:
    """A search that begins now."""
    return Search.begin(Params(time_limit=limit), Event(), 10.0)


def rule_starts(asked: Problem, limit: float | None = None) -> list[list[int]]:
    """Where the best rules put the sessions of each series."""
    tasks = tasks_of(asked)
    chosen = best_rules(asked, tasks, {task.series.id: shortlist(task) for task in tasks}, search(limit))
    return [rule.starts.tolist() if (rule := chosen[task.series.id]) else [] for task in tasks]


def test_rules_of_one_person_do_not_clash() -> None:
    """Two series of one mentor take different hours; a third, with nobody shared, takes the first."""
    asked = problem([ANNA, BEN, MENTOR], series("s", "anna", "mentor"), series("t", "mentor"), series("u", "ben"))
    one, two, other = rule_starts(asked)
    assert {*one, *two} < {NINE, TEN, ELEVEN}
    assert one != two
    assert other == [NINE]


def test_rules_keep_caps() -> None:
    """One session a day for the mentor: one of two series has no rule."""
    mentor = person("mentor", max_per_day=1)
    asked = problem([mentor], series("s", "mentor"), series("t", "mentor"))
    assert sorted(map(len, rule_starts(asked))) == [0, 1]


def test_without_time_every_series_has_its_own_best_rule() -> None:
    """They clash, and the next step seats what it can."""
    asked = problem([MENTOR], series("s", "mentor"), series("t", "mentor"))
    assert rule_starts(asked, limit=0.0) == [[NINE], [NINE]]
