"""Taking back the last apply: what stood before stands again, or it is said why it can't."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors.published import PublishedFiles
from scheduler.app.planning.moving import choose, decide, plan_again
from scheduler.app.planning.undo import Undo, find_undo, write_undo
from scheduler.core.change import Cancel, Create, Move
from scheduler.core.event import Event
from scheduler.core.plan import Status
from scheduler.errors import ChangedElsewhere, InputError, StalePlan, Unavailable
from scheduler.solve import Params
from tests.desks import GROUPS, PEOPLE, Desk, at, settings

DAY = timedelta(days=1)
STAMPS = re.compile(rb"^(?:SEQUENCE|DTSTAMP|LAST-MODIFIED):.*\r\n", re.MULTILINE)


def undo(desk: Desk) -> Undo:
    """What `rondo undo --yes` does."""
    desk.app.refresh()
    found = find_undo(desk.app)
    write_undo(desk.app, found)
    return found


def move(desk: Desk, number: int, by: timedelta = DAY) -> datetime:
    """Move a session of the pair by hand and apply it; where it stood."""
    chosen = choose(desk.app, "pair", str(number))
    decide(desk.app, chosen, chosen.minute_named((chosen.start + by).isoformat()), "move")
    planned = plan_again(desk.app, Params())
    desk.app.apply(planned, desk.app.changes(planned))
    return chosen.start


def files(desk: Desk) -> dict[str, bytes]:
    """What stands in calendars, without how often and when each event was written."""
    return {name: STAMPS.sub(b"", content) for name, content in desk.published().items()}


def live(desk: Desk) -> dict[str, Event]:
    """The events that stand, by group."""
    return {event.group: event for event in desk.app.store.events() if not event.cancelled}


def test_nothing_can_be_taken_back_before_anything_was_applied(planned: Desk) -> None:
    """It is said so."""
    with pytest.raises(InputError, match="nothing was applied yet, so there is nothing to take back"):
        find_undo(planned.app)


def test_calendars_are_as_they_were(published: Desk) -> None:
    """To the byte but for SEQUENCE and DTSTAMP; the plan, the draft and the pins are as before too."""
    before, standing = files(published), published.app.store.standing()
    move(published, 3)
    assert files(published) != before
    published.later(hours=1)
    (change,) = undo(published).todo
    assert isinstance(change, Move)
    assert files(published) == before
    store = published.app.store
    back, draft = store.standing(), store.draft()
    assert standing is not None
    assert back is not None
    assert draft is not None
    assert back.plan == draft.plan == standing.plan
    assert store.pins() == ()
    assert live(published)["pair"].sequence == 2
    app, planned = published.app, published.plan()
    assert [type(each).__name__ for each in app.changes(planned)] == ["Keep", "Keep"]


def test_undo_of_undo_brings_it_back(published: Desk) -> None:
    """With its pin, again and again."""
    before = files(published)
    move(published, 3)
    after, pins = files(published), published.app.store.pins()
    for _ in range(2):
        undo(published)
        assert files(published) == before
        undo(published)
        assert files(published) == after
        assert [replace(pin, command="move") for pin in published.app.store.pins()] == list(pins)
        assert published.plan().plan.by_series()["pair"].sessions[2].status is Status.PINNED


def test_a_first_apply_is_taken_back_whole(published: Desk) -> None:
    """Everything is cancelled and nothing stands; once more, the same sessions stand under other UIDs."""
    sessions, uids = {}, set()
    for group, event in live(published).items():
        sessions[group] = [each.start for each in event.sessions]
        uids.add(event.uid)
    assert {type(change) for change in undo(published).changes} == {Cancel}
    assert live(published) == {}
    assert published.app.store.standing() is None
    assert b"STATUS:CANCELLED" in published.published()["groups/pair.ics"]
    assert {type(change) for change in undo(published).changes} == {Create}
    assert {group: [each.start for each in event.sessions] for group, event in live(published).items()} == sessions
    assert uids.isdisjoint(event.uid for event in live(published).values())


def test_decisions_of_the_draft_outlive_its_apply(planned: Desk) -> None:
    """A first apply is taken back, and what was decided before it can be applied again."""
    was = move(planned, 3)
    undo(planned)
    assert [pin.key for pin in planned.app.store.pins()] == [("pair", 2)]
    draft = planned.app.store.draft()
    assert draft is not None
    again = planned.app.drafted(draft.plan)
    planned.app.apply(again, planned.app.changes(again))
    assert live(planned)["pair"].occurrences[2].start == was + DAY


def test_a_rule_that_changed_comes_back_in_its_own_event(published: Desk) -> None:
    """The event that ended early goes on to its end; the one that took its place is cancelled."""
    before = live(published)["pair"]
    published.clock.instant = choose(published.app, "pair", "3").start
    published.write(
        people=PEOPLE.replace("Mon-Fri 8-16", "Mon-Fri 10-16").replace("Mon-Fri 9-17,10-16", "Mon-Wed 9-17,10-16")
    )
    planned = published.plan(replan=True)
    published.app.apply(planned, published.app.changes(planned))
    pairs = [event for event in published.app.store.events() if event.group == "pair"]
    assert [(event.generation, len(event.occurrences)) for event in sorted(pairs, key=lambda e: e.generation)] == [
        (0, 3),
        (1, 5),
    ]
    published.write(people=PEOPLE)
    undo(published)
    assert live(published)["pair"].same_as(before)


def test_a_group_that_the_apply_made_is_cancelled(published: Desk) -> None:
    """The folder lists it still: the next plan makes it again."""
    published.write(groups=GROUPS + "trio,chen,\ntrio,dev,\n")
    published.publish()
    (change,) = undo(published).todo
    assert isinstance(change, Cancel)
    assert change.event.group == "trio"
    assert set(live(published)) == {"pair", "circle"}


def test_a_decision_that_came_later_stays(published: Desk) -> None:
    """It is no part of what the apply did, and waits for the next one."""
    move(published, 3)
    chosen = choose(published.app, "circle", "5")
    decide(published.app, chosen, None, "skip")
    plan_again(published.app, Params())
    undo(published)
    assert [pin.key for pin in published.app.store.pins()] == [("circle", 4)]
    assert live(published)["circle"].occurrences[4].start == chosen.start
    assert published.plan().plan.by_series()["circle"].sessions[4].status is Status.SKIPPED


def begun(desk: Desk, was: datetime) -> str:
    """The moved session's old time is past."""
    desk.clock.instant = was
    return r"pair: .+ London has begun"


