"""What every connector makes of a write that broke off, where something else was decided since: it is nobody's edit.

A process may die once a provider took a write and before that is noted, and a provider may refuse the second half.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.core.delivery import Delivery, unconfirmed
from scheduler.core.edits import EditKind, Put, edits
from scheduler.core.event import Event
from scheduler.errors import ChangedElsewhere
from tests.connectors.contract import Scene, changed, of, plan, with_session

TUESDAY = datetime(2027, 3, 23, 10, 30, tzinfo=UTC)
"""Where the third session of `Scene.event` is."""
BEFORE = datetime(2027, 3, 1, tzinfo=UTC)
LATER, LATEST = TUESDAY + timedelta(hours=2), TUESDAY + timedelta(hours=4)
NEXT = TUESDAY + timedelta(days=7, hours=1)

edited = of(lambda each: each.home is not None and each.edited)
copiers = of(lambda each: each.copies)


def moved(event: Event) -> Event:
    """What broke off."""
    return with_session(event, 2, LATER)


def taken_back(event: Event) -> Event:
    """As it was before."""
    return with_session(event, 2, TUESDAY)


def moved_further(event: Event) -> Event:
    """The same session."""
    return with_session(event, 2, LATEST)


def another_moved(event: Event) -> Event:
    """Beside the first."""
    return with_session(event, 3, NEXT)


def taken_back_and_another_moved(event: Event) -> Event:
    """All at once."""
    return another_moved(taken_back(event))


def left_out(event: Event) -> Event:
    """The session does not take place."""
    return with_session(event, 2, None)


SINCE = (taken_back, moved_further, another_moved, taken_back_and_another_moved, left_out)
since = pytest.mark.parametrize("decide", SINCE, ids=[each.__name__ for each in SINCE])
Decide = Callable[[Event], Event]


def broken_off(scene: Scene, first: Delivery, form: Event, *, copy: bool = False) -> Delivery:
    """The provider has it, and nobody noted that."""
    scene.writer(copy=copy).put(form, standing=first)
    return replace(first, attempted=(*first.attempted, form))


@since
@edited
def test_what_was_decided_since_is_written_over_it(scene: Scene, decide: Decide) -> None:
    """And until then nobody is said to have moved anything."""
    first = scene.put(scene.event())
    known = broken_off(scene, first, moved(first.event))
    wanted = decide(moved(first.event))
    assert edits(wanted, known, scene.look(known, wanted), now=BEFORE) == ()
    written = scene.put(wanted, known)
    assert scene.seen() == plan(wanted)
    assert (written.receipt.differences, written.receipt.stood) == ((), ())


@since
@edited
def test_it_is_so_too_where_nothing_was_ever_confirmed(scene: Scene, decide: Decide) -> None:
    """Not even that the series stands."""
    form = moved(scene.event())
    scene.writer().put(form, standing=None)
    wanted = decide(form)
    scene.put(wanted, unconfirmed([form]))
    assert (scene.seen(), scene.masters()) == (plan(wanted), 1)


@edited
def test_what_was_begun_and_never_came_is_written(scene: Scene) -> None:
    """The process died before the provider had it."""
    form = moved(scene.event())
    scene.put(taken_back(form), unconfirmed([form]))
    assert (scene.seen(), scene.masters()) == (plan(taken_back(form)), 1)


@edited
def test_of_several_that_broke_off_each_is_known(scene: Scene) -> None:
    """Any session may be as any of them had it."""
    first = scene.put(scene.event())
    known = broken_off(scene, first, moved(first.event))
    known = broken_off(scene, known, another_moved(taken_back(known.attempted[-1])))
    known = broken_off(scene, known, moved_further(known.attempted[-1]))
    wanted = with_session(taken_back(known.attempted[-1]), 3, first.event.occurrences[3].start)
    scene.put(wanted, replace(known, attempted=(*known.attempted[:2], known.attempted[-1])))
    assert scene.seen() == plan(wanted)


@edited
def test_what_somebody_moved_after_it_broke_off_is_theirs(scene: Scene) -> None:
    """It is seen, and left as it is until it is agreed to."""
    first = scene.put(scene.event())
    known = broken_off(scene, first, moved(first.event))
    scene.stage.move_by_hand(scene.connector.at, LATER, LATEST)
    wanted = taken_back(moved(first.event))
    (edit,) = edits(wanted, known, scene.look(known, wanted), now=BEFORE)
    assert (edit.kind, edit.puts) == (EditKind.MOVED, (Put(2, (TUESDAY, 50), (LATEST, 50)),))
    with pytest.raises(ChangedElsewhere):
        scene.put(wanted, known)
    agreed = scene.put(moved_further(wanted), known)
    assert scene.seen() == plan(agreed.event)


@since
@copiers
def test_a_copy_follows_too(scene: Scene, decide: Decide) -> None:
    """What broke off there is not taken for its owner's doing."""
    first = scene.put(scene.event(), copy=True)
    known = broken_off(scene, first, moved(first.event), copy=True)
    wanted = decide(moved(first.event))
    assert edits(wanted, known, scene.look(known, wanted, copy=True), now=BEFORE) == ()
    scene.put(wanted, known, copy=True)
    assert scene.seen("ben") == plan(wanted)


@copiers
def test_what_an_owner_did_to_a_copy_stays(scene: Scene) -> None:
    """Beside what broke off."""
    first = scene.put(scene.event(), copy=True)
    known = broken_off(scene, first, moved(first.event), copy=True)
    scene.stage.move_by_hand("ben", plan(first.event)[3][0], NEXT)
    wanted = changed(taken_back(moved(first.event)))
    scene.put(wanted, known, copy=True)
    assert scene.seen("ben") == plan(with_session(wanted, 3, NEXT))
