"""The dates of recurrence rules: examples by hand, and equality with dateutil where it is right."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.icaltime import parse_time
from scheduler.core.recurrence import expand
from scheduler.core.rule import parse_rule
from scheduler.errors import InputError

DAY = 86_400
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


def wall(text: str) -> int:
    """A wall second."""
    return parse_time(text).wall


def dates(rule: str, start: str, last: str = "20300101", first: str | None = None) -> list[str]:
    """The dates of a rule from `first` (else its start) to `last`, as YYYYMMDD."""
    found = expand(parse_rule(rule), wall(start), (wall(first or start), wall(last)))
    return [f"{datetime.fromtimestamp(second, UTC):%Y%m%d}" for second in found.tolist()]


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "20260227", ["20260227", "20260309", "20260319"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;COUNT=4", "20260302", ["20260302", "20260308", "20260316", "20260322"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=3", "20260302", ["20260302", "20260315", "20260316"]),
        ("FREQ=MONTHLY;COUNT=3", "20260131", ["20260131", "20260331", "20260531"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "20260101", ["20260131", "20260228", "20260331"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "20260101", ["20260130", "20260227"]),
        ("FREQ=MONTHLY;BYDAY=5TH;COUNT=2", "20260101", ["20260129", "20260430"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "20260101", ["20260130", "20260227"]),
        ("FREQ=YEARLY;COUNT=2", "20240229", ["20240229", "20280229"]),
        ("FREQ=YEARLY;BYMONTH=3,9;COUNT=3", "20260115", ["20260315", "20260915", "20270315"]),
        ("FREQ=YEARLY;BYYEARDAY=-1;COUNT=2", "20260101", ["20261231", "20271231"]),
        ("FREQ=YEARLY;BYDAY=20MO;COUNT=1", "20260101", ["20260518"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=1", "20260101", ["20261126"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "20260101", []),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR;COUNT=1", "20260102", ["20270101"]),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO;COUNT=2", "20260101", ["20261228", "20271227"]),
    ],
)
def test_dates_are_those_of_the_calendar_on_the_wall(rule: str, start: str, expected: list[str]) -> None:
    """Checked by hand: ends of months, leap days, weeks by their first day, week numbers over New Year."""
    assert dates(rule, start) == expected


def test_a_week_number_alone_means_the_starts_weekday() -> None:
    """Where dateutil takes every day of the week."""
    assert dates("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", "20260515") == ["20260515", "20270521"]


def test_a_day_of_the_month_alone_is_yearly_in_the_starts_month() -> None:
    """As Windows writes a birthday; where dateutil takes every month."""
    assert dates("FREQ=YEARLY;BYMONTHDAY=15;COUNT=2", "20260315") == ["20260315", "20270315"]


def test_positions_count_from_the_beginning_of_the_period_not_from_the_start() -> None:
    """The first and third day of a week that the start cuts; where dateutil counts from the start."""
    found = dates("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1,3;COUNT=3", "20260304")
    assert found == ["20260306", "20260309", "20260313"]


def test_positions_hold_in_weeks_over_new_year() -> None:
    """The first day of such a week lies in the old year, the last in the new one."""
    assert dates("FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=1", "20251201", "20260104", "20260101") == []
    assert dates("FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=-1", "20251201", "20261231", "20261228") == []
    assert dates("FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=-1", "20251201", "20260110", "20260101") == ["20260104"]


def test_a_number_before_a_weekday_means_nothing_in_a_week() -> None:
    """Some programs write it."""
    assert dates("FREQ=WEEKLY;BYDAY=2MO;COUNT=3", "20260302") == ["20260302", "20260309", "20260316"]


def test_times_of_day_multiply_and_never_double() -> None:
    """BYHOUR and BYMINUTE, in order."""
    start = wall("20260302T090000")
    rule = parse_rule("FREQ=DAILY;BYHOUR=15,9,9;BYMINUTE=0,30")
    found = expand(rule, start, (start, start + DAY - 1))
    assert ((found - start) // 60).tolist() == [0, 30, 360, 390]


def test_hours_of_an_hourly_rule_keep_their_interval() -> None:
    """Every seventh hour that is 03 or 06."""
    start = wall("20260302T030000")
    found = expand(parse_rule("FREQ=HOURLY;INTERVAL=7;BYHOUR=3,6;COUNT=2"), start, (start, start + 30 * DAY))
    assert ((found - start) // 3600).tolist() == [0, 147]


def test_until_and_the_window_are_inclusive() -> None:
    """Both ends are dates that may be asked for."""
    start, rule = wall("20260302T090000"), parse_rule("FREQ=DAILY")
    assert expand(rule, start, (start, start + 5 * DAY), until=start + DAY).tolist() == [start, start + DAY]
    assert expand(rule, start, (start + DAY, start + DAY)).tolist() == [start + DAY]


def test_nothing_comes_before_the_start() -> None:
    """A window that ends before the start, and one that begins before it."""
    start, rule = wall("20260302"), parse_rule("FREQ=DAILY")
    assert expand(rule, start, (start - 9 * DAY, start - 1)).tolist() == []
    assert expand(rule, start, (start - 9 * DAY, start)).tolist() == [start]


def test_a_count_is_counted_from_the_start_even_when_the_window_is_later() -> None:
    """Ten days from 1990 are over in 2026; ten thousand are not."""
    assert dates("FREQ=DAILY;COUNT=10", "19900101", "20260105", "20260103") == []
    assert dates("FREQ=WEEKLY;COUNT=10000", "19900101", "20260105", "20260101") == ["20260105"]


def test_an_interval_is_counted_from_the_start_without_walking_there() -> None:
    """Every other week since the year 1, asked for in 2026."""
    assert dates("FREQ=WEEKLY;INTERVAL=2", "00010101", "20260131", "20260101") == ["20260105", "20260119"]


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("FREQ=DAILY;COUNT=10", "00010101T090000"),
        (
            "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6,7,8,9",
            "20260101T090000",
        ),
    ],
)
def test_more_dates_than_a_calendar_holds_are_refused(rule: str, start: str) -> None:
    """To count from the year 1, or a thousand times a day."""
    with pytest.raises(InputError):
        expand(parse_rule(rule), wall(start), (wall("20260101"), wall("20270101")))


def test_the_last_year_of_the_calendar_can_be_asked_for() -> None:
    """A start in 9999 and a window beyond it."""
    start = wall("99991231T090000")
    assert expand(parse_rule("FREQ=DAILY"), start, (start, start + 400 * DAY))[0] == start


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
COMMON = st.one_of(
    st.just("FREQ=DAILY"),
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(lambda on: f"FREQ=WEEKLY;BYDAY={','.join(on)}"),
    st.just("FREQ=WEEKLY"),
    st.tuples(st.sampled_from([-2, -1, 1, 2, 3, 4, 5]), st.sampled_from(WEEKDAYS)).map(
        lambda on: f"FREQ=MONTHLY;BYDAY={on[0]}{on[1]}"
    ),
    st.lists(st.sampled_from([-31, -2, -1, 1, 15, 29, 31]), min_size=1, unique=True).map(
        lambda on: f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, on))}"
    ),
    st.tuples(st.lists(st.sampled_from(WEEKDAYS), min_size=2, unique=True), st.sampled_from([-2, -1, 1, 2])).map(
        lambda on: f"FREQ=MONTHLY;BYDAY={','.join(on[0])};BYSETPOS={on[1]}"
    ),
    st.just("FREQ=MONTHLY"),
    st.just("FREQ=YEARLY"),
    st.tuples(st.integers(1, 12), st.integers(-31, 31).filter(bool)).map(
        lambda on: f"FREQ=YEARLY;BYMONTH={on[0]};BYMONTHDAY={on[1]}"
    ),
    st.tuples(st.integers(1, 53), st.sampled_from(WEEKDAYS)).map(
        lambda on: f"FREQ=YEARLY;BYWEEKNO={on[0]};BYDAY={on[1]}"
    ),
    st.integers(-366, 366).filter(bool).map(lambda on: f"FREQ=YEARLY;BYYEARDAY={on}"),
    st.tuples(st.integers(-53, 53).filter(bool), st.sampled_from(WEEKDAYS)).map(
        lambda on: f"FREQ=YEARLY;BYDAY={on[0]}{on[1]}"
    ),
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    rule=COMMON,
    interval=st.integers(1, 5),
    count=st.none() | st.integers(1, 60),
    week_start=st.sampled_from(WEEKDAYS),
    start=st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)).map(lambda at: at.replace(microsecond=0)),
    skipped=st.integers(0, 2000),
)
def test_rules_give_the_dates_of_dateutil(
    rule: str, interval: int, count: int | None, week_start: str, start: datetime, skipped: int
) -> None:
    """Over three years that begin up to five years after the start, on the rules where dateutil is right."""
    text = f"{rule};INTERVAL={interval};WKST={week_start}" + (f";COUNT={count}" if count else "")
    first = start + timedelta(days=skipped)
    last = first + timedelta(days=1100)
    expected = rrulestr(f"RRULE:{text}", dtstart=start).between(first, last, inc=True)
    seconds = [int(moment.replace(tzinfo=UTC).timestamp()) for moment in (start, first, last)]
    found = expand(parse_rule(text), seconds[0], (seconds[1], seconds[2]))
    assert np.array_equal(found, [int(moment.replace(tzinfo=UTC).timestamp()) for moment in expected])