def busy(desk: Desk, was: datetime) -> str:
    """Somebody is busy by now where it would come back."""
    desk.calendar("chen", at(was, 20))
    return r"pair: Chen L. is busy on \d+ March: .+ New York"


def gone(desk: Desk, _: datetime) -> str:
    """The group was taken from the folder."""
    desk.write(groups="".join(line for line in GROUPS.splitlines(keepends=True) if "pair" not in line))
    return "pair is no longer in groups.csv"


def longer(desk: Desk, _: datetime) -> str:
    """Sessions have another length."""
    desk.write(settings=settings(minutes="60"))
    return "pair has other sessions, another length or another zone by now; circle has other"


def unknown(desk: Desk, _: datetime) -> str:
    """Nobody knows any more when somebody is free."""
    (desk.path / "calendars" / "amara.ics").unlink()
    desk.app.refresh()
    desk.later(days=2)
    return "pair: Amara N. has a calendar that can't be read"


@pytest.mark.parametrize("hindrance", [begun, busy, gone, longer, unknown])
def test_what_is_in_the_way_is_said_and_nothing_is_written(
    published: Desk, hindrance: Callable[[Desk, datetime], str]
) -> None:
    """All or nothing, with what to do instead."""
    was = move(published, 3)
    files_now, store = published.published(), published.app.store
    words = hindrance(published, was)
    with pytest.raises(StalePlan, match=rf"what stood before can't stand again: .*{words}.*Plan instead: rondo plan"):
        undo(published)
    assert published.published() == files_now
    assert [pin.key for pin in store.pins()] == [("pair", 2)]
    assert store.pending() == ()


def test_what_is_broken_anyway_does_not_stand_in_the_way(published: Desk) -> None:
    """A session that the undo does not touch is for the next plan to repair."""
    other, was = choose(published.app, "pair", "5").start, move(published, 3)
    published.calendar("chen", at(other, 20))
    undo(published)
    assert live(published)["pair"].occurrences[2].start == was


def test_the_freeze_does_not_hold_a_person_back(published: Desk) -> None:
    """A day before, what was moved is moved back."""
    was = move(published, 3)
    published.clock.instant = was - timedelta(hours=20)
    undo(published)
    assert live(published)["pair"].occurrences[2].start == was


def test_an_undo_that_breaks_off_is_resumed(published: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is decided once: what is owed is written by whoever comes next."""
    before = files(published)
    move(published, 3)
    found = find_undo(published.app)

    def full(*_: object, **__: object) -> None:
        raise Unavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(PublishedFiles, "put", full)
        assert list(map(str, write_undo(published.app, found).faults)) == ["the disk is full"]
    assert len(published.app.store.pending()) == 1
    assert published.app.write_pending().events == 1
    assert files(published) == before
    with pytest.raises(ChangedElsewhere):
        write_undo(published.app, found)
