"""A circle that spans the globe: each of its two possible hours is too early for somebody.

Ann in London and Bea in Auckland can be met at seven in the morning, and in the evening; one's morning is the other's
evening, and both would rather not begin before nine. Cal in Kolkata is always there, and has no wishes.
"""

from datetime import date

from scheduler.core.interval import DAY_MINUTES, Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.core.walltime import WallWindow

LIKED = WallWindow(540, 1260)
MORNING, EVENING = DAY_MINUTES + 420, DAY_MINUTES + 1080
"""The two starts of the first week, on Tuesday; for Bea the second is on Wednesday at seven."""

CIRCLE = Series(id="circle", required=("ann", "bea", "cal"), duration=60, sessions=4, anchor_zone="Europe/London")


def _limits(zone: str, *days: int, **windows: tuple[WallWindow, ...]) -> Boundary:
    hours = dict(zip(days, windows.values(), strict=True))
    return Boundary(zone=zone, hours=hours, preferred=dict.fromkeys(days, (LIKED,)))


GLOBE = Problem(
    name="globe",
    horizon=Horizon(date(2027, 1, 4), 4),
    grid_minutes=60,
    people={
        "ann": Participant(
            id="ann", boundary=_limits("Europe/London", 1, tuesday=(WallWindow(420, 480), WallWindow(1080, 1140)))
        ),
        "bea": Participant(
            id="bea",
            boundary=_limits(
                "Pacific/Auckland", 1, 2, tuesday=(WallWindow(1200, 1260),), wednesday=(WallWindow(420, 480),)
            ),
        ),
        "cal": Participant(
            id="cal",
            boundary=Boundary(zone="Asia/Kolkata", hours={day: (WallWindow(0, DAY_MINUTES),) for day in range(7)}),
        ),
    },
    series=(CIRCLE,),
)
