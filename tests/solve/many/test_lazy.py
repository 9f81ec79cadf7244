"""The best rules of many series together."""

from threading import Event

from scheduler.core.problem import Problem
from scheduler.solve.many.lazy import UNPLACED, Chosen, best_rules
from scheduler.solve.many.shortlist import shortlist
from scheduler.solve.many.standing import Standing
from scheduler.solve.progress import Teller, unheard
from scheduler.solve.search import Params, Search
from scheduler.solve.task import NEVER
from scheduler.solve.work import Work
from tests.solve.bench import ELEVEN, NINE, TEN, person, problem, series, tasks_of, window

ANNA = person("anna")
BEN = person("ben")
MENTOR = person("mentor")


def work(limit: float | None = None) -> Work:
    """Work of a search that begins now."""
    return Work(Search.begin(Params(time_limit=limit), Event(), 10.0), Teller(unheard))


def chosen_rules(asked: Problem, limit: float | None = None) -> tuple[Chosen, list[list[int]]]:
    """What is chosen, and where the rules put the sessions of each series."""
    standing = Standing.of(asked, tasks_of(asked))
    lists = [shortlist(standing.around(number), asked.slack) for number in range(len(asked.series))]
    chosen = best_rules(standing, lists, work(limit))
    pairs = zip(lists, chosen.rules.tolist(), strict=True)
    held = [mine.starts[rule] if rule != UNPLACED else mine.starts[:0].ravel() for mine, rule in pairs]
    return chosen, [starts[starts != NEVER].tolist() for starts in held]


def test_rules_of_one_person_do_not_clash() -> None:
    """Two series of one mentor take different hours; a third, with nobody shared, takes the first."""
    asked = problem([ANNA, BEN, MENTOR], series("s", "anna", "mentor"), series("t", "mentor"), series("u", "ben"))
    chosen, (one, two, other) = chosen_rules(asked)
    assert {*one, *two} < {NINE, TEN, ELEVEN}
    assert one != two
    assert other == [NINE]
    assert not chosen.torn


def test_rules_keep_caps() -> None:
    """One session a day for the mentor: one of two series has no rule."""
    mentor = person("mentor", max_per_day=1)
    asked = problem([mentor], series("s", "mentor"), series("t", "mentor"))
    assert sorted(map(len, chosen_rules(asked)[1])) == [0, 1]


def test_a_given_session_counts_in_the_caps() -> None:
    """Two sessions a day, one of which is pinned: of two series more, one has no rule."""
    mentor = person("mentor", max_per_day=2)
    pinned = series("p", "mentor", pinned={0: NINE})
    asked = problem([mentor], pinned, series("s", "mentor"), series("t", "mentor"))
    assert sorted(map(len, chosen_rules(asked)[1])) == [0, 0, 1]


def test_a_given_session_counts_where_the_rules_alone_would_do() -> None:
    """Anna's hour and ben's don't clash, and two a day are allowed; with the pinned one they would be three."""
    people = [person("anna", {0: window(9, 10)}), person("ben", {0: window(10, 11)}), person("mentor", max_per_day=2)]
    groups = [series("s", "anna", "mentor"), series("t", "ben", "mentor")]
    asked = problem(people, series("p", "mentor", pinned={0: ELEVEN}), *groups)
    assert sorted(map(len, chosen_rules(asked)[1])) == [0, 0, 1]


def test_without_time_every_series_has_its_own_best_rule() -> None:
    """They clash, which is noted, and the next step seats what it can."""
    asked = problem([MENTOR], series("s", "mentor"), series("t", "mentor"))
    chosen, starts = chosen_rules(asked, limit=0.0)
    assert starts == [[NINE], [NINE]]
    assert chosen.torn == {0, 1}
