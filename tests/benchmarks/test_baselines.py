"""The baselines keep every rule, and differ as their names say."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduler.core.candidates import all_candidates
from scheduler.core.people import Participant
from scheduler.core.plan import Plan, Score
from scheduler.core.problem import Problem
from tests.benchmarks import baselines
from tests.benchmarks.book import Book, Desk
from tests.benchmarks.instances import instance, instance_of
from tests.benchmarks.judge import Alone, burdens
from tests.benchmarks.people import Manner
from tests.benchmarks.run import OTHERS
from tests.judging import judged, levels
from tests.solve.bench import DAY, NINE, TEN, WEEK, person, problem, series, window

CROWDED = Manner(circles=0.5, far=0.3, rotates=1.0, load=(6, 8))


@pytest.mark.parametrize("method", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.campaign(20)
def test_a_baseline_keeps_every_rule(seed: int, method: Callable[[Problem], Plan]) -> None:
    """Clashes, gaps, caps, rotations, months, quorums: what is compared with is a plan too."""
    asked = instance_of(30, seed, manner=CROWDED)
    judged(asked, method(asked), None)


def test_more_care_finds_more_sessions() -> None:
    """Moving by hand saves sessions, choosing by all dates saves more, and neither beats the bound."""
    asked = instance_of(80)
    scores = {name: judged(asked, method(asked), None) for name, method in OTHERS.items()}
    happen = [scores[name].happen for name in ("naive", "naive + moves", "greedy")]
    assert happen == sorted(happen)
    assert happen[0] < 0.8 * happen[1]
    assert max(score.happen for score in scores.values()) <= Alone.of(asked).most
    assert scores["naive"].moved == 0


def test_the_best_of_greedies_is_the_best_by_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own measure agrees with the checker, and more orders find no worse a plan."""
    asked = instance("S", 2)
    found = {one.series.id: one for one in all_candidates(asked)}
    five = baselines.best_of_greedies(asked)
    monkeypatch.setattr(baselines, "ORDERS", 1)
    one = baselines.best_of_greedies(asked)
    assert one != five
    assert baselines.worth(asked, five, found) == pytest.approx(levels(judged(asked, five, None)), abs=5e-4)
    assert levels(judged(asked, five, None)) < levels(judged(asked, one, None))


def test_an_early_slot_is_the_first_that_holds_its_first_dates() -> None:
    """Nine is busy in the second week: ten is taken, though later weeks lose it; then the others are moved by hand."""
    busy = [(WEEK + NINE, WEEK + NINE + 30), *((week * WEEK + TEN, week * WEEK + TEN + 5) for week in range(4, 6))]
    asked = problem(
        [person("a", {0: window(9, 11)}, busy=busy), person("b")], series("s", "a", "b", sessions=6), weeks=6
    )
    assert [s.start % DAY for s in baselines.naive_skip(asked).placements[0].sessions] == [TEN] * 6
    assert score(asked, baselines.naive_skip).skipped == 2
    assert score(asked, baselines.naive_moves).moved == 2
    assert score(asked, baselines.greedy).moved == 1


def score(asked: Problem, method: Callable[[Problem], Plan]) -> Score:
    """What a method's plan is worth."""
    return judged(asked, method(asked), None)


def test_a_series_that_can_never_meet_has_no_slot() -> None:
    """Two people with no common hour."""
    asked = problem([person("a", {0: window(9, 10)}), person("b", {1: window(9, 10)})], series("s", "a", "b"))
    for method in OTHERS.values():
        assert score(asked, method).unplaced_series == 1


def test_the_book_asks_for_many_starts_what_it_asks_for_one() -> None:
    """Gaps and caps at each start, by the array and by the single question."""
    asked = instance_of(12, 5, manner=CROWDED)
    book, candidates = Book(asked), all_candidates(asked)
    for found in candidates:
        Desk(book, found).seat(range(0, len(found.starts), 40))
    for found in candidates:
        for who in found.series.members:
            diary, length = book.diaries[who], found.series.duration
            one_by_one = [
                diary.has_room(int(start), length, int(day))
                for start, day in zip(found.starts, diary.days(found.starts), strict=True)
            ]
            assert diary.room(found.starts, length).tolist() == one_by_one


def test_the_most_that_can_happen_is_what_a_series_alone_holds() -> None:
    """With one series in the problem, the greedy plan reaches it."""
    for number in range(12):
        asked = instance_of(12, 4)
        asked = replace(asked, series=(asked.series[number],), people=without_caps(asked))
        plan = baselines.greedy(asked)
        assert judged(asked, plan, None).happen == Alone.of(asked).most


def without_caps(asked: Problem) -> dict[str, Participant]:
    """The same people with no caps and gaps."""
    return {
        who: replace(one, boundary=replace(one.boundary, max_per_day=None, max_per_week=None, buffer=0))
        for who, one in asked.people.items()
    }


def test_burdens_are_those_of_the_score() -> None:
    """The largest of them is the checker's worst burden, also where optional people stay away."""
    asked = instance_of(30, 3, manner=CROWDED)
    plan = baselines.naive_moves(asked)
    worth = judged(asked, plan, None)
    assert worth.absences
    assert max(burdens(plan, all_candidates(asked)).values()) == pytest.approx(worth.worst_burden, abs=5e-4)
