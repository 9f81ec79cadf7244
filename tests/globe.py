"""A circle that spans the globe: each of its two possible hours is too early for somebody.

Ann in London and Bea in Auckland can be met at seven in the morning, and in the evening; one's morning is the other's
evening, and both would rather not begin before nine. Cal in Kolkata is always there, and has no wishes.

GLOBE is a problem; PEOPLE, GROUPS and SETTINGS are the same as a programme, in which Ann would rather not begin before
four past nine: so the best plan is one alone.
"""

from datetime import date

from scheduler.core.interval import DAY_MINUTES, Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.problem import Problem
from scheduler.core.series import Series
from scheduler.core.walltime import WallWindow
from tests.desks import settings

PEOPLE = """\
id,name,email,timezone,hours,preferred
ann,Ann A.,,Europe/London,Tue 7-8 18-19,Tue 9:04-21
bea,Bea B.,,Pacific/Auckland,Tue 20-21; Wed 7-8,Tue Wed 9-21
cal,Cal C.,,Asia/Kolkata,always,
"""
GROUPS = """\
group,person
circle,ann
circle,bea
circle,cal
"""
SETTINGS = settings(from_="2027-02-22", until="2027-03-21", minutes="60", grid="60")

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
