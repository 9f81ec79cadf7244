"""Two plans side by side."""

from dataclasses import replace
from datetime import date

from scheduler.core.compare import compared
from scheduler.core.interval import DAY_MINUTES, Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot
from scheduler.core.walltime import WallWindow

ALWAYS = {day: (WallWindow(0, DAY_MINUTES),) for day in range(7)}
LIKES = {day: (WallWindow(600, 720),) for day in range(7)}


def problem(*names: str) -> Problem:
    """Groups of Ana, who likes ten to noon, and Bo."""
    people = {
        "ana": Participant(id="ana", boundary=Boundary(zone="UTC", hours=ALWAYS, preferred=LIKES)),
        "bo": Participant(id="bo", boundary=Boundary(zone="UTC", hours=ALWAYS)),
    }
    series = Series(id="", required=("ana", "bo"), duration=60, sessions=2, anchor_zone="UTC")
    return Problem(
        name="", horizon=Horizon(date(2027, 1, 4), 2), people=people, series=tuple(replace(series, id=n) for n in names)
    )


def at(name: str, minute: int, second: Status = Status.HELD) -> Placement:
    """A group on Mondays."""
    sessions = Session(minute, Status.HELD), Session(minute + 7 * DAY_MINUTES, second)
    return Placement(name, 0, (Slot(0, minute),), sessions)


def test_the_same_plan_differs_in_nothing() -> None:
    """No group and nobody's burden."""
    posed, plan = problem("one"), Plan((at("one", 540),))
    told = compared(posed, plan, posed, plan)
    assert (told.changed, told.burdens, told.worst) == ((), {}, (60.0, 60.0))


def test_each_group_is_told_before_and_after() -> None:
    """Those that change, that are new, and that are gone."""
    one = problem("one", "gone"), Plan((at("one", 540, Status.SKIPPED), at("gone", 780)))
    two = problem("one", "new"), Plan((at("one", 600), at("new", 660)))
    told = compared(*one, *two)
    assert [each.group for each in told.groups] == ["one", "new", "gone"]
    first, new, gone = told.changed
    assert first.before is not None
    assert first.after is not None
    assert (first.before.happen, first.after.happen, first.after.sessions) == (1, 2, 2)
    assert (new.before, gone.after) == (None, None)
    assert told.burdens == {"ana": (75.0, 0.0)}
    assert told.worst == (75.0, 0.0)
