"""Bringing back what no longer holds: one session in its week, within limits, or a proposal."""

from datetime import timedelta

import pytest

from scheduler.app.repair.proposals import accept, refuse, take_back
from scheduler.app.repair.round import look_after
from scheduler.core.decision import Action, State
from scheduler.core.repairs import Mode
from tests.app.repair.conftest import DAY, House
from tests.desks import GROUPS, PEOPLE, SETTINGS, Desk, at

DONE, PROPOSED, LAPSED = State.DONE, State.PROPOSED, State.LAPSED


def test_where_everything_holds_nothing_is_done(house: House) -> None:
    """Not even a write."""
    assert house.round().decisions == ()
    assert (house.calls(), house.sent.notices) == ([], [])


def test_an_appointment_over_a_session_moves_that_one_in_its_week(house: House) -> None:
    """It says who can't come; one event is written, the others are not touched, and the next round does nothing."""
    before, circle, stood = house.starts("pair"), house.starts("circle"), house.start("pair", 2)
    house.busy("chen", stood)
    [moved] = house.round().done
    assert (moved.action, moved.group, moved.session, moved.before) == (Action.MOVE, "pair", 2, stood)
    assert [cause.person for cause in moved.causes] == ["chen"]
    assert house.calls() == [("put", "pair")]
    after = house.start("pair", 2)
    assert (moved.after, after.isocalendar().week) == (after, stood.isocalendar().week)
    assert house.starts("pair") == before | {2: after}
    assert house.starts("circle") == circle
    house.agree()
    assert house.round().decisions == ()
    assert house.calls() == []


def test_a_second_one_in_the_same_month_waits_until_the_month_is_over(house: House) -> None:
    """Nobody is moved about by a machine."""
    house.busy("chen", house.start("pair", 2), house.start("pair", 7))
    done = house.round()
    assert len(done.done) == 1
    [waits] = done.proposed
    assert (waits.group, waits.action) == ("pair", Action.MOVE)
    assert "in 30 days" in waits.why or "was changed" in waits.why
    assert house.waiting() == (waits,)
    [told] = house.sent.notices
    assert (told.address, told.decision) == ("desk@example.org", waits.id)
    house.desk.later(days=29)
    house.desk.app.refresh()
    assert house.round().decisions == ()
    house.desk.later(days=2)
    [made] = house.round().done
    assert (made.group, made.session, made.state) == ("pair", waits.session, DONE)
    assert house.waiting() == ()
    house.agree()


def test_in_mode_suggest_nothing_moves_unasked(house: House) -> None:
    """Its programme's word, or that of whoever starts the round."""
    house.busy("chen", house.start("pair", 2))
    [waits] = house.round(Mode.SUGGEST).proposed
    assert waits.why == "its group wants to be asked"
    assert waits.options
    assert house.calls() == []
    house.desk.write(settings=SETTINGS + '[repair]\nmode = "suggest"\n')
    assert house.round().decisions == ()
    assert house.waiting() == (waits,)
    house.round(Mode.AUTO)
    assert [each.id for each in house.app.store.decisions() if each.state is DONE] == [waits.id]
    assert house.calls() == [("put", "pair")]


def test_what_begins_within_two_days_waits(house: House) -> None:
    """People have made their ways by then; from then on others may be chosen by hand."""
    house.desk.clock.instant = house.start("pair", 1) - timedelta(hours=47)
    house.busy("chen", house.start("pair", 1))
    [waits] = house.round().proposed
    assert (waits.action, waits.why) == (Action.CLASH, "it begins too soon to be changed unasked")
    assert waits.options, "by hand it can be put within those two days, too"
    assert house.calls() == []
    house.desk.later(hours=48)
    house.round()
    assert house.trail() == [(Action.CLASH, LAPSED)]


def test_an_unknown_calendar_moves_nobody(house: House) -> None:
    """Unknown is neither free nor busy: what stands is kept, and nothing is moved into it."""
    (house.desk.path / "calendars" / "chen.ics").write_text("no calendar at all")
    house.desk.later(hours=25)
    assert house.round().decisions == ()
    house.busy("amara", house.start("pair", 2))
    waits = house.round().proposed
    assert [(each.group, each.session, each.after) for each in waits] == [("pair", 2, None)]
    assert house.calls() == []


