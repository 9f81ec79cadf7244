"""Who works: the silent are found, and only one takes over what they left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from scheduler.store import SqlEngine, SqlExecutors
from tests.store.samples import NOW

MINUTE = timedelta(minutes=1)


def test_who_has_shown_nothing_for_a_while_is_silent(engine: SqlEngine) -> None:
    """Until the next beat, or until somebody forgets it."""
    executors = SqlExecutors(engine)
    for id_ in ("b", "a", "c"):
        executors.beat(id_, NOW)
    executors.beat("c", NOW + MINUTE)
    assert executors.silent(NOW) == ()
    assert executors.silent(NOW + MINUTE) == ("a", "b")
    executors.beat("b", NOW + MINUTE)
    executors.forget("a")
    assert executors.silent(NOW + MINUTE) == ()


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
