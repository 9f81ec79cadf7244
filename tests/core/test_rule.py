"""Recurrence rules as text, and the limits on them."""

import pytest

from scheduler.core.icaltime import IcalTime
from scheduler.core.rule import Freq, NthWeekday, Rule, parse_rule
from scheduler.errors import InputError


def test_every_part_of_a_rule_is_read() -> None:
    """Lists sorted and without doubles, weekdays with their numbers, UNTIL as it is written."""
    rule = parse_rule(
        "FREQ=YEARLY;INTERVAL=2;UNTIL=19700102T000000Z;BYMONTH=6,1,6;BYWEEKNO=-1;BYYEARDAY=1,-366;BYMONTHDAY=-31"
        ";BYDAY=MO,-1SU,+2TU;BYHOUR=0;BYMINUTE=59;BYSECOND=30;BYSETPOS=-1;WKST=SU"
    )
    assert rule == Rule(
        freq=Freq.YEARLY,
        interval=2,
        until=IcalTime(86_400, utc=True),
        week_start=6,
        months=(1, 6),
        week_numbers=(-1,),
        year_days=(-366, 1),
        month_days=(-31,),
        weekdays=(NthWeekday(-1, 6), NthWeekday(0, 0), NthWeekday(2, 1)),
        hours=(0,),
        minutes=(59,),
        seconds=(30,),
        positions=(-1,),
    )


def test_case_spaces_and_a_last_semicolon_do_not_matter() -> None:
    """As some exports write them."""
    assert parse_rule("freq=weekly; byday=mo, we;") == parse_rule("FREQ=WEEKLY;BYDAY=MO,WE")


def test_a_negative_count_is_how_some_programs_write_for_ever() -> None:
    """COUNT=-1 counts nothing."""
    assert parse_rule("FREQ=DAILY;COUNT=-1").count is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FREQ=SECONDLY", "every second"),
        ("FREQ=MINUTELY;BYHOUR=9", "every minute"),
        ("FREQ=HOURLY", "every hour"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1001", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=10001", "COUNT"),
        ("FREQ=DAILY;COUNT=999999999", "COUNT"),
        ("FREQ=YEARLY;BYYEARDAY=" + ",".join(map(str, range(1, 66))), "64"),
        ("FREQ=DAILY;BYHOUR=" + "1," * 1000 + "1", "1000 characters"),
        ("FREQ=DAILY;COUNT=" + "9" * 500, "can't be read"),
    ],
)
def test_a_rule_beyond_a_limit_is_refused_with_the_reason(text: str, reason: str) -> None:
    """The limits that keep strangers' rules short."""
    with pytest.raises(InputError, match=reason):
        parse_rule(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DAILY",
        "FREQ=",
        "FREQ=SOMETIMES",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=DAILY;INTERVAL=x",
        "FREQ=DAILY;INTERVAL=1.5",
        "FREQ=DAILY;COUNT=",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=0",
        "FREQ=YEARLY;BYMONTH=-1",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYWEEKNO=54",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYMINUTE=60",
        "FREQ=MONTHLY;BYSETPOS=0",
        "FREQ=DAILY;WKST=",
        "RSCALE=CHINESE;FREQ=YEARLY",
        "FREQ=DAILY;INTERVAL=--2",
    ],
)
def test_a_rule_that_can_not_be_read_is_refused_not_guessed(text: str) -> None:
    """A part that is ignored could hide a date on which somebody is busy."""
    with pytest.raises(InputError):
        parse_rule(text)


def test_an_all_day_rule_has_no_times_of_day() -> None:
    """RFC 5545: BYHOUR and its like are ignored for a DATE; by the hour it can't come back at all."""
    assert parse_rule("FREQ=DAILY;BYHOUR=9;BYMINUTE=1;BYSECOND=2").for_dates() == parse_rule("FREQ=DAILY")
    with pytest.raises(InputError):
        parse_rule("FREQ=HOURLY;BYHOUR=9").for_dates()
