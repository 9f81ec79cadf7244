"""Plans broken on purpose, a little at a time."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import NTHS, Series, Slot


def broken(problem: Problem, plan: Plan, draw: Random, times: int) -> Plan:
    """The plan with so many random changes, most of which break a rule."""
    for _ in range(times):
        plan = draw.choice([_one_placement, _one_placement, _one_placement, _one_placement, _form])(problem, plan, draw)
    return plan


def _form(problem: Problem, plan: Plan, draw: Random) -> Plan:
    """A series twice, none at all, or a stranger."""
    placements = list(plan.placements)
    if not placements:
        return plan
    one = draw.choice(placements)
    changed = draw.choice([[*placements, one], [p for p in placements if p is not one], [*placements, _stranger()]])
    return replace(plan, placements=tuple(changed))


def _stranger() -> Placement:
    return Placement("stranger", 0, (Slot(0, 0),), (Session(0, Status.HELD),))


def _one_placement(problem: Problem, plan: Plan, draw: Random) -> Plan:
    known = {series.id: series for series in problem.series}
    numbers = [number for number, placement in enumerate(plan.placements) if placement.series in known]
    if not numbers:
        return plan
    number = draw.choice(numbers)
    placement = plan.placements[number]
    changed = draw.choice(CHANGES)(placement, known[placement.series], draw)
    return replace(plan, placements=(*plan.placements[:number], changed, *plan.placements[number + 1 :]))


def _other_first(placement: Placement, series: Series, draw: Random) -> Placement:
    return replace(placement, first=max(0, placement.first + draw.choice([-1, 1, 2])))


def _other_slot(placement: Placement, series: Series, draw: Random) -> Placement:
    nth = draw.choice(NTHS) if series.cadence.monthly else None
    slot = Slot(draw.randint(0, 6), draw.choice([0, 7, 540, 600, DAY_MINUTES]), nth)
    return replace(placement, slots=(slot, *placement.slots[1:]))


def _other_count(placement: Placement, series: Series, draw: Random) -> Placement:
    more = draw.choice([placement.slots[1:], placement.slots + placement.slots[:1]])
    fewer = placement.sessions[: draw.choice([-1, len(placement.sessions)])]
    return replace(placement, slots=more, sessions=fewer)


def _other_session(placement: Placement, series: Series, draw: Random) -> Placement:
    if not placement.sessions:
        return placement
    index = draw.randrange(len(placement.sessions))
    old = placement.sessions[index]
    new = draw.choice([_later, _renamed, _skipped, _absent])(old, series, draw)
    return replace(placement, sessions=(*placement.sessions[:index], new, *placement.sessions[index + 1 :]))


def _later(session: Session, series: Series, draw: Random) -> Session:
    shift = draw.choice([1, 15, 60, -60, DAY_MINUTES, -DAY_MINUTES, WEEK_MINUTES, -WEEK_MINUTES])
    return replace(session, start=session.start + shift, status=draw.choice([session.status, Status.MOVED]))


def _renamed(session: Session, series: Series, draw: Random) -> Session:
    return replace(session, status=draw.choice(list(Status)))


def _skipped(session: Session, series: Series, draw: Random) -> Session:
    return Session(session.start, Status.SKIPPED)


def _absent(session: Session, series: Series, draw: Random) -> Session:
    anybody = (*series.optional, series.optional[0] if series.optional else "nobody", series.members[0], "nobody")
    return replace(session, absent=tuple(dict.fromkeys((*session.absent, draw.choice(anybody)))))


CHANGES: list[Callable[[Placement, Series, Random], Placement]] = [
    _other_first,
    _other_slot,
    _other_count,
    *[_other_session] * 5,
]
