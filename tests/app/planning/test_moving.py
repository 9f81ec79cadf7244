"""Deciding by hand: the one session stands where somebody said, the others stay, and nothing is written."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from scheduler.app.planning.moving import Chosen, against, choose, decide, plan_again, take_back
from scheduler.core.change import Counts, Keep, Kind, SessionChange, counts
from scheduler.core.plan import Plan, Status
from scheduler.errors import InputError
from scheduler.flow import Planned
from scheduler.solve import Params
from tests.desks import GROUPS, Desk, at, settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def again(desk: Desk) -> Planned:
    """Plan with what was decided."""
    return plan_again(desk.app, Params())


def move(desk: Desk, group: str, date: str, by: timedelta = DAY) -> Planned:
    """What `rondo move --to --yes` does, to so much later."""
    chosen = choose(desk.app, group, date)
    decide(desk.app, chosen, chosen.minute_named((chosen.start + by).isoformat()), "move")
    return again(desk)


def skip(desk: Desk, group: str, date: str) -> Planned:
    """What `rondo skip` does."""
    decide(desk.app, choose(desk.app, group, date), None, "skip")
    return again(desk)


def apply(desk: Desk, planned: Planned) -> None:
    """Write a plan to calendars."""
    desk.app.apply(planned, desk.app.changes(planned))


def todo(desk: Desk, planned: Planned) -> list[SessionChange]:
    """Every session that applying would change."""
    changes = [change for change in desk.app.changes(planned) if not isinstance(change, Keep)]
    return [session for change in changes for session in change.sessions]


def where(plan: Plan) -> Mapping[tuple[str, int], tuple[int, Status]]:
    """Where each session stands."""
    return {
        (entry.series, number): (session.start, session.status)
        for entry in plan.placements
        for number, session in enumerate(entry.sessions)
    }


# --- which session


@pytest.mark.parametrize(
    ("group", "date", "words"),
    [
        ("pear", "1", r'groups.csv: there is no group "pear"\. Did you mean pair\?'),
        ("x\x1b[1m", "1", r"there is no group"),
        ("pair", "2027-01-01", r"pair has no session on 2027-01-01\. The nearest is #1 on 2027-03-0[1-7]\."),
        ("pair", "#9", r"pair has no session #9\. It has 8\."),
    ],
)
def test_a_session_that_is_not_there_is_told_with_the_nearest(planned: Desk, group: str, date: str, words: str) -> None:
    """One line, and what was probably meant."""
    with pytest.raises(InputError, match=words):
        choose(planned.app, group, date)


def test_only_what_is_planned_can_be_decided(planned: Desk) -> None:
    """A group that is new, or has other sessions than the plan, has to be planned first."""
    planned.write(groups=GROUPS + "trio,chen,\ntrio,dev,\n")
    with pytest.raises(InputError, match=r"trio is not planned as it is now\. Plan first: rondo plan"):
        choose(planned.app, "trio", "1")
    planned.write(settings=settings(sessions="6"))
    with pytest.raises(InputError, match="pair is not planned as it is now"):
        choose(planned.app, "pair", "1")


def test_without_any_plan_there_is_nothing_to_decide(tmp_path_factory: pytest.TempPathFactory) -> None:
    """And it is said what to do first."""
    desk = Desk(tmp_path_factory.mktemp("new") / "spring")
    with pytest.raises(InputError, match="Plan first"):
        choose(desk.app, "pair", "1")


def test_what_has_begun_is_past(published: Desk) -> None:
    """To the minute; and nothing is moved into the past."""
    start = choose(published.app, "pair", "2").start
    published.clock.instant = start - timedelta(minutes=1)
    chosen = choose(published.app, "pair", "2")
    with pytest.raises(InputError, match=r"pair: \w+ \d+ Mar \d\d:\d\d London is past"):
        against(published.app, chosen, chosen.session.start - 1)
    published.clock.instant = start
    with pytest.raises(InputError, match=r"pair #2: .+ London is past\. Only sessions that have not"):
        choose(published.app, "pair", "2")


# --- where to


def test_what_is_against_a_time_is_said(published: Desk) -> None:
    """Hours and calendars of people, their other groups, and other sessions of the group itself."""
    chosen = choose(published.app, "pair", "3")
    assert against(published.app, chosen, chosen.session.start) == []
    assert against(published.app, chosen, chosen.minute_named("Sat 15:00")) == [
        "Amara N. is outside hours on 20 March: Sat 20 Mar 15:00 London",
        "Chen L. is outside hours on 20 March: Sat 20 Mar 11:00 New York",
    ]
    circle = choose(published.app, "circle", "3").start
    told = against(published.app, chosen, chosen.minute_named(circle.isoformat()))
    assert any(words.startswith("Amara N. meets another group on ") for words in told)
    other = choose(published.app, "pair", "4").start + timedelta(minutes=30)
    assert against(published.app, chosen, chosen.minute_named(other.isoformat())) == ["pair meets then already: #4"]


def test_alternatives_keep_to_notice_and_not_to_the_freeze(published: Desk) -> None:
    """A day before the session: Amara asks for a day, so what is left begins after that."""
    start = choose(published.app, "pair", "2").start
    published.clock.instant = start - timedelta(hours=30)
    found = choose(published.app, "pair", "2").alternatives(100)
    horizon = published.app.programme.horizon
    assert found
    assert min(horizon.instant(each.start) for each in found) >= published.clock.instant + timedelta(hours=24)
    assert min(horizon.instant(each.start) for each in found) < published.clock.instant + timedelta(hours=48)


@pytest.mark.parametrize("group", ["pair", "circle"])
@pytest.mark.parametrize("number", [0, 2])
def test_an_alternative_that_is_taken_disturbs_nobody(published: Desk, group: str, number: int) -> None:
    """Nothing is against it, and that session alone changes."""
    chosen = choose(published.app, group, "4")
    taken = chosen.alternatives(3)[number]
    assert against(published.app, chosen, taken.start) == []
    decide(published.app, chosen, taken.start, "move")
    (change,) = todo(published, again(published))
    assert (change.session, change.kind) == (3, Kind.MOVED)
    assert change.before == chosen.start
    assert change.after == published.app.programme.horizon.instant(taken.start)


# --- what becomes of the plan


def test_before_the_first_apply_all_else_stays_as_it_was_planned(planned: Desk) -> None:
    """A repair of the draft, though nothing stands yet."""
    draft = planned.app.store.draft()
    assert draft is not None
    found = where(move(planned, "pair", "3").plan)
    before = where(draft.plan)
    assert {key for key in before if before[key] != found[key]} == {("pair", 2)}
    assert found["pair", 2][1] is Status.PINNED
    assert planned.published() == {}


def test_a_session_stands_where_somebody_put_it_whatever_comes(published: Desk) -> None:
    """Outside hours, through replanning, and over a calendar that becomes busy."""
    there = choose(published.app, "pair", "3").start + 10 * HOUR
    apply(published, move(published, "pair", "3", 10 * HOUR))
    published.calendar("amara", at(there, 45))
    for replan in (False, True):
        placement = published.plan(replan=replan).plan.by_series()["pair"]
        assert placement.sessions[2].status is Status.PINNED
        assert published.app.programme.horizon.instant(placement.sessions[2].start) == there


def test_a_session_within_the_freeze_moves_by_hand(published: Desk) -> None:
    """The freeze keeps plans from it, and no person."""
    start = choose(published.app, "pair", "2").start
    published.clock.instant = start - 30 * HOUR
    apply(published, move(published, "pair", "2", 2 * HOUR))
    (event,) = (event for event in published.app.store.events() if event.group == "pair")
    assert event.occurrences[1].start == start + 2 * HOUR
    assert todo(published, again(published)) == []


def test_what_is_taken_back_goes_where_its_rule_puts_it(published: Desk) -> None:
    """After an apply too: the plan that stands does not hold it there."""
    start = choose(published.app, "pair", "3").start
    apply(published, move(published, "pair", "3"))
    take_back(published.app, choose(published.app, "pair", f"{start:%Y-%m-%d}"))
    (change,) = todo(published, again(published))
    assert (change.kind, change.after) == (Kind.MOVED, start)
    assert [change.after for change in todo(published, published.plan())] == [start]
    with pytest.raises(InputError, match="pair #3 was neither moved nor skipped by hand"):
        take_back(published.app, choose(published.app, "pair", "3"))


def test_a_skipped_session_comes_back_when_that_is_taken_back(published: Desk) -> None:
    """At its regular time; until then no plan brings it back."""
    planned = skip(published, "circle", "5")
    assert [change.kind for change in todo(published, planned)] == [Kind.SKIPPED]
    apply(published, planned)
    assert todo(published, published.plan()) == []
    assert published.plan(replan=True).plan.by_series()["circle"].sessions[4].status is Status.SKIPPED
    take_back(published.app, choose(published.app, "circle", "5"))
    assert [change.kind for change in todo(published, again(published))] == [Kind.RESTORED]


def test_a_session_taken_back_within_the_freeze_stays(published: Desk) -> None:
    """It is too near to be planned anew, and is not lost either."""
    apply(published, move(published, "pair", "2"))
    published.clock.instant = choose(published.app, "pair", "2").start - 30 * HOUR
    take_back(published.app, choose(published.app, "pair", "2"))
    assert todo(published, again(published)) == []


def test_others_make_room_for_a_decision(published: Desk) -> None:
    """Whoever is needed elsewhere at that time is moved there."""
    there = choose(published.app, "circle", "4").start - choose(published.app, "pair", "4").start
    planned = move(published, "pair", "4", there)
    changed = {(change.session, change.kind) for change in todo(published, planned)}
    assert changed == {(3, Kind.MOVED)}
    assert len(todo(published, planned)) == 2
    assert planned.report.score.happen == 16


def test_pins_of_what_is_gone_count_for_nothing(published: Desk) -> None:
    """The next apply forgets them; others stay."""
    skip(published, "circle", "2")
    move(published, "pair", "3")
    published.write(groups="".join(line for line in GROUPS.splitlines(keepends=True) if "circle" not in line))
    published.publish()
    assert [pin.key for pin in published.app.store.pins()] == [("pair", 2)]
    published.write(groups=GROUPS)
    assert [session.status for session in published.plan().plan.by_series()["circle"].sessions] == [Status.HELD] * 8


def test_another_first_date_leaves_a_moved_session_where_it_was_put(published: Desk) -> None:
    """To the instant, and no other session becomes the moved one."""
    apply(published, move(published, "pair", "3"))
    start = choose(published.app, "pair", "3").start
    published.write(settings=settings(sessions="8", from_="2027-02-22"))
    assert counts(published.app.changes(published.plan())) == Counts(0, 0, 0, 0)
    assert choose(published.app, "pair", "3").start == start


def test_a_pin_is_remembered_with_its_command_and_instant(published: Desk) -> None:
    """Who asks later sees when it was decided; a second decision takes the place of the first."""
    chosen: Chosen = choose(published.app, "pair", "3")
    decide(published.app, chosen, None, "skip")
    decide(published.app, chosen, 900, "move")
    (pin,) = published.app.store.pins()
    assert (pin.key, pin.command, pin.decided_at) == (("pair", 2), "move", published.clock.now())
    assert pin.start == chosen.posed.problem.horizon.instant(900)
