"""What would have to give, in words."""

from datetime import date

import pytest

from scheduler.core.barriers import Barrier, Kind
from scheduler.core.conflict import Conflict, Conflicts, Giving
from scheduler.core.conflict_words import PHRASES, givings_in_words, headline
from scheduler.core.interval import DAY_MINUTES, WEEK_MINUTES, Horizon
from scheduler.core.people import Boundary, Participant
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot

TUESDAY = DAY_MINUTES + 15 * 60  # Tuesday 5 January 2027, 10:00 in New York
SERIES = Series(id="pair", required=("chen",), duration=60, sessions=8, anchor_zone="America/New_York")
PEOPLE = {"chen": Participant(id="chen", boundary=Boundary(zone="America/New_York", hours={}))}
PROBLEM = Problem(name="", horizon=Horizon(date(2027, 1, 4), 8), people=PEOPLE, series=(SERIES,))


def told(barrier: Barrier, dates: int = 5, minutes: int = 0) -> str:
    """The sentence on one limit that is in the way on some Tuesdays."""
    starts = tuple(TUESDAY + week * WEEK_MINUTES for week in range(dates))
    found = Conflict(0, (Slot(1, 600),), 8, (Giving(barrier, starts, minutes, 100),))
    (sentence,) = givings_in_words(found, PROBLEM, SERIES, {"chen": "Chen L."})
    return sentence


def recurring(day: int, start: int, length: int) -> Barrier:
    """An appointment of Chen's that comes back."""
    return Barrier("chen", Kind.RECURRING, "", (day * DAY_MINUTES + start, length), 7)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (told(Barrier("chen", Kind.GAP), 2), "Chen L. keeps no gap, on 5 and 12 January"),
        (told(Barrier("chen", Kind.EARLY), minutes=45), "Chen L. begins 45 minutes earlier, on 5 of 8 dates"),
        (told(recurring(1, 600, 90)), "Chen L. gives up Tuesdays 10:00-11:30 New York (7 of 8 weeks), on 5 of 8 dates"),
        (
            told(recurring(6, 1380, 120), 1),
            "Chen L. gives up Sundays 23:00-Mon 01:00 New York (7 of 8 weeks), on 5 January",
        ),
        (told(recurring(0, 600, 840)), "Chen L. gives up Mondays 10:00-24:00 New York (7 of 8 weeks), on 5 of 8 dates"),
        (told(Barrier("", Kind.SERIES, "circle-7")), "circle-7 gives way, on 5 of 8 dates"),
        (told(Barrier("chen", Kind.DAY_CAP, "2"), 1), "Chen L. takes more than 2 a day, on 5 January"),
        (
            told(Barrier("chen", Kind.DAY_OFF, "public holiday"), 1),
            "Chen L. comes on days off (public holiday), on 5 January",
        ),
        (
            told(Barrier("chen", Kind.WEEKDAY, "SA", (5 * DAY_MINUTES, DAY_MINUTES))),
            "Chen L. comes on Saturdays, on 5 of 8 dates",
        ),
        (told(Barrier("chen", Kind.TRIP, "Europe/Lisbon"), 1), "Chen L. comes while away in Lisbon, on 5 January"),
    ],
)
def test_each_limit_has_its_sentence(sentence: str, words: str) -> None:
    """Who gives what, on which dates, on the clock of whom it is about."""
    assert sentence == words


def test_every_kind_has_a_phrase() -> None:
    """A kind that is added needs words."""
    assert PHRASES.keys() == set(Kind)


def test_the_headline_says_what_is_asked_and_what_it_brings() -> None:
    """One limit or several, or none."""
    giving = Giving(Barrier("chen", Kind.GAP), (TUESDAY,), 0, 10)
    at = "Tue 10:00 New York"
    for givings, words in (
        ((), f"7 of 8 sessions can be held at {at}, and nothing has to give."),
        ((giving,), f"(possible now: 3), one limit has to give; at {at} that makes 7:"),
        ((giving, giving), f"(possible now: 3), 2 limits have to give; at {at} that makes 7:"),
    ):
        found = Conflict(0, (Slot(1, 600),), 7, givings)
        assert headline(Conflicts("pair", 6, 3, found, found), found, PROBLEM, SERIES).endswith(words)
