"""Explanations in words: who, which limit, on how many dates, and what stands in the way by its times alone."""

from datetime import date

import pytest

from scheduler.core.explain import Blocker, Explanation, Limit
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.problem import Problem
from scheduler.core.reasons import PHRASES, reasons

TUESDAY = DAY_MINUTES + 15 * 60  # Tuesday 5 January 2027, 10:00 in New York
PEOPLE = {"chen": Participant(id="chen", boundary=Boundary(zone="America/New_York", hours={}))}
PROBLEM = Problem(name="", horizon=Horizon(date(2027, 1, 4), 8), people=PEOPLE, series=())


def told(limit: Limit, dates: int, *times: tuple[int, int], detail: str = "", asked: int = 8) -> str:
    """The sentence on one blocker of some Tuesdays."""
    starts = tuple(TUESDAY + week * WEEK_MINUTES for week in range(asked))
    blocker = Blocker("chen", limit, starts[:dates], times, detail)
    (sentence,) = reasons(Explanation("pair", starts, starts[dates:], (blocker,)), PROBLEM, {"chen": "Chen L."})
    return sentence


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (told(Limit.UNKNOWN, 8, detail="a.ics can't be read"),
         "Chen L. has a calendar that can't be read on 8 of 8 dates: a.ics can't be read"),
        (told(Limit.NOTICE, 1), "Chen L. needs more notice on 5 January"),
        (told(Limit.DAY_OFF, 2, detail="leave"), "Chen L. has a day off on 5 and 12 January: leave"),
        (told(Limit.HOURS, 1), "Chen L. is outside hours on 5 January: Tue 5 Jan 10:00 New York"),
        (told(Limit.CALENDAR, 1, (TUESDAY - 30, TUESDAY + 15)),
         "Chen L. is busy on 5 January: Tue 5 Jan 09:30-10:15 New York"),
        (told(Limit.CALENDAR, 1, (TUESDAY - 600, TUESDAY + 960)),
         "Chen L. is busy on 5 January: Tue 5 Jan 00:00-Wed 6 Jan 02:00 New York"),
        (told(Limit.BUFFER, 1, (TUESDAY - 30, TUESDAY)),
         "Chen L. needs a gap on 5 January: Tue 5 Jan 09:30-10:00 New York"),
        (told(Limit.SERIES, 1, (TUESDAY, TUESDAY + 45), detail="circle-7"),
         "Chen L. meets another group on 5 January: circle-7, Tue 5 Jan 10:00-10:45 New York"),
        (told(Limit.DAY_CAP, 1, detail="2"), "Chen L. has enough sessions that day on 5 January: at most 2"),
        (told(Limit.WEEK_CAP, 4, detail="1"), "Chen L. has enough sessions that week on 4 of 8 dates: at most 1"),
    ],
)  # fmt: skip  # a sentence beside its words
def test_each_limit_has_its_sentence(sentence: str, words: str) -> None:
    """Dates and times are those of the person's own clock, with their place."""
    assert sentence == words


def test_every_limit_has_a_phrase() -> None:
    """A limit that is added needs words."""
    assert PHRASES.keys() == set(Limit)


def test_a_long_list_of_times_is_cut_and_counted() -> None:
    """The same appointment is told once, and after three of them how many more there are."""
    times = [(TUESDAY + week * WEEK_MINUTES, TUESDAY + week * WEEK_MINUTES + 30) for week in (0, 0, 1, 2, 3, 4)]
    assert told(Limit.CALENDAR, 6, *times) == (
        "Chen L. is busy on 6 of 8 dates: Tue 5 Jan 10:00-10:30 New York, Tue 12 Jan 10:00-10:30 New York, "
        "Tue 19 Jan 10:00-10:30 New York and 2 more"
    )


def test_whoever_has_no_name_is_told_by_id() -> None:
    """A problem file knows ids alone."""
    blocker = Blocker("chen", Limit.NOTICE, (TUESDAY,))
    assert reasons(Explanation("pair", (TUESDAY,), (), (blocker,)), PROBLEM, {}) == [
        "chen needs more notice on 5 January"
    ]
