"""What people change in their calendars is taken over, or asked about; nothing of it is overwritten."""

from datetime import timedelta

import pytest

from scheduler.app.repair.proposals import accept, refuse
from scheduler.app.repair.round import take_over
from scheduler.core.decision import Action, State
from scheduler.errors import InputError, Unavailable
from tests.app.repair.conftest import DAY, House
from tests.desks import GROUPS

DONE, PROPOSED, LAPSED = State.DONE, State.PROPOSED, State.LAPSED
HOUR = timedelta(hours=1)


def test_our_own_writes_are_nobodys_edits(house: House) -> None:
    """Whatever was moved by us, the next look finds as it should be."""
    house.busy("chen", house.start("pair", 2))
    house.round()
    house.calls()
    for _ in range(2):
        assert house.round().decisions == ()
    assert house.calls() == []


def test_a_session_that_somebody_moved_stays_there(house: House) -> None:
    """It is pinned, told once to those concerned, and moved by nobody afterwards."""
    to = house.start("pair", 2) + DAY
    house.provider.move("pair", 2, to)
    [adopted] = house.round().done
    assert (adopted.action, adopted.session, adopted.after, adopted.by) == (Action.ADOPT, 2, to, "amara")
    assert house.start("pair", 2) == to
    assert [(pin.key, pin.start, pin.command) for pin in house.app.store.pins()] == [(("pair", 2), to, "calendar")]
    assert house.round().decisions == ()
    house.agree()


def test_moved_to_and_fro_each_time_is_taken_over(house: House) -> None:
    """Each is a decision of its own."""
    stood = house.start("pair", 2)
    for to in (stood + DAY, stood, stood + DAY):
        house.provider.move("pair", 2, to)
        [adopted] = house.round().done
        assert adopted.after == to == house.start("pair", 2)
    assert len(house.trail(Action.ADOPT)) == 3


def test_a_session_that_was_moved_onto_something_is_asked_about_once(house: House) -> None:
    """It stays where somebody put it; other times are offered."""
    to = house.start("pair", 2) + timedelta(days=1)
    house.busy("chen", to, minutes=45)
    house.provider.move("pair", 2, to)
    adopted, clash = house.round().decisions
    assert (adopted.action, adopted.state) == (Action.ADOPT, DONE)
    assert (clash.action, clash.state, clash.why) == (Action.CLASH, PROPOSED, "somebody put it there by hand")
    assert clash.options
    assert house.round().decisions == ()
    assert house.start("pair", 2) == to
    accepted = accept(house.app, clash.id, None, "coordinator")
    house.app.write_pending()
    assert house.start("pair", 2) == accepted.after
    house.agree()


def test_a_session_that_somebody_deleted_stays_away(house: House) -> None:
    """Nobody brings it back."""
    house.provider.delete("pair", 2)
    [adopted] = house.round().done
    assert (adopted.action, adopted.session, adopted.after) == (Action.ADOPT, 2, None)
    assert house.starts("pair")[2] is None
    assert house.round().decisions == ()
    house.agree()


def test_a_series_that_was_moved_as_a_whole_is_taken_over_by_one_decision(house: House) -> None:
    """At its new time on the clock."""
    before = house.starts("pair")
    house.provider.move_all("pair", HOUR)
    adopted = [each for each in house.round().decisions if each.action is Action.ADOPT]
    assert [(each.group, each.session, each.state) for each in adopted] == [("pair", None, DONE)]
    assert house.starts("pair") == {number: start and start + HOUR for number, start in before.items()}
    assert [each for each in house.round().decisions if each.state is DONE] == []


def test_a_series_that_is_gone_is_asked_about_at_once_and_rests_after_ten_minutes(house: House) -> None:
    """One that answers "not found" may be back in a moment; the question stays the same, and is told once."""
    house.provider.drop("pair")
    [asked] = house.round().proposed
    assert (asked.action, asked.group, asked.session) == (Action.PAUSE, "pair", None)
    house.desk.later(minutes=9)
    assert house.round().decisions == ()
    assert house.start("pair", 2)
    house.desk.later(minutes=1)
    house.round()
    assert set(house.starts("pair").values()) <= {None}
    assert ("put", "pair") not in house.calls()
    house.desk.later(days=20)
    assert house.round().decisions == ()
    assert house.waiting() == (asked,)
    assert len(house.sent.notices) == 1


