"""Sign-ins under way: each ends once, in the session and at the provider where it began, and in time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from scheduler.store import SignIn, SqlEngine, SqlSignIns
from tests.store.samples import NOW

MINUTE = timedelta(minutes=1)
BEGUN = SignIn(
    state_hash="state",
    session="session",
    provider="google",
    programme="spring",
    person="ana",
    sealed="sealed",
    next="/p/spring",
    expires_at=NOW + 10 * MINUTE,
)


def test_it_ends_once(engine: SqlEngine, another: Callable[[], SqlEngine]) -> None:
    """Whoever comes with the same state again gets nothing, in whichever process."""
    SqlSignIns(engine).keep(BEGUN, NOW)
    assert SqlSignIns(another()).take("state", "session", "google", NOW + MINUTE) == BEGUN
    assert SqlSignIns(engine).take("state", "session", "google", NOW + MINUTE) is None


def test_another_session_does_not_get_it_nor_spoil_it(engine: SqlEngine) -> None:
    """Nor does another provider, or another state."""
    begun = SqlSignIns(engine)
    begun.keep(BEGUN, NOW)
    assert begun.take("state", "another", "google", NOW) is None
    assert begun.take("state", "session", "outlook", NOW) is None
    assert begun.take("", "session", "google", NOW) is None
    assert begun.take("state", "session", "google", NOW) == BEGUN


def test_it_ends_in_time(engine: SqlEngine) -> None:
    """Ten minutes later it is no more; and what nobody ended is forgotten when the next begins."""
    begun = SqlSignIns(engine)
    begun.keep(BEGUN, NOW)
    begun.keep(replace(BEGUN, state_hash="next", expires_at=NOW + 30 * MINUTE), NOW + 5 * MINUTE)
    assert begun.take("state", "session", "google", NOW + 10 * MINUTE) is None
    assert begun.take("next", "session", "google", NOW + 10 * MINUTE) is not None
