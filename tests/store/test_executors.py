"""Who works: the silent are found, and only one takes over what they left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from scheduler.store import SqlEngine, SqlExecutors
from tests.store.samples import NOW

MINUTE = timedelta(minutes=1)


def silent(executors: SqlExecutors, at: datetime) -> tuple[str, ...]:
    """Those of whose silence somebody is told who asks then."""
    return executors.claim(at - MINUTE / 2, at)


def test_who_has_shown_nothing_for_a_while_is_silent(engine: SqlEngine) -> None:
    """Until the next beat, or until somebody forgets it."""
    executors = SqlExecutors(engine)
    for id_ in ("b", "a", "c"):
        executors.beat(id_, NOW)
    executors.beat("c", NOW + MINUTE)
    assert executors.alive(NOW) == ("a", "b", "c")
    assert executors.alive(NOW + MINUTE) == ("c",)
    assert silent(executors, NOW + MINUTE) == ("a", "b")
    executors.beat("b", NOW + MINUTE)
    executors.forget("a")
    assert silent(executors, NOW + MINUTE) == ()


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1)])
def test_a_beat_of_the_future_shows_nothing(engine: SqlEngine, back: timedelta) -> None:
    """It was noted before a clock went back: who beats on is known, and who died then is found. So is a claim."""
    executors = SqlExecutors(engine)
    for id_ in ("dead", "lives"):
        executors.beat(id_, NOW)
    executors.beat("lives", NOW - back)
    assert silent(executors, NOW - back) == ("dead",)
    assert silent(executors, NOW - back - 2 * MINUTE) == ("dead", "lives")


def test_clocks_that_differ_a_little_silence_nobody(engine: SqlEngine) -> None:
    """The processes of several machines."""
    executors = SqlExecutors(engine)
    executors.beat("ahead", NOW + MINUTE / 4)
    assert silent(executors, NOW) == ()


def test_one_takes_over_what_a_silent_one_left(engine: SqlEngine, another: Callable[[], SqlEngine]) -> None:
    """Of several who ask at once, each silent one is told to one."""
    executors = SqlExecutors(engine)
    dead = [f"dead-{number}" for number in range(5)]
    for id_ in dead:
        executors.beat(id_, NOW)
    reapers = [SqlExecutors(another()) for _ in range(4)]
    with ThreadPoolExecutor(len(reapers)) as pool:
        claimed = pool.map(lambda reaper: reaper.claim(NOW + MINUTE, NOW + 2 * MINUTE), reapers)
    assert sorted(id_ for ids in claimed for id_ in ids) == dead


def test_one_who_dies_while_taking_over_is_followed_by_another(engine: SqlEngine) -> None:
    """After as long a silence."""
    executors = SqlExecutors(engine)
    executors.beat("dead", NOW)
    assert executors.claim(NOW + MINUTE, NOW + 2 * MINUTE) == ("dead",)
    assert executors.claim(NOW + 2 * MINUTE, NOW + 3 * MINUTE) == ()
    assert executors.claim(NOW + 3 * MINUTE, NOW + 4 * MINUTE) == ("dead",)


def test_one_who_lives_after_all_can_fall_silent_again(engine: SqlEngine) -> None:
    """Its next silence has nothing to do with the last."""
    executors = SqlExecutors(engine)
    executors.beat("asleep", NOW)
    executors.claim(NOW + MINUTE, NOW + MINUTE)
    executors.beat("asleep", NOW + MINUTE)
    assert executors.claim(NOW + 2 * MINUTE, NOW + 2 * MINUTE) == ("asleep",)
