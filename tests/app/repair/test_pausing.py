"""Series that rest, and go on; who joins and leaves; a programme that is extended: the smallest change each."""

from datetime import timedelta

import pytest

from scheduler.app.repair.pausing import pause, resume
from scheduler.core.decision import Action, State
from scheduler.errors import InputError
from tests.app.repair.conftest import DAY, House
from tests.desks import GROUPS, settings

COORDINATOR = "coordinator"


def test_a_series_rests_and_goes_on_where_it_was(house: House) -> None:
    """Its coming sessions are out of the calendars; the others, and other series, are not touched."""
    before, circle = house.starts("pair"), house.starts("circle")
    pause(house.app, "pair", None, COORDINATOR)
    house.app.write_pending()
    assert set(house.starts("pair").values()) <= {None}
    assert house.round().decisions == ()
    resume(house.app, "pair", COORDINATOR)
    house.app.write_pending()
    assert (house.starts("pair"), house.starts("circle")) == (before, circle)
    assert house.trail() == [(Action.PAUSE, State.DONE), (Action.RESUME, State.DONE)]
    assert {group for _, group in house.calls()} == {"pair"}
    assert house.round().decisions == ()
    house.agree()


def test_it_rests_until_an_instant_even_within_the_freeze(house: House) -> None:
    """A person's word is held back by none."""
    before = house.starts("pair")
    house.desk.clock.instant = house.start("pair", 1) - timedelta(hours=30)
    pause(house.app, "pair", house.start("pair", 4), COORDINATOR)
    house.app.write_pending()
    assert house.starts("pair") == before | {1: None, 2: None, 3: None}
    resume(house.app, "pair", COORDINATOR)
    house.app.write_pending()
    assert house.starts("pair") == before
    house.agree()


def test_what_is_past_stays_skipped(house: House) -> None:
    """Nobody meets in the past."""
    before = house.starts("pair")
    pause(house.app, "pair", None, COORDINATOR)
    house.app.write_pending()
    house.desk.clock.instant = (before[3] or house.now) + timedelta(hours=1)
    resume(house.app, "pair", COORDINATOR)
    house.app.write_pending()
    after = house.starts("pair")
    assert [after.get(number) for number in range(4)] == [None] * 4
    assert [after[number] for number in range(4, 8)] == [before[number] for number in range(4, 8)]
    house.agree()


def test_a_session_whose_usual_time_is_taken_by_now_goes_elsewhere_in_its_week(house: House) -> None:
    """The others are where they were."""
    before = house.starts("pair")
    pause(house.app, "pair", None, COORDINATOR)
    house.app.write_pending()
    house.busy("chen", before[3] or house.now)
    house.desk.app.refresh()
    resume(house.app, "pair", COORDINATOR)
    house.app.write_pending()
    after = house.starts("pair")
    assert after[3] not in (None, before[3])
    assert {number: start for number, start in after.items() if number != 3} == {
        number: start for number, start in before.items() if number != 3
    }
    assert house.round().decisions == ()


def test_what_somebody_moved_by_hand_is_where_its_rule_has_it_afterwards(house: House) -> None:
    """To rest is a newer word than to be moved."""
    house.provider.move("pair", 2, house.start("pair", 2) + DAY)
    house.round()
    pause(house.app, "pair", None, COORDINATOR)
    resume(house.app, "pair", COORDINATOR)
    house.app.write_pending()
    house.agree()
    assert house.round().decisions == ()


@pytest.mark.parametrize("group", ["pare", "nobody"])
def test_a_group_that_does_not_stand_is_named(house: House, group: str) -> None:
    """With the nearest one that does."""
    with pytest.raises(InputError, match=group):
        pause(house.app, group, None, COORDINATOR)
    with pytest.raises(InputError, match=group):
        resume(house.app, group, COORDINATOR)


def test_nothing_rests_twice_or_goes_on_that_did_not_rest(house: House) -> None:
    """It is said, and nothing changes."""
    with pytest.raises(InputError, match="does not rest"):
        resume(house.app, "pair", COORDINATOR)
    with pytest.raises(InputError, match="no session ahead"):
        pause(house.app, "pair", house.now, COORDINATOR)
    pause(house.app, "pair", None, COORDINATOR)
    with pytest.raises(InputError, match="no session ahead"):
        pause(house.app, "pair", None, COORDINATOR)
    assert len(house.app.store.decisions()) == 1


def _apply(house: House) -> None:
    planned, app = house.desk.plan(), house.app
    app.apply(planned, app.changes(planned))


def test_who_leaves_and_who_joins_changes_no_time_that_holds(house: House) -> None:
    """Through plan and apply, while rounds go on around it."""
    before, circle = house.starts("pair"), house.starts("circle")
    house.desk.write(groups=GROUPS.replace("circle,dev,optional\n", ""))
    assert house.round().decisions == ()
    _apply(house)
    assert (house.starts("pair"), house.starts("circle")) == (before, circle)
    assert house.calls() == [("put", "circle")]
    house.desk.write(groups=GROUPS)
    _apply(house)
    assert (house.starts("pair"), house.starts("circle")) == (before, circle)
    assert house.round().decisions == ()
    house.agree()


def test_a_programme_that_is_extended_goes_on_as_it_was(house: House) -> None:
    """What was published stays; the new weeks follow the same rule."""
    before = house.starts("pair")
    house.desk.write(settings=settings(until="2027-05-16"))
    house.busy("chen", house.start("pair", 2))
    assert house.round().decisions == (), "it waits for plan and apply"
    house.busy("chen")
    _apply(house)
    after = house.starts("pair")
    assert len(after) == 11
    assert {number: after[number] for number in before} == before
    house.busy("chen", house.start("pair", 10))
    assert [each.session for each in house.round().done] == [10]
    house.agree()
