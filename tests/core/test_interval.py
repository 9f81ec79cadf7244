"""Half-open intervals, alone and as arrays, against plain sets of minutes."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.interval import (
    Horizon,
    Interval,
    Intervals,
    as_intervals,
    clipped,
    complement,
    intersection,
    merged,
    no_intervals,
)

steady = settings(derandomize=True, deadline=None)
rows = st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), max_size=12)
HORIZON = Horizon(date(2027, 1, 4), 3)


def minutes(intervals: Intervals) -> set[int]:
    """The minutes inside any of the rows."""
    return {minute for start, end in intervals.tolist() for minute in range(start, end)}


def is_normal(intervals: Intervals) -> bool:
    """Whether rows are sorted, none is empty, and no two overlap or touch."""
    edges = intervals.ravel()
    return bool((edges[1:] > edges[:-1]).all())


@steady
@given(rows)
def test_merging_keeps_every_minute_and_nothing_else(given_rows: list[tuple[int, int]]) -> None:
    """Merged intervals hold the same minutes, sorted, disjoint and without two that touch."""
    result = merged(as_intervals(given_rows))
    assert minutes(result) == minutes(as_intervals(given_rows))
    assert is_normal(result)


@steady
@given(rows, st.integers(-40, 40), st.integers(0, 30))
def test_clipping_keeps_what_is_inside(given_rows: list[tuple[int, int]], start: int, length: int) -> None:
    """Clipped intervals hold the minutes of the window, and no empty rows."""
    result = clipped(merged(as_intervals(given_rows)), start, start + length)
    assert minutes(result) == minutes(as_intervals(given_rows)) & set(range(start, start + length))
    assert is_normal(result)


@steady
@given(rows, st.integers(-40, 40), st.integers(0, 30))
def test_a_complement_is_what_is_left_of_the_window(given_rows: list[tuple[int, int]], start: int, length: int) -> None:
    """The complement holds exactly those minutes of the window that no interval holds."""
    result = complement(merged(as_intervals(given_rows)), start, start + length)
    assert minutes(result) == set(range(start, start + length)) - minutes(as_intervals(given_rows))
    assert is_normal(result)


@steady
@given(rows, rows)
def test_an_intersection_is_what_both_hold(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    """The intersection of two lists holds the minutes that are in both, in either order of the two."""
    first, second = merged(as_intervals(one)), merged(as_intervals(other))
    assert minutes(intersection(first, second)) == minutes(first) & minutes(second)
    assert np.array_equal(intersection(first, second), intersection(second, first))


def test_no_rows_are_an_empty_array_of_two_columns() -> None:
    """An empty list of busy times needs no special care anywhere."""
    for empty in (as_intervals([]), no_intervals(), merged(no_intervals()), clipped(no_intervals(), 0, 9)):
        assert empty.shape == (0, 2)
        assert empty.dtype == np.int64
    assert complement(no_intervals(), 3, 9).tolist() == [[3, 9]]


def test_an_interval_has_two_instants_in_utc_and_ends_after_it_starts() -> None:
    """Naive bounds, bounds in another zone and an end that is not after the start are refused."""
    start = datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert Interval(start, start + timedelta(minutes=1)).seconds == (1799053200, 1799053260)
    elsewhere = start.astimezone(timezone(timedelta(hours=1)))
    for one, other in [
        (start, start),
        (start, start - timedelta(minutes=1)),
        (start.replace(tzinfo=None), start + timedelta(hours=1)),
        (elsewhere, elsewhere + timedelta(hours=1)),
    ]:
        with pytest.raises(ValueError, match="interval"):
            Interval(one, other)


def test_a_horizon_begins_on_a_monday_and_lasts_a_week_at_least() -> None:
    """A Tuesday and no weeks are refused."""
    with pytest.raises(ValueError, match="Monday"):
        Horizon(date(2027, 1, 5), 3)
    with pytest.raises(ValueError, match="week"):
        Horizon(date(2027, 1, 4), 0)


def test_minutes_of_a_horizon_are_whole_and_rounded_down() -> None:
    """Minutes count from Monday 00:00 UTC, are negative before it, and go there and back."""
    assert HORIZON.minute(HORIZON.epoch + timedelta(minutes=7, seconds=59)) == 7
    assert HORIZON.minute(HORIZON.epoch - timedelta(seconds=1)) == -1
    for minute in (-1500, -1, 0, 1, 30000):
        assert HORIZON.minute(HORIZON.instant(minute)) == minute
    seconds = np.array([int(HORIZON.epoch.timestamp()) + offset for offset in (-1, 0, 59, 60)])
    assert HORIZON.minutes(seconds).tolist() == [-1, 0, 0, 1]
    assert HORIZON.minutes(HORIZON.exact(np.array([-5, 0, 5]))).tolist() == [-5, 0, 5]


def test_a_horizon_reaches_a_day_beyond_its_weeks() -> None:
    """Local weeks begin and end up to a day apart from those of UTC, and calendars are read for all of them."""
    window = HORIZON.interval
    assert (window.start, window.end) == (datetime(2027, 1, 3, tzinfo=UTC), datetime(2027, 1, 26, tzinfo=UTC))


def test_a_minute_that_is_touched_is_taken() -> None:
    """Busy seconds become minutes rounded outward, and what then touches is one."""
    epoch = int(HORIZON.epoch.timestamp())
    busy = as_intervals([(epoch + 59, epoch + 60), (epoch + 61, epoch + 121), (epoch - 1, epoch)])
    assert HORIZON.outward(busy).tolist() == [[-1, 3]]
