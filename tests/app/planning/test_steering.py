"""A coordinator puts one session elsewhere or skips it; what changed meanwhile, or is past, is not touched."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.app.planning.steering import look, put
from scheduler.app.repair.proposals import take_back
from scheduler.core.decision import Action
from scheduler.errors import ChangedElsewhere, InputError
from tests.site import Stand, standing

GROUP = "pair-amara-chen"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published; tests take a session each."""
    with standing(tmp_path_factory.mktemp("steering") / "data") as stand:
        yield stand


def test_a_session_is_put_at_another_time_and_back(shared: Stand) -> None:
    """It is in the trail like any decision, so that it can be undone."""
    seen = look(shared.app(), GROUP, 2)
    assert seen.start not in seen.options
    decision = put(shared.app(), seen, seen.options[0])
    assert (decision.action, decision.before, decision.after) == (Action.MOVE, seen.start, seen.options[0])
    assert look(shared.app(), GROUP, 2).start == seen.options[0]
    take_back(shared.app(), decision.id, "coordinator")
    assert look(shared.app(), GROUP, 2).start == seen.start


def test_a_skipped_session_stands_nowhere_and_others_stay(shared: Stand) -> None:
    """Nothing else is planned again."""
    before = shared.site.overview("spring").coverage
    put(shared.app(), look(shared.app(), GROUP, 3), None)
    after = shared.site.overview("spring").coverage
    assert look(shared.app(), GROUP, 3).start is None
    assert before is not None
    assert after is not None
    assert int((before.cells != after.cells).sum()) == 1


def test_what_was_changed_meanwhile_is_not_changed_again(shared: Stand) -> None:
    """Of two coordinators with the same page one comes first."""
    seen = look(shared.app(), GROUP, 4)
    put(shared.app(), seen, seen.options[0])
    with pytest.raises(ChangedElsewhere):
        put(shared.app(), seen, seen.options[1])


def test_a_time_that_does_not_suit_and_a_session_that_is_not_are_refused(shared: Stand) -> None:
    """Whatever a form says."""
    seen = look(shared.app(), GROUP, 7)
    assert seen.start is not None
    with pytest.raises(InputError, match="suit"):
        put(shared.app(), seen, seen.start + timedelta(hours=11))
    with pytest.raises(InputError, match="no session"):
        look(shared.app(), GROUP, 999)
    put(shared.app(), look(shared.app(), GROUP, 9), None)
    with pytest.raises(InputError, match="nothing would change"):
        put(shared.app(), look(shared.app(), GROUP, 9, options=False), None)


def test_a_session_that_has_begun_is_past(tmp_path: Path) -> None:
    """Nobody moves what was."""
    with standing(tmp_path / "data") as stand:
        start = look(stand.app(), GROUP, 0).start
        assert start is not None
        stand.clock.at = start
        with pytest.raises(InputError, match="begun"):
            look(stand.app(), GROUP, 0)
