"""Busy times parted into what comes back on somebody's clock, and what doesn't."""

from datetime import date
from random import Random

import numpy as np
import pytest

from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon, Intervals, as_intervals, merged
from scheduler.core.recurring import SINGLE, appointments

HORIZON = Horizon(date(2027, 3, 1), 8)
TEN = DAY_MINUTES + 600


def weekly(start: int, length: int, *weeks: int) -> list[tuple[int, int]]:
    """The same minutes of some weeks, in UTC."""
    return [(start + week * WEEK_MINUTES, start + week * WEEK_MINUTES + length) for week in weeks]


def found(*rows: tuple[int, int], zone: str = "UTC") -> tuple[list[list[int]], list[int], list[list[int]]]:
    """Stretches, the pattern of each, and the patterns."""
    told = appointments(merged(as_intervals(rows)), zone, HORIZON)
    return told.spans.tolist(), told.pattern.tolist(), told.patterns.tolist()


def test_three_times_at_one_hour_are_an_appointment_that_comes_back() -> None:
    """Two are not; cancelled weeks don't matter."""
    _, pattern, patterns = found(*weekly(TEN, 60, 0, 2, 5), *weekly(TEN + 600, 30, 0, 1))
    assert patterns == [[TEN, 60, 3]]
    assert sorted(pattern) == [SINGLE, SINGLE, 0, 0, 0]


def test_a_stretch_that_holds_a_known_appointment_is_cut_there() -> None:
    """What runs up to it, and what follows it, are things of their own."""
    spans, pattern, patterns = found(
        *weekly(TEN, 60, 0, 1, 2), (TEN + 3 * WEEK_MINUTES - 20, TEN + 3 * WEEK_MINUTES + 90)
    )
    assert patterns == [[TEN, 60, 4]]
    assert pattern == [0, 0, 0, SINGLE, 0, SINGLE]
    assert [end - start for start, end in spans[3:]] == [20, 60, 30]


def test_hours_are_those_of_the_persons_clock() -> None:
    """An event that keeps London's hour comes back all year there, and is two appointments in UTC."""
    rows = [*weekly(TEN, 60, 0, 1, 2, 3), *weekly(TEN - 60, 60, 4, 5, 6, 7)]
    assert found(*rows, zone="Europe/London")[2] == [[TEN, 60, 8]]
    assert len(found(*rows)[2]) == 2


def test_nobody_without_appointments_has_any() -> None:
    """An empty calendar."""
    assert found() == ([], [], [])


@pytest.mark.campaign(100)
def test_no_minute_is_lost_or_made(seed: int) -> None:
    """Whatever is cut, the busy minutes stay the same, and no two stretches overlap."""
    draw = Random(seed)
    rows: Intervals = as_intervals(
        [(s, s + draw.choice([30, 60, 90, 600])) for s in (draw.randrange(0, 8 * WEEK_MINUTES, 30) for _ in range(60))]
        + weekly(draw.randrange(0, WEEK_MINUTES, 30), 60, *range(8))
    )
    busy = merged(rows)
    told = appointments(busy, draw.choice(["UTC", "America/New_York", "Asia/Kathmandu"]), HORIZON)
    assert (told.spans[1:, 0] >= told.spans[:-1, 1]).all()
    assert np.array_equal(merged(told.spans), busy)
    assert len(told.pattern) == len(told.spans)
