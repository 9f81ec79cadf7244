"""Pins: what people decided by hand, and what it makes of a series and of the plan that stands.

A pin belongs to the number of a session, since published events and the plan that stands go by the same numbers: it
goes on to mean the same meeting when a rule or the programme's first date changes. Where it puts the session is an
instant, and no minute of a horizon. Only numbers of a group that does not stand count from the programme's first
Monday; when that changes, its pins count no more, lest they move another week's session.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.core.interval import Horizon
from scheduler.core.plan import Placement, Session, Status
from scheduler.core.problem import Problem

Key = tuple[str, int]
"""Group and session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A session (0 is the first) that stands at `start` because a person said so; None: it is skipped.

    `counted_from`: the programme's first Monday then. `command`: by which command, `decided_at`: when it was decided.
    """

    group: str
    session: int
    start: datetime | None
    counted_from: date
    decided_at: datetime
    command: str

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.group, self.session


def with_pin(pins: Sequence[Pin], pin: Pin) -> tuple[Pin, ...]:
    """The pins with one more, which takes the place of an earlier one of its session."""
    return (*without_pin(pins, pin.key), pin)


def without_pin(pins: Sequence[Pin], key: Key) -> tuple[Pin, ...]:
    """The pins without that of a session."""
    return tuple(pin for pin in pins if pin.key != key)


def pinned_minutes(
    pins: Sequence[Pin], group: str, sessions: int, horizon: Horizon, standing: Collection[str]
) -> dict[int, int | None]:
    """`Series.pinned` of a group, in minutes of the horizon; `standing`: the groups that are published."""
    return {
        pin.session: None if pin.start is None else horizon.minute(pin.start)
        for pin in pins
        if pin.group == group
        and pin.session < sessions
        and (group in standing or pin.counted_from == horizon.first_monday)
    }


def as_pinned(placement: Placement, pinned: Mapping[int, int | None], frozen: int | None) -> Placement:
    """A placement that stands, with its pins as they are now: freeze and repair then keep what people decided.

    A session that nobody pins any more stands nowhere, so that a repair puts it where it fits best; but for one that
    begins before the minute `frozen`, which stays.
    """
    sessions = (_as_pinned(session, i, pinned, frozen) for i, session in enumerate(placement.sessions))
    return replace(placement, sessions=tuple(sessions))


def _as_pinned(session: Session, number: int, pinned: Mapping[int, int | None], frozen: int | None) -> Session:
    if number in pinned:
        start = pinned[number]
        if start is None:
            return Session(session.start, Status.SKIPPED)
        return Session(start, Status.PINNED, session.absent)
    released = session.status is Status.PINNED and (frozen is None or session.start >= frozen)
    return Session(session.start, Status.SKIPPED) if released else session


def pins_of(problem: Problem, now: datetime, command: str) -> tuple[Pin, ...]:
    """The pins of a problem, as if a command had made them at this instant."""
    return tuple(
        Pin(
            group=series.id,
            session=session,
            start=None if start is None else problem.horizon.instant(start),
            counted_from=problem.horizon.first_monday,
            decided_at=now,
            command=command,
        )
        for series in problem.series
        for session, start in sorted(series.pinned.items())
    )


def taken_back(pins: Sequence[Pin], brought: Sequence[Pin], ended: Sequence[Pin]) -> tuple[Pin, ...]:
    """The pins once an apply is taken back: those that stood with it go, those that stood before it come back.

    What stood with both, or was decided since, stays.
    """
    old, new = {(pin.key, pin.start) for pin in ended}, {(pin.key, pin.start) for pin in brought}
    kept = [pin for pin in pins if (pin.key, pin.start) not in new - old]
    held = {pin.key for pin in kept}
    return (*kept, *(pin for pin in ended if (pin.key, pin.start) not in new and pin.key not in held))
