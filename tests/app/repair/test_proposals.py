"""What people say to proposals, and taking a decision back."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from scheduler.app.planning.undo import find_undo, write_undo
from scheduler.app.repair.proposals import accept, refuse, take_back
from scheduler.core.decision import Action, Decision, State
from scheduler.core.repairs import Mode
from scheduler.errors import ChangedElsewhere, InputError, StalePlan
from tests.app.repair.conftest import DAY, House

COORDINATOR = "coordinator"
HOUR = timedelta(hours=1)


def asked(house: House) -> Decision:
    """A proposal to move the third session of the pair."""
    house.busy("chen", house.start("pair", 2))
    [proposal] = house.round(Mode.SUGGEST).proposed
    return proposal


def test_what_is_accepted_is_done_and_written(house: House) -> None:
    """By whom stands in the trail, and the next round does nothing."""
    proposal = asked(house)
    accept(house.app, proposal.id[:6], None, COORDINATOR)
    house.app.write_pending()
    assert house.start("pair", 2) == proposal.after
    [kept] = house.app.store.decisions()
    assert (kept.id, kept.state, kept.by) == (proposal.id, State.ACCEPTED, COORDINATOR)
    assert house.round().decisions == ()
    house.agree()


def test_another_time_may_be_named(house: House) -> None:
    """As long as everybody can come then."""
    proposal = asked(house)
    accept(house.app, proposal.id, proposal.options[1], COORDINATOR)
    house.app.write_pending()
    assert house.start("pair", 2) == proposal.options[1]
    assert house.round().decisions == ()
    house.agree()


@pytest.mark.parametrize(
    "to", [datetime.fromisoformat("2027-03-16T23:00Z"), datetime.fromisoformat("2027-02-15T13:00Z")]
)
def test_a_time_that_is_not_free_is_refused_with_the_reason(house: House, to: datetime) -> None:
    """Outside somebody's hours, or past; the proposal goes on to wait."""
    proposal = asked(house)
    with pytest.raises(StalePlan, match="is not free"):
        accept(house.app, proposal.id, to, COORDINATOR)
    assert house.waiting() == (proposal,)


def test_where_the_proposed_time_is_taken_by_now_the_next_best_is_used(house: House) -> None:
    """The proposal is days old, and everybody can come where it stands in the end."""
    proposal = asked(house)
    house.busy("amara", proposal.after or house.now)
    house.desk.app.refresh()
    accepted = accept(house.app, proposal.id, None, COORDINATOR)
    house.app.write_pending()
    assert house.start("pair", 2) not in (proposal.before, proposal.after)
    assert accepted.state is State.ACCEPTED
    assert house.round().decisions == ()


def test_a_session_without_a_time_in_its_week_may_be_made_up_for_in_another(house: House) -> None:
    """Between those before and after it; since a person put it there, nobody moves it from there unasked."""
    lost = house.start("pair", 2)
    monday = lost.replace(hour=0, minute=0) - lost.weekday() * DAY
    house.busy("chen", monday, minutes=7 * 24 * 60)
    [proposal] = house.round().proposed
    assert (proposal.action, proposal.after) == (Action.SKIP, None)
    [made_up] = proposal.options
    assert house.start("pair", 1) + DAY <= made_up <= house.start("pair", 3) - DAY
    accept(house.app, proposal.id, None, COORDINATOR)
    house.app.write_pending()
    assert house.start("pair", 2) == made_up
    assert [(pin.group, pin.session) for pin in house.app.store.pins()] == [("pair", 2)]
    assert house.round().decisions == ()
    house.agree()


def test_nothing_is_accepted_or_refused_twice(house: House) -> None:
    """Nor what is no proposal, nor what several might be."""
    proposal = asked(house)
    for name in ("", "zz", proposal.id + "0"):
        with pytest.raises(InputError):
            accept(house.app, name, None, COORDINATOR)
    refuse(house.app, proposal.id, COORDINATOR)
    for answer in (partial(accept, start=None), refuse):
        with pytest.raises(InputError, match="no proposal that waits"):
            answer(house.app, proposal.id, by=COORDINATOR)