def test_an_old_copy_is_unknown(house: House) -> None:
    """A calendar that could not be read for longer than a day is not relied on."""
    house.busy("chen", house.start("pair", 6))
    house.desk.app.refresh()
    (house.desk.path / "calendars" / "chen.ics").unlink()
    house.desk.later(hours=25)
    assert house.round().decisions == ()


def test_who_need_not_come_moves_nobody(house: House) -> None:
    """An optional person is absent, and the session stays."""
    house.busy("dev", house.start("circle", 2))
    assert house.round().decisions == ()
    assert house.calls() == []


def test_a_quorum_that_is_missed_moves_the_session(house: House) -> None:
    """Where so many of those who need not come have to be there."""
    house.desk.write(settings=SETTINGS + "[groups.circle]\nquorum = 1\n")
    app = house.app
    app.refresh()
    app.apply(*((planned := house.desk.plan()), app.changes(planned)))
    house.busy("dev", house.start("circle", 2))
    house.calls()
    [moved] = house.round().done
    assert (moved.group, moved.session, [cause.person for cause in moved.causes]) == ("circle", 2, ["dev"])


def test_a_series_that_keeps_to_its_time_is_asked_about(house: House) -> None:
    """It is skipped or left by a person, and not moved."""
    house.desk.write(settings=SETTINGS + "[groups.pair]\nmovable = false\n")
    app = house.app
    app.apply(*((planned := house.desk.plan()), app.changes(planned)))
    house.busy("chen", house.start("pair", 2))
    house.calls()
    [waits] = house.round().proposed
    assert waits.why == "its series keeps to its regular time"
    assert house.calls() == []


def test_most_of_a_series_that_breaks_is_moved_as_a_whole(house: House) -> None:
    """By one decision; what is too near stays where it was."""
    before = house.starts("pair")
    house.busy("chen", *(house.start("pair", number) for number in range(2, 8)))
    [shifted] = house.round().done
    assert (shifted.action, shifted.group, shifted.session) == (Action.SHIFT, "pair", None)
    after = house.starts("pair")
    assert all(before[number] != after[number] for number in range(2, 8))
    house.agree()
    assert house.round().decisions == ()


def test_where_nothing_is_free_somebody_is_asked(house: House) -> None:
    """A session is not skipped unasked."""
    start = house.start("pair", 2)
    house.busy("chen", start - timedelta(days=3), minutes=10 * 24 * 60)
    asked = house.round().proposed
    assert {(each.group, each.action) for each in asked} == {("pair", Action.SKIP)}
    assert house.calls() == []


def test_what_holds_again_waits_for_nobody(house: House) -> None:
    """And is asked again, should it break again."""
    house.busy("chen", house.start("pair", 2))
    house.round(Mode.SUGGEST)
    house.busy("chen")
    house.round(Mode.SUGGEST)
    assert (house.waiting(), house.trail()) == ((), [(Action.MOVE, LAPSED)])
    house.busy("chen", house.start("pair", 2))
    house.round(Mode.SUGGEST)
    assert house.trail() == [(Action.MOVE, LAPSED), (Action.MOVE, PROPOSED)]
    assert len(house.sent.notices) == 2


def test_what_was_refused_is_not_asked_again(house: House) -> None:
    """Nor done by itself, as long as the same is wrong."""
    house.busy("chen", house.start("pair", 2))
    [asked] = house.round(Mode.SUGGEST).proposed
    refuse(house.app, asked.id, "coordinator")
    for mode in (Mode.SUGGEST, Mode.AUTO):
        assert house.round(mode).decisions == ()
    assert (house.trail(), house.calls()) == ([(Action.MOVE, State.REFUSED)], [])
    house.busy("amara", house.start("pair", 2))
    house.busy("chen")
    assert len(house.round(Mode.SUGGEST).proposed) == 1, "something else is wrong with it now"


