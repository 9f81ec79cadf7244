"""A seeded world: whatever people do and whatever goes wrong, after each quiet period the invariants hold.

A failure tells its story, step by step, and how to play it again.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest

from scheduler.core.decision import Action, Decision, State
from tests.simulation import faults, people
from tests.simulation.__main__ import shrunk
from tests.simulation.invariants import broken, into_what_was_busy
from tests.simulation.run import quiet, simulate
from tests.simulation.servers import Servers, servers
from tests.simulation.service import publish
from tests.simulation.world import CANARY, World, world

STEPS = 100
"""Of a seed; twice as many with --long: 5,000 and 100,000 in all."""


@pytest.fixture(scope="module")
def started() -> Iterator[Servers]:
    """All providers."""
    with servers() as started:
        yield started


@pytest.fixture
def published(started: Servers) -> Iterator[World]:
    """A world in which nothing happened yet."""
    with world(started, 1) as made:
        publish(made)
        assert broken(made) == []
        yield made


@pytest.mark.campaign(500)
def test_what_must_hold_holds_after_each_quiet_period(started: Servers, seed: int, pytestconfig: pytest.Config) -> None:
    """Nothing lost, nothing doubled, nobody overridden, and nothing left to do."""
    story = simulate(started, seed, range(2 * STEPS if pytestconfig.getoption("--long") else STEPS))
    assert not story.wrong, str(story)


def test_a_seed_tells_the_same_story_again(started: Servers) -> None:
    """So that a failure can be played again, with its crashes in the very same places."""
    stories = [simulate(started, 4, range(60)) for _ in range(2)]
    assert stories[0] == stories[1]
    assert any("dies" in step for step in stories[0].steps.values())


def test_a_story_is_shrunk_to_what_makes_it_go_wrong() -> None:
    """Steps that have no part in it are left out."""
    assert shrunk(range(50), lambda numbers: {3, 17, 18} <= set(numbers)) == [3, 17, 18]
    assert shrunk(range(5), lambda numbers: True) == [0]


# --- each invariant is seen to be broken where it is


def told(made: World) -> set[str]:
    """Which invariants are broken."""
    return {line.split()[0] for line in broken(made)}


def test_a_series_that_is_gone_without_a_word_breaks_the_first(published: World) -> None:
    """Nobody deleted it, and nobody was asked."""
    published.servers.google.store.people["ana@example.org"].events.clear()
    assert told(published) == {"I1"}


def test_a_series_that_stands_twice_breaks_the_second(published: World) -> None:
    """A copy of it, of which no row knows."""
    events = published.servers.google.store.people["ana@example.org"].events
    (stored,) = [each for each in events.values() if each.owner == "ana@example.org"]
    published.servers.google.add_event(
        "ana@example.org",
        published.now,
        published.now + timedelta(hours=1),
        extendedProperties=stored.said["extendedProperties"],
    )
    assert told(published) == {"I2"}


def test_two_meetings_at_once_break_the_third_unless_by_hand(published: World) -> None:
    """Flo drags a session over one of another group: that is hers to do; were it ours, it would be a fault."""
    calendar, own = published.calendar("flo"), published.live()
    assert calendar is not None
    (circle,), (duo,) = ([each for each in own if each.group == name] for name in ("circle", "duo"))
    (key,) = calendar.series()
    date, to = calendar.dates(key)[1], circle.sessions[1].start
    assert to is not None
    calendar.move(key, date, to)
    published.edited(duo, date, to)
    assert "I3" not in told(published)


def test_two_meetings_at_once_that_nobody_put_there_break_the_third(published: World) -> None:
    """Ana's calendar shows both, and so do our own books."""
    (circle,) = [each for each in published.live() if each.group == "circle"]
    calendar = published.calendar("ana")
    assert calendar is not None
    (key,) = calendar.series()
    to = circle.sessions[1].start
    assert to is not None
    calendar.move(key, calendar.dates(key)[1], to)
    (pair,) = [each for each in published.live() if each.group == "pair"]
    moved = tuple(
        replace(each, start=to) if each.session == pair.sessions[1].session else each for each in pair.occurrences
    )
    found = published.live()
    with patch.object(
        World, "live", lambda _: [replace(each, occurrences=moved) if each == pair else each for each in found]
    ):
        assert "I3" in told(published)


@pytest.mark.parametrize(("people", "broken"), [((), set()), (("ana",), {"I4"}), (("ben",), {"I4"})])
def test_a_move_into_what_is_busy_breaks_the_fourth(
    published: World, people: tuple[str, ...], broken: set[str]
) -> None:
    """By what was read last, of whoever comes; of a time that a person chose it is no fault."""
    at = next(event.sessions[0].start for event in published.live() if event.group == "pair")
    assert at is not None
    for person in people:
        published.add_own(person, at + timedelta(minutes=15), 60)
    published.app.refresh()
    made = Decision(
        id="x", at=published.now, action=Action.MOVE, state=State.DONE, group="pair", session=0, before=at, after=at
    )
    assert {line.split()[0] for line in into_what_was_busy(published, [made])} == broken
    assert not list(into_what_was_busy(published, [replace(made, by="coordinator")]))


def test_what_was_done_by_hand_and_is_gone_breaks_the_fifth(published: World) -> None:
    """A session was dragged, and stands again where it stood, and nothing was decided about it."""
    (pair,) = [each for each in published.live() if each.group == "pair"]
    calendar = published.calendar("ana")
    assert calendar is not None
    (key,) = calendar.series()
    date = calendar.dates(key)[0]
    published.edited(pair, date, date.start + timedelta(hours=1))
    assert told(published) == {"I5"}


def test_a_mail_that_was_decided_by_nobody_breaks_the_sixth(published: World) -> None:
    """The same invitation again."""
    mails = published.servers.google.all_mails
    mails.extend(list(mails))
    assert told(published) == {"I6"}


def test_a_mail_of_ours_that_comes_twice_breaks_the_sixth(started: Servers) -> None:
    """Where there is a mail server, who is at no provider is invited by mail."""
    with world(started, 100) as made:
        publish(made)
        mails = started.mailbox.mails
        assert {mail.to for mail in mails} == {"dee@example.org"}
        assert broken(made) == []
        mails.append(mails[0])
        assert told(made) == {"I6"}


def test_a_canary_in_the_state_breaks_the_seventh(published: World) -> None:
    """In any file that is ours."""
    (published.folder / ".rondo" / "note").write_text(CANARY)
    assert told(published) == {"I7"}


def test_a_calendar_that_says_something_else_breaks_the_eighth(published: World) -> None:
    """A session is elsewhere, and the service does not look."""
    calendar = published.calendar("ana")
    assert calendar is not None
    (key,) = calendar.series()
    date = calendar.dates(key)[0]
    calendar.move(key, date, date.start + timedelta(hours=1))
    assert told(published) == {"I8"}
    assert quiet(published) == []


def test_every_fault_is_over_once_it_is_quiet(published: World) -> None:
    """Whatever goes wrong outside is healed before anything is asked."""
    for _ in range(20):
        for step in (faults.fail, faults.truncate, faults.revoke, faults.expire, faults.jump, people.add_own):
            step(published)
    assert quiet(published) == []