def test_the_question_is_the_same_when_a_session_has_passed_meanwhile(house: House) -> None:
    """A round at five to, and one at five past."""
    house.desk.clock.instant = house.start("pair", 1) - timedelta(minutes=5)
    house.provider.drop("pair")
    house.round()
    house.desk.later(minutes=10)
    house.round()
    assert house.trail() == [(Action.PAUSE, PROPOSED)]
    assert not any(start and start > house.now for start in house.starts("pair").values())


def test_a_series_that_is_back_in_between_is_left_alone(house: House) -> None:
    """The question lapses; should it be gone again, it is asked again, and ten minutes count from then on."""
    before = house.starts("pair")
    house.provider.hide("pair")
    house.round()
    house.desk.later(minutes=5)
    house.provider.hide()
    house.round()
    assert (house.waiting(), house.starts("pair"), house.calls()) == ((), before, [])
    house.desk.later(minutes=30)
    house.provider.hide("pair")
    house.round()
    assert house.trail() == [(Action.PAUSE, LAPSED), (Action.PAUSE, PROPOSED)]
    assert house.starts("pair") == before


def test_a_series_that_is_wanted_after_all_is_made_anew(house: House) -> None:
    """Once it rests; before that, nobody knows that it is gone."""
    before = house.starts("pair")
    house.provider.drop("pair")
    [asked] = house.round().proposed
    with pytest.raises(InputError, match="does not rest"):
        refuse(house.app, asked.id, "coordinator")
    assert house.waiting() == (asked,)
    house.desk.later(minutes=10)
    house.round()
    refuse(house.app, asked.id, "coordinator")
    house.app.write_pending()
    assert house.starts("pair") == before
    assert house.trail() == [(Action.PAUSE, State.REFUSED), (Action.RESUME, DONE)]
    assert house.round().decisions == ()
    house.agree()


def test_that_a_series_is_deleted_can_be_accepted_at_once(house: House) -> None:
    """Nobody waits ten minutes for what somebody knows."""
    house.provider.drop("pair")
    [asked] = house.round().proposed
    accept(house.app, asked.id, None, "coordinator")
    house.round()
    assert set(house.starts("pair").values()) <= {None}
    assert (house.waiting(), house.round().decisions) == ((), ())


def test_who_has_to_be_there_and_declines_is_asked_about(house: House) -> None:
    """Other times are offered; when they come after all, nobody waits for a word any more."""
    house.provider.decline("pair", "chen", 3)
    [asked] = house.round().proposed
    assert (asked.action, asked.session, asked.by) == (Action.DECLINE, 3, "chen")
    assert asked.options
    assert house.round().decisions == ()
    house.provider.decline("pair", "chen")
    house.round()
    assert (house.waiting(), house.trail()) == ((), [(Action.DECLINE, LAPSED)])
    assert house.calls() == []


def test_a_decline_is_accepted_by_another_time(house: House) -> None:
    """The session moves, and stays in its week."""
    house.provider.decline("pair", "chen", 3)
    [asked] = house.round().proposed
    house.provider.decline("pair", "chen")
    accepted = accept(house.app, asked.id, None, "coordinator")
    house.app.write_pending()
    assert (house.start("pair", 3), accepted.state) == (asked.options[0], State.ACCEPTED)
    assert house.trail() == [(Action.MOVE, State.ACCEPTED)]
    assert house.round().decisions == ()
    house.agree()


def test_a_decline_that_is_past_waits_for_nobody(house: House) -> None:
    """It was held, or it was not."""
    house.provider.decline("pair", "chen", 1)
    house.round()
    house.desk.clock.instant = house.start("pair", 1) + HOUR
    house.round()
    assert (house.waiting(), house.trail()) == ((), [(Action.DECLINE, LAPSED)])


def test_who_need_not_come_may_decline(house: House) -> None:
    """Nobody is asked for it."""
    house.provider.decline("circle", "dev", 3)
    assert house.round().decisions == ()