def test_a_beginning_that_two_proposals_share_is_refused(house: House) -> None:
    """Nobody guesses which is meant."""
    proposal = asked(house)
    house.app.store.note(
        [Decision(id=f"{proposal.id[:6]}ffff", at=house.now, action=Action.CLASH, state=State.PROPOSED)]
    )
    with pytest.raises(InputError, match="more than one proposal"):
        accept(house.app, proposal.id[:6], None, COORDINATOR)


def test_a_proposal_about_a_session_that_stands_elsewhere_by_now_is_not_accepted(house: House) -> None:
    """Somebody moved it meanwhile."""
    proposal = asked(house)
    house.provider.move("pair", 2, house.start("pair", 2) + DAY)
    house.round(Mode.SUGGEST)
    with pytest.raises(InputError, match="no proposal"):
        accept(house.app, proposal.id, None, COORDINATOR)


def test_a_shift_is_accepted_as_a_whole(house: House) -> None:
    """And is not called for any more when all is free again; it has no single time."""
    busy = [house.start("pair", number) for number in range(2, 8)]
    house.busy("chen", *busy)
    [shift] = house.round(Mode.SUGGEST).proposed
    assert (shift.action, shift.session) == (Action.SHIFT, None)
    with pytest.raises(InputError, match="single session"):
        accept(house.app, shift.id, busy[0] + HOUR, COORDINATOR)
    house.busy("chen")
    house.desk.app.refresh()
    with pytest.raises(StalePlan, match="need not be moved"):
        accept(house.app, shift.id, None, COORDINATOR)
    house.busy("chen", *busy)
    house.desk.app.refresh()
    accept(house.app, shift.id, None, COORDINATOR)
    house.app.write_pending()
    assert not set(busy) & set(house.starts("pair").values())
    assert house.round().decisions == ()
    house.agree()


def test_a_move_is_taken_back_and_stays_so(house: House) -> None:
    """It is a person's word, whatever is there now."""
    stood = house.start("pair", 2)
    house.busy("chen", stood)
    [moved] = house.round().done
    undone = take_back(house.app, moved.id, COORDINATOR)
    house.app.write_pending()
    assert (undone.action, undone.after) == (Action.UNDO, stood)
    assert house.trail() == [(Action.MOVE, State.UNDONE), (Action.UNDO, State.DONE)]
    assert house.start("pair", 2) == stood
    house.agree()
    for name in (moved.id, undone.id, "nothing"):
        with pytest.raises(InputError, match="move or skip"):
            take_back(house.app, name, COORDINATOR)


def test_a_move_is_not_taken_back_once_it_began_or_was_moved_since(house: House) -> None:
    """Nobody goes back in time, nor over what somebody did afterwards."""
    stood = house.start("pair", 2)
    house.busy("chen", stood)
    [moved] = house.round().done
    house.provider.move("pair", 2, stood + DAY)
    house.round()
    with pytest.raises(ChangedElsewhere, match="changed since"):
        take_back(house.app, moved.id, COORDINATOR)
    house.provider.move("pair", 2, moved.after or stood)
    house.round()
    house.desk.clock.instant = stood + HOUR / 6
    with pytest.raises(StalePlan, match="is past"):
        take_back(house.app, moved.id, COORDINATOR)


def test_the_last_repair_as_a_whole_is_taken_back_like_an_apply(house: House) -> None:
    """And is not made again at once, but asked about."""
    stood = house.start("pair", 2)
    house.busy("chen", stood)
    house.round()
    house.busy("chen")
    house.desk.app.refresh()
    write_undo(house.app, find_undo(house.app))
    assert house.start("pair", 2) == stood
    house.agree()
    house.busy("chen", stood)
    assert [each.action for each in house.round().proposed] == [Action.MOVE]
    assert house.start("pair", 2) == stood
