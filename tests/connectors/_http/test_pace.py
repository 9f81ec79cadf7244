"""connectors/_http/pace.py: never more calls than a provider allows."""

import threading
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from connectors._http.pace import Pace


class Time:
    """A clock that only pauses move on."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, list[float]()

    def __call__(self) -> float:
        """The instant."""
        return self.now

    def pause(self, seconds: float) -> None:
        """Waits."""
        self.waits.append(seconds)
        self.now += seconds


def test_calls_within_the_pace_do_not_wait() -> None:
    """However fast they come."""
    time = Time()
    pace = Pace(calls=5, span=10, at_once=1, pause=time.pause, clock=time)
    for _ in range(5):
        with pace.turn():
            pass
    assert time.waits == []


def test_the_call_too_many_waits_until_the_first_is_out_of_the_span() -> None:
    """And no longer; it may have come there as late as it ended."""
    time = Time()
    pace = Pace(calls=2, span=10, at_once=1, pause=time.pause, clock=time)
    begun = []
    for _ in range(5):
        with pace.turn():
            begun.append(time.now)
            time.now += 1
    assert begun == [0, 1, 11, 12, 22]


@pytest.mark.parametrize("seed", range(5))
def test_no_span_ever_holds_too_many(seed: int) -> None:
    """Wherever it begins, and however irregularly calls come."""
    random, time = Random(seed), Time()
    pace = Pace(calls=7, span=3.0, at_once=1, pause=time.pause, clock=time)
    begun = []
    for _ in range(300):
        time.now += random.choice([0, 0, 0.1, random.expovariate(2)])
        with pace.turn():
            begun.append(time.now)
    assert all(bisect_left(begun, at + 3.0 - 1e-9) - index <= 7 for index, at in enumerate(begun))


def test_a_pause_that_does_not_wait_is_asked_once() -> None:
    """Tests put such a one in its place: nothing spins until the real clock is there."""
    waits: list[float] = []
    pace = Pace(calls=1, span=3600, at_once=1, pause=waits.append, clock=lambda: 0.0)
    for _ in range(4):
        with pace.turn():
            pass
    assert waits == [3600, 7200, 10800]


def test_at_most_so_many_at_once() -> None:
    """Of many threads, and all have their turn."""
    pace = Pace(calls=1000, span=1, at_once=4)
    lock, running, most, done = threading.Lock(), 0, 0, 0
    together = threading.Barrier(4)

    def call(_: int) -> None:
        nonlocal running, most, done
        with pace.turn():
            with lock:
                running += 1
                most = max(most, running)
            together.wait(10)  # as many as are allowed do run at the same time
            with lock:
                running -= 1
                done += 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(call, range(40)))
    assert (most, done, running) == (4, 40, 0)


def test_a_call_that_fails_gives_its_place_back() -> None:
    """Or a few faults would end all calls."""
    pace = Pace(calls=100, span=1, at_once=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), pace.turn():
            raise ValueError("x")
    with pace.turn():
        pass
