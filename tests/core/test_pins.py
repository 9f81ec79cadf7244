"""What people decided by hand: which pins count, what stands with them, and what is left when an apply is undone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from scheduler.core.interval import DAY_MINUTES, Horizon
from scheduler.core.pins import Pin, as_pinned, pinned_minutes, pins_of, taken_back, with_pin, without_pin
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot

NOW = datetime(2027, 2, 20, 12, tzinfo=UTC)
MONDAY = date(2027, 3, 1)
HORIZON = Horizon(MONDAY, 8)
THERE = datetime(2027, 3, 11, 15, tzinfo=UTC)


def pin(session: int, start: datetime | None = THERE, group: str = "pair") -> Pin:
    """A decision of now."""
    return Pin(group=group, session=session, start=start, counted_from=MONDAY, decided_at=NOW, command="move")


def test_a_session_has_one_pin() -> None:
    """The last one counts; it can be taken away."""
    pins = with_pin(with_pin([pin(1)], pin(2)), pin(1, None))
    assert pins == (pin(2), pin(1, None))
    assert without_pin(pins, ("pair", 1)) == (pin(2),)
    assert without_pin(pins, ("circle", 1)) == pins


def test_pins_become_minutes_of_the_horizon() -> None:
    """Those of other groups and of sessions that are gone count for nothing."""
    pins = [pin(0), pin(1, None), pin(4), pin(0, None, "circle")]
    assert pinned_minutes(pins, "pair", 4, HORIZON, ()) == {0: 10 * DAY_MINUTES + 900, 1: None}
    assert pinned_minutes(pins, "trio", 4, HORIZON, ()) == {}


@pytest.mark.parametrize("weeks", [-2, 1])
def test_another_first_date_does_not_shift_what_a_pin_means(weeks: int) -> None:
    """Of a published group: the same session at the same instant. Of another: its numbers mean other weeks by now."""
    horizon = Horizon(MONDAY + timedelta(weeks=weeks), 8)
    assert pinned_minutes([pin(3)], "pair", 8, horizon, ["pair"]) == {3: (10 - 7 * weeks) * DAY_MINUTES + 900}
    assert pinned_minutes([pin(3)], "pair", 8, horizon, ["circle"]) == {}


def stands(*sessions: Session) -> Placement:
    """A placement with these sessions."""
    return Placement("pair", 0, (Slot(1, 600),), sessions)


HELD, MOVED, PINNED = (
    Session(start, status, ("dev",))
    for start, status in ((100, Status.HELD), (200, Status.MOVED), (300, Status.PINNED))
)


def test_what_stands_takes_the_pins_of_now() -> None:
    """Moved ones stand where they were put, skipped ones nowhere, the others as before."""
    found = as_pinned(stands(HELD, MOVED, PINNED), {0: 700, 1: None, 2: 300}, frozen=None)
    assert found.sessions == (
        Session(700, Status.PINNED, ("dev",)),
        Session(200, Status.SKIPPED),
        Session(300, Status.PINNED, ("dev",)),
    )
    assert as_pinned(stands(HELD, MOVED), {}, frozen=None).sessions == (HELD, MOVED)


@pytest.mark.parametrize(("frozen", "stays"), [(None, False), (300, False), (301, True)])
def test_a_session_that_nobody_pins_any_more_is_free(frozen: int | None, stays: bool) -> None:
    """So that a repair puts it where it belongs; within the freeze it stays."""
    (session,) = as_pinned(stands(PINNED), {}, frozen).sessions
    assert session == (PINNED if stays else Session(300, Status.SKIPPED))


def problem(**pinned: int | None) -> Problem:
    """A pair whose sessions are pinned: `s1=300`."""
    series = Series(
        id="pair",
        required=("amara",),
        duration=45,
        sessions=8,
        anchor_zone="UTC",
        pinned={int(key[1:]): start for key, start in pinned.items()},
    )
    return Problem(name="", horizon=HORIZON, people={}, series=(series,))


def test_the_pins_of_a_problem_are_instants() -> None:
    """By session, as if they were decided now."""
    first, second = pins_of(problem(s5=None, s2=10 * DAY_MINUTES + 900), NOW, "undo")
    assert first == replace(pin(2), command="undo")
    assert second == replace(pin(5, None), command="undo")


HERE = THERE + timedelta(days=1)
STATES: tuple[tuple[Pin, ...], ...] = ((), (pin(1),), (pin(1, HERE),), (pin(1, None),))


@pytest.mark.parametrize(("before", "stood", "now"), list(product(STATES, STATES, STATES)))
def test_undo_gives_back_the_pins_of_before_and_keeps_what_came_since(
    before: tuple[Pin, ...], stood: tuple[Pin, ...], now: tuple[Pin, ...]
) -> None:
    """A pin that the apply brought goes, one that it ended comes back, a later decision stays."""
    left = taken_back(now, stood, before)
    if now == stood:
        assert left == before
    elif now:
        assert left == now
    else:
        assert left == (before if before != stood else ())


def test_undo_leaves_other_sessions_alone() -> None:
    """They were pinned before, or have been since."""
    pins = (pin(1), pin(2), pin(3))
    assert taken_back(pins, [pin(1), pin(2)], [pin(1)]) == (pin(1), pin(3))
