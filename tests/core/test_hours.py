"""Hours as people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.hours import format_hours, parse_hours, parse_windows
from scheduler.core.people import WeekHours
from scheduler.core.walltime import WallWindow
from scheduler.errors import InputError

PHRASES = {
    "Mon-Fri 9-17": "Mon-Fri 09:00-17:00",
    "Mon-Fri 9-17, not 12-13; Wed off": "Mon-Tue, Thu-Fri 09:00-12:00, 13:00-17:00",
    "Sun-Thu 08:30-16:00": "Mon-Thu, Sun 08:30-16:00",
    "9-17": "Mon-Fri 09:00-17:00",
    "Mo Tu We 9:00–12:30 13:30–17:30": "Mon-Wed 09:00-12:30, 13:30-17:30",
    "9am-5pm": "Mon-Fri 09:00-17:00",
    "Mon-Fri 9 a.m. - 5 p.m.": "Mon-Fri 09:00-17:00",
    "MON-FRI 9AM-5PM": "Mon-Fri 09:00-17:00",
    "9-5pm": "Mon-Fri 09:00-17:00",
    "9am-5": "Mon-Fri 09:00-17:00",
    "1-5pm": "Mon-Fri 13:00-17:00",
    "11-1pm": "Mon-Fri 11:00-13:00",
    "12-1pm": "Mon-Fri 12:00-13:00",
    "12am-12pm": "Mon-Fri 00:00-12:00",
    "12pm-12am": "Mon-Fri 12:00-24:00",
    "daily 7-22": "Mon-Sun 07:00-22:00",
    "every day 8-20": "Mon-Sun 08:00-20:00",
    "täglich 7-22": "Mon-Sun 07:00-22:00",
    "weekends 10-14": "Sat-Sun 10:00-14:00",
    "always": "always",
    "24h": "always",
    "24/7": "always",
    "daily 0-24": "always",
    "Sat all day": "Sat 00:00-24:00",
    "off": "off",
    "Mon off": "off",
    "Mo-Fr 9-12 und 13-17 Uhr": "Mon-Fri 09:00-12:00, 13:00-17:00",
    "Mo.-Do. 9.30-17.00, nicht 12-13": "Mon-Thu 09:30-12:00, 13:00-17:00",
    "Montag bis Freitag von 9 bis 17 Uhr; Mittwoch frei": "Mon-Tue, Thu-Fri 09:00-17:00",
    "Fri-Mon 10-12": "Mon, Fri-Sun 10:00-12:00",
    "Tue-Tue 9-10": "Tue 09:00-10:00",
    "Mon, Wed and Fri 9 to 12": "Mon, Wed, Fri 09:00-12:00",
    "Mon/Wed 9-10": "Mon, Wed 09:00-10:00",
    "Mon-Fri: 9-17": "Mon-Fri 09:00-17:00",
    "Mon-Fri 0900-1730": "Mon-Fri 09:00-17:30",
    "Mon-Fri 9h30-17h": "Mon-Fri 09:30-17:00",
    "Mon 9-17 Tue 10-12": "Mon 09:00-17:00; Tue 10:00-12:00",
    "Mon-Fri 9-12, Mon-Fri 13-17": "Mon-Fri 09:00-12:00, 13:00-17:00",
    "Mon-Fri 9-13, 12-17, 17-18": "Mon-Fri 09:00-18:00",
    "Mon-Fri 9-17 except 12-13 and 15-15:30": "Mon-Fri 09:00-12:00, 13:00-15:00, 15:30-17:00",
    "Mon-Fri 9-17; Fri 9-13": "Mon-Thu 09:00-17:00; Fri 09:00-13:00",
    "Mon-Fri 9-17, Fri 18-19": "Mon-Thu 09:00-17:00; Fri 09:00-17:00, 18:00-19:00",
    "Mon-Fri 9-17; not 12-13": "Mon-Fri 09:00-12:00, 13:00-17:00",
    "Mon-Fri 9-17, but not Wed": "Mon-Tue, Thu-Fri 09:00-17:00",
    "Mon-Fri 9-17, not Wed off": "Mon-Tue, Thu-Fri 09:00-17:00",
    "Mon-Fri 9-17, not Wed, Sat 10-14": "Mon-Tue, Thu-Fri 09:00-17:00; Sat 10:00-14:00",
    "Mon-Fri 9-17, not Fri 15-17": "Mon-Thu 09:00-17:00; Fri 09:00-15:00",
    "Mon-Fri 9-17;": "Mon-Fri 09:00-17:00",
    "9-0": "Mon-Fri 09:00-24:00",
    "18-24": "Mon-Fri 18:00-24:00",
}

OVER_MIDNIGHT = {
    "22-6": "Mon 22:00-24:00; Tue-Fri 00:00-06:00, 22:00-24:00; Sat 00:00-06:00",
    "Sun 10pm-2am": "Mon 00:00-02:00; Sun 22:00-24:00",
    "Fri 22-6; Sat off": "Fri 22:00-24:00; Sat 00:00-06:00",
    "Mon 22-6, not 2-3": "Mon 22:00-24:00; Tue 00:00-02:00, 03:00-06:00",
    "Mon 20-4, not 23-1": "Mon 20:00-23:00; Tue 01:00-04:00",
}

BROKEN = {
    "": "column 1: a time was expected, but the text ends",
    "Mon-Fri": "column 8: a time was expected, but the text ends",
    "Mon-Fri 9-": "column 11: a time was expected, but the text ends",
    "Mon-Fri 9": 'column 10: "-" was expected, but the text ends',
    "Mon--Fri 9-17": 'column 5: a day was expected, but there is "-"',
    "Mon 9-17;;Tue 8-9": 'column 10: a day was expected, but there is ";"',
    "Mon 9-17 -": 'column 10: a day was expected, but there is "-"',
    "Mon 25-26": 'column 5: "25" is no time of the day',
    "Mon 9:75-10": 'column 5: "9:75" is no time of the day',
    "Mon 9.5-17": 'column 5: "9.5" is no time of the day',
    "13pm-14": 'column 1: "13pm" is no time of the day',
    "Mon 123456-17": 'column 5: "123456" is no time of the day',
    "24-9": "column 1: 24:00 ends a day, and begins none",
    "9-9": "column 1: from 9 to 9 is no time at all",
    "9-5": "column 1: from 9 to 5 would be 20 hours, over midnight",
    "Mon-Fri 20-10": "column 9: from 20 to 10 would be 14 hours, over midnight",
    "not 12-13": 'column 1: a time was expected, but there is "not"',
    "Mon-Fri 9-12; 13-17": 'column 15: a day was expected, but there is "13"',
    "Mon 9-17 off": 'column 10: a day was expected, but there is "off"',
    "=cmd|' /C calc'!A0": 'column 1: "=" is neither a day nor a time',
    "Wensday 9-17": 'column 1: "Wensday" is neither a day nor a time. Did you mean wednesday?',
}


@pytest.mark.parametrize("phrase", PHRASES | OVER_MIDNIGHT)
def test_a_phrase_is_read_as_people_mean_it(phrase: str) -> None:
    """Each phrase gives the hours that its plain form names."""
    assert format_hours(parse_hours(phrase)) == (PHRASES | OVER_MIDNIGHT)[phrase]


def test_hours_are_windows_of_weekdays() -> None:
    """Monday is 0, minutes count from midnight, and a day without hours has no entry."""
    assert parse_hours("Mon 9-12, 13:30-24; Sun 0-1") == {
        0: (WallWindow(540, 720), WallWindow(810, 1440)),
        6: (WallWindow(0, 60),),
    }


def test_a_night_of_sunday_ends_on_monday() -> None:
    """The week is a circle: what runs over Sunday's midnight is Monday's."""
    assert parse_hours("Sun 22-6") == {0: (WallWindow(0, 360),), 6: (WallWindow(1320, 1440),)}


@pytest.mark.parametrize("text", BROKEN)
def test_a_slip_is_told_with_its_column(text: str) -> None:
    """Broken hours name the column, what was expected there, and what stands there instead."""
    with pytest.raises(InputError) as error:
        parse_hours(text)
    assert BROKEN[text] in str(error.value)


def test_hours_of_a_date_need_no_days() -> None:
    """An override is windows only, or off."""
    assert parse_windows("12-15") == (WallWindow(720, 900),)
    assert parse_windows("9-17, not 12-13") == (WallWindow(540, 720), WallWindow(780, 1020))
    assert parse_windows("always") == (WallWindow(0, 1440),)
    assert parse_windows("off") == ()


@pytest.mark.parametrize(
    ("text", "why"), [("Mon 9-12", "column 1"), ("9-12; Tue off", "column 7"), ("22-6", "midnight")]
)
def test_hours_of_a_date_stay_on_it(text: str, why: str) -> None:
    """Days, and windows over midnight, belong to a week and not to a date."""
    with pytest.raises(InputError, match=why):
        parse_windows(text)


def test_a_text_without_end_is_refused_at_once() -> None:
    """A megabyte of hours is no hours, and is not parsed."""
    with pytest.raises(InputError, match="at most 2500 characters"):
        parse_hours("Mon 9-17, " * 100_000)


minutes = st.integers(min_value=0, max_value=1440)
windows = st.lists(st.tuples(minutes, minutes), max_size=4)


def week_of(rows: dict[int, list[tuple[int, int]]]) -> WeekHours:
    """Drawn pairs as proper hours: ordered, and apart from each other."""
    week: dict[int, tuple[WallWindow, ...]] = {}
    for day, pairs in rows.items():
        edges = sorted({minute for pair in pairs for minute in pair})
        if len(edges) >= 2:
            week[day] = tuple(WallWindow(*pair) for pair in zip(edges[::2], edges[1::2], strict=False))
    return week


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.dictionaries(st.integers(min_value=0, max_value=6), windows))
def test_what_is_written_is_read_back(rows: dict[int, list[tuple[int, int]]]) -> None:
    """`parse_hours` is the inverse of `format_hours` for any week."""
    week = week_of(rows)
    assert parse_hours(format_hours(week)) == week


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(alphabet="MonTueFri-,; 0123456789:apmoftx/", max_size=30))
def test_any_text_is_hours_or_an_input_error(text: str) -> None:
    """Whatever is typed either gives hours that survive being written down, or a complaint; nothing else escapes."""
    try:
        hours = parse_hours(text)
    except InputError:
        return
    assert parse_hours(format_hours(hours)) == hours
