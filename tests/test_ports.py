"""What in somebody's calendar is our own, where nothing but its times can be seen."""

from datetime import UTC, datetime, timedelta

import numpy as np

from scheduler.core.interval import Interval, as_intervals, no_intervals
from scheduler.ports import Own

START = datetime(2027, 3, 1, tzinfo=UTC)
WINDOW = Interval(START, START + timedelta(days=60))
HOUR = 3600


def weekly(hour: int, weeks: int = 8) -> list[tuple[int, int]]:
    """Sessions of half an hour at an hour of each week, in seconds."""
    first = int(START.timestamp()) + hour * HOUR
    return [(first + week * 7 * 24 * HOUR, first + week * 7 * 24 * HOUR + HOUR // 2) for week in range(weeks)]


def test_a_series_that_stands_there_is_our_own() -> None:
    """Also where busy times are merged with others, and where some of its dates were declined."""
    own = Own(sessions=as_intervals(weekly(9)))
    assert own.shown_in(as_intervals(weekly(9)), WINDOW).tolist() == own.sessions.tolist()
    wider = as_intervals([(start - HOUR, end + HOUR) for start, end in weekly(9)[:5]])
    assert len(own.shown_in(wider, WINDOW)) == 8


def test_a_series_that_never_came_there_hides_nothing() -> None:
    """An appointment at the very time of one session is the owner's."""
    own = Own(sessions=as_intervals(weekly(9)))
    assert len(own.shown_in(as_intervals(weekly(9)[:1]), WINDOW)) == 0
    assert len(own.shown_in(no_intervals(), WINDOW)) == 0


def test_each_series_is_looked_at_by_itself() -> None:
    """One may have come and another not."""
    rows = sorted([(*row, 0) for row in weekly(9)] + [(*row, 1) for row in weekly(15)])
    own = Own(sessions=as_intervals([row[:2] for row in rows]), series=np.array([row[2] for row in rows]))
    busy = as_intervals(sorted(weekly(9) + weekly(15)[:2]))
    assert own.shown_in(busy, WINDOW).tolist() == [list(row) for row in weekly(9)]


def test_what_lies_beyond_the_window_tells_nothing() -> None:
    """Dates that were not asked for can't be busy."""
    own = Own(sessions=as_intervals(weekly(9, 30)))
    assert len(own.shown_in(as_intervals(weekly(9, 8)), WINDOW)) == 9
