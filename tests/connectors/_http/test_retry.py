"""connectors/_http/retry.py: as patient as a server asks, within bounds."""

from datetime import UTC, datetime

import pytest

from connectors._http.retry import LEAST, LONGEST, MOST, TRIES, Later, patiently, seconds_of
from scheduler.errors import InputError, Unavailable

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


class Busy:
    """A call that is refused so many times, and then answers."""

    def __init__(self, times: int, retry_after: str | None = None) -> None:
        self.times, self.retry_after, self.calls = times, retry_after, 0
        self.waits: list[float] = []

    def __call__(self) -> str:
        """The answer, or Later."""
        self.calls += 1
        if self.calls <= self.times:
            raise Later("The server is busy.", self.retry_after)
        return "answer"

    def patiently(self) -> str:
        """With waits that are noted, and not waited."""
        return patiently(self, pause=self.waits.append)


def test_an_answer_at_once_costs_no_wait() -> None:
    """The usual case."""
    call = Busy(0)
    assert call.patiently() == "answer"
    assert call.waits == []


def test_a_server_is_asked_again_when_it_says() -> None:
    """To the second."""
    call = Busy(2, "7")
    assert call.patiently() == "answer"
    assert call.waits == [7.0, 7.0]


@pytest.mark.parametrize(
    "header", [None, "", "0", "-3", "soon", "1.5", "Sat, 21 Nov 2020 08:00:00 GMT", "9" * 400 + "x"]
)
def test_without_a_word_of_use_waits_grow_within_bounds(header: str | None) -> None:
    """No busy loop, and no wait without end (faults F8 and F9)."""
    for _ in range(20):
        call = Busy(TRIES - 1, header)
        assert call.patiently() == "answer"
        assert len(call.waits) == TRIES - 1
        assert all(LEAST <= wait <= min(MOST, 2.0**number) for number, wait in enumerate(call.waits))


def test_waits_are_not_the_same_for_everybody() -> None:
    """Or all would come back at the same instant."""
    calls = [Busy(3) for _ in range(20)]
    for call in calls:
        call.patiently()
    assert len({call.waits[-1] for call in calls}) > 1


def test_a_server_that_stays_busy_is_unavailable() -> None:
    """After so many tries, in its own words of ours."""
    call = Busy(1000)
    with pytest.raises(Unavailable, match=r"^The server is busy\.$") as caught:
        call.patiently()
    assert call.calls == TRIES
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("header", "told"),
    [("61", "61 seconds"), ("3600", "60 minutes"), ("864000", "240 hours"), ("Sat, 21 Nov 2099 08:00:00 GMT", "hours")],
)
def test_a_wait_that_is_too_long_ends_it_at_once(header: str, told: str) -> None:
    """Nobody sits before a terminal for ten days."""
    call = Busy(1, header)
    with pytest.raises(Unavailable, match=told):
        call.patiently()
    assert (call.calls, call.waits) == (1, [])


def test_the_longest_wait_is_waited() -> None:
    """The bound itself is still within it."""
    call = Busy(1, str(int(LONGEST)))
    assert call.patiently() == "answer"
    assert call.waits == [LONGEST]


@pytest.mark.parametrize("fault", [InputError("x"), Unavailable("x"), ValueError("x"), KeyboardInterrupt()])
def test_what_no_patience_mends_is_raised_at_once(fault: BaseException) -> None:
    """Revoked credentials are not tried again, nor is a mistake of ours."""
    waits: list[float] = []

    def call() -> None:
        raise fault

    with pytest.raises(type(fault)) as caught:
        patiently(call, pause=waits.append)
    assert caught.value is fault
    assert waits == []


def test_each_server_may_have_fewer_tries() -> None:
    """A feed is not worth six."""
    call = Busy(1000)
    with pytest.raises(Unavailable):
        patiently(call, pause=call.waits.append, tries=2)
    assert (call.calls, len(call.waits)) == (2, 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Sat, 21 Nov 2026 08:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 09:00:30 +0100", 30.0),
        ("Sat, 21 Nov 2026 08:00:30 -0000", 30.0),
        ("Saturday, 21-Nov-26 08:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 08:00:00 GMT", None),
        ("Sat, 21 Nov 2026 07:59:59 GMT", None),
        ("0", None),
        ("-1", None),
        ("", None),
        (None, None),
        ("\u0663", None),
        ("1e3", None),
        ("9" * 400, 999_999_999.0),
        ("Sat, 21 Nov 99999999999999999999 08:00:00 GMT", None),
        ("Sat, 31 Feb 2026 08:00:00 GMT", None),
        ("Sat, 21 Nov 2026 25:00:00 GMT", None),
    ],
)
def test_a_retry_after_header_is_read(header: str | None, seconds: float | None) -> None:
    """Both forms of RFC 9110, and nothing else."""
    assert seconds_of(header, lambda: NOW) == seconds
