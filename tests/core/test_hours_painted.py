"""A painted week: what is painted is what the text says, and what was not painted stays to the minute."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.hours import format_hours, parse_hours
from scheduler.core.hours_painted import CELLS, Level, Painted, painted, parse_painted, repainted, without
from scheduler.errors import InputError
from tests.core.test_hours import OVER_MIDNIGHT, PHRASES

WEEKS = st.builds(
    lambda levels, random: Painted(tuple(random.choices(levels, k=CELLS))),
    st.lists(st.sampled_from(Level), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
WHOLE_HOURS = "Mon-Fri 9-17, not 12-13"


def as_told(week: Painted) -> Painted:
    """Where no half hour is good, all that are held open are as good as one another."""
    if Level.GOOD in week.levels:
        return week
    return Painted(tuple(Level.GOOD if level else Level.NO for level in week.levels))


@settings(max_examples=40, deadline=None)
@given(WEEKS)
def test_from_grid_to_text_and_back_is_the_same_grid(week: Painted) -> None:
    """Through the words that people see and the parser that reads them."""
    hours, preferred = repainted({}, {}, week)
    again = painted(parse_hours(format_hours(hours)), parse_hours(format_hours(preferred)) if preferred else {})
    assert again == as_told(week)


@pytest.mark.parametrize("phrase", [*PHRASES, *OVER_MIDNIGHT])
def test_painting_nothing_changes_nothing(phrase: str) -> None:
    """Also of hours that begin between the half hours."""
    hours = parse_hours(phrase)
    assert repainted(hours, {}, painted(hours, {})) == (hours, {})


def test_only_what_is_painted_changes() -> None:
    """Ten past nine stays ten past nine where the afternoon is painted."""
    hours = parse_hours("Mon 9:10-17:20")
    grid = list(painted(hours, {}).levels)
    assert (grid[18], grid[19], grid[34]) == (Level.NO, Level.GOOD, Level.NO)
    grid[30] = Level.NO
    assert format_hours(repainted(hours, {}, Painted(tuple(grid)))[0]) == "Mon 09:10-15:00, 15:30-17:20"


def test_three_levels() -> None:
    """Hours that are not preferred are there if needed."""
    week = painted(parse_hours("Mon 9-12"), parse_hours("Mon 10-11"))
    assert "".join(str(int(level)) for level in week.levels[18:24]) == "112211"
    hours, preferred = repainted({}, {}, week)
    assert (format_hours(hours), format_hours(preferred)) == ("Mon 09:00-12:00", "Mon 10:00-11:00")


def test_where_all_is_as_good_nothing_is_preferred() -> None:
    """One text is enough then."""
    hours = parse_hours(WHOLE_HOURS)
    assert repainted({}, {}, painted(hours, {})) == (hours, {})


def test_a_painted_week_is_a_digit_for_each_half_hour() -> None:
    """And no other text is one."""
    week = painted(parse_hours(WHOLE_HOURS), {})
    assert parse_painted(str(week)) == week
    for text in ("", "0" * (CELLS - 1), "3" * CELLS, "é" * CELLS):
        with pytest.raises(InputError):
            parse_painted(text)


@pytest.mark.parametrize(
    ("days", "start", "end", "left"),
    [
        (range(7), 12 * 60, 13 * 60, "Mon 09:00-12:00, 13:00-22:00; Tue 09:00-12:00, 13:00-17:00"),
        (range(7), 20 * 60, 10 * 60, "Mon 10:00-20:00; Tue 10:00-17:00"),
        ([0], 0, 24 * 60, "Tue 09:00-17:00"),
    ],
    ids=["lunch", "quiet hours over midnight", "a whole day"],
)
def test_some_hours_are_kept_free(days: list[int], start: int, end: int, left: str) -> None:
    """Lunch, quiet hours, a day without meetings."""
    assert format_hours(without(parse_hours("Mon 9-22; Tue 9-17"), days, start, end)) == left
