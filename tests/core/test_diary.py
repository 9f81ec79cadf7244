"""Room for one more session: caps by the local day and week, and the gap between sessions of one series."""

from datetime import date

from scheduler.core.diary import Diary
from scheduler.core.interval import DAY_MINUTES, Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot

HORIZON = Horizon(date(2027, 1, 4), 2)


def diary(*standing: int, zone: str = "UTC", buffer: int = 0, day: int | None = None, week: int | None = None) -> Diary:
    """Somebody's diary for sessions of an hour, beside sessions of another series."""
    limits = Boundary(zone=zone, hours={}, buffer=buffer, max_per_day=day, max_per_week=week)
    series = Series(id="other", required=("ana",), duration=30, sessions=len(standing), anchor_zone="UTC")
    people = {"ana": Participant(id="ana", boundary=limits)}
    problem = Problem(name="", horizon=HORIZON, people=people, series=(series,))
    sessions = tuple(Session(start, Status.HELD) for start in standing)
    return Diary.of(problem, Plan((Placement("other", 0, (Slot(0, 0),), sessions),)), "ana", 60)


def test_without_caps_there_is_room_beside_anything() -> None:
    """Clashes with other series are the calendar's business."""
    assert diary(600, 601, 602).has_room(600)


def test_sessions_of_the_series_keep_their_gap() -> None:
    """An hour each, and the buffer between them, before and after."""
    mine = diary(buffer=10)
    mine.add(1000)
    assert [mine.has_room(start) for start in (930, 931, 1000, 1069, 1070)] == [True, False, False, False, True]


def test_caps_count_what_stands_and_what_was_entered() -> None:
    """Two a day and three a week: a standing one, then the series' own."""
    mine = diary(600, day=2, week=3)
    assert mine.has_room(900)
    mine.add(900)
    assert not mine.has_room(1200)
    assert mine.has_room(DAY_MINUTES + 600)
    mine.add(DAY_MINUTES + 600)
    assert not mine.has_room(2 * DAY_MINUTES + 600)
    assert mine.has_room(7 * DAY_MINUTES + 600)


def test_days_and_weeks_are_those_of_the_persons_zone() -> None:
    """Monday 03:00 in UTC is Sunday, in the week before, in New York."""
    mine = diary(3 * 60, zone="America/New_York", week=1)
    assert not mine.has_room(0)
    assert mine.has_room(12 * 60)