def test_what_was_taken_back_is_not_moved_or_asked_about_again(house: House) -> None:
    """Whoever put it back knew why it had gone."""
    stood = house.start("pair", 2)
    house.busy("chen", stood)
    [moved] = house.round().done
    take_back(house.app, moved.id, "coordinator")
    house.app.write_pending()
    assert house.start("pair", 2) == stood
    for _ in range(2):
        assert house.round().decisions == ()
        house.desk.later(days=2)
    house.agree()


def test_the_same_session_breaks_again_after_it_was_moved(house: House) -> None:
    """Not twice in a day or a month; then it moves once more, and the third time somebody is asked."""
    house.desk.write(settings=SETTINGS + "[repair]\nmost_a_month = 9\n")
    house.busy("chen", house.start("pair", 7))
    [first] = house.round().done
    house.busy("chen", house.start("pair", 7), first.before or house.now)
    [waits] = house.round().proposed
    assert waits.why == "it was changed less than a day ago already"
    house.desk.later(days=1)
    [second] = house.round().done
    assert second.session == 7
    house.busy("chen", house.start("pair", 7), *(each.before or house.now for each in (first, second)))
    house.desk.later(days=1)
    [third] = house.round().proposed
    assert third.why == "it was changed twice already"
    accept(house.app, third.id, None, "coordinator")
    house.app.write_pending()
    assert house.round().decisions == ()
    house.agree()


def test_two_sessions_in_each_others_way_are_one_decision(house: House) -> None:
    """Of one person's new hours both pay attention to each other."""
    house.provider.move("circle", 2, house.start("pair", 2))
    decisions = house.round().decisions
    about = sorted((each.group, each.action) for each in decisions)
    assert about == [("circle", Action.ADOPT), ("pair", Action.MOVE)]
    house.agree()
    assert house.round().decisions == ()


def test_groups_that_were_changed_in_the_folder_wait_untouched(house: House) -> None:
    """They are a person's to plan and apply; the others are looked after."""
    house.busy("amara", house.start("pair", 2), house.start("circle", 3))
    house.desk.write(groups=GROUPS + "pair,dev,\n")
    [moved] = house.round().done
    assert (moved.group, moved.session) == ("circle", 3)
    house.agree()


def test_who_was_taken_out_of_the_folder_stays_until_somebody_applies(house: House) -> None:
    """Nothing is cancelled by a round."""
    house.desk.write(groups="group,person,role\ncircle,ela,chair\ncircle,amara,required\n")
    assert house.round().decisions == ()
    assert house.calls() == []
    assert house.starts("pair")


def test_who_still_meets_a_group_that_was_taken_out_is_busy_then(house: House) -> None:
    """Until somebody applies, it stands in the calendars, and nobody is to be at two places."""
    house.desk.write(groups="group,person,role\ncircle,ela,chair\ncircle,amara,required\ncircle,dev,optional\n")
    pair, stood = house.start("pair", 2), house.start("circle", 2)
    before, after = (stood - DAY, pair), (pair + timedelta(minutes=45), stood + 5 * DAY)
    free_else = [at(start, int((end - start).total_seconds()) // 60) for start, end in (before, after)]
    house.desk.calendar("amara", *free_else)
    [waits] = house.round().proposed
    assert (waits.group, waits.session, waits.after) == ("circle", 2, None)
    assert pair not in waits.options


def test_nothing_is_looked_after_before_the_first_apply(tmp_path_factory: pytest.TempPathFactory) -> None:
    """And that is no fault."""
    desk = Desk(tmp_path_factory.mktemp("bare") / "spring")
    assert look_after(desk.app).decisions == ()


def test_the_notice_somebody_asks_for_is_kept(house: House) -> None:
    """Nothing moves to where a person would be told too late; amara asks for a day, the freeze is longer anyway."""
    house.desk.write(people=PEOPLE.replace("24h", "120h"))
    house.desk.clock.instant = house.start("pair", 2) - 5 * DAY + timedelta(hours=1)
    house.busy("chen", house.start("pair", 2))
    [waits] = house.round().proposed
    assert "too soon" in waits.why
