"""Sign-ins under way: each ends once, in the session and at the provider where it began, and in time."""

from collections.abc import Callable
from datetime import timedelta

from scheduler.store import KeptTrip, SqlEngine, SqlSignIns
from tests.store.samples import NOW

MINUTE = timedelta(minutes=1)
BEGUN = KeptTrip(
    state_hash="state",
    session="session",
    provider="google",
    programme="spring",
    person="ana",
    sealed="sealed",
    next="/p/spring",
)


def test_it_ends_once(engine: SqlEngine, another: Callable[[], SqlEngine]) -> None:
    """Whoever comes with the same state again gets nothing, in whichever process."""
    SqlSignIns(engine).keep(BEGUN, NOW + 10 * MINUTE)
    assert SqlSignIns(another()).take("state", "session", NOW + MINUTE) == BEGUN
    assert SqlSignIns(engine).take("state", "session", NOW + MINUTE) is None


def test_another_session_does_not_get_it_nor_spoil_it(engine: SqlEngine) -> None:
    """Nor does another state."""
    begun = SqlSignIns(engine)
    begun.keep(BEGUN, NOW + 10 * MINUTE)
    assert begun.take("state", "another", NOW) is None
    assert begun.take("", "session", NOW) is None
    assert begun.take("state", "session", NOW) == BEGUN


def test_it_ends_in_time(engine: SqlEngine) -> None:
    """Ten minutes later it is no more."""
    begun = SqlSignIns(engine)
    begun.keep(BEGUN, NOW + 10 * MINUTE)
    assert begun.take("state", "session", NOW + 10 * MINUTE) is None