def test_who_declines_a_whole_series_is_asked_about_once(house: House) -> None:
    """Not once for each date, nor again with each week that passes; accepting takes note of it."""
    house.provider.decline("pair", "chen", *range(8))
    [asked] = house.round().proposed
    assert (asked.action, asked.session) == (Action.DECLINE, None)
    house.desk.clock.instant = house.start("pair", 1) + HOUR
    assert house.round().decisions == ()
    accept(house.app, asked.id, None, "coordinator")
    house.desk.later(days=7)
    assert house.round().decisions == ()
    assert house.calls() == []


def test_a_date_that_somebody_added_is_left(house: House) -> None:
    """It is no session of ours; nothing is decided, and nothing written."""
    house.provider.add_date("pair", house.start("pair", 2) + DAY)
    assert house.round().decisions == ()
    assert house.calls() == []


def test_another_length_is_told_and_left(house: House) -> None:
    """Once, and as long as it is so."""
    house.provider.resize("pair", 2, 90)
    [asked] = house.round().proposed
    assert "another length" in asked.why
    assert house.round().decisions == ()
    assert house.waiting() == (asked,)
    house.provider.resize("pair", 2, 45)
    house.round()
    assert house.waiting() == ()


def test_another_length_can_be_taken_note_of(house: House) -> None:
    """Nothing is moved for it, and nobody asks again."""
    house.provider.resize("pair", 2, 90)
    [asked] = house.round().proposed
    accept(house.app, asked.id, None, "coordinator")
    assert house.round().decisions == ()
    assert (house.waiting(), house.calls()) == ((), [])


def test_a_session_is_not_moved_away_from_under_a_hand(house: House) -> None:
    """Whose calendar can't be looked at, of that nothing is moved; it goes on when it can."""
    house.busy("chen", house.start("pair", 2))
    house.provider.faults["amara"] = Unavailable("it is down.")
    done = house.round()
    assert done.decisions == ()
    assert [who for who, _ in done.faults]
    house.provider.faults.clear()
    assert [each.action for each in house.round().done] == [Action.MOVE]


def test_what_somebody_moved_while_a_write_was_owed_wins(house: House) -> None:
    """The write can't be made, what was moved is taken over, and then both agree."""
    house.busy("chen", house.start("pair", 2))
    house.desk.app.refresh()
    house.provider.faults["amara"] = Unavailable("it is down.")
    house.provider.faults.pop("amara")
    to = house.start("pair", 4) + DAY
    app = house.app
    take_over(app)
    house.provider.move("pair", 4, to)
    house.round()
    house.round()
    assert house.start("pair", 4) == to
    house.agree()


def _three(house: House) -> None:
    """A programme of five groups; three of them are gone at once."""
    more = "".join(f"{name},amara,\n{name},dev,\n" for name in ("trio", "quad", "quint"))
    house.desk.write(groups=GROUPS + more)
    planned, app = house.desk.plan(), house.app
    app.apply(planned, app.changes(planned))
    house.calls()
    for name in ("trio", "quad", "quint"):
        house.provider.drop(name)


def test_more_than_a_fifth_gone_at_once_stops_all_writes(house: House) -> None:
    """It may be a server's fault: nothing is written, nothing paused, and one question asked."""
    _three(house)
    done = house.round()
    assert [(each.action, each.state) for each in done.decisions] == [(Action.STOP, PROPOSED)]
    assert done.stopped == house.app.store.stopped() != ""
    house.busy("chen", house.start("pair", 2))
    house.desk.later(minutes=20)
    again = house.round()
    assert (again.decisions, again.stopped, house.calls()) == ((), done.stopped, [])
    with pytest.raises(InputError, match="until this is accepted"):
        refuse(house.app, house.waiting()[0].id, "coordinator")
    accept(house.app, house.waiting()[0].id, None, "coordinator")
    went_on = house.round()
    assert went_on.stopped == ""
    assert sorted(each.group for each in went_on.proposed) == ["quad", "quint", "trio"]
    assert {each.action for each in went_on.proposed} == {Action.PAUSE}
    assert house.calls() == [("put", "pair")]
    house.desk.later(minutes=10)
    assert house.round().stopped == ""
    assert len(house.app.store.decisions()) == 5
